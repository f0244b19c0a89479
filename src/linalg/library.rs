//! The bridge to the library that decomposes: nalgebra's matrices in and out, faer's algorithms between.
//!
//! faer is built without threads, so that the same file gives the same numbers however many cores there are;
//! layers are decomposed in parallel jobs instead.

use faer::linalg::solvers::DenseSolveCore;
use faer::{MatMut, MatRef, Side};
use nalgebra::DMatrix;

use super::LinalgError;

/// Rows or columns at most: an orthogonal factor then takes half a GiB.
const LARGEST_SIDE: usize = 8192;

/// A full singular value decomposition as the library gives it: W = U·diag(σ)·Vᵀ.
#[derive(Clone, Debug)]
pub struct RawSvd {
    /// m×m, orthogonal.
    pub u: DMatrix<f64>,
    /// min(m, n) values, largest first.
    pub singular_values: Vec<f64>,
    /// n×n, orthogonal.
    pub v: DMatrix<f64>,
}

/// Refuses what no decomposition can take: an empty matrix, one too large to factor in memory, NaN, infinity.
pub fn check(matrix: &DMatrix<f64>) -> Result<(), LinalgError> {
    let (rows, columns) = matrix.shape();
    if rows.max(columns) > LARGEST_SIDE {
        return Err(LinalgError::TooLarge { rows, columns, largest: LARGEST_SIDE });
    }
    check_entries(matrix)
}

/// Refuses an empty matrix, NaN and infinity.
pub(super) fn check_entries(matrix: &DMatrix<f64>) -> Result<(), LinalgError> {
    let (rows, columns) = matrix.shape();
    if rows == 0 || columns == 0 {
        return Err(LinalgError::Empty { rows, columns });
    }
    match matrix.iter().position(|value| !value.is_finite()) {
        // Storage is column after column.
        Some(at) => Err(LinalgError::NotFinite { row: at % rows + 1, column: at / rows + 1, value: matrix[at] }),
        None => Ok(()),
    }
}

/// The full singular value decomposition of any finite matrix that is not empty.
///
/// # Errors
/// For an empty or too large matrix, NaN or infinity, or if the library's bounded iteration does not converge.
pub fn svd(matrix: &DMatrix<f64>) -> Result<RawSvd, LinalgError> {
    check(matrix)?;
    // A power of two changes no digit, and keeps squares of very large and very small entries in range.
    let scale = power_of_two_near(matrix.amax());
    let scaled = matrix / scale;
    let decomposed = view(&scaled).svd().map_err(|_| LinalgError::NotConverged {
        method: "singular value decomposition",
        rows: matrix.nrows(),
        columns: matrix.ncols(),
    })?;
    let singular_values = decomposed.S().column_vector().iter().map(|sigma| sigma.abs() * scale).collect();
    Ok(RawSvd { u: owned(decomposed.U()), singular_values, v: owned(decomposed.V()) })
}

/// The left singular vectors of a matrix, as many as it has singular values, and those, largest first.
///
/// # Errors
/// As [`svd`].
pub fn thin_svd(matrix: &DMatrix<f64>) -> Result<(DMatrix<f64>, Vec<f64>), LinalgError> {
    check(matrix)?;
    let scale = power_of_two_near(matrix.amax());
    let scaled = matrix / scale;
    let decomposed =
        view(&scaled).thin_svd().map_err(|_| not_converged(matrix, "thin singular value decomposition"))?;
    let values = decomposed.S().column_vector().iter().map(|sigma| sigma.abs() * scale).collect();
    Ok((owned(decomposed.U()), values))
}

/// The singular values alone, largest first: min(m, n) of them. Nothing limits the longer side.
///
/// # Errors
/// For an empty matrix, NaN or infinity, a shorter side that is too long, or if the bounded iteration does not converge.
pub fn singular_values(matrix: &DMatrix<f64>) -> Result<Vec<f64>, LinalgError> {
    let scale = power_of_two_near(largest_entry(matrix)?);
    let scaled = matrix / scale;
    let values = view(&scaled).singular_values().map_err(|_| not_converged(matrix, "singular values"))?;
    Ok(values.into_iter().map(|sigma| sigma.abs() * scale).collect())
}

/// The singular values of `real` + i·`imaginary`, largest first.
///
/// # Errors
/// As [`singular_values`].
pub fn complex_singular_values(real: &DMatrix<f64>, imaginary: &DMatrix<f64>) -> Result<Vec<f64>, LinalgError> {
    let scale = power_of_two_near(largest_entry(real)?.max(largest_entry(imaginary)?));
    let matrix = faer::Mat::from_fn(real.nrows(), real.ncols(), |i, j| {
        faer::c64::new(real[(i, j)] / scale, imaginary[(i, j)] / scale)
    });
    let values = matrix.singular_values().map_err(|_| not_converged(real, "singular values"))?;
    Ok(values.into_iter().map(|sigma| sigma.abs() * scale).collect())
}

/// The largest magnitude of a matrix whose singular values can be found, else why not.
fn largest_entry(matrix: &DMatrix<f64>) -> Result<f64, LinalgError> {
    let (rows, columns) = matrix.shape();
    if rows.min(columns) > LARGEST_SIDE {
        return Err(LinalgError::TooLarge { rows, columns, largest: LARGEST_SIDE });
    }
    check_entries(matrix)?;
    Ok(matrix.amax())
}

/// Eigenvalues in ascending order and orthonormal eigenvectors (columns) of a symmetric matrix; only the lower
/// triangle is read.
pub fn symmetric_eigen(matrix: &DMatrix<f64>) -> Result<(Vec<f64>, DMatrix<f64>), LinalgError> {
    let decomposed = view(matrix)
        .self_adjoint_eigen(Side::Lower)
        .map_err(|_| not_converged(matrix, "symmetric eigendecomposition"))?;
    Ok((decomposed.S().column_vector().iter().copied().collect(), owned(decomposed.U())))
}

