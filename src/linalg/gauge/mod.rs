//! The gauge: which of the many singular value decompositions of one matrix is shown.
//!
//! Flow-model section 4. U and V are not unique: pairs (u_j, v_j) may change sign together, be put on the axes in any
//! order, and be turned among equal singular values and inside the null spaces. Here both become *proper* rotations
//! (det = +1), and among those a pair is chosen whose total rotation √(Σθ_V² + Σθ_U²) is least or nearly so:
//!
//! 1. bases of equal singular values are turned toward the axes (Procrustes);
//! 2. pairs go to axes: a linear assignment on |V + U| (`assignment`) is followed downhill, and from kicks again
//!    (`descent`), by an estimate of Σθ² in which a change costs O(1) (`estimate`); in up to seven dimensions all orders and
//!    signs are searched by branch and bound (`exhaustive`). The work stays in proportion to the decomposition itself
//!    (`search`);
//! 3. null directions of V and of U, which are free separately, are completed so that they turn least (`completion`);
//! 4. a common basis of equal singular values is followed downhill (`polish`); where all are equal the best is known
//!    (`shared`).
//!
//! Every tie is broken by index, so that the same file gives the same picture.

mod arrangement;
mod assignment;
mod completion;
mod continued;
mod descent;
mod energy;
mod estimate;
mod exhaustive;
mod factors;
mod kabsch;
mod least_cost;
mod moves;
mod node;
mod polish;
mod problem;
mod scan;
mod search;
mod shared;
mod tilt;
mod within;

use nalgebra::DMatrix;

use super::{LinalgError, Svd};
pub use factors::{ProperPolar, ProperSvd};
use problem::Problem;

impl Svd {
    /// The dimension in which the layer moves: max(m, n), and one more where a square matrix of full rank reflects,
    /// which no flow in its own space can do.
    pub fn moving_dimension(&self) -> usize {
        let side = self.u().nrows().max(self.v().nrows());
        side + usize::from(self.determinant_sign() == Some(-1))
    }

    /// The decomposition with proper U and V of (near-)least total rotation, in `moving_dimension()` dimensions.
    ///
    /// ```
    /// use layerflow::linalg::Svd;
    /// use nalgebra::{DMatrix, DVector, dmatrix};
    ///
    /// // A quarter turn that also doubles one axis.
    /// let weight: DMatrix<f64> = dmatrix![0.0, -2.0; 1.0, 0.0];
    /// let proper = Svd::new(&weight)?.proper()?;
    ///
    /// // Both factors are rotations, so that each is a motion: s = 1 is all of it.
    /// let (u, vt) = (proper.rotation_out.to_matrix(), proper.rotation_in.to_matrix());
    /// assert!((u.determinant() - 1.0).abs() < 1e-12 && (vt.determinant() - 1.0).abs() < 1e-12);
    /// let again = u * DMatrix::from_diagonal(&DVector::from_vec(proper.factors)) * vt;
    /// assert!((again - weight).norm() < 1e-12);
    /// # Ok::<(), layerflow::linalg::LinalgError>(())
    /// ```
    ///
    /// # Errors
    /// If an iteration does not converge or a logarithm is not accurate.
    pub fn proper(&self) -> Result<ProperSvd, LinalgError> {
        if let Some(shared) = shared::of_orthogonal(self)? {
            return Ok(shared);
        }
        Ok(search::least_rotation(&Problem::new(self)?)?.into_proper())
    }

    /// The polar decomposition with a proper Q, in `moving_dimension()` dimensions. Where W is square and
    /// invertible there is nothing to choose; null directions are mapped so that Q turns least.
    ///
    /// # Errors
    /// If the factors are thin, an iteration does not converge or the logarithm is not accurate.
    pub fn proper_polar(&self) -> Result<ProperPolar, LinalgError> {
        if self.is_thin() {
            let dimension = self.moving_dimension();
            return Err(LinalgError::Thin { dimension });
        }
        let problem = Problem::new(self)?;
        let rotation = completion::least(&problem.pairs_v, &problem.pairs_u)?.rotation();
        let mut directions = DMatrix::zeros(problem.dimension, problem.dimension);
        directions.columns_mut(0, problem.rank()).copy_from(&problem.pairs_v);
        directions.columns_mut(problem.rank(), problem.nullity()).copy_from(&problem.null_v);
        let mut factors = problem.factors.clone();
        factors.resize(problem.dimension, 0.0);
        Ok(ProperPolar { directions, factors, rotation })
    }
}

#[cfg(test)]
mod tests;
