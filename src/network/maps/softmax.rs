//! Softmax and its logarithm within groups of coordinates: along one axis of a tensor.

use nalgebra::DMatrix;

use super::{ForwardMap, Groups, MapError, check_width};
use crate::network::softmax;

/// Softmax, or its logarithm, within each group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSoftmax {
    groups: Groups,
    is_logarithm: bool,
}

impl GroupSoftmax {
    /// Softmax within these groups.
    pub fn new(groups: Groups) -> GroupSoftmax {
        GroupSoftmax { groups, is_logarithm: false }
    }

    /// The logarithm of softmax within these groups.
    pub fn logarithm(groups: Groups) -> GroupSoftmax {
        GroupSoftmax { groups, is_logarithm: true }
    }

    /// The coordinates whose probabilities sum to 1.
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Whether it gives logarithms.
    pub fn is_logarithm(&self) -> bool {
        self.is_logarithm
    }
}

/// ln Σ e^{x_i} of a group, without overflow.
pub(crate) fn group_log_sum_exp(group: &[f64]) -> f64 {
    let largest = group.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + group.iter().map(|x| (x - largest).exp()).sum::<f64>().ln()
}

impl ForwardMap for GroupSoftmax {
    fn inputs(&self) -> usize {
        self.groups.width()
    }

    fn outputs(&self) -> usize {
        self.groups.width()
    }

    fn apply(&self, points: &DMatrix<f64>) -> Result<DMatrix<f64>, MapError> {
        check_width(self, points)?;
        let mut moved = points.clone();
        for mut column in moved.column_iter_mut() {
            self.groups.change(column.as_mut_slice(), |group| {
                if self.is_logarithm {
                    let logarithm = group_log_sum_exp(group);
                    group.iter_mut().for_each(|x| *x -= logarithm);
                } else {
                    softmax(group);
                }
            });
        }
        Ok(moved)
    }
}
