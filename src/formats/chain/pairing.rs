//! Which tensors are weights, in which order, and which bias belongs to each.

use std::collections::{HashMap, HashSet};

use super::shapes::{KernelAxes, widths};
use super::{ChainEntry, ChainProblem, ConvolutionSettings};
use crate::formats::names::{bias_names, layer_name, natural_order, says_transposed, says_weight};
use crate::formats::tensors::{TensorInfo, shape_words};
use crate::network::Activation;

pub(super) fn entry(index: &Index<'_>, weight_name: String, bias_name: Option<String>) -> ChainEntry {
    let is_kernel = index.get(weight_name.as_str()).copied().is_some_and(is_kernel);
    ChainEntry {
        transpose: is_kernel && says_transposed(&weight_name),
        convolution: is_kernel.then(ConvolutionSettings::default),
        normalisation: None,
        activation: Activation::Identity,
        weight_name,
        bias_name,
    }
}

/// The tensors by their names: a file may hold very many of them.
pub(super) type Index<'a> = HashMap<&'a str, &'a TensorInfo>;

pub(super) fn index(tensors: &[TensorInfo]) -> Index<'_> {
    tensors.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect()
}

fn is_matrix(tensor: &TensorInfo) -> bool {
    tensor.is_numeric && tensor.shape.len() == 2 && !tensor.shape.contains(&0)
}

/// Whether the tensor may be the weight of a layer: a matrix, or the kernel of a convolution.
pub fn is_layer_weight(tensor: &TensorInfo) -> bool {
    is_matrix(tensor) || is_kernel(tensor)
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
    let (name, shape, dtype) = (tensor.name.clone(), shape_words(&tensor.shape), tensor.dtype.clone());
    Err(ChainProblem::NotAMatrix { name, shape, dtype })
}

/// The only tensor whose name ends in these whole parts, or does so without its word for weight; a name itself is enough.
pub(super) fn full_name(tensors: &[TensorInfo], end: &str) -> Option<String> {
    let mut found = tensors.iter().map(|tensor| tensor.name.as_str()).filter(|name| ends_in(name, end));
    if tensors.iter().any(|tensor| tensor.name == end) {
        return Some(end.to_owned());
    }
    found.next().filter(|_| found.next().is_none()).map(str::to_owned)
}

fn ends_in(name: &str, end: &str) -> bool {
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
fn bias_length(tensor: &TensorInfo) -> Option<usize> {
    match tensor.shape[..] {
        _ if !tensor.is_numeric => None,
        [length] | [1, length] | [length, 1] => Some(length),
        _ => None,
    }
}

pub(super) fn bias_by_name(index: &Index<'_>, weight: &str) -> Option<String> {
    let named = |name: &String| index.get(name.as_str()).copied().is_some_and(|tensor| bias_length(tensor).is_some());
    bias_names(weight).into_iter().find(|name| name != weight && named(name))
}

/// All matrices in the order of the file, each with its bias. Where names tell nothing, as in `arr_0`, `arr_1`, a vector
/// right after a matrix is its bias if its length fits.
pub(super) fn pair(tensors: &[TensorInfo]) -> Vec<ChainEntry> {
    let index = index(tensors);
    // Other things than kernels have three or four axes too, such as places in a text; where names tell, they decide.
    let names_tell = tensors.iter().any(|tensor| says_weight(&tensor.name));
    let proposed = |tensor: &TensorInfo| {
        let is_weight = is_matrix(tensor) || (is_kernel(tensor) && (!names_tell || says_weight(&tensor.name)));
        tensor.in_model && is_weight
    };
    let candidates: Vec<&TensorInfo> = tensors.iter().filter(|tensor| proposed(tensor)).collect();
    let biases: HashSet<String> = candidates.iter().filter_map(|tensor| bias_by_name(&index, &tensor.name)).collect();
    let weights = candidates.into_iter().filter(|tensor| !biases.contains(&tensor.name));
    let mut ordered: Vec<&TensorInfo> = tensors.iter().collect();
    ordered.sort_by(|left, right| natural_order(&left.name, &right.name));
    let next: HashMap<&str, &TensorInfo> =
        ordered.windows(2).map(|neighbours| (neighbours[0].name.as_str(), neighbours[1])).collect();
    let following = |weight: &TensorInfo| {
        let next = next.get(weight.name.as_str()).filter(|next| next.shape.len() == 1)?;
        let fits = bias_length(next).is_some_and(|length| weight.shape.contains(&length));
        (fits && !says_weight(&weight.name) && !says_weight(&next.name)).then(|| next.name.clone())
    };
    let pairs = weights.map(|weight| {
        let bias = bias_by_name(&index, &weight.name).or_else(|| following(weight));
        entry(&index, weight.name.clone(), bias)
    });
    pairs.collect()
}

/// Chooses whether the matrices are taken as they are or transposed, and answers how many joints and biases fit.
/// Where both fit as well, the names decide.
pub(super) fn orient(index: &Index<'_>, entries: &mut [ChainEntry]) -> usize {
    let fitting = |transpose: bool| {
        let mut fitting = 0;
        let mut given = None;
        for entry in entries.iter() {
            let Some(tensor) = index.get(entry.weight_name.as_str()).copied() else { continue };
            if entry.convolution.is_some() {
                // Its axes are told by its name, and its shape decides nothing for matrices.
                given = None;
                continue;
            }
            let (inputs, outputs) = widths(tensor, transpose);
            fitting += usize::from(given == Some(inputs));
            let bias =
                entry.bias_name.as_ref().and_then(|name| index.get(name.as_str()).copied()).and_then(bias_length);
            fitting += usize::from(bias == Some(outputs));
            given = Some(outputs);
        }
        fitting
    };
    let (as_is, transposed) = (fitting(false), fitting(true));
    let matrices = || entries.iter().filter(|entry| entry.convolution.is_none());
    let named = matrices().filter(|entry| says_transposed(&entry.weight_name)).count();
    let transpose = transposed > as_is || (transposed == as_is && named > 0 && 2 * named >= matrices().count());
    let matrices = entries.iter_mut().filter(|entry| entry.convolution.is_none());
    matrices.for_each(|entry| entry.transpose = transpose);
    as_is.max(transposed)
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
        shape: shape_words(&weight.shape),
        outputs,
        bias: name.clone(),
        found: shape_words(&bias.shape),
    })
}
