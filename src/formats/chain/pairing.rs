//! Which tensors are weights, in which order, and which bias belongs to each.

use std::collections::{HashMap, HashSet};

use super::entry::ChainEntry;
use super::kernel_axes::KernelAxes;
use super::layer_widths::widths;
use super::lookup::{bias_length, ends_in, is_kernel, is_matrix};
use super::weights::Weights;
use super::weights::index::{Index, index};
use super::{ActivationBasis, ConvolutionSettings};
use crate::formats::names::{bias_names, natural_order, says_data, says_other, says_transposed, says_weight};
use crate::formats::shape::shape_text;
use crate::formats::tensor_info::TensorInfo;
use crate::network::Activation;

/// From so many rows on, a tall array that joins nothing is data.
const DATA_ROWS: usize = 1000;
/// A tall array has so many times more rows than columns.
const TALL: usize = 16;
/// Arrays with one axis are data by their name only from this length on.
const DATA_LENGTH: usize = 20;

pub(super) fn entry(index: &Index<'_>, weight_name: String, bias_name: Option<String>) -> ChainEntry {
    let kernel = index.get(weight_name.as_str()).copied().filter(|tensor| is_kernel(tensor));
    let is_kernel = kernel.is_some();
    let by_axes = kernel.and_then(|tensor| KernelAxes::channels_last(&tensor.shape));
    ChainEntry {
        transpose: is_kernel && by_axes.unwrap_or_else(|| says_transposed(&weight_name)),
        convolution: is_kernel.then(ConvolutionSettings::default),
        input_normalisation: None,
        normalisation: None,
        output_normalisation: None,
        slopes: None,
        scale_name: None,
        activation: Activation::Identity,
        basis: ActivationBasis::Chosen,
        weight_name,
        bias_name,
    }
}

/// Whether the tensor may be the weight of a layer: a matrix, or the kernel of a convolution. Its name may say that it is
/// something else of that shape: a bias in a row, slopes, the window of a constant.
pub fn is_layer_weight(tensor: &TensorInfo) -> bool {
    (is_matrix(tensor) || is_kernel(tensor)) && !says_other(&tensor.name)
}

/// Whether the array is data that lies beside the weights, by its name or because it is tall and no other tensor has an
/// axis of its length.
pub(super) fn is_data(tensor: &TensorInfo, lengths: &HashMap<usize, usize>) -> bool {
    let is_named = says_data(&tensor.name) && (tensor.shape.len() > 1 || tensor.shape.first() >= Some(&DATA_LENGTH));
    let is_tall = || match tensor.shape[..] {
        [rows, columns] if !says_weight(&tensor.name) => {
            rows >= DATA_ROWS && rows / TALL >= columns && lengths.get(&rows) == Some(&1)
        }
        _ => false,
    };
    tensor.in_model && (is_named || is_tall())
}

/// How many axes of the model's tensors have each length.
pub(super) fn lengths(tensors: &[TensorInfo]) -> HashMap<usize, usize> {
    let mut lengths = HashMap::new();
    for length in tensors.iter().filter(|tensor| tensor.in_model).flat_map(|tensor| &tensor.shape) {
        *lengths.entry(*length).or_default() += 1;
    }
    lengths
}

/// What is guessed of the order of the kernels' axes.
pub(super) fn axes_guesses(index: &Index<'_>, entries: &[ChainEntry]) -> Vec<String> {
    entries.iter().filter_map(|entry| axes_guess(index, entry)).collect()
}

/// What is guessed of the order of a kernel's axes, against what its name says.
fn axes_guess(index: &Index<'_>, entry: &ChainEntry) -> Option<String> {
    let tensor = index.get(entry.weight_name.as_str()).filter(|_| entry.convolution.is_some())?;
    let by_axes = KernelAxes::channels_last(&tensor.shape)?;
    (by_axes == entry.transpose && by_axes != says_transposed(&entry.weight_name)).then(|| {
        let order = if by_axes { "height, width, inputs, outputs" } else { "outputs, inputs, height, width" };
        let (name, shape) = (&entry.weight_name, shape_text(&tensor.shape));
        format!("the axes of `{name}` ({shape}) are {order}, since its window would else be wider than its channels")
    })
}

