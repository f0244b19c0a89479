//! Why a change cannot be made.

use thiserror::Error;

use crate::linalg::LinalgError;
use crate::network::NetworkError;

/// Why a change cannot be made.
#[derive(Clone, Debug, Error, PartialEq)]
pub(in crate::session) enum ChangeError {
    /// The layers no longer fit, or a number is not finite.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A matrix could not be decomposed.
    #[error("the layer cannot be decomposed ({0}); change its weights instead")]
    Decomposition(#[from] LinalgError),
}
