//! Quantised tensors: whole numbers and the steps that they count.

use super::stored::View;

/// Whole numbers q that stand for scale·(q − zero). `T` is what holds scales and zeros: a tensor, or the values of one.
#[derive(Clone)]
pub(super) struct Quantised<T> {
    pub numbers: View,
    pub steps: Steps<T>,
}

/// The steps of quantised numbers.
#[derive(Clone)]
pub(super) enum Steps<T> {
    /// The same for all.
    One { scale: f64, zero: f64 },
    /// One for each place along an axis.
    Along { axis: usize, scales: Box<T>, zeros: Box<T> },
}

impl<T> Steps<T> {
    /// The same steps with each of their parts read.
    pub fn read(&self, mut values: impl FnMut(&T) -> Result<Vec<f64>, String>) -> Result<Steps<Vec<f64>>, String> {
        Ok(match self {
            Steps::One { scale, zero } => Steps::One { scale: *scale, zero: *zero },
            Steps::Along { axis, scales, zeros } => {
                Steps::Along { axis: *axis, scales: Box::new(values(scales)?), zeros: Box::new(values(zeros)?) }
            }
        })
    }
}

impl Steps<Vec<f64>> {
    /// What numbers of this shape stand for; in words, why the steps do not fit.
    pub fn apply(&self, shape: &[usize], values: &mut [f64]) -> Result<(), String> {
        match self {
            Steps::One { scale, zero } => values.iter_mut().for_each(|value| *value = scale * (*value - zero)),
            Steps::Along { axis, scales, zeros } => {
                let length = shape.get(*axis).copied().unwrap_or(0);
                if scales.len() != length || zeros.len() != length {
                    return Err(format!("has {} scales for {length} places along its axis {axis}", scales.len()));
                }
                let inner = shape[axis + 1..].iter().product::<usize>().max(1);
                for (position, value) in values.iter_mut().enumerate() {
                    let at = position / inner % length;
                    *value = scales[at] * (*value - zeros[at]);
                }
            }
        }
        Ok(())
    }
}
