//! The checked singular value decomposition of one layer's matrix, with the numbers that do not depend on the gauge.

use nalgebra::DMatrix;

use super::library::{self, RawSvd};
use super::{LinalgError, thin};

/// W = UΣVᵀ of an m×n matrix, as it comes, in no particular gauge: U m×m and V n×n orthogonal, or, where there are few
/// directions, the r columns of each that belong to singular values which are not zero.
#[derive(Clone, Debug)]
pub struct Svd {
    u: DMatrix<f64>,
    singular_values: Vec<f64>,
    v: DMatrix<f64>,
    rank: usize,
    /// det U and det V, ±1, of a square matrix.
    signs: Option<(f64, f64)>,
    /// Whether U and V have r columns only.
    is_thin: bool,
}

impl Svd {
    /// Decomposes any finite matrix that is not empty, with square factors.
    ///
    /// # Errors
    /// For an empty matrix, NaN or infinity, one too large for square factors, or if the library's bounded iteration does not
    /// converge.
    pub fn new(weight: &DMatrix<f64>) -> Result<Svd, LinalgError> {
        let RawSvd { u, singular_values, v } = library::svd(weight)?;
        let rank = rank_of(&singular_values, weight.shape(), f64::EPSILON);
        let is_square = weight.is_square();
        let signs = is_square.then(|| (library::determinant_sign(&u), library::determinant_sign(&v)));
        Ok(Svd { u, singular_values, v, rank, signs, is_thin: false })
    }

    /// Decomposes a matrix of few directions, much wider than high or the reverse or of low rank, without square factors;
    /// `None` for any other. What a low rank leaves of the singular values is zero to rounding, and is given as 0.
    ///
    /// # Errors
    /// For an empty matrix, NaN or infinity, or if the library's bounded iteration does not converge.
    pub fn thin(weight: &DMatrix<f64>) -> Result<Option<Svd>, LinalgError> {
        Svd::thin_within(weight, f64::EPSILON)
    }

    /// The same of a matrix whose numbers were rounded with this ε, 2⁻²³ in 32 bits: what that may have left of 0 is taken as 0, so
    /// that a matrix of low rank is one also after it was stored. The product of the factors misses it by as much.
    ///
    /// # Errors
    /// As [`Svd::thin`].
    pub fn thin_within(weight: &DMatrix<f64>, epsilon: f64) -> Result<Option<Svd>, LinalgError> {
        let Some(RawSvd { u, mut singular_values, v }) = thin::thin(weight, epsilon)? else { return Ok(None) };
        // A thin shape leaves out nothing.
        let epsilon = if Svd::is_thin_shape(weight.nrows(), weight.ncols()) { f64::EPSILON } else { epsilon };
        let rank = rank_of(&singular_values, weight.shape(), epsilon);
        if epsilon > f64::EPSILON {
            singular_values.truncate(rank);
        }
        singular_values.resize(weight.nrows().min(weight.ncols()), 0.0);
        let first = |basis: DMatrix<f64>| basis.columns(0, rank).into_owned();
        Ok(Some(Svd { u: first(u), singular_values, v: first(v), rank, signs: None, is_thin: true }))
    }

    /// Whether a matrix of this shape has few directions, whatever its entries.
    pub fn is_thin_shape(rows: usize, columns: usize) -> bool {
        thin::is_thin(rows, columns)
    }

    /// Singular values, largest first; min(m, n) of them.
    pub fn singular_values(&self) -> &[f64] {
        &self.singular_values
    }

    /// The number of singular values above max(m, n)·ε·σ₁.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Whether U and V have only the columns of singular values that are not zero.
    pub fn is_thin(&self) -> bool {
        self.is_thin
    }

    /// U, m×m; m×r where it is thin.
    pub fn u(&self) -> &DMatrix<f64> {
        &self.u
    }

    /// V, n×n; n×r where it is thin.
    pub fn v(&self) -> &DMatrix<f64> {
        &self.v
    }

    /// det U and det V, ±1: as costly as a tenth of the decomposition where the matrix is square, and more where it is not.
    /// Thin factors leave null directions free, and with them the signs: 1.
    pub(super) fn signs(&self) -> (f64, f64) {
        if self.is_thin {
            return (1.0, 1.0);
        }
        self.signs.unwrap_or_else(|| (library::determinant_sign(&self.u), library::determinant_sign(&self.v)))
    }

