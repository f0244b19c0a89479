//! The tensors of a file by their names.

use std::collections::HashMap;

use crate::formats::tensor_info::TensorInfo;

/// The tensors by their names: a file may hold very many of them.
pub(in crate::formats::chain) type Index<'a> = HashMap<&'a str, &'a TensorInfo>;

pub(in crate::formats::chain) fn index(tensors: &[TensorInfo]) -> Index<'_> {
    tensors.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect()
}
