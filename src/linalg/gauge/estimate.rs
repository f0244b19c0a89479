//! An estimate of the total rotation that costs O(1) for each discrete change, and O(r²) when one is made.
//!
//! Σθ² of a rotation R is what the search makes small, and needs eigenvalues. But with
//! g_ρ(θ) = −ln|1 + ρe^{iθ}|² + ln(1 + ρ)² it is, up to a tenth of a rad² a plane on [0, π],
//!
//!   θ² ≈ 2α(1 − cos θ) + Σ_ρ w_ρ·g_ρ(θ),    so  Σθ² ≈ α(d − tr R) − Σ_ρ w_ρ·ln det((I + ρR)/(1 + ρ)),
//!
//! and a trace and a determinant follow a change of a few rows in closed form (`node`).
//!
//! Where two or more null directions are free, R is not given, only the block Z that it has between the axes of the
//! pairs. At ρ = 1 the completion that makes det(I + R) largest has det((I + R)/2) = det((I + Z)/2), as the Cayley
//! transform shows; so the same form serves with Z in place of R, with weights fitted to the least rotations of random
//! layers, and with a term for what the chosen axes leave out: r − ‖Z‖².

use nalgebra::DMatrix;

use super::arrangement::Arrangement;
use super::moves::Move;
use super::node::Node;
use super::problem::Problem;

/// Weights of one kind of problem.
pub(super) struct Law {
    /// Of r − tr Z.
    pub trace: f64,
    /// Of r − ‖Z‖².
    pub outside: f64,
    /// ρ and its weight.
    pub nodes: &'static [(f64, f64)],
}

/// Every column is given: least squares over [0, π], error at most 0.3 rad² a plane and 0.1 in the mean.
const GIVEN: Law = Law { trace: 0.7015, outside: 0.0, nodes: &[(0.8, 1.6029)] };
/// Null directions are free: 4 % in the mean over random arrangements of ten shapes.
const FREE: Law = Law { trace: 0.328, outside: 0.517, nodes: &[(0.8, 1.923), (0.999, 0.604)] };
/// The same at half the cost: 6 %.
const FREE_IN_LARGE_SPACES: Law = Law { trace: 0.049, outside: 0.426, nodes: &[(0.8, 3.257)] };
/// From this dimension on it is used.
const LARGE: usize = 21;
/// Changes after which the inverses are computed anew, as each adds rounding.
const FRESH: usize = 200;

/// An arrangement with what its estimate and those of its neighbours are made of. Matrices are stored row after row.
#[derive(Clone)]
pub(super) struct Estimate<'a> {
    problem: &'a Problem,
    pub law: &'static Law,
    pub rank: usize,
    pub arrangement: Arrangement,
    /// The axes that carry no pair.
    pub free: Vec<usize>,
    /// Z of V + U, r×r: row j is that of pair j's axis, times its sign.
    pub placed: Vec<f64>,
    /// The rows of the free axes of V + U, f×r.
    pub unplaced: Vec<f64>,
    /// Squared lengths of the rows of V and U together, by axis.
    pub weights: Vec<f64>,
    /// Of V and of U, by node of the law.
    pub nodes: Vec<[Node; 2]>,
    /// The estimate of Σθ² over both.
    pub energy: f64,
    changes: usize,
}

