//! A matrix after a change of one of its singular values, or of one angle of its rotations.

use nalgebra::DMatrix;

use super::{LinalgError, Rotation, Svd};

/// A rotation of a decomposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationFactor {
    /// Vᵀ of W = UΣVᵀ.
    In,
    /// U of W = UΣVᵀ.
    Out,
    /// Q of the polar decomposition W = QP.
    Polar,
}

/// W with another singular value of this index (0 the largest). One term of W = Σ σ u vᵀ changes:
/// W′ = W + (σ′ − σ) u vᵀ, so the others keep their bits as far as addition does. W itself where there is no such index.
///
/// # Errors
/// If W cannot be decomposed.
pub fn with_singular_value(weight: &DMatrix<f64>, index: usize, value: f64) -> Result<DMatrix<f64>, LinalgError> {
    let svd = Svd::new(weight)?;
    let Some(sigma) = svd.singular_values().get(index) else { return Ok(weight.clone()) };
    let mut changed = weight.clone();
    changed.ger(value - sigma, &svd.u().column(index), &svd.v().column(index), 1.0);
    Ok(changed)
}

/// W with another angle of one plane of a rotation, counted as [`Rotation::angles`] counts them: the product of the
/// same factors as before but for that angle, in the space in which W moves, and of it W's own rows and columns.
/// Where W is square and does not reflect, the singular values stay; else a plane may lead out of W's own outputs, and
/// what goes there is lost. W itself where there is no such plane.
///
/// # Errors
/// If W cannot be decomposed.
pub fn with_angle(
    weight: &DMatrix<f64>,
    turn: RotationFactor,
    plane: usize,
    angle: f64,
) -> Result<DMatrix<f64>, LinalgError> {
    let svd = Svd::new(weight)?;
    let scaled = |mut columns: DMatrix<f64>, factors: &[f64]| {
        columns.column_iter_mut().zip(factors).for_each(|(mut column, factor)| column *= *factor);
        columns
    };
    let has = |rotation: &Rotation| plane < rotation.angles().len();
    let product = match turn {
        RotationFactor::Polar => {
            let polar = svd.proper_polar()?;
            has(&polar.rotation).then(|| {
                let stretch = scaled(polar.directions.clone(), &polar.factors) * polar.directions.transpose();
                polar.rotation.with_angle(plane, angle) * stretch
            })
        }
        RotationFactor::In => {
            let proper = svd.proper()?;
            has(&proper.rotation_in).then(|| {
                let turned = proper.rotation_in.with_angle(plane, angle);
                scaled(proper.rotation_out.to_matrix(), &proper.factors) * turned
            })
        }
        RotationFactor::Out => {
            let proper = svd.proper()?;
            has(&proper.rotation_out).then(|| {
                let turned = proper.rotation_out.with_angle(plane, angle);
                scaled(turned, &proper.factors) * proper.rotation_in.to_matrix()
            })
        }
    };
    Ok(product.map_or_else(|| weight.clone(), |product| product.view((0, 0), weight.shape()).into_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{random_matrix, random_rotation};
    use super::*;

    fn singular_values(matrix: &DMatrix<f64>) -> Vec<f64> {
        Svd::new(matrix).unwrap().singular_values().to_vec()
    }

    proptest! {
        #[test]
        fn one_singular_value_changes_and_the_others_stay(
            rows in 1..6_usize, columns in 1..6_usize, seed in 0..100_u64, index in 0..6_usize, value in 0.0..4.0_f64
        ) {
            let weight = random_matrix(rows, columns, seed);
            let mut expected = singular_values(&weight);
            let changed = with_singular_value(&weight, index, value).unwrap();
            if let Some(sigma) = expected.get_mut(index) {
                *sigma = value;
            }
            expected.sort_by(|one, other| other.total_cmp(one));
            for (found, expected) in singular_values(&changed).iter().zip(&expected) {
                prop_assert!((found - expected).abs() < 1e-12, "{found} {expected}");
            }
        }

        #[test]
        fn the_angle_that_is_there_gives_the_same_matrix(
            rows in 1..6_usize, columns in 1..6_usize, seed in 0..100_u64, plane in 0..3_usize
        ) {
            let weight = random_matrix(rows, columns, seed);
            let svd = Svd::new(&weight).unwrap();
            let (proper, polar) = (svd.proper().unwrap(), svd.proper_polar().unwrap());
            for (turn, rotation) in
                [(RotationFactor::In, &proper.rotation_in), (RotationFactor::Out, &proper.rotation_out), (RotationFactor::Polar, &polar.rotation)]
            {
                let angle = rotation.angles().get(plane).copied().unwrap_or(1.0);
                let same = with_angle(&weight, turn, plane, angle).unwrap();
                prop_assert!((same - &weight).norm() < 1e-11 * (1.0 + weight.norm()));
            }
        }
    }

    #[test]
    fn a_turned_plane_turns_by_that_angle_and_keeps_the_spectrum() {
        // A proper 2×2 matrix with a polar rotation: the angle is read back from the changed matrix.
        let weight = random_rotation(2, 3) * DMatrix::from_diagonal(&vec![2.0, 0.5].into());
        let before = singular_values(&weight);
        for angle in [0.3, 1.0, 2.5] {
            let turned = with_angle(&weight, RotationFactor::Polar, 0, angle).unwrap();
            let found = Svd::new(&turned).unwrap().proper_polar().unwrap().rotation.angles()[0];
            assert!((found - angle).abs() < 1e-12, "{found} {angle}");
            for turn in [RotationFactor::In, RotationFactor::Out, RotationFactor::Polar] {
                let turned = with_angle(&weight, turn, 0, angle).unwrap();
                let after = singular_values(&turned);
                assert!(before.iter().zip(&after).all(|(one, other)| (one - other).abs() < 1e-12));
            }
        }
        assert_eq!(with_angle(&weight, RotationFactor::Out, 7, 1.0).unwrap(), weight);
        assert_eq!(with_singular_value(&weight, 7, 1.0).unwrap(), weight);
    }
}
