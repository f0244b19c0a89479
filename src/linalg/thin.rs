//! The singular value decomposition of a matrix of few directions: much wider than high or the reverse, or of low rank.
//!
//! W = U·diag(σ)·Vᵀ with r columns in U and V, r the rank, at a cost of about m·n·r in place of m·n·min(m, n), and without the
//! square factors, which of a 10×16384 matrix alone would fill 2 GiB.
//!
//! - *By shape.* A tall W = QR with R n×n and R = U'ΣVᵀ gives W = (QU')ΣVᵀ; a wide one by its transpose.
//! - *By rank.* Y = WΩ with k random columns Ω spans the range of a W of rank up to k (Halko, Martinsson and Tropp, Finding
//!   structure with randomness, 2011), and with an orthonormal basis Q of Y, W = Q(QᵀW) to rounding. That it does is not
//!   believed but measured: on columns that had no part in Q, and for the finished product on others.

use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::LinalgError;
use super::library::{RawSvd, check_entries, power_of_two_near, svd, thin_qr};

/// A side that is so many times the other leaves directions enough to be worth it.
const MUCH_LONGER: usize = 4;
/// Below this the square factors take next to no time.
const SHORTEST: usize = 256;
/// Matrices with a shorter side than this are not searched for a low rank.
const SHORTEST_SEARCHED: usize = 512;
/// Columns by which a range is sought, first and from one search to the next, and at most this part of the shorter side.
const FIRST_COLUMNS: usize = 32;
const MORE_COLUMNS: usize = 4;
const LARGEST_PART: usize = 8;
/// Columns by which a range is checked.
const PROBES: usize = 8;
/// What a range may leave out, over the norm of what it was sought in: rounding.
const LEFT_OUT: f64 = 1e-13;
/// What the product of the factors may miss.
const MISSED: f64 = 1e-12;

/// Whether the factors of a matrix of this shape have few columns, whatever its entries.
pub(super) fn is_thin(rows: usize, columns: usize) -> bool {
    let (shorter, longer) = (rows.min(columns), rows.max(columns));
    longer >= SHORTEST && shorter.saturating_mul(MUCH_LONGER) <= longer
}

/// The thin decomposition of a matrix that has one; `None` of any other. `u` is m×r and `v` n×r, with all min(m, n) singular values
/// of a matrix that is thin by its shape, and else those that the found range has.
///
/// `epsilon` is that of the numbers: what they leave out of a low rank by their rounding is rounding.
pub(super) fn thin(matrix: &DMatrix<f64>, epsilon: f64) -> Result<Option<RawSvd>, LinalgError> {
    check_entries(matrix)?;
    let (rows, columns) = matrix.shape();
    if !is_thin(rows, columns) && rows.min(columns) < SHORTEST_SEARCHED {
        return Ok(None);
    }
    // A power of two changes no digit, and keeps squares of very large and very small entries in range.
    let scale = power_of_two_near(matrix.amax());
    let scaled = matrix / scale;
    let found = if is_thin(rows, columns) { Some(by_shape(&scaled)?) } else { by_rank(&scaled, epsilon)? };
    Ok(found
        .map(|raw| RawSvd { singular_values: raw.singular_values.iter().map(|sigma| sigma * scale).collect(), ..raw }))
}

fn by_shape(matrix: &DMatrix<f64>) -> Result<RawSvd, LinalgError> {
    if matrix.nrows() < matrix.ncols() {
        let RawSvd { u, singular_values, v } = by_shape(&matrix.transpose())?;
        return Ok(RawSvd { u: v, singular_values, v: u });
    }
    let (basis, triangle) = thin_qr(matrix);
    let RawSvd { u, singular_values, v } = svd(&triangle)?;
    Ok(RawSvd { u: basis * u, singular_values, v })
}

