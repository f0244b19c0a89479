//! How far the spaces that the strongest singular vectors span have turned.

use nalgebra::DMatrix;

use crate::linalg::{LinalgError, Svd};

/// A new direction whose |cos| with every old one is below this is an intruder (Shuttleworth et al. 2024).
const INTRUDER: f64 = 0.5;

/// The principal angles between the spans of the columns of `one` and of `other`, both orthonormal, in radians, smallest
/// first.
///
/// With the singular values c of QₐᵀQ_b, cos θ = c. Near 0 the arc cosine loses half of the digits; there the singular
/// values of Q_b − QₐQₐᵀQ_b, which are sin θ, are taken (Björck and Golub 1973).
///
/// # Errors
/// If a decomposition does not converge.
pub fn principal_angles(one: &DMatrix<f64>, other: &DMatrix<f64>) -> Result<Vec<f64>, LinalgError> {
    if one.ncols() == 0 || other.ncols() == 0 || one.nrows() != other.nrows() {
        return Ok(Vec::new());
    }
    let onto = one.transpose() * other;
    let count = onto.nrows().min(onto.ncols());
    let cosines = Svd::new(&onto)?.singular_values().to_vec();
    let sines = Svd::new(&(other - one * &onto))?.singular_values().to_vec();
    // The largest cosine belongs to the smallest sine.
    let sines: Vec<f64> = sines.into_iter().rev().collect();
    let angle = |position: usize| {
        let cosine = cosines.get(position).copied().unwrap_or(0.0).clamp(0.0, 1.0);
        let sine = sines.get(position).copied().unwrap_or(1.0).clamp(0.0, 1.0);
        if cosine * cosine >= 0.5 { sine.asin() } else { cosine.acos() }
    };
    Ok((0..count).map(angle).collect())
}

/// Which of the columns of `new` have |cos| below one half with every column of `old`, from 0.
pub fn intruders(old: &DMatrix<f64>, new: &DMatrix<f64>) -> Vec<usize> {
    if old.nrows() != new.nrows() {
        return Vec::new();
    }
    let onto = old.transpose() * new;
    let nearest = |column: usize| onto.column(column).iter().fold(0.0_f64, |most, cosine| most.max(cosine.abs()));
    (0..new.ncols()).filter(|column| nearest(*column) < INTRUDER).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_that_share_a_line_and_small_angles_are_found() {
        let e = |columns: &[[f64; 3]]| DMatrix::from_fn(3, columns.len(), |row, column| columns[column][row]);
        let tilt: f64 = 1e-9;
        let one = e(&[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);
        let tilted = e(&[[1.0, 0.0, 0.0], [0.0, tilt.cos(), tilt.sin()]]);
        let angles = principal_angles(&one, &tilted).unwrap();
        assert!(angles[0] < 1e-16 && (angles[1] - tilt).abs() < 1e-17, "{angles:?}");
        let upright = e(&[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]);
        let angles = principal_angles(&one, &upright).unwrap();
        assert!(angles[0].abs() < 1e-15 && (angles[1] - std::f64::consts::FRAC_PI_2).abs() < 1e-15);
        assert_eq!(intruders(&one, &upright), [1]);
        assert_eq!(intruders(&one, &one), [0_usize; 0]);
    }
}
