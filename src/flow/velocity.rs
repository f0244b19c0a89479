//! The velocity field v(x, t) of the transport equation ∂u/∂t + v·∇u = 0, and the pull-back u(x, t).

use nalgebra::{DMatrix, DVector, DVectorView};

use super::error::NoVelocity;
use super::motion::scale;
use super::{CompressionLaw, Flow, Motion, inverse, limit};
use crate::network::{Network, Residual};

/// Fixed-point steps at most for inverting a residual block.
const STEPS: usize = 500;
/// A residual block is inverted when a step moves less than this, relative to the position.
const INVERTED: f64 = 1e-14;

impl Flow {
    /// v(x, t) in the ambient space, per unit of t. With smooth time it is zero where phases are glued.
    ///
    /// # Errors
    /// Where there is no velocity field: past a fold, or inside a residual block that cannot be inverted.
    pub fn velocity(&self, position: &DVector<f64>, t: f64) -> Result<DVector<f64>, NoVelocity> {
        self.check_dimension(position)?;
        let moment = self.moment(t);
        let Some(phase) = moment.phase.and_then(|phase| self.layers()[moment.layer].phases.get(phase)) else {
            return Ok(DVector::zeros(position.len()));
        };
        let rate = self.options().time.rate(moment.clock) / (phase.end - phase.start);
        if rate == 0.0 {
            return Ok(DVector::zeros(position.len()));
        }
        Ok(phase.motion.velocity(position, moment.s)? * rate)
    }

    /// v(x, t) for each column x of `positions` (d × places), found together where the phase is linear.
    ///
    /// # Errors
    /// Place by place, as [`Flow::velocity`].
    pub fn velocities(&self, positions: &DMatrix<f64>, t: f64) -> Vec<Result<DVector<f64>, NoVelocity>> {
        let moment = self.moment(t);
        let phase = moment.phase.and_then(|phase| self.layers()[moment.layer].phases.get(phase));
        let own = |column: DVectorView<'_, f64>| column.into_owned();
        match phase.and_then(|phase| phase.motion.linear_velocities(positions, moment.s).map(|moved| (phase, moved))) {
            Some((phase, moved)) if positions.nrows() == self.ambient_dimension() => {
                let rate = self.options().time.rate(moment.clock) / (phase.end - phase.start);
                // What is infinite per unit of s is at rest at the ends of a phase.
                let each = |column| if rate == 0.0 { DVector::zeros(positions.nrows()) } else { own(column) * rate };
                moved.column_iter().map(|column| Ok(each(column))).collect()
            }
            _ => positions.column_iter().map(|column| self.velocity(&own(column), t)).collect(),
        }
    }

    /// u(x, t): what `network`'s output function reads of x carried from time t to the end. It is constant along
    /// characteristics; at t = 0 it is the classifier on the input space. `network` is the one the flow was built of.
    ///
    /// # Errors
    /// Where a phase that has begun cannot be traced back (`NoVelocity`).
    pub fn pull_back(&self, network: &Network, position: &DVector<f64>, t: f64) -> Result<DVector<f64>, NoVelocity> {
        self.check_dimension(position)?;
        let moment = self.moment(t);
        let mut point = DMatrix::from_column_slice(position.len(), 1, position.as_slice());
        let layer = &self.layers()[moment.layer];
        if let Some(current) = moment.phase {
            for (index, phase) in layer.phases.iter().enumerate().skip(current) {
                let s = if index == current { moment.s } else { 0.0 };
                phase.motion.complete(&mut point, s)?;
            }
        }
        for layer in &self.layers()[moment.layer + 1..] {
            for phase in &layer.phases {
                phase.motion.complete(&mut point, 0.0)?;
            }
        }
        let mut read: DVector<f64> = point.column(0).rows(0, network.outputs()).into_owned();
        network.output().apply(read.as_mut_slice());
        Ok(read)
    }

    pub(super) fn check_dimension(&self, position: &DVector<f64>) -> Result<(), NoVelocity> {
        let (expected, found) = (self.ambient_dimension(), position.len());
        if expected == found { Ok(()) } else { Err(NoVelocity::Dimension { expected, found }) }
    }
}

impl Motion {
    /// The velocities of the columns of `positions` (d × places) at phase time s, per unit of s; `None` where the motion is
    /// not affine.
    fn linear_velocities(&self, positions: &DMatrix<f64>, s: f64) -> Option<DMatrix<f64>> {
        match self {
            Motion::Rotation(rotation) => Some(rotation.velocity(positions)),
            Motion::Compression { law, factors, basis } => {
                let rates: Vec<f64> = factors.iter().map(|sigma| compression_rate(*law, *sigma, s)).collect();
                let mut moved = positions.clone();
                scale(&mut moved, &rates, basis.as_ref());
                Some(moved)
            }
            Motion::Shift(bias) => Some(DMatrix::from_fn(bias.len(), positions.ncols(), |row, _| bias[row])),
            Motion::Activation { .. } | Motion::Residual(_) | Motion::Limit(_) | Motion::Node(_) => None,
        }
    }

