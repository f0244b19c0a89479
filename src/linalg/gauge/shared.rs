//! Multiples of an orthogonal matrix: all singular values are equal, and every basis serves.
//!
//! W = c·Q. With A = log Q the factors Vᵀ = exp(A/2) and U = exp(A/2) share the rotation, and c stretches between them:
//! the total is θ(Q)/√2. No other choice does with less: log Vᵀ and log U lie on a way from I to Q, which is at least
//! θ(Q) long, and √(a² + b²) ≥ (a + b)/√2. Where Q reflects, one more dimension goes to minus itself. It is padding before
//! and behind the layer, so that whatever is done to it moves no data: it is stretched by c as the others are.

use nalgebra::DMatrix;

use super::factors::ProperSvd;
use super::problem::EQUAL_SINGULAR_VALUES;
use crate::linalg::{LinalgError, Rotation, Svd};

/// The decomposition of a multiple of an orthogonal matrix; `None` for any other.
pub(super) fn of_orthogonal(svd: &Svd) -> Result<Option<ProperSvd>, LinalgError> {
    let side = svd.u().nrows();
    let values = svd.singular_values();
    let (Some(largest), Some(smallest)) = (values.first(), values.last()) else { return Ok(None) };
    let is_square = side == svd.v().nrows() && svd.rank() == side;
    if !is_square || largest - smallest > largest * EQUAL_SINGULAR_VALUES {
        return Ok(None);
    }
    let dimension = svd.moving_dimension();
    let mut orthogonal = -DMatrix::identity(dimension, dimension);
    orthogonal.view_mut((0, 0), (side, side)).copy_from(&(svd.u() * svd.v().transpose()));
    let half = Rotation::logarithm(&orthogonal)?.halved();
    let stretch = values.iter().sum::<f64>() / side as f64;
    Ok(Some(ProperSvd { rotation_in: half.clone(), tilt: None, factors: vec![stretch; dimension], rotation_out: half }))
}
