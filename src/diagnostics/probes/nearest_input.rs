//! The input whose path passes nearest to a place, where none leads there.

use nalgebra::{DMatrix, DVector};

use crate::flow::Flow;

/// Steps at most.
const STEPS: usize = 30;
/// Multiplications that one step may cost; a flow of many inputs is not searched.
const STEP_WORK: usize = 400_000_000;
/// The displacement for the slopes, beside the size of the input.
const DIFFERENCE: f64 = 1e-6;
/// A step that shortens the distance by less than this share is the last.
const SETTLED: f64 = 1e-10;
/// The first damping beside the largest slope, and what it is changed by.
const DAMPING: f64 = 1e-3;
const DAMPING_STEP: f64 = 10.0;
/// Attempts at a step, each with more damping than the one before.
const ATTEMPTS: usize = 12;

/// An input whose path passes near a place.
#[derive(Clone, Debug, PartialEq)]
pub struct NearestInput {
    /// The input.
    pub input: DVector<f64>,
    /// How far from the place its path is at that time.
    pub distance: f64,
}

impl NearestInput {
    /// From `start` on, steps of Levenberg and Marquardt toward the least ‖x(t) − y‖: with the slopes J of x(t) by the input
    /// each solves (JᵀJ + μI)Δ = Jᵀ(y − x(t)), with more damping μ where the distance would grow. It ends in a valley: a
    /// nearer input may lie elsewhere. `None` where the flow is too large, cannot be followed, or `go_on` answers false.
    pub fn find(
        flow: &Flow,
        start: &DVector<f64>,
        (t, position): (f64, &DVector<f64>),
        go_on: &mut dyn FnMut() -> bool,
    ) -> Option<NearestInput> {
        let phases: usize = flow.layers().iter().map(|layer| layer.phases.len()).sum();
        let cost = 4 * start.len() * flow.ambient_dimension().pow(2) * phases.max(1);
        if cost > STEP_WORK || start.is_empty() || position.len() != flow.ambient_dimension() {
            return None;
        }
        let column = |input: &DVector<f64>| DMatrix::from_column_slice(input.len(), 1, input.as_slice());
        let residual = |input: &DVector<f64>| -> Option<DVector<f64>> {
            let now = flow.positions(&column(input), t).ok()?;
            Some(position - now.column(0)).filter(|residual| residual.iter().all(|value| value.is_finite()))
        };
        let mut input = start.clone();
        let mut left = residual(&input)?;
        let mut damping = DAMPING;
        for _ in 0..STEPS {
            if !go_on() {
                return None;
            }
            let slopes = slopes(flow, &input, t)?;
            let normal = slopes.tr_mul(&slopes);
            let largest = normal.diagonal().max();
            if !(largest.is_finite() && largest > 0.0) {
                break;
            }
            let toward = slopes.tr_mul(&left);
            let before = left.norm();
            let mut improved = false;
            for _ in 0..ATTEMPTS {
                let mut damped = normal.clone();
                damped.set_diagonal(&normal.diagonal().add_scalar(damping * largest));
                let step = damped.cholesky()?.solve(&toward);
                let next = &input + step;
                if let Some(next_left) = residual(&next).filter(|next| next.norm() < before) {
                    (input, left, improved) = (next, next_left, true);
                    damping /= DAMPING_STEP;
                    break;
                }
                damping *= DAMPING_STEP;
            }
            if !improved || before - left.norm() <= SETTLED * before {
                break;
            }
        }
        Some(NearestInput { distance: left.norm(), input })
    }
}

/// ∂x(t)/∂input by central differences, d × inputs.
fn slopes(flow: &Flow, input: &DVector<f64>, t: f64) -> Option<DMatrix<f64>> {
    let count = input.len();
    let step = DIFFERENCE * (1.0 + input.amax());
    let moved = DMatrix::from_fn(count, 2 * count, |row, column| {
        let sign = if column < count { step } else { -step };
        input[row] + if column % count == row { sign } else { 0.0 }
    });
    let ends = flow.positions(&moved, t).ok()?;
    Some((ends.columns(0, count) - ends.columns(count, count)) / (2.0 * step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::FlowOptions;
    use crate::linalg::testing::random_matrix;
    use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};

    fn flow(activation: Activation) -> Flow {
        let dense = |rows, columns, seed, activation| {
            let affine = Affine { weight: random_matrix(rows, columns, seed), bias: None };
            Layer::Dense(Dense { name: String::new(), affine, activation })
        };
        let layers = vec![dense(4, 2, 1, activation), dense(4, 4, 2, Activation::Identity)];
        let network = Network::new(String::new(), layers, OutputFunction::Identity).unwrap();
        Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap()
    }

    #[test]
    fn an_input_that_leads_there_is_found() {
        let flow = flow(Activation::Tanh);
        let wanted = DVector::from_row_slice(&[0.4, -0.3]);
        for t in [0.0, 0.3, 0.7, 1.5, 2.0] {
            let column = DMatrix::from_column_slice(2, 1, wanted.as_slice());
            let position = flow.positions(&column, t).unwrap().column(0).into_owned();
            let found = NearestInput::find(&flow, &DVector::zeros(2), (t, &position), &mut || true).unwrap();
            assert!(found.distance < 1e-7 && (&found.input - &wanted).norm() < 1e-6, "{t}: {found:?}");
        }
    }

    #[test]
    fn of_a_linear_layer_it_is_the_least_squares_solution() {
        let flow = flow(Activation::Identity);
        let position = random_matrix(flow.ambient_dimension(), 1, 7).column(0).into_owned();
        let found = NearestInput::find(&flow, &DVector::zeros(2), (2.0, &position), &mut || true).unwrap();
        let unit = flow.positions(&DMatrix::identity(2, 2), 2.0).unwrap();
        let expected = unit.clone().pseudo_inverse(1e-12).unwrap() * &position;
        assert!((&found.input - &expected).norm() < 1e-6 * expected.norm(), "{found:?} {expected}");
        assert!((found.distance - (unit * expected - &position).norm()).abs() < 1e-9);
        assert!(NearestInput::find(&flow, &DVector::zeros(2), (2.0, &position), &mut || false).is_none());
        assert!(NearestInput::find(&flow, &DVector::zeros(2), (2.0, &DVector::zeros(1)), &mut || true).is_none());
    }
}
