//! Softmax and its logarithm within groups.
//!
//! Softmax moves straight, x(s) = (1 − s)·x + s·p(x); it is the gradient of a convex function, so the path is undone by a joint
//! solve. Its logarithm is x − L(x)·1 with L(x) = ln Σ e^{x_i}, and moves as x(s) = x − s·L(x)·1. As L(x − c·1) = L(x) − c,
//! L(x(s)) = (1 − s)·L(x): what is left of the way is read off the place itself.

use super::motion::StructuredMotion;
use crate::flow::{NoVelocity, inverse};
use crate::network::{Activation, GroupSoftmax, group_log_sum_exp, softmax};

/// The motion of softmax, or of its logarithm, within groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoftmaxMotion {
    map: GroupSoftmax,
}

impl SoftmaxMotion {
    /// The motion of this map.
    pub fn new(map: GroupSoftmax) -> SoftmaxMotion {
        SoftmaxMotion { map }
    }

    /// Replaces each group by what `find` makes of it.
    fn each(
        &self,
        coordinates: &mut [f64],
        find: impl Fn(&mut [f64]) -> Result<(), NoVelocity>,
    ) -> Result<(), NoVelocity> {
        let mut result = Ok(());
        self.map.groups().change(coordinates, |group| {
            if let Err(reason) = find(group) {
                result = Err(reason);
            }
        });
        result
    }
}

impl StructuredMotion for SoftmaxMotion {
    fn dimension(&self) -> usize {
        self.map.groups().width()
    }

    fn carry(&self, coordinates: &mut [f64], s: f64) {
        self.map.groups().change(coordinates, |group| {
            if self.map.is_logarithm() {
                let gone = s * group_log_sum_exp(group);
                group.iter_mut().for_each(|x| *x -= gone);
            } else {
                let mut end = group.to_vec();
                softmax(&mut end);
                group.iter_mut().zip(end).for_each(|(x, end)| *x = (1.0 - s) * *x + s * end);
            }
        });
    }

    fn trace(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        if s >= 1.0 {
            return Err(NoVelocity::Merged);
        }
        self.each(coordinates, |group| {
            if !self.map.is_logarithm() {
                return inverse::start_of_path(Activation::Softmax, group, s);
            }
            let gone = s / (1.0 - s) * group_log_sum_exp(group);
            group.iter_mut().for_each(|x| *x += gone);
            Ok(())
        })
    }

    fn rates(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        if s >= 1.0 {
            return Err(NoVelocity::Merged);
        }
        self.each(coordinates, |group| {
            if self.map.is_logarithm() {
                let rate = -group_log_sum_exp(group) / (1.0 - s);
                group.fill(rate);
                return Ok(());
            }
            inverse::start_of_path(Activation::Softmax, group, s)?;
            let start = group.to_vec();
            softmax(group);
            group.iter_mut().zip(start).for_each(|(end, start)| *end -= start);
            Ok(())
        })
    }
}