    /// −1, 0 or 1 for a square matrix (0 where the rank is not full), else `None`.
    pub fn determinant_sign(&self) -> Option<i8> {
        // Thin factors of a square matrix have fewer columns than it has.
        if self.is_thin {
            return (self.u.nrows() == self.v.nrows()).then_some(0);
        }
        let (sign_u, sign_v) = self.signs?;
        if self.rank < self.u.nrows() {
            return Some(0);
        }
        Some(if sign_u * sign_v < 0.0 { -1 } else { 1 })
    }

    /// σ₁/σ_min over all min(m, n) singular values; `None` where the smallest is zero to rounding.
    pub fn condition_number(&self) -> Option<f64> {
        let (largest, smallest) = (self.singular_values.first()?, self.singular_values.last()?);
        (self.rank == self.singular_values.len()).then(|| largest / smallest)
    }

    /// ‖W‖_F²/σ₁², between 1 and the rank; 0 for W = 0.
    pub fn stable_rank(&self) -> f64 {
        match self.singular_values.first() {
            // Ratios first, so that nothing overflows.
            Some(largest) if *largest > 0.0 => self.singular_values.iter().map(|sigma| (sigma / largest).powi(2)).sum(),
            _ => 0.0,
        }
    }

    /// exp(−Σ p ln p) with p = σ/Σσ, between 1 and the rank; 0 for W = 0 (Roy and Vetterli, The effective rank, 2007).
    pub fn effective_rank(&self) -> f64 {
        // Ratios to the largest first, so that nothing overflows.
        let largest = self.singular_values.first().copied().unwrap_or(0.0);
        if largest <= 0.0 {
            return 0.0;
        }
        let total: f64 = self.singular_values.iter().map(|sigma| sigma / largest).sum();
        let shares = self.singular_values.iter().map(|sigma| sigma / largest / total).filter(|share| *share > 0.0);
        shares.map(|share| -share * share.ln()).sum::<f64>().exp()
    }
}

/// The usual rank: what rounding of the entries alone cannot produce (Golub & Van Loan 5.4.1).
fn rank_of(singular_values: &[f64], (rows, columns): (usize, usize), epsilon: f64) -> usize {
    let threshold = singular_values.first().copied().unwrap_or(0.0) * rows.max(columns) as f64 * epsilon;
    singular_values.iter().filter(|sigma| **sigma > threshold).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::testing::random_matrix;

    #[test]
    fn the_effective_rank_counts_equal_values_and_discounts_unequal_ones() {
        let diagonal = |values: &[f64]| Svd::new(&DMatrix::from_diagonal(&values.to_vec().into())).unwrap();
        assert!((diagonal(&[3e200, 3e200, 3e200]).effective_rank() - 3.0).abs() < 1e-12);
        assert!((diagonal(&[5.0, 0.0]).effective_rank() - 1.0).abs() < 1e-12);
        // Shares 3/4 and 1/4: 4 / 3^(3/4).
        assert!((diagonal(&[3.0, 1.0]).effective_rank() - 4.0 / 3.0_f64.powf(0.75)).abs() < 1e-12);
        assert_eq!(diagonal(&[0.0, 0.0]).effective_rank(), 0.0);
    }

    #[test]
    fn ranks_and_determinants() {
        let identity = Svd::new(&DMatrix::identity(3, 3)).unwrap();
        assert_eq!((identity.rank(), identity.determinant_sign()), (3, Some(1)));
        let mirror = Svd::new(&DMatrix::from_row_slice(2, 2, &[0.0, 2.0, 3.0, 0.0])).unwrap();
        assert_eq!((mirror.rank(), mirror.determinant_sign()), (2, Some(-1)));
        assert_eq!(mirror.condition_number(), Some(1.5));
        let outer = random_matrix(4, 1, 1) * random_matrix(1, 4, 2);
        let outer = Svd::new(&outer).unwrap();
        assert_eq!((outer.rank(), outer.determinant_sign(), outer.condition_number()), (1, Some(0), None));
        let zero = Svd::new(&DMatrix::zeros(2, 3)).unwrap();
        assert_eq!((zero.rank(), zero.determinant_sign(), zero.stable_rank()), (0, None, 0.0));
    }
}
