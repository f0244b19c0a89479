//! Principal components: the directions along which points spread most.

use faer::Side;
use nalgebra::{DMatrix, DVector};

use super::LinalgError;

/// The share of the largest variance below which a direction is not found beside it: the root of what f64 holds.
const SMALLEST_SHARE: f64 = 1e-10;

/// The directions of largest variance of a cloud of points.
#[derive(Clone, Debug, PartialEq)]
pub struct PrincipalComponents {
    /// The mean of the points.
    pub mean: DVector<f64>,
    /// Orthonormal directions, one a row, the largest variance first; count × dimension.
    pub directions: DMatrix<f64>,
    /// The variance along each direction.
    pub variances: Vec<f64>,
    /// The variance of all coordinates together.
    pub total_variance: f64,
}

/// The first `count` principal components (fewer where the dimension is smaller) of the columns of `points`.
///
/// Each direction's largest entry is positive, so that the same points always give the same picture.
///
/// # Errors
/// If there are no points, an entry is not finite, or the eigenvalue iteration does not converge.
pub fn principal_components(points: &DMatrix<f64>, count: usize) -> Result<PrincipalComponents, LinalgError> {
    let (dimension, samples) = points.shape();
    if dimension == 0 || samples == 0 {
        return Err(LinalgError::Empty { rows: dimension, columns: samples });
    }
    if let Some(at) = points.iter().position(|x| !x.is_finite()) {
        let (row, column) = (at % dimension, at / dimension);
        return Err(LinalgError::NotFinite { row: row + 1, column: column + 1, value: points[(row, column)] });
    }
    // Scaled to size 1 first: the squares of very large or very small coordinates must not leave the range of f64.
    let scale = points.amax();
    let scale = if scale > 0.0 { scale } else { 1.0 };
    let mut centred = points / scale;
    let mean = centred.column_mean();
    centred.column_iter_mut().for_each(|mut column| column -= &mean);
    let count = count.min(dimension);
    let (directions, variances) =
        if samples < dimension { of_few(&centred, count)? } else { of_covariance(&centred, count)? };
    let directions = signed(directions);
    let variances = variances.into_iter().map(|variance| variance.max(0.0) * scale * scale).collect();
    let total_variance = centred.norm_squared() / samples as f64 * scale * scale;
    Ok(PrincipalComponents { mean: mean * scale, directions, variances, total_variance })
}

/// Directions (one a row) with the variance along each.
type Spread = (DMatrix<f64>, Vec<f64>);

/// The eigenvectors of the covariance X Xᵀ/n with the largest eigenvalues.
fn of_covariance(centred: &DMatrix<f64>, count: usize) -> Result<Spread, LinalgError> {
    let covariance = (centred * centred.transpose()) / centred.ncols() as f64;
    largest_eigenvectors(&covariance, count)
}

/// With fewer points than dimensions: where u is an eigenvector of XᵀX/n, X u is one of X Xᵀ/n with the same eigenvalue.
///
/// The squares in XᵀX hide a direction whose variance is rounding beside the largest. Such are sought again in what the
/// others leave of the points; where that is nothing, any directions serve, and nothing spreads along them. The covariance
/// itself, which has as many rows as there are coordinates, is never made.
fn of_few(centred: &DMatrix<f64>, count: usize) -> Result<Spread, LinalgError> {
    let (dimension, samples) = centred.shape();
    let mut found: Vec<(DVector<f64>, f64)> = Vec::with_capacity(count);
    let mut left = centred.clone();
    while found.len() < count.min(samples) {
        let (weights, variances) = largest_eigenvectors(&(left.tr_mul(&left) / samples as f64), count.min(samples))?;
        let first = variances.first().copied().unwrap_or(0.0);
        let is_clear = |variance: &f64| *variance > SMALLEST_SHARE * first && *variance > 0.0;
        let clear = variances.iter().take_while(|variance| is_clear(variance)).count().min(count - found.len());
        let before = found.len();
        for (index, variance) in variances.iter().copied().enumerate().take(clear) {
            let direction = &left * weights.row(index).transpose();
            found.extend(beside(direction, &found).map(|direction| (direction, variance)));
        }
        if found.len() == before {
            break;
        }
        for (direction, _) in &found[before..] {
            let along = left.tr_mul(direction);
            left.ger(-1.0, direction, &along, 1.0);
        }
        // What is left of coordinates near 1 is rounding.
        if left.amax() <= f64::EPSILON * dimension as f64 {
            break;
        }
    }
    for axis in 0..dimension {
        if found.len() >= count {
            break;
        }
        let mut direction = DVector::zeros(dimension);
        direction[axis] = 1.0;
        found.extend(beside(direction, &found).map(|direction| (direction, 0.0)));
    }
    let directions = DMatrix::from_fn(found.len(), dimension, |row, column| found[row].0[column]);
    Ok((directions, found.into_iter().map(|(_, variance)| variance).collect()))
}

/// The part of a direction that is orthogonal to those found, of length 1; `None` where they hold all of it.
fn beside(mut direction: DVector<f64>, found: &[(DVector<f64>, f64)]) -> Option<DVector<f64>> {
    let length = direction.norm();
    // Twice: the first time leaves the rounding of what it takes away.
    for _ in 0..2 {
        for (other, _) in found {
            let along = other.dot(&direction);
            direction.axpy(-along, other, 1.0);
        }
    }
    let left = direction.norm();
    (left > 0.01 * length && left > 0.0).then(|| direction / left)
}

