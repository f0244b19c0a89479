//! One determinant of the estimate, det(I + ρZ), with the inverse that tells how changes of rows change it.
//!
//! With M = (I + ρZ)⁻¹ the determinant of a matrix whose rows j and k are changed into combinations of themselves is
//! multiplied by that of a 2×2 matrix of entries of M (the matrix determinant lemma), and M changes by a matrix of rank 2
//! (Woodbury). A row that comes from a free axis needs T = ρ·Y·M besides, with Y the rows of the free axes.

use nalgebra::DMatrix;
use pulp::Arch;

use super::moves::Move;
use crate::linalg::library::inverse_and_log_determinant;

/// Up to this size elimination costs less than calling the library.
const SMALL: usize = 48;

/// Matrices are stored row after row.
#[derive(Clone)]
pub(super) struct Node {
    rank: usize,
    /// M, r×r.
    pub inverse: Vec<f64>,
    /// T, f×r.
    pub beside: Vec<f64>,
    /// Rows that are needed while a change is made.
    scratch: [Vec<f64>; 2],
}

impl Node {
    /// With ln|det((I + ρZ)/(1 + ρ))|; `None` where it is zero to rounding.
    pub fn new(placed: &DMatrix<f64>, unplaced: &DMatrix<f64>, ratio: f64) -> Option<(Node, f64)> {
        let rank = placed.nrows();
        let mut matrix = placed * ratio;
        (0..rank).for_each(|j| matrix[(j, j)] += 1.0);
        let (inverse, logarithm) = if rank <= SMALL {
            let mut inverse = matrix.transpose();
            let logarithm = Arch::new().dispatch(|| invert(inverse.as_mut_slice(), rank));
            (inverse, Some(logarithm).filter(|logarithm| logarithm.is_finite())?)
        } else {
            let (inverse, logarithm) = inverse_and_log_determinant(&matrix)?;
            (inverse.transpose(), logarithm)
        };
        // The transpose of T = ρYM, as of M.
        let beside = if unplaced.is_empty() {
            Vec::new()
        } else {
            (&inverse * unplaced.transpose() * ratio).as_slice().to_vec()
        };
        let scratch = [vec![0.0; rank], vec![0.0; rank]];
        let inverse = inverse.as_slice().to_vec();
        Some((Node { rank, inverse, beside, scratch }, logarithm - rank as f64 * ratio.ln_1p()))
    }

    /// Becomes the other one, in the same memory.
    pub fn copy_from(&mut self, other: &Node) {
        self.inverse.clone_from(&other.inverse);
        self.beside.clone_from(&other.beside);
    }

    /// By what the determinant is multiplied: the 2×2 determinants multiplied out.
    pub fn factor(&self, change: Move) -> f64 {
        let m = |i: usize, j: usize| self.inverse[i * self.rank + j];
        match change {
            Move::Flip(j) => 2.0 * m(j, j) - 1.0,
            Move::Flips(j, k) => (2.0 * m(j, j) - 1.0) * (2.0 * m(k, k) - 1.0) - 4.0 * m(j, k) * m(k, j),
            Move::Exchange { j, k, first, second } if first * second < 0.0 => {
                let (jj, kk, jk, kj) = (m(j, j), m(k, k), m(j, k), m(k, j));
                jj * kk + (1.0 - jj) * (1.0 - kk) - 2.0 * jk * kj + first * (jk - kj)
            }
            Move::Exchange { j, k, first, .. } => m(j, j) + m(k, k) - 1.0 - first * (m(j, k) + m(k, j)),
            Move::Shift { j, free, sign } => m(j, j) + sign * self.beside[free * self.rank + j],
        }
    }

    /// M and T after the change: M − M_J·(I + D·M_J)⁻¹·D·M, where D is what is added to the rows J of I + ρZ.
    pub fn apply(&mut self, change: Move, signs: &[f64]) {
        match change {
            Move::Flip(j) => {
                let scale = -2.0 / self.factor(change);
                self.take_row(0, j);
                self.scratch[0].iter_mut().for_each(|entry| *entry *= scale);
                self.subtract(j);
            }
            Move::Flips(j, k) => self.combine(j, k, [-2.0, 0.0, 0.0, -2.0]),
            Move::Exchange { j, k, first, second } => self.combine(j, k, [-1.0, first, second, -1.0]),
            Move::Shift { j, free, sign } => self.shift(j, free, sign, signs[j], self.factor(change)),
        }
    }

