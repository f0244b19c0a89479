//! The continuous limit of a residual block: dx/ds = f(x), s from 0 to 1, of which x + f(x) is one Euler step.
//!
//! It is followed by the pair of orders 5 and 4 of Dormand and Prince (J. Comput. Appl. Math. 6, 1980, 19–26), each point
//! with steps of its own: the velocity of a ReLU block has kinks, and what one point needs to pass its kink must not slow
//! the others. f does not depend on s, so points that are at different s go through the branch together.

use nalgebra::DMatrix;
use thiserror::Error;

use crate::network::Residual;

/// The error of one step at most, over the largest coordinate.
const TOLERANCE: f64 = 1e-12;
/// Steps of one point at most, those that are taken back among them; passing a kink takes about twenty.
const MAX_STEPS: usize = 10_000;
/// The first step, as a share of the way.
const FIRST: f64 = 0.25;
/// A step is so much shorter than the error asks for, and changes by these factors at most.
const SAFETY: f64 = 0.9;
const SHORTER: f64 = 0.2;
const LONGER: f64 = 5.0;

/// Where each stage stands: x + h·Σ a_j k_j. The last row is the step of order 5, so the last stage is the next first.
const STAGES: [&[f64]; 6] = [
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];
/// The step of order 5 less that of order 4: h·Σ e_j k_j.
const DIFFERENCE: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0];

/// Why the continuous limit of a block could not be followed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("its velocity changes too fast to be followed in {steps} steps")]
pub struct NoLimit {
    /// The steps after which it was given up.
    pub steps: usize,
}

/// The points that are on their way, column by column.
struct ActiveTrajectories {
    /// Which of all points each is.
    number: Vec<usize>,
    /// What is left of its way.
    left: Vec<f64>,
    /// Its next step.
    step: Vec<f64>,
    /// Where it is.
    at: DMatrix<f64>,
    /// f there.
    velocity: DMatrix<f64>,
}

/// Moves each column of `points` (d × samples, d at least the block's width) along dx/ds = f(x) for `duration` of s. The
/// block's shortcut must be the identity; coordinates beyond its width stay.
///
/// # Errors
/// If a point needs more than a bounded number of steps, as where the velocity is huge.
pub(crate) fn integrate(block: &Residual, points: &mut DMatrix<f64>, duration: f64) -> Result<(), NoLimit> {
    let (width, samples) = (block.inner.inputs(), points.ncols());
    if duration <= 0.0 || samples == 0 {
        return Ok(());
    }
    let at = points.rows(0, width).into_owned();
    let mut travellers = ActiveTrajectories {
        number: (0..samples).collect(),
        left: vec![duration; samples],
        step: vec![FIRST * duration; samples],
        velocity: block.branch(&at),
        at,
    };
    for _ in 0..MAX_STEPS {
        travellers.go(block);
        travellers.arrive(points);
        if travellers.number.is_empty() {
            return Ok(());
        }
    }
    Err(NoLimit { steps: MAX_STEPS })
}

impl ActiveTrajectories {
    /// One step of every point, taken back where its error is too large.
    fn go(&mut self, block: &Residual) {
        let steps: Vec<f64> = self.step.iter().zip(&self.left).map(|(step, left)| step.min(*left)).collect();
        let mut stages = vec![std::mem::replace(&mut self.velocity, DMatrix::zeros(0, 0))];
        let mut reached = DMatrix::zeros(0, 0);
        for weights in STAGES {
            reached = self.at.clone();
            add(&mut reached, &stages, weights, &steps);
            stages.push(block.branch(&reached));
        }
        let mut error = DMatrix::zeros(self.at.nrows(), self.at.ncols());
        add(&mut error, &stages, &DIFFERENCE, &steps);
        let last = stages.pop();
        let (mut velocity, last) = (stages.swap_remove(0), last.unwrap_or_else(|| block.branch(&reached)));
        for (column, h) in steps.into_iter().enumerate() {
            let size = self.at.column(column).amax().max(reached.column(column).amax());
            let miss = error.column(column).amax();
            // A sum that is no number counts as a miss.
            let ratio = if miss == 0.0 { 0.0 } else { miss / (TOLERANCE * size) };
            let taken = ratio <= 1.0 && last.column(column).iter().all(|value| value.is_finite());
            if taken {
                self.left[column] = if h == self.left[column] { 0.0 } else { self.left[column] - h };
                self.at.set_column(column, &reached.column(column));
                velocity.set_column(column, &last.column(column));
            }
            // The error of a step of order 4 goes with h⁵.
            let wanted = if ratio.is_finite() { SAFETY * ratio.powf(-0.2) } else { SHORTER };
            self.step[column] = h * wanted.clamp(SHORTER, if taken { LONGER } else { 1.0 });
        }
        self.velocity = velocity;
    }

