//! Where the search begins: the pairs that look at the same axis in V and in U go there.

use nalgebra::DMatrix;

use super::arrangement::Arrangement;
use super::problem::Problem;
use crate::linalg::greatest_assignment;

/// The linear assignment on |V + U|, with the sign of that entry. An axis that is left to null directions gains what
/// their rows weigh there, so that is what a pair must be worth more than.
pub(super) fn assigned(problem: &Problem) -> Arrangement {
    let (rank, dimension) = (problem.rank(), problem.dimension);
    if rank == 0 {
        return Arrangement { axes: Vec::new(), signs: Vec::new() };
    }
    let sum = &problem.pairs_v + &problem.pairs_u;
    let mut forgone = vec![0.0; dimension];
    for pairs in [&problem.pairs_v, &problem.pairs_u] {
        let mut outside = vec![1.0; dimension];
        for column in pairs.column_iter() {
            outside.iter_mut().zip(column.iter()).for_each(|(outside, entry)| *outside -= entry * entry);
        }
        forgone.iter_mut().zip(outside).for_each(|(sum, outside): (&mut f64, f64)| *sum += outside.max(0.0).sqrt());
    }
    let weights = DMatrix::from_fn(rank, dimension, |j, axis| sum[(axis, j)].abs() - forgone[axis]);
    let axes = greatest_assignment(&weights);
    let signs = axes.iter().enumerate().map(|(j, axis)| if sum[(*axis, j)] < 0.0 { -1.0 } else { 1.0 }).collect();
    let mut arrangement = Arrangement { axes, signs };
    if !arrangement.is_proper(problem) {
        let alignment = |j: usize| sum[(arrangement.axes[j], j)].abs();
        let weakest = (0..rank).min_by(|one, other| alignment(*one).total_cmp(&alignment(*other)));
        if let Some(weakest) = weakest {
            arrangement.signs[weakest] *= -1.0;
        }
    }
    arrangement
}
