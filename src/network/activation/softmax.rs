//! Softmax, the one activation of a whole vector.

use super::shape::{Shape, SlopeRange, from_to};

#[derive(Clone, Copy)]
pub(super) struct Softmax;

/// As of a single coordinate: it is 1 whatever x.
impl Shape for Softmax {
    fn value(self, _: f64) -> f64 {
        1.0
    }

    fn slope(self, _: f64) -> f64 {
        0.0
    }

    /// Of the norm of the Jacobian matrix: diag p − p pᵀ has at most ½, reached for two equal probabilities.
    fn slope_range(self) -> SlopeRange {
        from_to(0.0, 0.5)
    }
}

/// Replaces a vector by its softmax; the largest entry is subtracted first so that nothing overflows.
pub fn softmax(vector: &mut [f64]) {
    let largest = vector.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for x in vector.iter_mut() {
        *x = (*x - largest).exp();
        sum += *x;
    }
    vector.iter_mut().for_each(|x| *x /= sum);
}

/// Multiplies a gradient by the Jacobian matrix of p = softmax(z), diag p − p pᵀ: g becomes p∘(g − p·g). The matrix is
/// symmetric, so that this is the same forward and backward. `first` and `step` say which entries are this sample's.
pub(crate) fn softmax_pull_back(shares: &[f64], gradient: &mut [f64], first: usize, step: usize) {
    let indices = || (first..shares.len().min(gradient.len())).step_by(step.max(1));
    let mean: f64 = indices().map(|at| shares[at] * gradient[at]).sum();
    indices().for_each(|at| gradient[at] = shares[at] * (gradient[at] - mean));
}
