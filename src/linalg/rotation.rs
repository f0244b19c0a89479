//! A proper rotation as orthogonal planes with angles: R = exp(A), and every power R^s = exp(sA).

use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::{LinalgError, planes};

/// How far RᵀR may be from the identity (Frobenius norm over √d) before R is refused.
const ORTHOGONALITY_TOLERANCE: f64 = 1e-8;
/// Directions by which exp(log R) is compared with R.
const PROBES: usize = 8;
/// What exp(log R) may miss R by (Frobenius norm over d), beside R's own distance from orthogonality.
const RECONSTRUCTION_TOLERANCE: f64 = 1e-12;

/// A proper rotation of R^d, split into orthogonal 2-planes that turn by θ ∈ (0, π] and fixed directions.
///
/// Flow-model section 4. With zᵢ = (aᵢ − i bᵢ)/√2 the rotation is R zᵢ = e^{iθᵢ} zᵢ, so that a real function of the
/// angles such as R^s acts in each plane as a complex number on (aᵢ, bᵢ).
#[derive(Clone, Debug, PartialEq)]
pub struct Rotation {
    dimension: usize,
    /// Orthonormal columns a₁, b₁, a₂, b₂, …; plane i turns aᵢ toward bᵢ.
    planes: DMatrix<f64>,
    /// θ of each plane, largest first.
    angles: Vec<f64>,
}

impl Rotation {
    /// The rotation of R^d that turns nothing.
    pub fn identity(dimension: usize) -> Rotation {
        Rotation { dimension, planes: DMatrix::zeros(dimension, 0), angles: Vec::new() }
    }

    /// The logarithm of a proper rotation: permutations, −I in even dimension, repeated angles, angles near 0 and π
    /// included. Angles below 1e-13 are taken for rounding and dropped.
    ///
    /// # Errors
    /// If the matrix is not square, not finite, not orthogonal, or a reflection; if an iteration does not converge or
    /// the result does not reproduce the matrix to 1e-12·d.
    pub fn logarithm(matrix: &DMatrix<f64>) -> Result<Rotation, LinalgError> {
        super::library::check(matrix)?;
        let dimension = matrix.nrows();
        if !matrix.is_square() {
            return Err(LinalgError::NotARotation { dimension, reason: "it is not square" });
        }
        let (planes, angles) = planes::of_rotation(matrix)?;
        let rotation = Rotation { dimension, planes, angles };
        let error = rotation.distance_from(matrix);
        let tolerance = RECONSTRUCTION_TOLERANCE * dimension as f64;
        if error > tolerance {
            // What is orthogonal only nearly cannot be reproduced better than that.
            let allowed = tolerance + orthogonality_defect(matrix)?;
            if error > allowed {
                return Err(LinalgError::Inaccurate { method: "rotation logarithm", dimension, error, allowed });
            }
        }
        Ok(rotation)
    }

    /// The same rotation in the first coordinates of a larger space, which it leaves fixed.
    pub fn embedded(self, dimension: usize) -> Rotation {
        let planes = self.planes.resize_vertically(dimension, 0.0);
        Rotation { dimension, planes, angles: self.angles }
    }

    /// Its angles alone: what is told of a rotation that is not followed.
    pub(crate) fn without_planes(&self) -> Rotation {
        Rotation { dimension: self.dimension, planes: DMatrix::zeros(self.dimension, 0), angles: self.angles.clone() }
    }

    /// The same rotation in another space, into which `carry` takes directions (columns) without a change of length or
    /// angle; it leaves fixed what is orthogonal to them.
    pub(super) fn carried_by(self, carry: impl FnOnce(&DMatrix<f64>) -> DMatrix<f64>) -> Rotation {
        let planes = carry(&self.planes);
        Rotation { dimension: planes.nrows(), planes, angles: self.angles }
    }

    /// R⁻¹ = Rᵀ: every plane turns the other way.
    pub(super) fn inverse(mut self) -> Rotation {
        for plane in 0..self.angles.len() {
            self.planes.swap_columns(2 * plane, 2 * plane + 1);
        }
        self
    }

    /// R^½: every plane turns half as far.
    pub(super) fn halved(mut self) -> Rotation {
        self.angles.iter_mut().for_each(|angle| *angle *= 0.5);
        self
    }

    /// d.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// θ of each plane in radians, largest first, each in (0, π].
    pub fn angles(&self) -> &[f64] {
        &self.angles
    }

    /// Whether nothing turns.
    pub fn is_identity(&self) -> bool {
        self.angles.is_empty()
    }