    /// The velocity at `position` at phase time s, per unit of s.
    fn velocity(&self, position: &DVector<f64>, s: f64) -> Result<DVector<f64>, NoVelocity> {
        match self {
            Motion::Rotation(_) | Motion::Compression { .. } | Motion::Shift(_) => {
                let point = DMatrix::from_column_slice(position.len(), 1, position.as_slice());
                let moved = self.linear_velocities(&point, s).unwrap_or(point);
                Ok(moved.column(0).into_owned())
            }
            Motion::Activation { activation, width } => {
                let mut start = position.rows(0, *width).into_owned();
                inverse::start_of_path(*activation, start.as_mut_slice(), s)?;
                let mut end = start.clone();
                activation.apply(end.as_mut_slice());
                Ok((end - start).resize_vertically(position.len(), 0.0))
            }
            Motion::Residual(residual) => {
                let start = block_start(residual, &position.rows(0, residual.outer.outputs()).into_owned(), s)?;
                Ok(branch(residual, &start).resize_vertically(position.len(), 0.0))
            }
            Motion::Node(stage) => stage.velocity(position, s),
            Motion::Limit(block) => {
                let location = position.rows(0, block.inner.inputs()).into_owned();
                Ok(branch(block, &location).resize_vertically(position.len(), 0.0))
            }
        }
    }

    /// Carries the single column of `point` from phase time s to the phase's end.
    pub(super) fn complete(&self, point: &mut DMatrix<f64>, s: f64) -> Result<(), NoVelocity> {
        match self {
            Motion::Rotation(rotation) => rotation.rotate(point, 1.0 - s),
            Motion::Compression { law, factors, basis } => {
                let remaining: Vec<f64> = factors.iter().map(|sigma| remaining_factor(*law, *sigma, s)).collect();
                scale(point, &remaining, basis.as_ref());
            }
            Motion::Shift(bias) => point.column_mut(0).axpy(1.0 - s, bias, 1.0),
            Motion::Activation { activation, width } => {
                if s < 1.0 {
                    let own = &mut point.as_mut_slice()[..*width];
                    inverse::start_of_path(*activation, own, s)?;
                    activation.apply(own);
                }
            }
            Motion::Residual(residual) => {
                let (inputs, outputs) = (residual.inner.inputs(), residual.outer.outputs());
                if residual.shortcut.is_some() {
                    return Err(NoVelocity::Projection);
                }
                if s < 1.0 {
                    let start = block_start(residual, &point.column(0).rows(0, inputs).into_owned(), s)?;
                    let end = &start + branch(residual, &start);
                    point.view_mut((0, 0), (outputs, 1)).copy_from(&end);
                }
            }
            Motion::Limit(block) => limit::integrate(block, point, 1.0 - s, limit::EXACT)?,
            Motion::Node(stage) => {
                if s < 1.0 {
                    let start = stage.start_of(&point.column(0).into_owned(), s)?;
                    *point = stage.end(&DMatrix::from_column_slice(start.len(), 1, start.as_slice()));
                }
            }
        }
        Ok(())
    }
}

/// d ln x/ds along one direction. Where a direction is lost it is −1/(1−s); at the end nothing is left to move.
fn compression_rate(law: CompressionLaw, sigma: f64, s: f64) -> f64 {
    match law {
        CompressionLaw::Geometric if sigma > 0.0 => sigma.ln(),
        _ => {
            let now = CompressionLaw::Straight.factor(sigma, s);
            if now == 0.0 { 0.0 } else { (sigma - 1.0) / now }
        }
    }
}

/// What is left of a direction's factor from phase time s to 1.
pub(super) fn remaining_factor(law: CompressionLaw, sigma: f64, s: f64) -> f64 {
    match law {
        CompressionLaw::Geometric if sigma > 0.0 => sigma.powf(1.0 - s),
        _ => {
            let now = CompressionLaw::Straight.factor(sigma, s);
            if now == 0.0 { 0.0 } else { sigma / now }
        }
    }
}

fn branch(residual: &Residual, x: &DVector<f64>) -> DVector<f64> {
    residual.branch(&DMatrix::from_column_slice(x.len(), 1, x.as_slice())).column(0).into_owned()
}

/// The x with x + s f(x) = `position`, by the contraction x ← position − s f(x).
pub(super) fn block_start(residual: &Residual, position: &DVector<f64>, s: f64) -> Result<DVector<f64>, NoVelocity> {
    if residual.shortcut.is_some() {
        return Err(NoVelocity::Projection);
    }
    let mut x = position.clone();
    for _ in 0..STEPS {
        let next = position - branch(residual, &x) * s;
        let moved = (&next - &x).norm();
        x = next;
        if moved <= INVERTED * (1.0 + x.norm()) {
            return Ok(x);
        }
    }
    Err(NoVelocity::NotInvertible)
}