    /// Puts those that are there into `points` and leaves them behind.
    fn arrive(&mut self, points: &mut DMatrix<f64>) {
        let width = self.at.nrows();
        for (column, number) in self.number.iter().enumerate().filter(|(column, _)| self.left[*column] == 0.0) {
            points.view_mut((0, *number), (width, 1)).copy_from(&self.at.column(column));
        }
        let under_way: Vec<usize> = (0..self.number.len()).filter(|column| self.left[*column] > 0.0).collect();
        if under_way.len() == self.number.len() {
            return;
        }
        self.at = self.at.select_columns(&under_way);
        self.velocity = self.velocity.select_columns(&under_way);
        self.left = under_way.iter().map(|column| self.left[*column]).collect();
        self.step = under_way.iter().map(|column| self.step[*column]).collect();
        self.number = under_way.iter().map(|column| self.number[*column]).collect();
    }
}

/// Adds h·Σ weight·stage to each column, h the column's own step.
fn add(points: &mut DMatrix<f64>, stages: &[DMatrix<f64>], weights: &[f64], steps: &[f64]) {
    for (stage, weight) in stages.iter().zip(weights).filter(|(_, weight)| **weight != 0.0) {
        for ((mut column, velocity), h) in points.column_iter_mut().zip(stage.column_iter()).zip(steps) {
            column.axpy(h * weight, &velocity, 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DVector;

    use super::*;
    use crate::network::{Activation, Affine};

    fn block(inner: DMatrix<f64>, bias: Option<DVector<f64>>, activation: Activation, outer: DMatrix<f64>) -> Residual {
        let (inner, outer) = (Affine { weight: inner, bias }, Affine { weight: outer, bias: None });
        Residual { name: String::new(), inner, activation, outer, shortcut: None }
    }

    #[test]
    fn a_linear_velocity_gives_the_exponential() {
        let linear = block(
            DMatrix::identity(2, 2),
            None,
            Activation::Identity,
            DMatrix::from_row_slice(2, 2, &[0.0, -2.0, 2.0, 0.0]),
        );
        // Two coordinates turn by 2 rad, a third is beyond the block.
        let start = DMatrix::from_row_slice(3, 2, &[1.0, 300.0, 0.0, 400.0, 7.0, 8.0]);
        let mut points = start.clone();
        integrate(&linear, &mut points, 1.0).unwrap();
        let (sin, cos) = 2.0_f64.sin_cos();
        for (before, after) in start.column_iter().zip(points.column_iter()) {
            let expected = [cos * before[0] - sin * before[1], sin * before[0] + cos * before[1]];
            let size = before[0].hypot(before[1]);
            assert!((after[0] - expected[0]).hypot(after[1] - expected[1]) < 1e-8 * size);
            assert_eq!(after[2], before[2]);
        }
    }

    #[test]
    fn a_kink_is_passed_by_each_point_in_its_own_time() {
        // dx/ds = max(x, 0).
        let one = || DMatrix::identity(1, 1);
        let mut points = DMatrix::from_row_slice(1, 3, &[1.0, -1.0, 3.0]);
        integrate(&block(one(), None, Activation::Relu, one()), &mut points, 1.0).unwrap();
        let e = 1.0_f64.exp();
        for (found, expected) in points.iter().zip([e, -1.0, 3.0 * e]) {
            assert!((found - expected).abs() < 1e-8 * expected.abs(), "{found} {expected}");
        }
        // dx/ds = 6·ReLU(0.5 − x): from 0 toward the kink and no farther; at 2 nothing moves.
        let slowing = block(
            DMatrix::from_element(1, 1, -1.0),
            Some(DVector::from_element(1, 0.5)),
            Activation::Relu,
            DMatrix::from_element(1, 1, 6.0),
        );
        let mut points = DMatrix::from_row_slice(1, 2, &[0.0, 2.0]);
        integrate(&slowing, &mut points, 1.0).unwrap();
        assert!((points[0] - 0.5 * (1.0 - (-6.0_f64).exp())).abs() < 1e-8 && points[1] == 2.0);
    }

    #[test]
    fn parts_of_the_way_make_the_whole() {
        let tanh = block(
            DMatrix::from_row_slice(2, 2, &[1.3, -0.4, 0.2, 0.9]),
            None,
            Activation::Tanh,
            DMatrix::from_row_slice(2, 2, &[0.8, 1.1, -1.4, 0.3]),
        );
        let start = DMatrix::from_row_slice(2, 2, &[0.3, -2.0, 1.0, 0.1]);
        let (mut whole, mut parts) = (start.clone(), start);
        integrate(&tanh, &mut whole, 1.0).unwrap();
        (0..4).for_each(|_| integrate(&tanh, &mut parts, 0.25).unwrap());
        assert!((whole - parts).norm() < 1e-7);
    }

    #[test]
    fn a_velocity_that_explodes_is_given_up() {
        let huge = block(DMatrix::identity(1, 1), None, Activation::Relu, DMatrix::from_element(1, 1, 1e9));
        let mut points = DMatrix::from_element(1, 1, 1.0);
        assert_eq!(integrate(&huge, &mut points, 1.0), Err(NoLimit { steps: MAX_STEPS }));
        assert_eq!(points[0], 1.0);
    }
}