    /// The orthonormal directions (a, b) of plane `index`; the rotation turns a toward b. Each has d entries.
    pub fn plane(&self, index: usize) -> (&[f64], &[f64]) {
        let d = self.dimension;
        let columns = &self.planes.as_slice()[2 * index * d..2 * (index + 1) * d];
        columns.split_at(d)
    }

    /// √(Σθ²).
    pub fn total(&self) -> f64 {
        self.angles.iter().map(|angle| angle * angle).sum::<f64>().sqrt()
    }

    /// Multiplies every plane's coordinates (p_a, p_b), taken as p_a + i p_b, by the complex number `factor(θ)` =
    /// (re, im), in each column of `points` (d × samples); fixed directions stay.
    ///
    /// (cos sθ, sin sθ) gives R^s, (1, hθ) an Euler step of length h along A.
    pub fn act(&self, points: &mut DMatrix<f64>, factor: impl Fn(f64) -> (f64, f64)) {
        /// Columns from which copying the planes, as products of matrices do, is worth its while.
        const MANY: usize = 4;
        if self.angles.is_empty() {
            return;
        }
        if points.ncols() < MANY {
            return self.act_on_few(points, factor);
        }
        let coordinates = self.planes.transpose() * &*points;
        self.act_on_coordinates(coordinates, points, factor);
    }

    /// [`Rotation::act`] on few points, which takes as long as it takes to read the planes: each is read once.
    fn act_on_few(&self, points: &mut DMatrix<f64>, factor: impl Fn(f64) -> (f64, f64)) {
        let mut moved = points.clone();
        for (plane, angle) in self.angles.iter().enumerate() {
            let (re, im) = factor(*angle);
            let (first, second) = (self.planes.column(2 * plane), self.planes.column(2 * plane + 1));
            for (point, mut moved) in points.column_iter().zip(moved.column_iter_mut()) {
                let (a, b) = (first.dot(&point), second.dot(&point));
                let change = [(re - 1.0) * a - im * b, im * a + (re - 1.0) * b];
                let directions = first.as_slice().iter().zip(second.as_slice());
                for (value, (first, second)) in moved.as_mut_slice().iter_mut().zip(directions) {
                    *value += change[0] * first + change[1] * second;
                }
            }
        }
        *points = moved;
    }

    /// `coordinates` are those of `points` in the planes, 2p × samples.
    fn act_on_coordinates(
        &self,
        mut coordinates: DMatrix<f64>,
        points: &mut DMatrix<f64>,
        factor: impl Fn(f64) -> (f64, f64),
    ) {
        let factors: Vec<(f64, f64)> = self.angles.iter().map(|angle| factor(*angle)).collect();
        for mut column in coordinates.column_iter_mut() {
            for (pair, (re, im)) in column.as_mut_slice().chunks_exact_mut(2).zip(&factors) {
                let (a, b) = (pair[0], pair[1]);
                // The difference to the old coordinates, so that fixed directions need no basis of their own.
                pair[0] = (re - 1.0) * a - im * b;
                pair[1] = im * a + (re - 1.0) * b;
            }
        }
        points.gemm(1.0, &self.planes, &coordinates, 1.0);
    }

    /// R^s applied to each column of `points` (d × samples).
    pub fn rotate(&self, points: &mut DMatrix<f64>, s: f64) {
        self.act(points, |angle| ((s * angle).cos(), (s * angle).sin()));
    }

    /// A·x for each column of `points` (d × samples): the velocity at x, per unit of phase time.
    pub fn velocity(&self, points: &DMatrix<f64>) -> DMatrix<f64> {
        let mut moved = points.clone();
        // (1 + iθ)x − x = Ax.
        self.act(&mut moved, |angle| (1.0, angle));
        moved - points
    }

    /// The angular velocity A = Σ θᵢ (bᵢaᵢᵀ − aᵢbᵢᵀ): skew-symmetric, exp(A) = R.
    pub fn angular_velocity(&self) -> DMatrix<f64> {
        let mut velocity = DMatrix::zeros(self.dimension, self.dimension);
        // The identity's coordinates are the planes themselves; what is added to it is Ax.
        self.act_on_coordinates(self.planes.transpose(), &mut velocity, |angle| (1.0, angle));
        (&velocity - velocity.transpose()) * 0.5
    }

    /// R with another angle of one plane, as a matrix; R itself where there is no such plane.
    pub fn with_angle(&self, index: usize, angle: f64) -> DMatrix<f64> {
        let mut turned = self.clone();
        turned.angles.iter_mut().skip(index).take(1).for_each(|old| *old = angle);
        turned.to_matrix()
    }

