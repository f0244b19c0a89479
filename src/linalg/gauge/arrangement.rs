//! One way to put the singular pairs on the axes, and the rotations that come of it.

use nalgebra::DMatrix;

use super::energy::sum_of_squared_angles;
use super::kabsch::nearest_completion;
use super::problem::Problem;
use crate::linalg::LinalgError;

/// Pair j goes to axis `axes[j]` with sign `signs[j]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arrangement {
    pub axes: Vec<usize>,
    pub signs: Vec<f64>,
}

/// Proper V and U of one arrangement, and Σθ² over both.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub arrangement: Arrangement,
    pub v: DMatrix<f64>,
    pub u: DMatrix<f64>,
    pub energy: f64,
}

impl Candidate {
    /// The same choice, with the bases that this candidate has arrived at: arranging its pairs without a change of sign
    /// gives the candidate again.
    pub fn as_seen(&self, problem: &Problem) -> Problem {
        let Arrangement { axes, .. } = &self.arrangement;
        problem.in_bases([&self.v, &self.u], axes, &self.arrangement.free_axes(problem.dimension))
    }
}

impl Arrangement {
    /// The same axes with every sign positive.
    pub fn unsigned(&self) -> Arrangement {
        Arrangement { axes: self.axes.clone(), signs: vec![1.0; self.axes.len()] }
    }

    /// The axes that carry no pair, ascending.
    pub fn free_axes(&self, dimension: usize) -> Vec<usize> {
        let mut taken = vec![false; dimension];
        self.axes.iter().for_each(|axis| taken[*axis] = true);
        (0..dimension).filter(|axis| !taken[*axis]).collect()
    }

    /// The determinant of the signed permutation that takes [pairs, null directions] to their axes.
    fn parity(&self, free_axes: &[usize]) -> f64 {
        let order: Vec<usize> = self.axes.iter().chain(free_axes).copied().collect();
        let mut seen = vec![false; order.len()];
        let mut sign: f64 = self.signs.iter().product();
        for start in 0..order.len() {
            let mut length = 0;
            let mut at = start;
            while !seen[at] {
                seen[at] = true;
                at = order[at];
                length += 1;
            }
            if length > 0 && length % 2 == 0 {
                sign = -sign;
            }
        }
        sign
    }

    /// Whether V and U come out proper: with null directions they always can.
    pub fn is_proper(&self, problem: &Problem) -> bool {
        !problem.is_given() || self.parity(&[]) * problem.sign_v > 0.0
    }

    /// V and U of this arrangement with their Σθ².
    pub fn realise(self, problem: &Problem) -> Result<Candidate, LinalgError> {
        let (v, u) = self.factor_pair(problem)?;
        let energy = sum_of_squared_angles(&v)? + sum_of_squared_angles(&u)?;
        Ok(Candidate { arrangement: self, v, u, energy })
    }

    /// V and U of this arrangement, null directions completed to the nearest proper basis.
    pub fn factor_pair(&self, problem: &Problem) -> Result<(DMatrix<f64>, DMatrix<f64>), LinalgError> {
        let free = self.free_axes(problem.dimension);
        let parity = self.parity(&free);
        let v = self.arrange(&problem.pairs_v, &problem.null_v, &free, parity * problem.sign_v)?;
        let u = self.arrange(&problem.pairs_u, &problem.null_u, &free, parity * problem.sign_u)?;
        Ok((v, u))
    }

    /// The factor along each axis; 0 on the free ones.
    pub fn factors(&self, problem: &Problem) -> Vec<f64> {
        let mut factors = vec![0.0; problem.dimension];
        for (axis, sigma) in self.axes.iter().zip(&problem.factors) {
            factors[*axis] = *sigma;
        }
        factors
    }

    /// `sign` is the determinant that the completion of the null directions must have.
    fn arrange(
        &self,
        pairs: &DMatrix<f64>,
        null: &DMatrix<f64>,
        free: &[usize],
        sign: f64,
    ) -> Result<DMatrix<f64>, LinalgError> {
        let mut basis = DMatrix::zeros(pairs.nrows(), pairs.nrows());
        for (j, (axis, sign)) in self.axes.iter().zip(&self.signs).enumerate() {
            basis.column_mut(*axis).axpy(*sign, &pairs.column(j), 0.0);
        }
        if !free.is_empty() {
            let completed = null * nearest_completion(&null.select_rows(free), sign)?;
            for (j, axis) in free.iter().enumerate() {
                basis.set_column(*axis, &completed.column(j));
            }
        }
        Ok(basis)
    }
}
