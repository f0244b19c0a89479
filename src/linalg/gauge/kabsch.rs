//! Nearest orthogonal matrices (Procrustes; Kabsch 1976 where the determinant is given).

use nalgebra::DMatrix;

use crate::linalg::LinalgError;
use crate::linalg::library::{determinant_sign, svd};

/// The orthogonal factor XYᵀ of M = X S Yᵀ, the orthogonal matrix nearest to M, and M's smallest singular value.
pub(super) fn orthogonal_factor(matrix: &DMatrix<f64>) -> Result<(DMatrix<f64>, f64), LinalgError> {
    let raw = svd(matrix)?;
    let smallest = raw.singular_values.last().copied().unwrap_or(0.0);
    Ok((raw.u * raw.v.transpose(), smallest))
}

/// The orthogonal G of determinant `sign` (±1) that maximises tr(M·G).
///
/// With M = X S Yᵀ it is G = Y·diag(1, …, 1, ±1)·Xᵀ: where the determinant asks for it, the least aligned direction
/// is flipped.
pub(super) fn nearest_completion(matrix: &DMatrix<f64>, sign: f64) -> Result<DMatrix<f64>, LinalgError> {
    if matrix.is_empty() {
        return Ok(DMatrix::zeros(0, 0));
    }
    if matrix.len() == 1 {
        return Ok(DMatrix::from_element(1, 1, sign));
    }
    let raw = svd(matrix)?;
    let mut left = raw.v;
    if determinant_sign(&left) * determinant_sign(&raw.u) * sign < 0.0 {
        let last = left.ncols() - 1;
        left.column_mut(last).neg_mut();
    }
    Ok(left * raw.u.transpose())
}
