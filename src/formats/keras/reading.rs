//! A file that is being read.

use super::weights::Weights;
use crate::formats::Account;
use crate::formats::graph::Graph;

/// A file that is being read: the graph as far as it is made, and the account of the file.
pub(super) struct Reading<'a> {
    pub graph: Graph,
    pub weights: &'a Weights<'a>,
    pub account: Account,
    pub origin: Origin,
}

/// What wrote a file: some activations differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Origin {
    /// Keras 1 or 2.
    Keras2,
    Keras3,
    TensorflowJs,
    Unknown,
}
