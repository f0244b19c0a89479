//! Data on its way through the phases, one after the other, in f64.

use nalgebra::DMatrix;

use super::error::FlowError;
use super::phase_scheme::{ExactScheme, PhaseScheme};
use super::{Flow, LayerFlow, Motion, NoLimit, limit};
use crate::network::Residual;

/// How a layer's last, non-affine phase is followed: exactly, or in steps.
pub(crate) trait NonlinearScheme {
    /// Moves `points` (d × samples), the values at the phase's start, straight to its end; `layer` is the layer's index
    /// from 0, `start` are the values with which it began.
    fn finish(&self, layer: usize, motion: &Motion, start: &DMatrix<f64>, points: &mut DMatrix<f64>);

    /// Moves `points`, the values at the phase's start or where a piece ended, along the continuous limit of `block`, by
    /// so much phase time.
    fn limit(&self, block: &Residual, duration: f64, points: &mut DMatrix<f64>) -> Result<(), NoLimit>;

    /// The number of straight pieces of a path through such a limit; `None` where it is followed as it is.
    fn pieces(&self) -> Option<usize>;
}

impl NonlinearScheme for ExactScheme {
    fn finish(&self, _: usize, motion: &Motion, start: &DMatrix<f64>, points: &mut DMatrix<f64>) {
        motion.finish(start, points);
    }

    fn limit(&self, block: &Residual, duration: f64, points: &mut DMatrix<f64>) -> Result<(), NoLimit> {
        limit::integrate(block, points, duration, limit::EXACT)
    }

    fn pieces(&self) -> Option<usize> {
        None
    }
}

/// As the flow is, but continuous limits to the digits that are drawn.
pub(crate) struct DrawnScheme;

impl NonlinearScheme for DrawnScheme {
    fn finish(&self, _: usize, motion: &Motion, start: &DMatrix<f64>, points: &mut DMatrix<f64>) {
        motion.finish(start, points);
    }

    fn limit(&self, block: &Residual, duration: f64, points: &mut DMatrix<f64>) -> Result<(), NoLimit> {
        limit::integrate(block, points, duration, limit::DRAWN)
    }

    fn pieces(&self) -> Option<usize> {
        None
    }
}

/// The values of all samples (d × samples) at the start of a phase, and what is needed to go on from there.
pub(crate) struct FlowCursor<'a> {
    flow: &'a Flow,
    scheme: &'a dyn PhaseScheme,
    finish: &'a dyn NonlinearScheme,
    layer: usize,
    phase: usize,
    layer_start: DMatrix<f64>,
    phase_start: DMatrix<f64>,
    /// How far a continuous limit has been followed in this phase: phase time s and the values there.
    followed: Option<(f64, DMatrix<f64>)>,
}

impl<'a> FlowCursor<'a> {
    /// Stands at the start of the first layer.
    pub fn new(
        flow: &'a Flow,
        inputs: &DMatrix<f64>,
        scheme: &'a dyn PhaseScheme,
        finish: &'a dyn NonlinearScheme,
    ) -> Result<FlowCursor<'a>, FlowError> {
        let start = flow.embed(inputs)?;
        let (layer_start, phase_start) = (start.clone(), start);
        Ok(FlowCursor { flow, scheme, finish, layer: 0, phase: 0, layer_start, phase_start, followed: None })
    }

    /// Stands at the start of layer `index` (from 0), where `start` (d × samples) are the values; it must be there.
    pub fn at_layer(
        flow: &'a Flow,
        index: usize,
        start: DMatrix<f64>,
        scheme: &'a dyn PhaseScheme,
        finish: &'a dyn NonlinearScheme,
    ) -> FlowCursor<'a> {
        let layer = index.min(flow.layers().len().saturating_sub(1));
        FlowCursor {
            flow,
            scheme,
            finish,
            layer,
            phase: 0,
            layer_start: start.clone(),
            phase_start: start,
            followed: None,
        }
    }

    /// The values at the start of the current layer.
    pub fn layer_start(&self) -> &DMatrix<f64> {
        &self.layer_start
    }

    /// The values at the start of the current phase.
    pub fn phase_start(&self) -> &DMatrix<f64> {
        &self.phase_start
    }

    /// The values at phase time s of the current phase; where no phase is left, those at the layer's end. Along a
    /// continuous limit ascending s cost the least.
    ///
    /// # Errors
    /// If a continuous limit cannot be followed.
    pub fn at(&mut self, s: f64) -> Result<DMatrix<f64>, FlowError> {
        let mut points = self.phase_start.clone();
        let layer = &self.flow.layers()[self.layer];
        let Some(phase) = layer.phases.get(self.phase) else { return Ok(points) };
        if let Motion::Limit(block) = &phase.motion {
            let mut before = 0.0;
            // Its velocity does not depend on s: it may be followed on from where it was left, in steps where one ended.
            let pieces = self.finish.pieces();
            let is_corner = |reached: f64| pieces.is_none_or(|pieces| (reached * pieces as f64).fract() == 0.0);
            if let Some((reached, there)) = self.followed.take_if(|(reached, _)| *reached <= s && is_corner(*reached)) {
                (before, points) = (reached, there);
            }
            let failed = |source| FlowError::Limit { layer: layer.index, source };
            self.finish.limit(block, s - before, &mut points).map_err(failed)?;
            self.followed = Some((s, points.clone()));
            return Ok(points);
        }
        if let Motion::Node(stage) = &phase.motion {
            return Ok(stage.at(&self.phase_start, s));
        }
        if phase.motion.is_affine() {
            let scheme = layer.scheme(self.scheme);
            phase.motion.carry(&mut points, s, scheme);
            if s == 1.0 && scheme.is_exact() && layer.is_last_affine(self.phase) {
                layer.clear_beyond_width(&mut points);
            }
            return Ok(points);
        }
        self.finish.finish(self.layer, &phase.motion, &self.layer_start, &mut points);
        if s < 1.0 {
            points = points * s + &self.phase_start * (1.0 - s);
        }
        Ok(points)
    }

    /// Goes to the start of the next phase of this layer; false if there is none.
    ///
    /// # Errors
    /// If a continuous limit cannot be followed; so for the others that go on.
    pub fn next_phase(&mut self) -> Result<bool, FlowError> {
        if self.phase >= self.flow.layers()[self.layer].phases.len() {
            return Ok(false);
        }
        self.phase_start = self.at(1.0)?;
        self.phase += 1;
        self.followed = None;
        Ok(true)
    }

    /// Goes through what is left of this layer, to the start of the next.
    pub fn next_layer(&mut self) -> Result<(), FlowError> {
        while self.next_phase()? {}
        self.layer_start = self.phase_start.clone();
        self.layer = (self.layer + 1).min(self.flow.layers().len() - 1);
        self.phase = 0;
        Ok(())
    }

    /// Goes to the phase in which the time t falls and answers the values there.
    pub fn reach(&mut self, t: f64) -> Result<DMatrix<f64>, FlowError> {
        let moment = self.flow.moment(t);
        while self.layer < moment.layer {
            self.next_layer()?;
        }
        let phase = moment.phase.unwrap_or(0);
        while self.phase < phase {
            self.next_phase()?;
        }
        self.at(moment.s)
    }
}