fn largest_eigenvectors(symmetric: &DMatrix<f64>, count: usize) -> Result<Spread, LinalgError> {
    let size = symmetric.nrows();
    let matrix = faer::Mat::from_fn(size, size, |i, j| symmetric[(i, j)]);
    let eigen = matrix.self_adjoint_eigen(Side::Lower).map_err(|_| LinalgError::NotConverged {
        method: "eigenvalue decomposition",
        rows: size,
        columns: size,
    })?;
    let (vectors, values) = (eigen.U(), eigen.S());
    // faer sorts the eigenvalues upwards.
    let from = |index: usize| size - 1 - index;
    let directions = DMatrix::from_fn(count, size, |index, row| vectors[(row, from(index))]);
    Ok((directions, (0..count).map(|index| values[from(index)]).collect()))
}

/// Turns each row so that its largest entry is positive.
fn signed(mut directions: DMatrix<f64>) -> DMatrix<f64> {
    for mut row in directions.row_iter_mut() {
        let largest = row.iter().copied().fold(0.0, |a: f64, b| if b.abs() > a.abs() + 1e-9 { b } else { a });
        if largest < 0.0 {
            row.neg_mut();
        }
    }
    directions
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn directions_are_orthonormal_and_hold_the_variance(
            values in prop::collection::vec(-10.0..10.0f64, 5 * 12), size in -100.0..100.0f64
        ) {
            let points = DMatrix::from_vec(5, 12, values) * 10f64.powf(size);
            let found = principal_components(&points, 5).unwrap();
            let product = &found.directions * found.directions.transpose();
            prop_assert!((product - DMatrix::<f64>::identity(5, 5)).amax() < 1e-10);
            let sum: f64 = found.variances.iter().sum();
            prop_assert!((sum - found.total_variance).abs() <= 1e-9 * found.total_variance);
            prop_assert!(found.variances.windows(2).all(|pair| pair[0] >= pair[1] - 1e-9 * pair[0]));
        }
    }

    #[test]
    fn few_points_in_many_dimensions_have_the_same_components() {
        let few = DMatrix::from_fn(40, 12, |row, column| {
            ((row * row * 3 + column * column * 7 + row * column) as f64 * 0.9).sin() / (1 + row) as f64
        });
        let found = principal_components(&few, 3).unwrap();
        // The same points twice have the same covariance, and are many enough for the other way.
        let many = DMatrix::from_fn(40, 48, |row, column| few[(row, column % 12)]);
        let expected = principal_components(&many, 3).unwrap();
        assert!((&found.directions - &expected.directions).amax() < 1e-6);
        assert!(found.variances.iter().zip(&expected.variances).all(|(a, b)| (a - b).abs() < 1e-9));
        assert!((found.total_variance - expected.total_variance).abs() < 1e-12);
    }

    #[test]
    fn a_line_has_one_direction() {
        let points = DMatrix::from_fn(3, 9, |row, column| [3.0, -4.0, 0.0][row] * column as f64 + 7.0);
        let found = principal_components(&points, 2).unwrap();
        let direction: Vec<f64> = found.directions.row(0).iter().copied().collect();
        assert!((direction[0] + 0.6).abs() < 1e-12 && (direction[1] - 0.8).abs() < 1e-12);
        assert!(found.variances[1] < 1e-12 * found.variances[0]);
    }

    #[test]
    fn few_points_along_fewer_directions_cost_no_covariance() {
        // Of 3·10⁵ coordinates a covariance would take 720 GB.
        let wide = DMatrix::from_fn(300_000, 4, |row, column| {
            let along = [1.0, -2.0, 0.5, 3.0][column];
            [along, 1e-7 * along * along, 0.0].get(row).copied().unwrap_or(2.0)
        });
        let found = principal_components(&wide, 4).unwrap();
        let product = &found.directions * found.directions.transpose();
        assert!((product - DMatrix::<f64>::identity(4, 4)).amax() < 1e-12);
        assert!(found.directions[(0, 0)] > 1.0 - 1e-9);
        // The second spreads 10⁻¹⁴ as much as the first and is found all the same.
        assert!(found.directions[(1, 1)] > 1.0 - 1e-9 && found.variances[1] > 1e-15);
        assert!(found.variances[2..].iter().all(|variance| *variance < 1e-25));
        let nothing = principal_components(&DMatrix::from_element(50, 3, 7.0), 2).unwrap();
        assert_eq!(nothing.variances, [0.0, 0.0]);
    }

    #[test]
    fn faults_are_named() {
        assert_eq!(
            principal_components(&DMatrix::zeros(2, 0), 1).unwrap_err(),
            LinalgError::Empty { rows: 2, columns: 0 }
        );
        let mut points = DMatrix::zeros(2, 2);
        points[(1, 0)] = f64::INFINITY;
        let expected = LinalgError::NotFinite { row: 2, column: 1, value: f64::INFINITY };
        assert_eq!(principal_components(&points, 1).unwrap_err(), expected);
        assert!(principal_components(&DMatrix::from_element(2, 1, 5.0), 2).unwrap().total_variance == 0.0);
    }
}
