//! Rotations that are known in the coordinates of the directions which they move.

use nalgebra::DMatrix;

use crate::linalg::{LinalgError, Rotation};

/// A rotation of R^d that moves nothing outside the span of some directions.
#[derive(Clone, Debug)]
pub(super) struct Within {
    pub basis: Basis,
    /// Angles and planes, in the coordinates of the basis.
    pub logarithm: Rotation,
}

/// The directions.
#[derive(Clone, Debug)]
pub(super) enum Basis {
    /// All of the space, as it is.
    Whole,
    /// Orthonormal columns.
    Columns(DMatrix<f64>),
    /// Axes, and behind them combinations of other axes: the columns of a matrix, or those axes themselves.
    Axes { dimension: usize, axes: Vec<usize>, others: Vec<usize>, combined: Option<DMatrix<f64>> },
}

impl Basis {
    fn carry(&self, planes: &DMatrix<f64>) -> DMatrix<f64> {
        match self {
            Basis::Whole => planes.clone(),
            Basis::Columns(columns) => columns * planes,
            Basis::Axes { dimension, axes, others, combined } => {
                let mut carried = DMatrix::zeros(*dimension, planes.ncols());
                let behind = planes.rows(axes.len(), planes.nrows() - axes.len());
                let behind = combined.as_ref().map_or_else(|| behind.into_owned(), |combined| combined * behind);
                for (mut to, from) in carried.column_iter_mut().zip(planes.column_iter()) {
                    axes.iter().zip(from.iter()).for_each(|(axis, value)| to[*axis] = *value);
                }
                for (mut to, from) in carried.column_iter_mut().zip(behind.column_iter()) {
                    others.iter().zip(from.iter()).for_each(|(axis, value)| to[*axis] = *value);
                }
                carried
            }
        }
    }
}

impl Within {
    /// The rotation that moves nothing.
    pub fn still(dimension: usize) -> Within {
        Within { basis: Basis::Whole, logarithm: Rotation::identity(dimension) }
    }

    /// Any proper rotation.
    pub fn whole(matrix: &DMatrix<f64>) -> Result<Within, LinalgError> {
        Ok(Within { basis: Basis::Whole, logarithm: Rotation::logarithm(matrix)? })
    }

    /// Σθ².
    pub fn energy(&self) -> f64 {
        self.logarithm.total().powi(2)
    }

    /// R as a motion.
    pub fn rotation(self) -> Rotation {
        match self.basis {
            Basis::Whole => self.logarithm,
            basis => self.logarithm.carried_by(|planes| basis.carry(planes)),
        }
    }

    /// Rᵀ as a motion.
    pub fn inverse_rotation(self) -> Rotation {
        self.rotation().inverse()
    }
}
