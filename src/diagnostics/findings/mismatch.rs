//! What does not go with what it should answer, before it has its place; and the activation that the answers come from.

use super::finding::Severity;
use crate::network::{Activation, Layer, Network};

/// A mismatch before it has its place.
pub(super) struct Mismatch {
    pub severity: Severity,
    pub message: String,
    pub value: f64,
    pub threshold: f64,
    pub remedy: &'static str,
}

/// The activation that the answers come from; within a residual block it bends the branch alone.
pub(super) fn last_activation(network: &Network) -> Activation {
    match network.layers().last() {
        Some(Layer::Dense(dense)) => dense.activation,
        _ => Activation::Identity,
    }
}
