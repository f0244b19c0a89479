//! An activation as the blocks x + W₂·ReLU(W₁x + b₁) + b₂ see it: its velocity, piecewise linear on K knots.
//!
//! In step r a block interpolates the velocity σ(y) − y at the places x_k = (1−s) y_k + s σ(y_k), s = r/N, that the
//! knots y_k have reached. A point between two knots keeps its weights: if x = (1−w) x_k + w x_{k+1} before the step,
//! it is so after. So the Euler path is the straight path to σ̂(y), σ̂ the interpolant of σ on the knots, whatever N is;
//! the only error is |σ̂ − σ|. Where the activation folds at s*, the last block before s* takes the rest in one step.

use crate::network::Activation;

/// K: knots over the data's range. The error falls as 1/K² and is then far below Euler's for N ≤ 256.
const KNOTS: usize = 256;
/// Where σ'' is found by differences to place the knots.
const SAMPLES: usize = 4096;
/// The share of knots that are spread evenly, whatever the curvature.
const EVEN_SHARE: f64 = 0.1;
/// The range is widened by this share on both sides, as the refinement's data strays from the plain net's.
const MARGIN: f64 = 0.25;
/// Knots closer than this share of the range are one: between them the slope would be rounding.
const SAME_KNOT: f64 = 1e-9;
/// The range reaches at least this far from 0.
const MIN_REACH: f64 = 1.0;

/// σ̂: values on knots, straight between and beyond them.
#[derive(Clone, Debug)]
pub(super) struct Interpolant {
    knots: Vec<f64>,
    values: Vec<f64>,
}

impl Interpolant {
    /// The interpolant over the range of the data; `None` for one with a single kink at 0, which blocks reproduce exactly, and for softmax, which acts on all coordinates together and is kept as it is.
    pub fn new(activation: Activation, smallest: f64, largest: f64) -> Option<Interpolant> {
        if matches!(
            activation,
            Activation::Identity | Activation::Relu | Activation::LeakyRelu { .. } | Activation::Softmax
        ) {
            return None;
        }
        let margin = MARGIN * (largest - smallest);
        let (low, high) = ((smallest - margin).min(-MIN_REACH), (largest + margin).max(MIN_REACH));
        if !(high - low).is_finite() {
            return None;
        }
        let mut knots = spread_by_curvature(activation, low, high);
        // Between its kinks even a piecewise linear activation is met exactly.
        knots.push(0.0);
        knots.extend(activation.kinks().into_iter().filter(|kink| (low..=high).contains(kink)));
        knots.sort_by(f64::total_cmp);
        knots.dedup_by(|one, other| *one - *other <= SAME_KNOT * (high - low));
        let values = knots.iter().map(|y| activation.value(*y)).collect();
        Some(Interpolant { knots, values })
    }

    /// y_k, ascending; at least two.
    pub fn knots(&self) -> &[f64] {
        &self.knots
    }

    /// σ(y_k).
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// σ̂(y).
    pub fn value(&self, y: f64) -> f64 {
        // The segment whose ends enclose y, or the outermost one.
        let right = self.knots.partition_point(|knot| *knot <= y).clamp(1, self.knots.len() - 1);
        let (from, to) = (self.knots[right - 1], self.knots[right]);
        let weight = (y - from) / (to - from);
        self.values[right - 1] * (1.0 - weight) + self.values[right] * weight
    }
}

/// Knots with equal shares of ∫√|σ''|: the interpolation error h²|σ''|/8 is then the same between all of them.
fn spread_by_curvature(activation: Activation, low: f64, high: f64) -> Vec<f64> {
    let width = (high - low) / SAMPLES as f64;
    let at = |sample: usize| low + width * sample as f64;
    let bends: Vec<f64> =
        (0..SAMPLES).map(|i| ((activation.slope(at(i + 1)) - activation.slope(at(i))) / width).abs().sqrt()).collect();
    let mean = bends.iter().sum::<f64>() / SAMPLES as f64;
    let even = EVEN_SHARE * mean.max(f64::MIN_POSITIVE);
    let total: f64 = bends.iter().map(|bend| bend + even).sum();
    let mut knots = vec![low];
    let mut passed = 0.0;
    for (i, bend) in bends.iter().enumerate() {
        let density = bend + even;
        while knots.len() < KNOTS && passed + density >= total * knots.len() as f64 / (KNOTS - 1) as f64 {
            let share = (total * knots.len() as f64 / (KNOTS - 1) as f64 - passed) / density;
            knots.push(at(i) + width * share.clamp(0.0, 1.0));
        }
        passed += density;
    }
    knots.push(high);
    knots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_activations_are_met_closely_inside_and_straight_outside() {
        for activation in Activation::ALL {
            let Some(interpolant) = Interpolant::new(activation, -6.0, 5.0) else { continue };
            assert!(interpolant.knots().len() >= KNOTS && interpolant.knots().len() <= KNOTS + 4);
            for i in -600..500 {
                let y = f64::from(i) * 0.01;
                let miss = (interpolant.value(y) - activation.value(y)).abs();
                assert!(miss < 1e-4, "{activation:?} at {y}: off by {miss}");
            }
            let beyond = [20.0, 21.0, 22.0].map(|y| interpolant.value(y));
            assert!((beyond[0] - 2.0 * beyond[1] + beyond[2]).abs() < 1e-9);
        }
    }

    #[test]
    fn piecewise_linear_activations_need_none() {
        assert!(Interpolant::new(Activation::Relu, -1.0, 1.0).is_none());
        assert!(Interpolant::new(Activation::Tanh, f64::NAN, f64::NAN).is_some());
    }
}
