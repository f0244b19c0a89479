//! A proper rotation as orthogonal planes with angles: R = exp(A), and every power R^s = exp(sA).

use nalgebra::DMatrix;

use super::LinalgError;

/// A proper rotation of R^d, split into orthogonal 2-planes that turn by θ ∈ (0, π] and fixed directions.
#[derive(Clone, Debug)]
pub struct Rotation {
    dimension: usize,
    /// Orthonormal columns a₁, b₁, a₂, b₂, …; plane i turns aᵢ toward bᵢ.
    planes: DMatrix<f64>,
    /// θ of each plane, largest first.
    angles: Vec<f64>,
}

impl Rotation {
    /// The logarithm of a proper rotation.
    pub fn logarithm(_rotation: &DMatrix<f64>) -> Result<Rotation, LinalgError> {
        todo!()
    }

    /// d.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// θ of each plane in radians, largest first, each in (0, π].
    pub fn angles(&self) -> &[f64] {
        &self.angles
    }

    /// The orthonormal directions (a, b) of plane `index`; the rotation turns a toward b. Each has d entries.
    pub fn plane(&self, index: usize) -> (&[f64], &[f64]) {
        let d = self.dimension;
        let columns = &self.planes.as_slice()[2 * index * d..2 * (index + 1) * d];
        columns.split_at(d)
    }

    /// The angular velocity A = Σ θᵢ (bᵢaᵢᵀ − aᵢbᵢᵀ): skew-symmetric, exp(A) = R.
    pub fn angular_velocity(&self) -> DMatrix<f64> {
        todo!()
    }
}
