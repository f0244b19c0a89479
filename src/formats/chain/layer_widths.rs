//! How many inputs and outputs the tensor of a layer has.

use super::entry::ChainEntry;
use super::kernel_axes::KernelAxes;
use crate::formats::tensor_info::TensorInfo;

/// The number of inputs, or of input channels of one group.
pub(super) fn inputs(entry: &ChainEntry, tensor: &TensorInfo) -> usize {
    match &entry.convolution {
        Some(_) => KernelAxes::of_shape(&tensor.shape, entry.transpose).map_or(0, |axes| axes.group_inputs),
        None => widths(tensor, entry.transpose).0,
    }
}

/// The number of outputs, or of output channels.
pub(super) fn outputs(entry: &ChainEntry, tensor: &TensorInfo) -> usize {
    match &entry.convolution {
        Some(_) => KernelAxes::of_shape(&tensor.shape, entry.transpose).map_or(0, |axes| axes.outputs),
        None => widths(tensor, entry.transpose).1,
    }
}

/// Inputs and outputs of a matrix of this shape.
pub(super) fn widths(tensor: &TensorInfo, transpose: bool) -> (usize, usize) {
    match (&tensor.shape[..], transpose) {
        ([rows, columns], false) => (*columns, *rows),
        ([rows, columns], true) => (*rows, *columns),
        _ => (0, 0),
    }
}
