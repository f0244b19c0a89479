//! Why a change cannot be made.

use thiserror::Error;

use crate::linalg::LinalgError;
use crate::network::{NetworkError, Node};

/// Why a change cannot be made.
#[derive(Clone, Debug, Error, PartialEq)]
pub(in crate::session) enum ChangeError {
    /// The layers no longer fit, or a number is not finite.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// An operator of a graph has no width or activation to choose.
    #[error("the layer is the operator {operator}, which has no other widths or activations; change another layer")]
    Operator { operator: String },
    /// A matrix could not be decomposed.
    #[error("the layer cannot be decomposed ({0}); change its weights instead")]
    Decomposition(#[from] LinalgError),
}

impl ChangeError {
    pub(super) fn operator(node: &Node) -> ChangeError {
        ChangeError::Operator { operator: node.operator.clone() }
    }
}