/// Eigenvalues of a symmetric matrix in ascending order; only the lower triangle is read.
pub fn symmetric_eigenvalues(matrix: &DMatrix<f64>) -> Result<Vec<f64>, LinalgError> {
    view(matrix)
        .self_adjoint_eigenvalues(Side::Lower)
        .map_err(|_| not_converged(matrix, "symmetric eigendecomposition"))
}

/// Orthonormal eigenvectors z of the Hermitian matrix `real` + i·`imaginary` (`real` symmetric, `imaginary`
/// skew-symmetric), as real and imaginary parts, one eigenvector a column.
pub fn hermitian_eigenvectors(
    real: &DMatrix<f64>,
    imaginary: &DMatrix<f64>,
) -> Result<(DMatrix<f64>, DMatrix<f64>), LinalgError> {
    let hermitian =
        faer::Mat::from_fn(real.nrows(), real.ncols(), |i, j| faer::c64::new(real[(i, j)], imaginary[(i, j)]));
    let decomposed =
        hermitian.self_adjoint_eigen(Side::Lower).map_err(|_| not_converged(real, "Hermitian eigendecomposition"))?;
    let vectors = decomposed.U();
    let part =
        |pick: fn(faer::c64) -> f64| DMatrix::from_fn(vectors.nrows(), vectors.ncols(), |i, j| pick(vectors[(i, j)]));
    Ok((part(|z| z.re), part(|z| z.im)))
}

/// Q (m×n, orthonormal columns) and R (n×n, upper triangle) of a matrix with m ≥ n.
pub fn thin_qr(matrix: &DMatrix<f64>) -> (DMatrix<f64>, DMatrix<f64>) {
    let decomposed = view(matrix).qr();
    (owned(decomposed.compute_thin_Q().as_ref()), owned(decomposed.thin_R()))
}

/// The inverse of a square matrix; `None` where it is singular.
pub fn inverse(matrix: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let inverse = owned(view(matrix).partial_piv_lu().inverse().as_ref());
    inverse.iter().all(|entry| entry.is_finite()).then_some(inverse)
}

/// The inverse of a square matrix and ln|det|; `None` where it is singular.
pub fn inverse_and_log_determinant(matrix: &DMatrix<f64>) -> Option<(DMatrix<f64>, f64)> {
    let factors = view(matrix).partial_piv_lu();
    let logarithm = factors.U().diagonal().column_vector().iter().map(|pivot| pivot.abs().ln()).sum::<f64>();
    let inverse = owned(factors.inverse().as_ref());
    logarithm.is_finite().then_some((inverse, logarithm))
}

/// −1, 0 or 1: the sign of the determinant of a matrix that is far from singular (orthogonal factors).
pub fn determinant_sign(matrix: &DMatrix<f64>) -> f64 {
    if matrix.is_empty() {
        return 1.0;
    }
    let determinant = view(matrix).determinant();
    if determinant == 0.0 { 0.0 } else { determinant.signum() }
}

fn not_converged(matrix: &DMatrix<f64>, method: &'static str) -> LinalgError {
    LinalgError::NotConverged { method, rows: matrix.nrows(), columns: matrix.ncols() }
}

fn view(matrix: &DMatrix<f64>) -> MatRef<'_, f64> {
    MatRef::from_column_major_slice(matrix.as_slice(), matrix.nrows(), matrix.ncols())
}

fn owned(matrix: MatRef<'_, f64>) -> DMatrix<f64> {
    let mut owned = DMatrix::zeros(matrix.nrows(), matrix.ncols());
    let mut columns = MatMut::from_column_major_slice_mut(owned.as_mut_slice(), matrix.nrows(), matrix.ncols());
    columns.copy_from(matrix);
    owned
}

/// The largest power of two that is not above `largest`; 1 for 0.
pub(super) fn power_of_two_near(largest: f64) -> f64 {
    if largest == 0.0 {
        return 1.0;
    }
    // Clamped so that the power and its inverse are both normal numbers.
    2.0_f64.powi(largest.log2().floor().clamp(-1000.0, 1000.0) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_decomposed_is_refused() {
        assert!(matches!(svd(&DMatrix::zeros(0, 3)), Err(LinalgError::Empty { rows: 0, columns: 3 })));
        let mut matrix = DMatrix::from_element(2, 3, 1.0);
        matrix[(1, 2)] = f64::NAN;
        assert!(matches!(svd(&matrix), Err(LinalgError::NotFinite { row: 2, column: 3, .. })));
    }

    #[test]
    fn what_would_not_fit_into_memory_is_refused() {
        let row = DMatrix::from_element(1, LARGEST_SIDE + 1, 1.0);
        assert!(matches!(svd(&row), Err(LinalgError::TooLarge { rows: 1, .. })));
    }

    #[test]
    fn extreme_scales_keep_their_singular_values() {
        for scale in [1e-300, 1e-160, 1.0, 1e160, 1e300] {
            let matrix = DMatrix::from_row_slice(2, 2, &[3.0 * scale, 0.0, 0.0, 4.0 * scale]);
            let values = svd(&matrix).unwrap().singular_values;
            assert!((values[0] / scale - 4.0).abs() < 1e-12 && (values[1] / scale - 3.0).abs() < 1e-12);
        }
        assert_eq!(svd(&DMatrix::zeros(2, 3)).unwrap().singular_values, [0.0, 0.0]);
    }
}