/// The only tensor whose name ends in these whole parts, or does so without its word for weight; a name itself is enough.
/// A part of a weight that is computed from several stands for the weight.
pub(super) fn full_name(weights: &Weights, end: &str) -> Option<String> {
    let tensors = weights.tensors();
    if let Some(owner) = weights.owner(end) {
        return Some(owner.to_owned());
    }
    let mut found = tensors.iter().map(|tensor| tensor.name.as_str()).filter(|name| ends_in(name, end));
    if tensors.iter().any(|tensor| tensor.name == end) {
        return Some(end.to_owned());
    }
    found.next().filter(|_| found.next().is_none()).map(str::to_owned)
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
    let is_weight = |tensor: &&TensorInfo| {
        let is_kernel = is_kernel(tensor) && (!names_tell || says_weight(&tensor.name));
        tensor.in_model && !says_other(&tensor.name) && (is_matrix(tensor) || is_kernel)
    };
    let lengths = lengths(tensors);
    let (data, mut candidates): (Vec<&TensorInfo>, Vec<&TensorInfo>) =
        tensors.iter().filter(is_weight).partition(|tensor| is_data(tensor, &lengths));
    if candidates.is_empty() {
        candidates = data;
    }
    let positional = positional_biases(tensors);
    let biases: HashSet<String> = candidates.iter().filter_map(|tensor| bias_by_name(&index, &tensor.name)).collect();
    let is_bias =
        |tensor: &TensorInfo| biases.contains(&tensor.name) || positional.values().any(|bias| *bias == tensor.name);
    let weights = candidates.into_iter().filter(|tensor| !is_bias(tensor));
    let pairs = weights.map(|weight| {
        let following = || positional.get(weight.name.as_str()).map(|bias| (*bias).to_owned());
        let bias = bias_by_name(&index, &weight.name).or_else(following);
        entry(&index, weight.name.clone(), bias)
    });
    pairs.collect()
}

/// The biases of weights whose names tell nothing: a vector right after a weight, or, where the file does so throughout,
/// a matrix of one row or one column.
fn positional_biases(tensors: &[TensorInfo]) -> HashMap<&str, &str> {
    let mut ordered: Vec<&TensorInfo> =
        tensors.iter().filter(|tensor| tensor.in_model && !tensor.shape.is_empty()).collect();
    ordered.sort_by(|left, right| natural_order(&left.name, &right.name));
    let fits = |pair: &[&TensorInfo]| {
        let bias = bias_length(pair[1]).is_some_and(|length| pair[0].shape.contains(&length));
        bias && pair[0].shape.len() > 1 && !says_weight(&pair[0].name) && !says_weight(&pair[1].name)
    };
    let alternate = ordered.len().is_multiple_of(2) && ordered.chunks_exact(2).all(fits);
    let pairs = ordered.windows(2).enumerate().filter(|(position, pair)| {
        fits(pair) && (pair[1].shape.len() == 1 || (alternate && position.is_multiple_of(2)))
    });
    pairs.map(|(_, pair)| (pair[0].name.as_str(), pair[1].name.as_str())).collect()
}

/// All weights of a file whose graph tells which tensors are weights, in its order.
pub(super) fn attribute(tensors: &[TensorInfo]) -> Vec<ChainEntry> {
    let index = index(tensors);
    let weights = tensors.iter().filter(|tensor| tensor.in_model && is_layer_weight(tensor));
    // The graph has told how the axes lie; a name would only guess.
    let attribute = |tensor: &TensorInfo| ChainEntry { transpose: false, ..entry(&index, tensor.name.clone(), None) };
    weights.map(attribute).collect()
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
