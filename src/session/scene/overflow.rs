//! Where finite weights give numbers too large to go on with: behind it the points concerned are nowhere.

use nalgebra::DMatrix;

use crate::network::Forward;

/// The first value on the data's way that is beyond all numbers, or beyond those that the stage draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overflow {
    /// The layer that gives it, from 0.
    pub layer: usize,
    /// Its unit, from 0.
    pub unit: usize,
    /// The first point for which it does.
    pub sample: usize,
    /// The value.
    pub value: f64,
    /// How many points are lost at the end of the flow.
    pub lost: usize,
}

/// Positions are kept in single precision.
fn is_drawn(value: f64) -> bool {
    (value as f32).is_finite()
}

impl Overflow {
    /// Looks through the values that the layers give.
    pub fn find(forward: &Forward) -> Option<Overflow> {
        let has_lost = |values: &&DMatrix<f64>| !values.iter().all(|value| is_drawn(*value));
        let (layer, values) = forward.layer_outputs.iter().enumerate().find(|(_, values)| has_lost(values))?;
        let at = values.iter().position(|value| !is_drawn(*value))?;
        let mut is_lost = vec![false; values.ncols()];
        for values in forward.layer_outputs.iter().skip(layer) {
            for (is_lost, column) in is_lost.iter_mut().zip(values.column_iter()) {
                *is_lost |= !column.iter().all(|value| is_drawn(*value));
            }
        }
        let (unit, sample) = (at % values.nrows(), at / values.nrows());
        let lost = is_lost.into_iter().filter(|lost| *lost).count();
        Some(Overflow { layer, unit, sample, value: values[at], lost })
    }

    /// When the layer begins that gives it: behind that the flow is not whole.
    pub fn t(&self) -> f64 {
        self.layer as f64
    }

    /// What, where and how much, in a sentence; `number` is that of the point and `all` how many points there are.
    pub fn label(&self, number: usize, all: usize) -> String {
        let Overflow { layer, unit, value, lost, .. } = self;
        let beyond = if value.is_finite() { ", more than can be drawn" } else { "" };
        let verb = if *lost == 1 { "is" } else { "are" };
        format!(
            "Layer {} overflows: its unit {} gives {value:e} for point {number}{beyond}; {lost} of {all} points {verb} lost \
             from there on.",
            layer + 1,
            unit + 1
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_beyond_is_found_and_the_points_behind_are_counted() {
        let first = DMatrix::from_row_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 1e30]);
        let second = DMatrix::from_row_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, f64::INFINITY, 6.0]);
        let third = DMatrix::from_row_slice(1, 3, &[1.0, f64::NAN, 1e200]);
        let of = |list: &[&DMatrix<f64>]| Forward {
            layer_outputs: list.iter().copied().cloned().collect(),
            output: DMatrix::zeros(1, 3),
            predictions: vec![0; 3],
        };
        let found = Overflow::find(&of(&[&first, &second, &third])).unwrap();
        assert_eq!((found.layer, found.unit, found.sample, found.lost), (1, 1, 1, 2));
        assert!(
            found.label(7, 3).contains("Layer 2 overflows: its unit 2 gives inf for point 7; 2 of 3 points are lost")
        );
        assert_eq!(Overflow::find(&of(&[&first])), None);
        let beyond = Overflow::find(&of(&[&first, &third.columns(2, 1).into_owned()])).unwrap();
        assert!(
            beyond.label(3, 1).contains("1e200 for point 3, more than can be drawn; 1 of 1 points is lost"),
            "{}",
            beyond.label(3, 1)
        );
    }
}
