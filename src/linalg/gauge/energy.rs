//! The quantity that the gauge makes small: Σθ² of a proper rotation, without its planes.

use nalgebra::DMatrix;

use crate::linalg::LinalgError;
use crate::linalg::library::symmetric_eigenvalues;

/// Σθ² over the planes of a proper rotation, in rad², to about 1e-8.
///
/// In up to five dimensions there are at most two planes, and tr R and tr R² give their cosines:
/// tr R = d − 2p + 2Σcos θ and tr R² = d − 2p + 2Σcos 2θ with p planes. Beyond that the symmetric part of R has each
/// cosine twice.
pub(super) fn sum_of_squared_angles(rotation: &DMatrix<f64>) -> Result<f64, LinalgError> {
    let dimension = rotation.nrows();
    let squared = |cosine: f64| cosine.clamp(-1.0, 1.0).acos().powi(2);
    match dimension {
        0 | 1 => Ok(0.0),
        2 | 3 => Ok(squared(0.5 * (rotation.trace() - (dimension - 2) as f64))),
        4 | 5 => {
            let fixed = (dimension - 4) as f64;
            let trace_of_square = rotation.component_mul(&rotation.transpose()).sum();
            let sum = 0.5 * (rotation.trace() - fixed);
            // cos 2θ = 2cos²θ − 1.
            let sum_of_squares = 0.25 * (trace_of_square - fixed) + 1.0;
            let half_difference = (0.5 * sum_of_squares - 0.25 * sum * sum).max(0.0).sqrt();
            Ok(squared(0.5 * sum + half_difference) + squared(0.5 * sum - half_difference))
        }
        _ => {
            let symmetric = (rotation + rotation.transpose()) * 0.5;
            Ok(0.5 * symmetric_eigenvalues(&symmetric)?.into_iter().map(squared).sum::<f64>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::Rotation;
    use crate::linalg::testing::random_rotation;

    #[test]
    fn agrees_with_the_logarithm() {
        for dimension in 1..12 {
            for seed in 0..20 {
                let matrix = random_rotation(dimension, seed);
                let total = Rotation::logarithm(&matrix).unwrap().total();
                let energy = sum_of_squared_angles(&matrix).unwrap();
                assert!((energy - total * total).abs() < 1e-7, "d = {dimension}, seed {seed}");
            }
        }
    }
}