impl Flow {
    /// `inputs` (inputs × samples) padded with zeros to the ambient space, d × samples.
    ///
    /// # Errors
    /// If `inputs` has another number of rows than the network has inputs.
    pub fn embed(&self, inputs: &DMatrix<f64>) -> Result<DMatrix<f64>, FlowError> {
        let expected = self.layers().first().map_or(0, |layer| layer.inputs);
        if inputs.nrows() != expected {
            return Err(FlowError::InputWidth { expected, found: inputs.nrows() });
        }
        Ok(inputs.clone().resize_vertically(self.ambient_dimension(), 0.0))
    }

    /// Positions of `inputs` (inputs × samples) at time t in the ambient space, d × samples, in f64.
    ///
    /// # Errors
    /// If `inputs` has another number of rows than the network has inputs, or a continuous limit cannot be followed.
    pub fn positions(&self, inputs: &DMatrix<f64>, t: f64) -> Result<DMatrix<f64>, FlowError> {
        FlowCursor::new(self, inputs, &ExactScheme, &ExactScheme)?.reach(t)
    }
}

impl Flow {
    /// Shows the positions of `inputs` (d × samples, in f64) at each of the ascending `times`, by index, one after the
    /// other, so that not all of them are kept; `visit` answers whether to go on.
    ///
    /// # Errors
    /// If `inputs` has another number of rows than the network has inputs, or `visit` answers false.
    pub fn visit(
        &self,
        inputs: &DMatrix<f64>,
        times: &[f64],
        visit: &mut dyn FnMut(usize, &DMatrix<f64>) -> bool,
    ) -> Result<(), FlowError> {
        let mut cursor = FlowCursor::new(self, inputs, &ExactScheme, &ExactScheme)?;
        for (index, t) in times.iter().enumerate() {
            if !visit(index, &cursor.reach(*t)?) {
                return Err(FlowError::Cancelled);
            }
        }
        Ok(())
    }
}

impl LayerFlow {
    fn is_last_affine(&self, phase: usize) -> bool {
        self.phases[phase + 1..].iter().all(|later| !later.motion.is_affine())
    }

    /// Coordinates beyond a layer's width are exactly 0 when its linear phases end; rounding leaves about 1e-16 there.
    fn clear_beyond_width(&self, points: &mut DMatrix<f64>) {
        let beyond = points.nrows() - self.outputs;
        points.rows_mut(self.outputs, beyond).fill(0.0);
    }
}

impl Motion {
    /// Moves the columns of `points` (d × samples), before the layer's last phase, to its end: the activation of
    /// their first coordinates, or the residual branch of the values `start` with which the layer began. Affine
    /// motions, and continuous limits, whose paths are curved, move nothing here.
    pub(crate) fn finish(&self, start: &DMatrix<f64>, points: &mut DMatrix<f64>) {
        match self {
            Motion::Activation { activation, width } => {
                points.column_iter_mut().for_each(|mut column| activation.apply(&mut column.as_mut_slice()[..*width]));
            }
            Motion::Residual(residual) => {
                let branch = residual.branch(&start.rows(0, residual.inner.inputs()).into_owned());
                let mut moved = points.rows_mut(0, residual.outer.outputs());
                moved += branch;
            }
            Motion::Node(stage) => *points = stage.end(points),
            Motion::Rotation(_) | Motion::Compression { .. } | Motion::Shift(_) | Motion::Limit(_) => {}
        }
    }
}
