//! The mean of each group goes to 0: x(s) = x − s·mean(x)·1.
//!
//! The mean itself moves as (1 − s)·mean(x), so x = x(s) + s/(1 − s)·mean(x(s))·1 and v = −mean(x(s))/(1 − s)·1: the direction
//! 1/√d is compressed to 0 by the straight law, everything across it rests.

use nalgebra::DMatrix;

use super::motion::StructuredMotion;
use crate::flow::NoVelocity;
use crate::network::{Activation, Affine, Groups, Residual, group_mean};

/// The centring of groups of coordinates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CentringMotion {
    groups: Groups,
}

impl CentringMotion {
    /// The centring of these groups.
    pub fn new(groups: Groups) -> CentringMotion {
        CentringMotion { groups }
    }

    /// The groups.
    pub fn groups(&self) -> &Groups {
        &self.groups
    }
}

impl StructuredMotion for CentringMotion {
    fn dimension(&self) -> usize {
        self.groups.width()
    }

    fn carry(&self, coordinates: &mut [f64], s: f64) {
        self.groups.change(coordinates, |group| {
            let gone = s * group_mean(group);
            group.iter_mut().for_each(|x| *x -= gone);
        });
    }

    fn trace(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        if s >= 1.0 {
            return Err(NoVelocity::Merged);
        }
        self.groups.change(coordinates, |group| {
            let gone = s / (1.0 - s) * group_mean(group);
            group.iter_mut().for_each(|x| *x += gone);
        });
        Ok(())
    }

    fn rates(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        if s >= 1.0 {
            return Err(NoVelocity::Merged);
        }
        self.groups.change(coordinates, |group| {
            let rate = -group_mean(group) / (1.0 - s);
            group.fill(rate);
        });
        Ok(())
    }

    /// Two units a group, ReLU(m) − ReLU(−m) = m for its mean m: x − m/(N − r)·1.
    fn block(&self, r: usize, steps: usize, dimension: usize) -> Option<Residual> {
        let left = steps.checked_sub(r).filter(|left| *left > 0 && dimension >= self.dimension())?;
        let units = 2 * self.groups.count();
        let (mut inner, mut outer) = (DMatrix::zeros(units, dimension), DMatrix::zeros(dimension, units));
        for (group, members) in self.groups.iter().enumerate() {
            for (unit, sign) in [(2 * group, 1.0), (2 * group + 1, -1.0)] {
                for &index in members {
                    inner[(unit, index)] = sign / members.len() as f64;
                    outer[(index, unit)] = -sign / left as f64;
                }
            }
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