impl<'a> Estimate<'a> {
    /// `None` where a determinant is zero to rounding.
    pub fn new(arrangement: Arrangement, problem: &'a Problem) -> Option<Estimate<'a>> {
        let law = match problem.dimension {
            _ if problem.is_given() => &GIVEN,
            ..LARGE => &FREE,
            _ => &FREE_IN_LARGE_SPACES,
        };
        let weights = if problem.is_given() {
            Vec::new()
        } else {
            let mut weights = vec![0.0; problem.dimension];
            for column in problem.pairs_v.column_iter().chain(problem.pairs_u.column_iter()) {
                weights.iter_mut().zip(column.iter()).for_each(|(weight, entry)| *weight += entry * entry);
            }
            weights
        };
        let mut estimate = Estimate {
            problem,
            law,
            rank: problem.rank(),
            free: arrangement.free_axes(problem.dimension),
            arrangement,
            placed: Vec::new(),
            unplaced: Vec::new(),
            weights,
            nodes: Vec::new(),
            energy: 0.0,
            changes: 0,
        };
        estimate.refresh()?;
        Some(estimate)
    }

    /// Becomes the other one, of the same problem, in the same memory.
    pub fn copy_from(&mut self, other: &Estimate<'a>) {
        self.arrangement.axes.clone_from(&other.arrangement.axes);
        self.arrangement.signs.clone_from(&other.arrangement.signs);
        self.free.clone_from(&other.free);
        self.placed.clone_from(&other.placed);
        self.unplaced.clone_from(&other.unplaced);
        for (mine, theirs) in self.nodes.iter_mut().flatten().zip(other.nodes.iter().flatten()) {
            mine.copy_from(theirs);
        }
        (self.energy, self.changes) = (other.energy, other.changes);
    }

    /// Computes everything from the arrangement.
    fn refresh(&mut self) -> Option<()> {
        let (rank, free) = (self.rank, self.free.len());
        let Arrangement { axes, signs } = &self.arrangement;
        let rows = |pairs: &DMatrix<f64>| {
            let mut placed = DMatrix::zeros(rank, rank);
            for (mut column, from) in placed.column_iter_mut().zip(pairs.column_iter()) {
                for ((entry, axis), sign) in column.iter_mut().zip(axes).zip(signs) {
                    *entry = sign * from[*axis];
                }
            }
            (placed, DMatrix::from_fn(free, rank, |i, j| pairs[(self.free[i], j)]))
        };
        let (v, u) = (rows(&self.problem.pairs_v), rows(&self.problem.pairs_u));
        self.placed = (&v.0 + &u.0).transpose().as_slice().to_vec();
        self.unplaced = (&v.1 + &u.1).transpose().as_slice().to_vec();
        let trace: f64 = (0..rank).map(|j| self.placed[j * rank + j]).sum();
        self.energy = self.law.trace * (2.0 * rank as f64 - trace);
        if free > 0 {
            let inside: f64 = axes.iter().map(|axis| self.weights[*axis]).sum();
            self.energy += self.law.outside * (2.0 * rank as f64 - inside);
        }
        self.nodes.clear();
        for (ratio, weight) in self.law.nodes {
            let (v, of_v) = Node::new(&v.0, &v.1, *ratio)?;
            let (u, of_u) = Node::new(&u.0, &u.1, *ratio)?;
            self.energy -= weight * (of_v + of_u);
            self.nodes.push([v, u]);
        }
        self.changes = 0;
        Some(())
    }

    /// About what looking at all changes costs, in operations on floating-point numbers.
    pub fn scan_cost(&self) -> usize {
        16 * self.nodes.len() * self.rank * (self.rank + self.free.len())
    }

    /// About what a change costs, in operations on floating-point numbers.
    pub fn change_cost(&self) -> usize {
        4 * self.nodes.len() * self.rank * (self.rank + self.free.len())
    }

    /// By how much less the estimate is after the change; negative where it is more.
    pub fn gain(&self, change: Move) -> f64 {
        let z = |row: usize, column: usize| self.placed[row * self.rank + column];
        let trace = match change {
            Move::Flip(j) => -2.0 * z(j, j),
            Move::Flips(j, k) => -2.0 * (z(j, j) + z(k, k)),
            Move::Exchange { j, k, first, second } => first * z(k, j) + second * z(j, k) - z(j, j) - z(k, k),
            Move::Shift { j, free, sign } => sign * self.unplaced[free * self.rank + j] - z(j, j),
        };
        let mut gain = self.law.trace * trace;
        if let Move::Shift { j, free, .. } = change {
            gain += self.law.outside * (self.weights[self.free[free]] - self.weights[self.arrangement.axes[j]]);
        }
        for ([v, u], (_, weight)) in self.nodes.iter().zip(self.law.nodes) {
            gain += weight * (v.factor(change) * u.factor(change)).abs().ln();
        }
        gain
    }

    /// Makes a change of which the gain is known. Whether it could be done: not if a determinant vanished.
    pub fn apply(&mut self, change: Move, gain: f64) -> bool {
        for node in self.nodes.iter_mut().flatten() {
            node.apply(change, &self.arrangement.signs);
        }
        self.change_rows(change);
        change.apply(&mut self.arrangement, &mut self.free);
        self.energy -= gain;
        self.changes += 1;
        self.changes < FRESH || self.refresh().is_some()
    }

    fn change_rows(&mut self, change: Move) {
        let rank = self.rank;
        let row = |j: usize| j * rank..(j + 1) * rank;
        let negate = |row: &mut [f64]| row.iter_mut().for_each(|entry| *entry = -*entry);
        match change {
            Move::Flip(j) => negate(&mut self.placed[row(j)]),
            Move::Flips(j, k) => {
                negate(&mut self.placed[row(j)]);
                negate(&mut self.placed[row(k)]);
            }
            Move::Exchange { j, k, first, second } => {
                for l in 0..rank {
                    let (one, other) = (self.placed[j * rank + l], self.placed[k * rank + l]);
                    (self.placed[j * rank + l], self.placed[k * rank + l]) = (first * other, second * one);
                }
            }
            Move::Shift { j, free, sign } => {
                let old_sign = self.arrangement.signs[j];
                for (here, there) in self.placed[row(j)].iter_mut().zip(&mut self.unplaced[row(free)]) {
                    (*here, *there) = (sign * *there, old_sign * *here);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::Svd;
    use crate::linalg::testing::random_matrix;

    fn every_change(of: &Estimate<'_>) -> Vec<Move> {
        let mut all = Vec::new();
        for j in 0..of.rank {
            for k in j + 1..of.rank {
                for first in [1.0, -1.0] {
                    all.push(Move::Exchange { j, k, first, second: -first });
                    if !of.free.is_empty() {
                        all.push(Move::Exchange { j, k, first, second: first });
                    }
                }
                all.push(Move::Flips(j, k));
            }
            if !of.free.is_empty() {
                all.push(Move::Flip(j));
                for free in 0..of.free.len() {
                    all.extend([1.0, -1.0].map(|sign| Move::Shift { j, free, sign }));
                }
            }
        }
        all
    }

    #[test]
    fn a_change_gains_what_it_was_said_to() {
        for (rows, columns) in [(2, 2), (5, 5), (9, 9), (4, 2), (3, 7), (9, 4)] {
            let svd = Svd::new(&random_matrix(rows, columns, 5)).unwrap();
            let problem = Problem::new(&svd).unwrap();
            let mut here = Estimate::new(super::super::assignment::assigned(&problem), &problem).unwrap();
            // Each from where the last one has led.
            for change in every_change(&here) {
                let gain = here.gain(change);
                let mut next = here.clone();
                assert!(next.apply(change, gain));
                let anew = Estimate::new(next.arrangement.clone(), &problem).unwrap();
                // At a half-turn that nothing needs I + ρZ is all but singular.
                assert!((next.energy - anew.energy).abs() < 1e-6, "{rows}×{columns}: {change:?}");
                let position = |axis: &usize| anew.free.iter().position(|other| other == axis).unwrap();
                let positions: Vec<usize> = next.free.iter().map(position).collect();
                for (one, other) in next.nodes.iter().flatten().zip(anew.nodes.iter().flatten()) {
                    let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-6 * (1.0 + b.abs());
                    assert!(one.inverse.iter().zip(&other.inverse).all(close), "{rows}×{columns}: {change:?}");
                    for (row, position) in one.beside.chunks(next.rank).zip(&positions) {
                        let other = &other.beside[position * next.rank..];
                        assert!(row.iter().zip(other).all(close), "{rows}×{columns}: {change:?}");
                    }
                }
                here = anew;
            }
        }
    }

    #[test]
    fn the_scan_finds_what_gains() {
        for (rows, columns) in [(6, 6), (9, 9), (4, 2), (3, 7), (9, 4)] {
            for seed in 0..10 {
                let svd = Svd::new(&random_matrix(rows, columns, seed)).unwrap();
                let problem = Problem::new(&svd).unwrap();
                let here = Estimate::new(super::super::assignment::assigned(&problem), &problem).unwrap();
                let greatest = every_change(&here).into_iter().map(|change| here.gain(change)).fold(0.0, f64::max);
                let mut scan = super::super::scan::Scan::default();
                let found = scan.gaining(&here, 1e-9).first().map_or(0.0, |(gain, _)| *gain);
                // Of a shift only the more promising sign is looked at.
                assert!((found - greatest).abs() < 1e-9 || found > 0.5 * greatest, "{found} of {greatest}");
            }
        }
    }
}