    /// Row j of ρZ·M = I − M, of which D·M is made.
    fn take_row(&mut self, position: usize, j: usize) {
        let row = &self.inverse[j * self.rank..(j + 1) * self.rank];
        self.scratch[position].iter_mut().zip(row).for_each(|(to, from)| *to = -from);
        self.scratch[position][j] += 1.0;
    }

    fn shift(&mut self, j: usize, free: usize, sign: f64, old_sign: f64, factor: f64) {
        let rank = self.rank;
        self.take_row(1, j);
        let there = free * rank..(free + 1) * rank;
        let [added, old] = &mut self.scratch;
        for ((to, there), old) in added.iter_mut().zip(&self.beside[there.clone()]).zip(old.iter()) {
            *to = (sign * there - old) / factor;
        }
        self.subtract(j);
        let [added, old] = &self.scratch;
        let along = old[j];
        for ((to, old), added) in self.beside[there].iter_mut().zip(old).zip(added) {
            *to = old_sign * (old - along * added);
        }
    }

    /// The rows j and k of Z become (I + `added`) times themselves.
    fn combine(&mut self, j: usize, k: usize, added: [f64; 4]) {
        self.take_row(0, j);
        self.take_row(1, k);
        let [one, other] = &mut self.scratch;
        let [a, b, c, d] = added;
        let small = [
            1.0 + a * one[j] + b * other[j],
            a * one[k] + b * other[k],
            c * one[j] + d * other[j],
            1.0 + c * one[k] + d * other[k],
        ];
        let determinant = small[0] * small[3] - small[1] * small[2];
        let inverse = [small[3], -small[1], -small[2], small[0]].map(|entry| entry / determinant);
        let weights = [
            inverse[0] * a + inverse[1] * c,
            inverse[0] * b + inverse[1] * d,
            inverse[2] * a + inverse[3] * c,
            inverse[2] * b + inverse[3] * d,
        ];
        for (one, other) in one.iter_mut().zip(other.iter_mut()) {
            (*one, *other) = (weights[0] * *one + weights[1] * *other, weights[2] * *one + weights[3] * *other);
        }
        for row in self.inverse.chunks_exact_mut(self.rank).chain(self.beside.chunks_exact_mut(self.rank)) {
            let (x, y) = (row[j], row[k]);
            for (entry, (first, second)) in row.iter_mut().zip(one.iter().zip(other.iter())) {
                *entry -= x * first + y * second;
            }
        }
    }

    /// M and T less their column j times the first row in the scratch.
    fn subtract(&mut self, j: usize) {
        let taken = &self.scratch[0];
        for row in self.inverse.chunks_exact_mut(self.rank).chain(self.beside.chunks_exact_mut(self.rank)) {
            let along = row[j];
            row.iter_mut().zip(taken).for_each(|(entry, taken)| *entry -= along * taken);
        }
    }
}

/// Makes a matrix its inverse and answers ln|det|, by elimination without a search for pivots: the symmetric part of
/// I + ρZ is positive definite, as ‖Z‖ ≤ 1 and ρ < 1.
#[inline(always)]
fn invert(matrix: &mut [f64], size: usize) -> f64 {
    let mut logarithm = 0.0;
    let mut pivot_row = vec![0.0; size];
    for at in 0..size {
        let row = &mut matrix[at * size..(at + 1) * size];
        let pivot = row[at];
        logarithm += pivot.abs().ln();
        row[at] = 1.0;
        row.iter_mut().for_each(|entry| *entry /= pivot);
        pivot_row.copy_from_slice(row);
        for (other, row) in matrix.chunks_exact_mut(size).enumerate() {
            if other != at {
                let along = std::mem::take(&mut row[at]);
                row.iter_mut().zip(&pivot_row).for_each(|(entry, pivot)| *entry -= along * pivot);
            }
        }
    }
    logarithm
}