    /// ‖R − M‖, in larger spaces from what both do to some random directions: for them the expected square is that of the
    /// norm, and an error of more than rounding does not hide from all.
    fn distance_from(&self, matrix: &DMatrix<f64>) -> f64 {
        if self.dimension <= 4 * PROBES {
            return (self.to_matrix() - matrix).norm();
        }
        // Signs at random; the same for every matrix.
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let probes = DMatrix::from_fn(self.dimension, PROBES, |_, _| if random.random::<bool>() { 1.0 } else { -1.0 });
        let mut turned = probes.clone();
        self.rotate(&mut turned, 1.0);
        (turned - matrix * probes).norm() / (PROBES as f64).sqrt()
    }

    /// R itself.
    pub fn to_matrix(&self) -> DMatrix<f64> {
        let mut matrix = DMatrix::identity(self.dimension, self.dimension);
        if !self.angles.is_empty() {
            // The identity's coordinates are the planes themselves.
            self.act_on_coordinates(self.planes.transpose(), &mut matrix, |angle| (angle.cos(), angle.sin()));
        }
        matrix
    }
}

/// ‖RᵀR − I‖ of a nearly orthogonal matrix.
fn orthogonality_defect(matrix: &DMatrix<f64>) -> Result<f64, LinalgError> {
    let dimension = matrix.nrows();
    let mut gram = matrix.transpose() * matrix;
    gram.set_diagonal(&(gram.diagonal() - DVector::from_element(dimension, 1.0)));
    let defect = gram.norm();
    if defect > ORTHOGONALITY_TOLERANCE * (dimension as f64).sqrt() {
        return Err(LinalgError::NotARotation { dimension, reason: "its columns are not orthonormal" });
    }
    Ok(defect)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_PI_2, PI};

    use nalgebra::DMatrix;
    use proptest::prelude::*;

    use super::super::testing::{random_matrix, random_rotation};
    use super::*;

    /// Holds for every rotation: exp(log R) = R to 1e-12·d, orthonormal planes, angles sorted in (0, π].
    fn assert_logarithm(matrix: &DMatrix<f64>) -> Rotation {
        let d = matrix.nrows() as f64;
        let rotation = Rotation::logarithm(matrix).unwrap();
        assert!((rotation.to_matrix() - matrix).norm() <= 1e-12 * d);
        let gram = rotation.planes.tr_mul(&rotation.planes);
        assert!((&gram - DMatrix::identity(gram.nrows(), gram.ncols())).norm() <= 1e-12 * d);
        assert!(rotation.angles.windows(2).all(|pair| pair[0] >= pair[1]));
        assert!(rotation.angles.iter().all(|angle| *angle > 0.0 && *angle <= PI));
        rotation
    }

    #[test]
    fn few_points_move_as_they_do_among_many() {
        let rotation = assert_logarithm(&random_rotation(9, 5));
        let mut many = random_matrix(9, 7, 6);
        let few = many.clone();
        rotation.rotate(&mut many, 0.3);
        for count in 1..=3 {
            let mut alone = few.columns(2, count).into_owned();
            rotation.rotate(&mut alone, 0.3);
            assert!((alone - many.columns(2, count)).amax() < 1e-14);
        }
    }

    /// The rotation with these angles in randomly turned planes.
    fn with_angles(angles: &[f64], dimension: usize, seed: u64) -> DMatrix<f64> {
        let mut block = DMatrix::identity(dimension, dimension);
        for (i, angle) in angles.iter().enumerate() {
            let (sin, cos) = angle.sin_cos();
            block[(2 * i, 2 * i)] = cos;
            block[(2 * i + 1, 2 * i + 1)] = cos;
            block[(2 * i + 1, 2 * i)] = sin;
            block[(2 * i, 2 * i + 1)] = -sin;
        }
        let basis = random_rotation(dimension, seed);
        &basis * block * basis.transpose()
    }

    fn assert_angles(found: &[f64], mut expected: Vec<f64>, tolerance: f64) {
        expected.sort_by(|a, b| b.total_cmp(a));
        assert_eq!(found.len(), expected.len(), "{found:?} instead of {expected:?}");
        for (one, other) in found.iter().zip(&expected) {
            assert!((one - other).abs() <= tolerance, "{found:?} instead of {expected:?}");
        }
    }

    #[test]
    fn tiny_nearly_half_repeated_and_half_turns() {
        let cases: [&[f64]; 12] = [
            &[1e-9],
            &[PI - 1e-9],
            &[PI],
            &[1e-9, PI - 1e-9, 1.0],
            &[PI, PI, PI],
            &[0.7, 0.7, 0.7],
            &[FRAC_PI_2, FRAC_PI_2 + 1e-5, FRAC_PI_2 - 1e-5],
            &[1e-9, 2e-9, 1e-3, 0.04],
            &[PI, PI - 1e-9, PI - 1e-3, PI - 0.05],
            &[0.5, 0.5 + 1e-10, 0.5 + 1e-6],
            &[1e-12, 1e-6],
            &[PI - 1e-12, PI, 2.0, 1e-11],
        ];
        for (seed, angles) in cases.iter().enumerate() {
            for room in [0, 1, 3] {
                let matrix = with_angles(angles, 2 * angles.len() + room, seed as u64);
                let rotation = assert_logarithm(&matrix);
                assert_angles(rotation.angles(), angles.to_vec(), 1e-13 + 1e-14 * angles.len() as f64);
            }
        }
    }

    #[test]
    fn permutations_and_minus_identity() {
        for d in [1, 2, 3, 4, 5, 7, 8, 16, 33] {
            assert!(Rotation::logarithm(&DMatrix::identity(d, d)).unwrap().is_identity());
            if d % 2 == 0 {
                let half = assert_logarithm(&-DMatrix::identity(d, d));
                assert_angles(half.angles(), vec![PI; d / 2], 1e-15);
            } else {
                // A cycle of odd length is proper: angles 2πk/d.
                let cycle = DMatrix::from_fn(d, d, |i, j| f64::from(u8::from(i == (j + 1) % d)));
                let expected = (1..=d / 2).map(|k| 2.0 * PI * k as f64 / d as f64).collect();
                assert_angles(assert_logarithm(&cycle).angles(), expected, 1e-13);
            }
        }
    }

    #[test]
    fn large_rotations() {
        for d in [64, 129, 256] {
            let rotation = assert_logarithm(&random_rotation(d, d as u64));
            assert_eq!(rotation.angles().len(), d / 2);
        }
        let cycle = DMatrix::from_fn(255, 255, |i, j| f64::from(u8::from(i == (j + 1) % 255)));
        assert_logarithm(&cycle);
    }

    #[test]
    fn what_is_no_proper_rotation_is_refused() {
        let mirror = DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 0.0, -1.0]);
        let stretched = DMatrix::from_row_slice(2, 2, &[1.1, 0.0, 0.0, 1.0]);
        for matrix in [mirror, stretched, DMatrix::zeros(2, 3), DMatrix::zeros(0, 0)] {
            assert!(Rotation::logarithm(&matrix).is_err());
        }
        assert!(Rotation::logarithm(&DMatrix::from_element(2, 2, f64::NAN)).is_err());
    }

    proptest! {
        #[test]
        fn random_rotations_of_every_size(dimension in 1_usize..40, seed: u64) {
            assert_logarithm(&random_rotation(dimension, seed));
        }

        #[test]
        fn powers_keep_distances_and_compose(dimension in 2_usize..12, seed: u64, s in 0.0..1.0_f64) {
            let rotation = Rotation::logarithm(&random_rotation(dimension, seed)).unwrap();
            let points = random_matrix(dimension, 5, seed ^ 1);
            let mut moved = points.clone();
            rotation.rotate(&mut moved, s);
            for i in 0..5 {
                let (before, after) = ((points.column(i) - points.column(0)).norm(), (moved.column(i) - moved.column(0)).norm());
                prop_assert!((before - after).abs() <= 1e-12 * (1.0 + before));
            }
            rotation.rotate(&mut moved, 1.0 - s);
            prop_assert!((moved - rotation.to_matrix() * points).norm() <= 1e-12);
        }

        #[test]
        fn velocity_is_the_skew_generator(dimension in 2_usize..12, seed: u64) {
            let rotation = Rotation::logarithm(&random_rotation(dimension, seed)).unwrap();
            let generator = rotation.angular_velocity();
            prop_assert!((&generator + generator.transpose()).norm() == 0.0);
            let points = random_matrix(dimension, 4, seed ^ 2);
            prop_assert!((&generator * &points - rotation.velocity(&points)).norm() <= 1e-12 * (1.0 + points.norm()));
            prop_assert!((generator.exp() - rotation.to_matrix()).norm() <= 1e-11);
        }
    }
}