fn by_rank(matrix: &DMatrix<f64>, epsilon: f64) -> Result<Option<RawSvd>, LinalgError> {
    let (rows, columns) = matrix.shape();
    let most = rows.min(columns) / LARGEST_PART;
    // The same for every matrix: the same file gives the same picture.
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let mut directions = |count: usize| DMatrix::from_fn(columns, count, |_, _| random.random::<f64>() - 0.5);
    let probes = matrix * directions(PROBES);
    let size = probes.norm();
    if size == 0.0 {
        // All of it is 0, or the probes are blind: the exact decomposition tells.
        return Ok(None);
    }
    let mut images = matrix * directions(FIRST_COLUMNS.min(most));
    loop {
        let (basis, _) = thin_qr(&images);
        let outside = &probes - &basis * (basis.transpose() * &probes);
        if outside.norm() <= LEFT_OUT.max(epsilon) * size {
            let RawSvd { u, singular_values, v } = by_shape(&(basis.transpose() * matrix))?;
            let found = RawSvd { u: basis * u, singular_values, v };
            return Ok(is_product(&found, matrix, &directions(PROBES), epsilon).then_some(found));
        }
        let count = (images.ncols() * MORE_COLUMNS).min(most);
        if count <= images.ncols() {
            return Ok(None);
        }
        let more = matrix * directions(count - images.ncols());
        let before = images.ncols();
        images = images.resize_horizontally(count, 0.0);
        images.columns_mut(before, more.ncols()).copy_from(&more);
    }
}

