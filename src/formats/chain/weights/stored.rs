//! What is told of a stored tensor.

use crate::formats::FormatError;
use crate::formats::tensors::TensorFile;

pub(super) fn fault(file: &TensorFile, tensor: &str, problem: String) -> FormatError {
    FormatError::Tensor { path: file.path().into(), tensor: tensor.into(), problem }
}

/// The shape of a tensor of the file.
pub(super) fn stored_shape<'a>(file: &'a TensorFile, name: &str) -> &'a [usize] {
    file.info(name).map_or(&[], |tensor| &tensor.shape)
}
