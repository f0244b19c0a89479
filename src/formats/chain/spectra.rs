//! The spectra of a chain's weights one by one, whether or not the chain makes a network.

use super::build::read_convolution;
use super::entry::ChainEntry;
use super::kernel_axes::KernelAxes;
use super::layer_widths::outputs;
use super::lookup::weight;
use super::proposal::ChainProposal;
use super::shapes::Given;
use super::weights::Weights;
use super::weights::index::Index;
use super::{ChainProblem, shapes};
use crate::formats::FormatError;
use crate::formats::shape::shape_text;
use crate::formats::tensor_info::TensorInfo;
use crate::formats::tensors::TensorFile;
use crate::formats::weight_spectrum::WeightSpectrum;
use crate::linalg::LinalgError;
use crate::network::{ConvolutionError, ConvolutionSpectrum, ImageShape};
use crate::progress::Progress;

/// The least sides of the torus on which a convolution is taken whose input's shape is not known.
const ASSUMED_SIDE: usize = 8;

/// Finds the spectrum of the weight at this place of the chain. `go_on` is told the part done, 0 to 1, and asked; once it
/// answers false there is none, which is `Ok(None)`.
///
/// # Errors
/// If the weight cannot be read, or its decomposition fails.
pub fn weight_spectrum(
    file: &TensorFile,
    chain: &ChainProposal,
    position: usize,
    go_on: &mut Progress<'_>,
) -> Result<Option<WeightSpectrum>, FormatError> {
    let Some(entry) = chain.entries.get(position) else { return Ok(None) };
    let weights = Weights::new(file.tensors());
    let index = weights.index();
    let refused = |source: ChainProblem| FormatError::Chain { path: file.path().into(), source: Box::new(source) };
    let tensor = weight(&index, entry).map_err(refused)?;
    let name = entry.weight_name.clone();
    let undone = |source: ConvolutionError| {
        let (name, shape) = (name.clone(), shape_text(&tensor.shape));
        refused(ChainProblem::Convolution { name, shape, source })
    };
    let Some(settings) = entry.convolution else {
        let matrix = weights.matrix(file, &entry.weight_name)?;
        let operator = ConvolutionSpectrum::of_matrix(&matrix);
        let operator = operator.map_err(|error: LinalgError| undone(error.into()))?;
        return Ok(Some(WeightSpectrum { name, what: "dense".into(), operator, kernel: None, is_assumed: false }));
    };
    let followed = shapes::follow(&chain.entries, chain.input_shape, &index);
    let (known, before) = match followed.widths.get(position) {
        Some((Given::Shape(volume), Given::Shape(_))) => (Some(*volume), None),
        _ => (None, position.checked_sub(1).and_then(|before| chain.entries.get(before))),
    };
    let input = match known {
        Some(input) => input,
        None => assumed_input(entry, tensor, before.and_then(|before| outputs_of(before, &index))).map_err(undone)?,
    };
    let convolution = read_convolution(file, &weights, entry, settings, input)?.map_err(undone)?;
    let operator = match known {
        Some(input) => convolution.operator_spectrum(input, go_on),
        None => convolution.periodic_spectrum(input.sides(), go_on),
    };
    let operator = match operator {
        Ok(operator) => operator,
        Err(ConvolutionError::Cancelled) => return Ok(None),
        Err(error) => return Err(undone(error)),
    };
    let kernel = Some(convolution.kernel_spectrum().map_err(undone)?);
    Ok(Some(WeightSpectrum { name, what: convolution.label(input), operator, kernel, is_assumed: known.is_none() }))
}

fn outputs_of(entry: &ChainEntry, index: &Index<'_>) -> Option<usize> {
    weight(index, entry).ok().map(|tensor| outputs(entry, tensor))
}

/// A small picture with the channels that the kernel takes. A kernel that sees one channel behind as many channels as it
/// has outputs is taken channel by channel.
fn assumed_input(
    entry: &ChainEntry,
    tensor: &TensorInfo,
    before: Option<usize>,
) -> Result<ImageShape, ConvolutionError> {
    let axes = KernelAxes::of_shape(&tensor.shape, entry.transpose);
    let axes = axes.ok_or(ConvolutionError::Zero { part: "size" })?;
    let channelwise = before.filter(|before| axes.group_inputs == 1 && axes.outputs.is_multiple_of(*before));
    let side = |along: usize| axes.size[along].max(ASSUMED_SIDE);
    let height = if tensor.shape.len() == 3 { 1 } else { side(0) };
    ImageShape::new(channelwise.unwrap_or(axes.group_inputs), height, side(1))
}
