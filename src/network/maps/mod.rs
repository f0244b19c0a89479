//! Forward maps of a graph's nodes beside layers: max pooling, normalisation, PReLU, softmax over groups, gates,
//! selections and embeddings.
//!
//! Each is a [`ForwardMap`] on the columns of a matrix (coordinates × samples). A tensor lies in a column in row-major order,
//! its last axis next to next.

mod embedding;
mod error;
mod gate;
mod groups;
mod max_pooling;
mod normalisation;
mod prelu;
mod selection;
mod shapes;
mod softmax;
#[cfg(test)]
mod tests;

pub use embedding::Embedding;
pub use error::MapError;
pub use gate::Gate;
pub use groups::Groups;
pub use max_pooling::{MaxPooling, PoolingWindow};
pub use normalisation::{Centring, Normalisation};
pub(crate) use normalisation::{group_mean, inverse_length};
pub use prelu::Prelu;
pub use selection::{Selected, Selection};
pub use shapes::{Border, spread_along};
pub use softmax::GroupSoftmax;
pub(crate) use softmax::group_log_sum_exp;

use nalgebra::DMatrix;

/// Coordinates of one vector at most: below it no product of a shape overflows, and a list of them fits into memory.
pub const MAX_COORDINATES: usize = 1 << 27;

/// A map of vectors, applied to the columns of a matrix.
pub trait ForwardMap {
    /// The number of coordinates it takes.
    fn inputs(&self) -> usize;

    /// The number of coordinates it gives.
    fn outputs(&self) -> usize;

    /// The number of learned numbers in it.
    fn parameters(&self) -> usize {
        0
    }

    /// The map of each column of `points`, which has `inputs()` rows; the result has `outputs()`.
    ///
    /// # Errors
    /// If `points` has another number of rows, or a value has no image (the index of an embedding's row that is none).
    fn apply(&self, points: &DMatrix<f64>) -> Result<DMatrix<f64>, MapError>;
}

/// Refuses points of another width than `map` takes.
fn check_width(map: &impl ForwardMap, points: &DMatrix<f64>) -> Result<(), MapError> {
    let (expected, found) = (map.inputs(), points.nrows());
    if expected == found { Ok(()) } else { Err(MapError::Width { expected, found }) }
}
