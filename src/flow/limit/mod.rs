//! The continuous limit of a residual block: dx/ds = f(x), s from 0 to 1, of which x + f(x) is one Euler step.
//!
//! Each point goes with steps of its own: the velocity of a ReLU block has kinks, and what one point needs to pass its kink
//! must not slow the others. f does not depend on s, so points that are at different s go through the branch together. Where
//! the activation is straight between its kinks the path is a series ([`series`]), else it is followed by a method of
//! Runge and Kutta ([`pair`]).

mod bound;
mod kink_step;
mod pair;
mod series;
mod under_way;

use nalgebra::DMatrix;

pub use bound::NoLimit;
pub(crate) use bound::{DRAWN, EXACT, TOLD};

use crate::network::Residual;

/// Moves each column of `points` (d × samples, d at least the block's width) along dx/ds = f(x) for `duration` of s, with
/// an error of at most `tolerance` a step, over the largest coordinate. The block's shortcut must be the identity; coordinates beyond its width stay.
///
/// # Errors
/// If a point needs more than a bounded number of steps, as where the velocity is huge.
pub(crate) fn integrate(
    block: &Residual,
    points: &mut DMatrix<f64>,
    duration: f64,
    tolerance: f64,
) -> Result<(), NoLimit> {
    if duration <= 0.0 || points.ncols() == 0 {
        return Ok(());
    }
    if block.activation.is_piecewise_linear() {
        series::integrate(block, points, duration, tolerance)
    } else {
        pair::integrate(block, points, duration, tolerance)
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DVector;

    use super::*;
    use crate::linalg::testing::random_matrix;
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
        integrate(&linear, &mut points, 1.0, EXACT).unwrap();
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
        integrate(&block(one(), None, Activation::Relu, one()), &mut points, 1.0, EXACT).unwrap();
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
        integrate(&slowing, &mut points, 1.0, EXACT).unwrap();
        assert!((points[0] - 0.5 * (1.0 - (-6.0_f64).exp())).abs() < 1e-8 && points[1] == 2.0);
    }

    #[test]
    fn the_series_and_the_steps_come_to_the_same_places() {
        let kinds = [
            Activation::Identity,
            Activation::Relu,
            Activation::LeakyRelu { negative_slope: -0.3 },
            Activation::RELU6,
            Activation::HardTanh { low: -0.4, high: 0.7 },
            Activation::HardSigmoid { slope: 1.0 / 6.0, shift: 0.5 },
            Activation::SoftShrink { lambda: 0.2 },
        ];
        for (seed, activation) in kinds.into_iter().enumerate() {
            // Once with the two factors apart, once with their product.
            for (width, hidden, samples) in [(3, 5, 2), (4, 3, 150)] {
                let seed = 10 * seed as u64;
                let bias =
                    |rows: usize, seed: u64| Some(DVector::from_column_slice(random_matrix(rows, 1, seed).as_slice()));
                let (inner, outer) = (random_matrix(hidden, width, seed) * 1.5, random_matrix(width, hidden, seed + 1));
                let block = Residual {
                    outer: Affine { weight: outer.clone(), bias: bias(width, seed + 3) },
                    ..block(inner, bias(hidden, seed + 2), activation, outer)
                };
                let start = random_matrix(width, samples, seed + 4);
                let (mut one, mut other) = (start.clone(), start.clone());
                series::integrate(&block, &mut one, 1.0, EXACT).unwrap();
                pair::integrate(&block, &mut other, 1.0, EXACT).unwrap();
                // The steps pass a kink with an error that they do not see whole; the series knows where it is.
                let error = (&one - &other).amax() / other.amax();
                assert!(error < 1e-8, "{activation:?} {width}: {error}");
                let mut parts = start;
                (0..7).for_each(|_| series::integrate(&block, &mut parts, 1.0 / 7.0, EXACT).unwrap());
                let error = (&one - &parts).amax() / one.amax();
                assert!(error < 1e-12, "{activation:?} {width} in parts: {error}");
            }
        }
    }

    #[test]
    fn what_begins_on_a_kink_leaves_it_by_its_velocity() {
        // dx/ds = 1 − 2·ReLU(x) from x = 0: x = (1 − e^{−2s})/2; and from the other side dx/ds = −1.
        let one = |value: f64| DMatrix::from_element(1, 1, value);
        for (drift, expected) in [(1.0, 0.5 * (1.0 - (-2.0_f64).exp())), (-1.0, -1.0)] {
            let mut going = block(one(1.0), None, Activation::Relu, one(-2.0));
            going.outer.bias = Some(DVector::from_element(1, drift));
            let mut points = one(0.0);
            integrate(&going, &mut points, 1.0, EXACT).unwrap();
            assert!((points[0] - expected).abs() < 1e-13, "{} {expected}", points[0]);
        }
        // At rest on the kink.
        let mut points = one(0.0);
        integrate(&block(one(1.0), None, Activation::Relu, one(-2.0)), &mut points, 1.0, EXACT).unwrap();
        assert_eq!(points[0], 0.0);
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
        integrate(&tanh, &mut whole, 1.0, EXACT).unwrap();
        (0..4).for_each(|_| integrate(&tanh, &mut parts, 0.25, EXACT).unwrap());
        assert!((whole - parts).norm() < 1e-7);
    }

    #[test]
    fn a_velocity_that_explodes_is_given_up() {
        let huge = block(DMatrix::identity(1, 1), None, Activation::Relu, DMatrix::from_element(1, 1, 1e9));
        let mut points = DMatrix::from_element(1, 1, 1.0);
        assert!(integrate(&huge, &mut points, 1.0, EXACT).is_err_and(|error| error.steps <= bound::MAX_STEPS));
        assert_eq!(points[0], 1.0);
    }
}
