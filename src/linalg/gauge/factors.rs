//! The proper factors of a matrix.

use nalgebra::DMatrix;

use crate::linalg::Rotation;

/// W = U·diag(σ on the axes)·Vᵀ with U and V proper, in a space of `dimension` ≥ max(m, n); or U·S·Vᵀ, where S stretches along
/// tilted axes: `proper_near` lets singular directions that swing within a step arrive over several.
#[derive(Clone, Debug)]
pub struct ProperSvd {
    /// Vᵀ as a motion.
    pub rotation_in: Rotation,
    /// The directions of S, as columns; the axes where there is none.
    pub tilt: Option<DMatrix<f64>>,
    /// The factor along each axis, or each column of `tilt`; 0 on the axes that carry null directions, except where padding may take any.
    pub factors: Vec<f64>,
    /// U as a motion.
    pub rotation_out: Rotation,
}

/// W = Q·P, P = V Σ Vᵀ and Q = U Vᵀ proper.
#[derive(Clone, Debug)]
pub struct ProperPolar {
    /// V: the directions along which P stretches, as columns.
    pub directions: DMatrix<f64>,
    /// The factor along each direction.
    pub factors: Vec<f64>,
    /// Q as a motion.
    pub rotation: Rotation,
}
