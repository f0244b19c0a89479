//! The tensors of a layer by their names, and what is told where they are not there or not of a fitting shape.

use super::entry::ChainEntry;
use super::kernel_axes::KernelAxes;
use super::problem::ChainProblem;
use super::weights::index::Index;
use crate::formats::names::{layer_name, natural_order};
use crate::formats::shape::shape_text;
use crate::formats::tensor_info::TensorInfo;

pub(super) fn is_matrix(tensor: &TensorInfo) -> bool {
    tensor.is_numeric && tensor.shape.len() == 2 && !tensor.shape.contains(&0)
}

/// Whether the tensor may be the kernel of a convolution: it has three or four axes.
pub(super) fn is_kernel(tensor: &TensorInfo) -> bool {
    tensor.is_numeric && KernelAxes::of_shape(&tensor.shape, false).is_some()
}

pub(super) fn weight<'a>(index: &Index<'a>, entry: &ChainEntry) -> Result<&'a TensorInfo, ChainProblem> {
    let name = entry.weight_name.as_str();
    let tensor = index.get(name).copied().ok_or_else(|| absent(index, name))?;
    if is_matrix(tensor) || (entry.convolution.is_some() && is_kernel(tensor)) {
        return Ok(tensor);
    }
    let (name, shape, dtype) = (tensor.name.clone(), shape_text(&tensor.shape), tensor.dtype.clone());
    Err(ChainProblem::NotAMatrix { name, shape, dtype })
}

pub(super) fn ends_in(name: &str, end: &str) -> bool {
    let is_end =
        |name: &str| name.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with(['.', '/']));
    !end.is_empty() && (is_end(name) || is_end(layer_name(name)))
}

/// What is told of a name that is not that of a tensor.
fn absent(index: &Index<'_>, name: &str) -> ChainProblem {
    let mut found: Vec<&str> = index.keys().copied().filter(|full| ends_in(full, name)).collect();
    found.sort_unstable_by(|left, right| natural_order(left, right));
    match found[..] {
        [first, second, ..] => {
            let (name, first, second) = (name.into(), first.into(), second.into());
            ChainProblem::Ambiguous { name, count: found.len(), first, second }
        }
        _ => ChainProblem::Missing { name: name.into() },
    }
}

/// The length of a bias: a vector, or a matrix of one row or one column.
pub(super) fn bias_length(tensor: &TensorInfo) -> Option<usize> {
    match tensor.shape[..] {
        _ if !tensor.is_numeric => None,
        [length] | [1, length] | [length, 1] => Some(length),
        _ => None,
    }
}

pub(super) fn bias_problem(
    index: &Index<'_>,
    entry: &ChainEntry,
    weight: &TensorInfo,
    outputs: usize,
) -> Option<ChainProblem> {
    let name = entry.bias_name.as_ref()?;
    let Some(bias) = index.get(name.as_str()).copied() else {
        return Some(ChainProblem::Missing { name: name.clone() });
    };
    (bias_length(bias) != Some(outputs)).then(|| ChainProblem::Bias {
        weight: weight.name.clone(),
        shape: shape_text(&weight.shape),
        outputs,
        bias: name.clone(),
        found: shape_text(&bias.shape),
    })
}
