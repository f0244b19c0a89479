//! What an activation does to the data: how its values are spread before and after, and which units carry nothing.

use nalgebra::DMatrix;

use crate::network::Activation;

/// The number of bars of a histogram.
const BARS: usize = 48;
/// A unit whose slope stays below this share of the steepest at nearly every sample passes nothing on.
const DEAD_SLOPE: f64 = 1e-3;
/// A unit that is active for a smaller share of the samples is dead.
const ACTIVE_SHARE: f64 = 0.01;
/// A value where the slope is below this share of the steepest is saturated.
const SATURATED_SLOPE: f64 = 0.05;

/// How many values fall into each of equally wide bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// The left end of the first bar.
    pub low: f64,
    /// The right end of the last bar.
    pub high: f64,
    /// The number of values in each bar.
    pub counts: Vec<u32>,
}

/// What an activation does to the values that one layer's units get.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivationUse {
    /// The values y before it.
    pub before: Histogram,
    /// The values σ(y) after it, over the same range.
    pub after: Histogram,
    /// The number of units, one for each coordinate.
    pub units: usize,
    /// Units that pass nothing on: their slope σ'(y) is below a thousandth of the steepest at more than 99 % of the samples, as
    /// the findings count them. `None` for
    /// softmax, whose units act together.
    pub dead: Option<usize>,
    /// The share of all values at which σ'(y) is below a twentieth of the steepest. `None` for softmax.
    pub saturated: Option<f64>,
    /// The number of samples that were measured.
    pub samples: usize,
}

impl Histogram {
    /// Counts `values` between `low` and `high`; what is not finite is left out.
    pub fn new(values: impl Iterator<Item = f64>, low: f64, high: f64) -> Histogram {
        let mut counts = vec![0; BARS];
        let width = (high - low).max(f64::MIN_POSITIVE);
        for value in values.filter(|value| value.is_finite()) {
            let bar = ((value - low) / width * BARS as f64).clamp(0.0, (BARS - 1) as f64) as usize;
            counts[bar] += 1;
        }
        Histogram { low, high, counts }
    }
}

impl ActivationUse {
    /// Measures `before`, the values y that `activation` gets (units × samples). `None` without values.
    pub fn measure(activation: Activation, before: &DMatrix<f64>) -> Option<ActivationUse> {
        let (units, samples) = before.shape();
        let mut after = before.clone();
        after.column_iter_mut().for_each(|mut column| activation.apply(column.as_mut_slice()));
        let finite = before.iter().chain(after.iter()).copied().filter(|value| value.is_finite());
        let range = finite.fold(None, |range: Option<(f64, f64)>, value| {
            let (low, high) = range.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        });
        let (low, high) = range?;
        let gradients = activation.is_coordinatewise().then(|| {
            let steepest = activation.steepest_slope();
            before.map(|y| activation.slope(y).abs() / steepest)
        });
        let dead = |gradients: &DMatrix<f64>| {
            let is_dead = |active: usize| (active as f64) < ACTIVE_SHARE * samples as f64;
            let active = gradients.row_iter().map(|row| row.iter().filter(|slope| **slope >= DEAD_SLOPE).count());
            active.filter(|active| is_dead(*active)).count()
        };
        let saturated = |gradients: &DMatrix<f64>| {
            gradients.iter().filter(|slope| **slope < SATURATED_SLOPE).count() as f64 / gradients.len() as f64
        };
        Some(ActivationUse {
            before: Histogram::new(before.iter().copied(), low, high),
            after: Histogram::new(after.iter().copied(), low, high),
            units,
            dead: gradients.as_ref().map(dead),
            saturated: gradients.as_ref().map(saturated),
            samples,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_that_is_never_positive_is_dead_under_relu() {
        let before = DMatrix::from_row_slice(
            3,
            4,
            &[
                1.0, -1.0, 2.0, -3.0, // half of it
                -1.0, -2.0, -0.5, -4.0, // never
                0.5, 0.25, 4.0, 1.0, // always
            ],
        );
        let found = ActivationUse::measure(Activation::Relu, &before).unwrap();
        assert_eq!((found.units, found.samples, found.dead), (3, 4, Some(1)));
        assert_eq!(found.saturated, Some(0.5));
        assert_eq!((found.before.low, found.before.high), (-4.0, 4.0));
        assert_eq!(found.before.counts.iter().sum::<u32>(), 12);
        // Six values become 0, in the bar that begins there.
        assert_eq!(found.after.counts[BARS / 2], 6);
    }

    #[test]
    fn a_unit_that_is_hardly_ever_on_is_dead_too() {
        let before = DMatrix::from_fn(2, 300, |unit, sample| if sample < 2 + 2 * unit { 1.0 } else { -1.0 });
        assert_eq!(ActivationUse::measure(Activation::Relu, &before).unwrap().dead, Some(1));
    }

    #[test]
    fn tanh_saturates_where_its_slope_is_small() {
        // tanh' = 1 − tanh² is 1 at 0 and 4e-9 at 10.
        let before = DMatrix::from_row_slice(2, 2, &[0.0, 10.0, -10.0, 10.0]);
        let found = ActivationUse::measure(Activation::Tanh, &before).unwrap();
        assert_eq!((found.dead, found.saturated), (Some(1), Some(0.75)));
        let identity = ActivationUse::measure(Activation::Identity, &before).unwrap();
        assert_eq!((identity.dead, identity.saturated), (Some(0), Some(0.0)));
    }

    #[test]
    fn softmax_has_no_units_of_its_own_and_nothing_gives_nothing() {
        let found = ActivationUse::measure(Activation::Softmax, &DMatrix::from_element(2, 3, 1.0)).unwrap();
        assert_eq!((found.dead, found.saturated), (None, None));
        assert!(ActivationUse::measure(Activation::Tanh, &DMatrix::zeros(3, 0)).is_none());
        assert!(ActivationUse::measure(Activation::Tanh, &DMatrix::from_element(1, 1, f64::NAN)).is_none());
    }
}
