//! A tensor that was found in a file.

use super::tensor::Tensor;
use crate::formats::account::Fate;

/// A tensor of a file.
pub(super) struct Found {
    /// The keys that lead to it from the model, joined by dots; for what is beside the model, from the file's root.
    pub name: String,
    /// Whether it belongs to the model, and not to an optimizer or another copy.
    pub in_model: bool,
    pub tensor: Tensor,
    /// What becomes of it where that is known already.
    pub fate: Option<Fate>,
}
