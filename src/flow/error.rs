//! Why there is no flow, or no velocity.

use thiserror::Error;

use super::limit::NoLimit;
use crate::linalg::LinalgError;
use crate::system::memory::NotEnough;

/// Why a network's flow could not be built or followed.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum FlowError {
    /// A layer's matrix could not be decomposed.
    #[error("layer {layer}: {source}")]
    Decomposition { layer: usize, source: LinalgError },
    /// A layer so wide that its rotations alone would fill the memory.
    #[error(
        "layer {layer} ({rows}×{columns}) is too wide for a flow, which is made of up to {most} dimensions; its output and \
         its singular values need none, and the layers before it can be opened on their own"
    )]
    TooWide { layer: usize, rows: usize, columns: usize, most: usize },
    /// Data of another width than the network's input.
    #[error("the data has {found} columns of values, but the network takes {expected} inputs")]
    InputWidth { expected: usize, found: usize },
    /// The continuous limit of a residual block could not be followed.
    #[error("layer {layer} has no continuous limit to show: {source}; take its blocks as Euler steps")]
    Limit { layer: usize, source: NoLimit },
    /// More than there is memory for.
    #[error(transparent)]
    Memory(#[from] NotEnough),
    /// Cancelled by the caller.
    #[error("cancelled")]
    Cancelled,
}

/// Why there is no velocity at a place and time.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum NoVelocity {
    /// Past the fold two paths meet in one place with different velocities.
    #[error("past s = {fold:.3} this activation folds the space: there is no velocity field")]
    Fold { fold: f64 },
    /// No path of the activation leads through the place.
    #[error("no path of the activation leads through this place")]
    OutsideRange,
    /// The iteration that inverts a residual block does not contract.
    #[error("the residual block is not invertible here: its branch changes too fast")]
    NotInvertible,
    /// The continuous limit of a residual block could not be followed to its end.
    #[error("the continuous limit of the residual block cannot be followed from here: {0}")]
    Limit(#[from] NoLimit),
    /// With a projection as shortcut, the block's input is not a function of the position.
    #[error("a residual block with a projection has no velocity field of its own")]
    Projection,
    /// A direct phase: only its ends are told.
    #[error("{operator} moves straight from its input to its output: it has no velocity field")]
    Direct { operator: String },
    /// A position of another dimension than the flow's space.
    #[error("the position has {found} coordinates; the flow's space has {expected}")]
    Dimension { expected: usize, found: usize },
}
