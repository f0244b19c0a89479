//! The least of all arrangements in a few dimensions, by branch and bound.
//!
//! A plane that turns by θ takes x = 1 − cos θ from the trace twice, and θ² is a convex function of x. So of all rotations
//! with p planes and Σx = s none has less Σθ² than p equal planes, p·arccos(1 − s/p)². The traces of V and U are sums over
//! the pairs, plus at most the nuclear norm of what the null directions have on the free axes: an arrangement whose bound
//! is no less than what has been found needs no eigenvalues, and neither does what begins like it.

use nalgebra::DMatrix;

use super::arrangement::Arrangement;
use super::completion::first_energy;
use super::energy::sum_of_squared_angles;
use super::problem::Problem;
use crate::linalg::LinalgError;
use crate::linalg::library::singular_values;

/// An arrangement must be better by this share to replace an earlier one, so that rounding decides no tie.
const CLEARLY_BETTER: f64 = 1.0 - 1e-9;

struct Search<'a> {
    problem: &'a Problem,
    /// V + U of the pairs.
    sum: DMatrix<f64>,
    /// By the set of free axes, as bits: the most that the null directions add to the traces of V and U.
    null_traces: Vec<Option<[f64; 2]>>,
    /// What the pairs from this one on can add to the trace at most, and the null directions.
    ahead: Vec<f64>,
    /// Planes of V and of U together.
    planes: f64,
    best: f64,
    found: Option<Arrangement>,
    axes: Vec<usize>,
    signs: Vec<f64>,
}

/// An arrangement of less Σθ² (that of the first completion) than `bound`, and the least of all; `None` if there is none.
pub(super) fn better_than(bound: f64, problem: &Problem) -> Result<Option<Arrangement>, LinalgError> {
    let (dimension, rank) = (problem.dimension, problem.rank());
    let sum = &problem.pairs_v + &problem.pairs_u;
    let mut ahead = vec![2.0 * problem.nullity() as f64; rank + 1];
    for j in (0..rank).rev() {
        ahead[j] = ahead[j + 1] + sum.column(j).amax();
    }
    let mut search = Search {
        problem,
        sum,
        null_traces: vec![None; 1 << dimension],
        ahead,
        planes: 2.0 * (dimension / 2).min(rank) as f64,
        best: bound * CLEARLY_BETTER,
        found: None,
        axes: Vec::with_capacity(rank),
        signs: Vec::with_capacity(rank),
    };
    search.descend(0.0)?;
    Ok(search.found)
}

impl Search<'_> {
    /// Places the next pair; `trace` is that of those placed.
    fn descend(&mut self, trace: f64) -> Result<(), LinalgError> {
        let j = self.axes.len();
        if j == self.problem.rank() {
            return self.evaluate();
        }
        let mut choices: Vec<(f64, usize, f64)> = (0..self.problem.dimension)
            .filter(|axis| !self.axes.contains(axis))
            .flat_map(|axis| [1.0, -1.0].map(|sign| (sign * self.sum[(axis, j)], axis, sign)))
            .collect();
        choices.sort_by(|one, other| other.0.total_cmp(&one.0));
        for (aligned, axis, sign) in choices {
            if self.bound(trace + aligned + self.ahead[j + 1]) >= self.best {
                break;
            }
            self.axes.push(axis);
            self.signs.push(sign);
            self.descend(trace + aligned)?;
            self.axes.pop();
            self.signs.pop();
        }
        Ok(())
    }

    /// The least Σθ² over both with this tr V + tr U.
    fn bound(&self, trace: f64) -> f64 {
        equal_planes(self.planes, 0.5 * (2.0 * self.problem.dimension as f64 - trace))
    }

    fn evaluate(&mut self) -> Result<(), LinalgError> {
        let arrangement = Arrangement { axes: self.axes.clone(), signs: self.signs.clone() };
        if !arrangement.is_proper(self.problem) {
            return Ok(());
        }
        let null = self.null_traces(&arrangement)?;
        let of = |pairs: &DMatrix<f64>, null: f64| {
            let pairs: f64 = arrangement
                .axes
                .iter()
                .zip(&arrangement.signs)
                .enumerate()
                .map(|(j, (axis, sign))| sign * pairs[(*axis, j)])
                .sum();
            equal_planes(0.5 * self.planes, 0.5 * (self.problem.dimension as f64 - pairs - null))
        };
        if of(&self.problem.pairs_v, null[0]) + of(&self.problem.pairs_u, null[1]) >= self.best {
            return Ok(());
        }
        let energy = energy(&arrangement, self.problem)?;
        if energy < self.best {
            self.best = energy * CLEARLY_BETTER;
            self.found = Some(arrangement);
        }
        Ok(())
    }

    /// The nuclear norms of the null directions' rows on the free axes.
    fn null_traces(&mut self, arrangement: &Arrangement) -> Result<[f64; 2], LinalgError> {
        if self.problem.is_given() {
            return Ok([0.0; 2]);
        }
        let free = arrangement.free_axes(self.problem.dimension);
        let index: usize = free.iter().map(|axis| 1 << axis).sum();
        if let Some(known) = self.null_traces[index] {
            return Ok(known);
        }
        let norm = |null: &DMatrix<f64>| Ok(singular_values(&null.select_rows(&free))?.into_iter().sum::<f64>());
        let norms = [norm(&self.problem.null_v)?, norm(&self.problem.null_u)?];
        self.null_traces[index] = Some(norms);
        Ok(norms)
    }
}

/// p·arccos(1 − s/p)².
fn equal_planes(planes: f64, sum: f64) -> f64 {
    planes * (1.0 - sum / planes).clamp(-1.0, 1.0).acos().powi(2)
}

/// Σθ² of V and U of an arrangement, null directions by the first completion.
pub(super) fn energy(arrangement: &Arrangement, problem: &Problem) -> Result<f64, LinalgError> {
    if problem.is_given() {
        let (v, u) = arrangement.factor_pair(problem)?;
        return Ok(sum_of_squared_angles(&v)? + sum_of_squared_angles(&u)?);
    }
    let Arrangement { axes, signs } = arrangement;
    Ok(first_energy(axes, signs, &problem.pairs_v)? + first_energy(axes, signs, &problem.pairs_u)?)
}
