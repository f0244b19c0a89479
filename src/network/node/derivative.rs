//! The derivatives of the operators, forward along a direction and backward of a covector.

use super::map::{NodeMap, centre, linear, rate};
use crate::network::{Activation, softmax};

impl NodeMap {
    /// J·`direction`, J the derivative at the values `given`.
    pub(super) fn push(&self, given: &[f64], direction: &[f64]) -> Vec<f64> {
        let mut made = vec![0.0; self.outputs()];
        match self {
            NodeMap::Largest { windows, .. } => {
                for (value, window) in made.iter_mut().zip(windows) {
                    *value = winner(window, given).map_or(0.0, |slot| direction[slot]);
                }
            }
            NodeMap::Affine(affine) => linear(affine, direction, &mut made),
            NodeMap::Convolution(map) => map.apply(direction, &mut made, false),
            NodeMap::Centre { .. } | NodeMap::Sum { .. } | NodeMap::Copy(_) | NodeMap::Sparse { .. } => {
                self.apply(direction, &mut made)
            }
            NodeMap::Scale { factor, .. } => {
                made.iter_mut().zip(factor.iter().zip(direction)).for_each(|(value, (factor, x))| *value = factor * x);
            }
            NodeMap::Binary { width, operator } => {
                let ((left, right), (along, across)) = (given.split_at(*width), direction.split_at(*width));
                for (index, value) in made.iter_mut().enumerate() {
                    let (by_left, by_right) = operator.slopes(left[index], right[index]);
                    *value = by_left * along[index] + by_right * across[index];
                }
            }
            NodeMap::MatrixProduct(product) => {
                let (left, right) = given.split_at(product.left());
                let (along, across) = direction.split_at(product.left());
                product.each_term(|to, a, b| made[to] += along[a] * right[b] + left[a] * across[b]);
            }
            // Their derivatives are symmetric.
            NodeMap::Normalise { .. } | NodeMap::Softmax { .. } | NodeMap::Activation { .. } | NodeMap::Slopes(_) => {
                made = self.pull(given, direction);
            }
        }
        made
    }

    /// Jᵀ·`covector`, J the derivative at the values `given`.
    pub(super) fn pull(&self, given: &[f64], covector: &[f64]) -> Vec<f64> {
        let mut moved = vec![0.0; self.inputs()];
        match self {
            NodeMap::Largest { windows, .. } => {
                for (value, window) in covector.iter().zip(windows) {
                    if let Some(slot) = winner(window, given) {
                        moved[slot] += value;
                    }
                }
            }
            NodeMap::Centre { length, .. } => {
                moved.copy_from_slice(covector);
                moved.chunks_mut((*length).max(1)).for_each(centre);
            }
            // y = r x, r = (‖x‖²/d + ε)^(−½): dy = r dx − r³ x ⟨x, dx⟩/d.
            NodeMap::Normalise { length, epsilon, .. } => {
                let length = (*length).max(1);
                let groups = given.chunks(length).zip(covector.chunks(length)).zip(moved.chunks_mut(length));
                for ((x, covector), moved) in groups {
                    let r = rate(x, *epsilon);
                    let along: f64 = x.iter().zip(covector).map(|(x, value)| x * value).sum();
                    let back = r * r * r * along / x.len() as f64;
                    moved
                        .iter_mut()
                        .zip(x.iter().zip(covector))
                        .for_each(|(to, (x, value))| *to = r * value - back * x);
                }
            }
            NodeMap::Softmax { length, .. } => softmax_product(*length, given, covector, &mut moved),
            NodeMap::Activation { activation: Activation::Softmax, inputs } => {
                softmax_product(*inputs, given, covector, &mut moved);
            }
            NodeMap::Activation { activation, .. } => {
                let of = given.iter().zip(covector);
                moved.iter_mut().zip(of).for_each(|(to, (x, value))| *to = activation.slope(*x) * value);
            }
            NodeMap::Slopes(slopes) => {
                for (((to, x), value), slope) in moved.iter_mut().zip(given).zip(covector).zip(slopes) {
                    *to = if *x < 0.0 { slope * value } else { *value };
                }
            }
            NodeMap::Affine(affine) => {
                for (to, column) in moved.iter_mut().zip(affine.weight.column_iter()) {
                    *to = column.iter().zip(covector).map(|(weight, value)| weight * value).sum();
                }
            }
            NodeMap::Convolution(map) => moved = map.pull(covector),
            NodeMap::Sparse { rows, .. } => {
                for (value, row) in covector.iter().zip(rows) {
                    row.iter().for_each(|(slot, factor)| moved[*slot] += factor * value);
                }
            }
            NodeMap::Sum { width, factors } => {
                for (part, factor) in moved.chunks_mut((*width).max(1)).zip(factors) {
                    part.iter_mut().zip(covector).for_each(|(to, value)| *to = factor * value);
                }
            }
            NodeMap::Copy(_) => moved.copy_from_slice(covector),
            NodeMap::Scale { factor, .. } => {
                moved
                    .iter_mut()
                    .zip(factor.iter().zip(covector))
                    .for_each(|(to, (factor, value))| *to = factor * value);
            }
            NodeMap::Binary { width, operator } => {
                let (left, right) = given.split_at(*width);
                for (index, value) in covector.iter().enumerate() {
                    let (by_left, by_right) = operator.slopes(left[index], right[index]);
                    (moved[index], moved[width + index]) = (by_left * value, by_right * value);
                }
            }
            NodeMap::MatrixProduct(product) => {
                let (left, right) = given.split_at(product.left());
                let (to_left, to_right) = moved.split_at_mut(product.left());
                product.each_term(|to, a, b| {
                    to_left[a] += covector[to] * right[b];
                    to_right[b] += covector[to] * left[a];
                });
            }
        }
        moved
    }
}

/// The first of the largest.
fn winner(window: &[usize], given: &[f64]) -> Option<usize> {
    window.iter().copied().reduce(|best, slot| if given[slot] > given[best] { slot } else { best })
}

/// (diag p − p pᵀ)·covector, group by group.
fn softmax_product(length: usize, given: &[f64], covector: &[f64], moved: &mut [f64]) {
    let length = length.max(1);
    for ((x, covector), moved) in given.chunks(length).zip(covector.chunks(length)).zip(moved.chunks_mut(length)) {
        moved.copy_from_slice(x);
        softmax(moved);
        let mean: f64 = moved.iter().zip(covector).map(|(p, value)| p * value).sum();
        moved.iter_mut().zip(covector).for_each(|(p, value)| *p *= value - mean);
    }
}
