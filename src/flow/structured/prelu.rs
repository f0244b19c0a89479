//! PReLU unit by unit: below 0 a unit is multiplied by 1 − s + s·a, which has a velocity as long as that is positive.

use nalgebra::DMatrix;

use super::motion::{StructuredMotion, steps_before_fold};
use crate::flow::NoVelocity;
use crate::network::{Activation, Affine, Prelu, Residual};

/// The motion of PReLU with a slope for each coordinate.
#[derive(Clone, Debug, PartialEq)]
pub struct PreluMotion {
    slopes: Vec<f64>,
    /// 1/(1 − a) of the least slope, where that is negative.
    fold: Option<f64>,
}

impl PreluMotion {
    /// The motion of this map.
    pub fn new(prelu: &Prelu) -> PreluMotion {
        let least = prelu.slopes().iter().copied().fold(f64::INFINITY, f64::min);
        PreluMotion { slopes: prelu.slopes().to_vec(), fold: (least < 0.0).then(|| 1.0 / (1.0 - least)) }
    }

    /// The factor below 0 at phase time s, where all are positive or a unit is 0 at the end.
    fn factors(&self, s: f64) -> Result<impl Iterator<Item = f64> + '_, NoVelocity> {
        match self.fold.filter(|fold| s >= *fold) {
            Some(fold) => Err(NoVelocity::Fold { fold }),
            None => Ok(self.slopes.iter().map(move |slope| 1.0 - s + s * slope)),
        }
    }
}

impl StructuredMotion for PreluMotion {
    fn dimension(&self) -> usize {
        self.slopes.len()
    }

    fn carry(&self, coordinates: &mut [f64], s: f64) {
        let each = coordinates.iter_mut().zip(&self.slopes).filter(|(x, _)| **x < 0.0);
        each.for_each(|(x, slope)| *x *= 1.0 - s + s * slope);
    }

    fn trace(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        for (x, factor) in coordinates.iter_mut().zip(self.factors(s)?).filter(|(x, _)| **x < 0.0) {
            if factor == 0.0 {
                return Err(NoVelocity::OutsideRange);
            }
            *x /= factor;
        }
        Ok(())
    }

    fn rates(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        for ((x, factor), slope) in coordinates.iter_mut().zip(self.factors(s)?).zip(&self.slopes) {
            *x = match *x {
                below if below < 0.0 && factor == 0.0 => return Err(NoVelocity::OutsideRange),
                below if below < 0.0 => below * (slope - 1.0) / factor,
                _ => 0.0,
            };
        }
        Ok(())
    }

    fn fold(&self) -> Option<f64> {
        self.fold
    }

    /// W₁ = −I, W₂ = h·diag((1 − a)/(1 − s + s·a)): exact for every N, as for ReLU. `None` for blocks after the one that
    /// passes the fold.
    fn block(&self, r: usize, steps: usize, dimension: usize) -> Option<Residual> {
        let (s, h) = steps_before_fold(self.fold, steps).get(r).copied()?;
        let width = self.slopes.len();
        if dimension < width {
            return None;
        }
        let (mut inner, mut outer) = (DMatrix::zeros(width, dimension), DMatrix::zeros(dimension, width));
        inner.fill_diagonal(-1.0);
        for (unit, slope) in self.slopes.iter().enumerate() {
            outer[(unit, unit)] = h * (1.0 - slope) / (1.0 - s + s * slope);
        }
        Some(Residual {
            name: String::new(),
            inner: Affine { weight: inner, bias: None },
            activation: Activation::Relu,
            outer: Affine { weight: outer, bias: None },
            shortcut: None,
        })
    }
}
