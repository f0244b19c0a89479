//! The quantity that the gauge makes small: Σθ² of a proper rotation, without its planes.

use std::f64::consts::TAU;

use nalgebra::DMatrix;

use crate::linalg::LinalgError;
use crate::linalg::library::symmetric_eigenvalues;

/// Σθ² over the planes of a proper rotation, in rad², to about 1e-8.
///
/// In up to seven dimensions there are at most three planes, and the traces of R, R² and R³ give their cosines:
/// tr Rᵏ = d − 2p + 2Σcos kθ with p planes. Beyond that the symmetric part of R has each cosine twice.
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
        6 | 7 => Ok(of_three_planes(rotation).into_iter().map(squared).sum()),
        _ => {
            let symmetric = (rotation + rotation.transpose()) * 0.5;
            Ok(0.5 * symmetric_eigenvalues(&symmetric)?.into_iter().map(squared).sum::<f64>())
        }
    }
}

/// The cosines in six or seven dimensions: the roots of the cubic whose sums of powers the traces give.
fn of_three_planes(rotation: &DMatrix<f64>) -> [f64; 3] {
    let fixed = (rotation.nrows() - 6) as f64;
    let square = rotation * rotation;
    let cube = square.component_mul(&rotation.transpose()).sum();
    let cosines = [rotation.trace(), square.trace(), cube].map(|trace| 0.5 * (trace - fixed));
    // cos 2θ = 2cos²θ − 1 and cos 3θ = 4cos³θ − 3cos θ.
    let sum = cosines[0];
    let squares = 0.5 * (cosines[1] + 3.0);
    let cubes = 0.25 * (cosines[2] + 3.0 * sum);
    let mean = sum / 3.0;
    // Of the roots' distances from their mean: t³ − 3m·t − n = 0, m and n half the sums of squares and cubes over 3.
    let m = ((squares - sum * mean) / 6.0).max(0.0);
    let n = (cubes - 3.0 * mean * squares + 3.0 * mean * mean * sum) / 3.0 - mean.powi(3);
    let radius = m.sqrt();
    let third = if radius > 0.0 { (n / (2.0 * radius.powi(3))).clamp(-1.0, 1.0).acos() / 3.0 } else { 0.0 };
    [0.0, 1.0, 2.0].map(|turn: f64| mean + 2.0 * radius * (third - turn * TAU / 3.0).cos())
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