/// Whether the product of the factors does to these columns what the matrix does.
fn is_product(found: &RawSvd, matrix: &DMatrix<f64>, columns: &DMatrix<f64>, epsilon: f64) -> bool {
    let mut inside = found.v.transpose() * columns;
    for (mut row, sigma) in inside.row_iter_mut().zip(&found.singular_values) {
        row *= *sigma;
    }
    let expected = matrix * columns;
    (&found.u * inside - &expected).norm() <= MISSED.max(2.0 * epsilon) * expected.norm()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::testing::random_matrix;
    use crate::linalg::{ProperSvd, Svd};

    fn of_rank(rows: usize, columns: usize, rank: usize, seed: u64) -> DMatrix<f64> {
        random_matrix(rows, rank, seed) * random_matrix(rank, columns, seed ^ 7)
    }

    /// The same matrix, with factors that turn and stretch as the others do.
    fn assert_equal(thin: &ProperSvd, whole: &ProperSvd) {
        assert_eq!(thin.factors.len(), whole.factors.len());
        for (one, other) in thin.factors.iter().zip(&whole.factors) {
            assert!((one - other).abs() <= 1e-10 * (1.0 + other), "{one} instead of {other}");
        }
        for (one, other) in [(&thin.rotation_in, &whole.rotation_in), (&thin.rotation_out, &whole.rotation_out)] {
            assert!((one.total() - other.total()).abs() <= 1e-10);
            assert!((one.to_matrix() - other.to_matrix()).norm() <= 1e-10 * other.dimension() as f64);
        }
    }

    #[test]
    fn thin_factors_turn_as_whole_ones_do() {
        let cases = [(5, 300), (280, 8), (40, 256)].map(|(rows, columns)| random_matrix(rows, columns, 3));
        let low = [(9, 400, 2), (300, 30, 7)].map(|(rows, columns, rank)| of_rank(rows, columns, rank, 11));
        for matrix in cases.into_iter().chain(low) {
            let (thin, whole) = (Svd::thin(&matrix).unwrap().unwrap(), Svd::new(&matrix).unwrap());
            assert_eq!((thin.rank(), thin.moving_dimension()), (whole.rank(), whole.moving_dimension()));
            assert_eq!(thin.determinant_sign(), whole.determinant_sign());
            for (one, other) in thin.singular_values().iter().zip(whole.singular_values()) {
                assert!((one - other).abs() <= 1e-12 * whole.singular_values()[0]);
            }
            assert_equal(&thin.proper().unwrap(), &whole.proper().unwrap());
        }
    }

    #[test]
    fn a_low_rank_is_found_and_a_full_one_is_not() {
        let low = of_rank(600, 520, 12, 5);
        let (thin, whole) = (Svd::thin(&low).unwrap().unwrap(), Svd::new(&low).unwrap());
        assert_eq!((thin.rank(), whole.rank()), (12, 12));
        assert_eq!(thin.singular_values().len(), 520);
        assert_eq!(thin.determinant_sign(), None);
        assert_equal(&thin.proper().unwrap(), &whole.proper().unwrap());
        // More directions than are sought first, and a square one.
        let square = of_rank(520, 520, 50, 9);
        let found = Svd::thin(&square).unwrap().unwrap();
        assert_eq!((found.rank(), found.determinant_sign()), (50, Some(0)));
        // One direction that all but hides is one more.
        let hidden = &low + of_rank(600, 520, 1, 3) * 1e-9;
        assert_eq!(Svd::thin(&hidden).unwrap().unwrap().rank(), 13);
        assert!(Svd::thin(&random_matrix(512, 512, 1)).unwrap().is_none());
        assert!(Svd::thin(&of_rank(512, 512, 65, 1)).unwrap().is_none(), "too many to be worth it");
        assert!(Svd::thin(&DMatrix::zeros(512, 512)).unwrap().is_none());
        assert!(Svd::thin(&random_matrix(64, 64, 1)).unwrap().is_none());
    }

    #[test]
    fn a_low_rank_is_found_beneath_the_rounding_of_its_numbers() {
        let rounded = of_rank(520, 600, 12, 5).map(|value| f64::from(value as f32));
        assert!(Svd::thin(&rounded).unwrap().is_none(), "of full rank in 64 bits");
        let epsilon = 2.0_f64.powi(-23);
        let found = Svd::thin_within(&rounded, epsilon).unwrap().unwrap();
        assert_eq!(found.rank(), 12);
        let proper = found.proper().unwrap();
        let points = random_matrix(600, 5, 8);
        let mut moved = points.clone();
        proper.rotation_in.rotate(&mut moved, 1.0);
        moved.row_iter_mut().zip(&proper.factors).for_each(|(mut row, factor)| row *= *factor);
        proper.rotation_out.rotate(&mut moved, 1.0);
        let expected = &rounded * &points;
        assert!((moved.rows(0, 520) - &expected).norm() <= 2.0 * epsilon * expected.norm());
        assert!(Svd::thin_within(&random_matrix(512, 512, 1), epsilon).unwrap().is_none());
    }

    #[test]
    fn extreme_scales_and_what_is_not_finite() {
        for scale in [1e-300, 1e300] {
            let found = Svd::thin(&(random_matrix(3, 300, 1) * scale)).unwrap().unwrap();
            assert!(found.rank() == 3 && found.singular_values().iter().all(|sigma| sigma.is_finite() && *sigma > 0.0));
        }
        let mut broken = random_matrix(3, 300, 1);
        broken[(1, 7)] = f64::NAN;
        assert!(matches!(Svd::thin(&broken), Err(LinalgError::NotFinite { row: 2, column: 8, .. })));
        let zero = Svd::thin(&DMatrix::zeros(3, 300)).unwrap().unwrap();
        assert!(zero.rank() == 0 && zero.proper().unwrap().rotation_in.is_identity());
    }

    #[test]
    fn equal_singular_values_of_a_thin_matrix() {
        // Means over windows: all singular values are equal.
        let matrix = DMatrix::from_fn(8, 256, |row, column| f64::from(u8::from(column / 32 == row)) / 32.0);
        let proper = Svd::thin(&matrix).unwrap().unwrap().proper().unwrap();
        let factors = DMatrix::from_diagonal(&proper.factors.clone().into());
        let product = proper.rotation_out.to_matrix() * factors * proper.rotation_in.to_matrix();
        assert!((product.view((0, 0), (8, 256)) - &matrix).norm() <= 1e-12);
        let whole = Svd::new(&matrix).unwrap().proper().unwrap();
        let total = |proper: &ProperSvd| proper.rotation_in.total().hypot(proper.rotation_out.total());
        assert!((total(&proper) - total(&whole)).abs() <= 1e-10, "{} {}", total(&proper), total(&whole));
    }
}
