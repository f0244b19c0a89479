//! From a chain to its network: the tensors are read and the convolutions lowered to their matrices.

use nalgebra::DVector;

use super::shapes::KernelAxes;
use super::{ChainEntry, ChainProblem, ChainProposal, ConvolutionSettings};
use crate::formats::names::layer_name;
use crate::formats::tensors::{TensorFile, shape_words};
use crate::formats::{FormatError, OpenedNetwork, non_finite};
use crate::network::{Activation, Affine, Convolution, ConvolutionError, Dense, Flattening, Kernel, Layer, Volume};

/// Reads the tensors of the chain and builds its network, called by the file's name.
///
/// # Errors
/// If the chain has a fatal problem, or a tensor cannot be read or holds a number that is not finite.
pub fn build(file: &TensorFile, proposal: &ChainProposal) -> Result<OpenedNetwork, FormatError> {
    let mut checked = proposal.clone();
    checked.check(file.tensors());
    if let Some(problem) = checked.fatal_problem() {
        return Err(FormatError::Chain { path: file.path().into(), source: Box::new(problem.clone()) });
    }
    let mut built = Built { layers: Vec::new(), origins: Vec::new(), shape: proposal.input_shape };
    let channels_last = checked.entries.iter().any(|entry| entry.convolution.is_some() && entry.transpose);
    let flattening = if channels_last { Flattening::ChannelsLast } else { Flattening::ChannelsFirst };
    for entry in &checked.entries {
        match entry.convolution {
            Some(settings) => built.convolution(file, entry, settings, flattening)?,
            None => built.dense(file, entry)?,
        }
    }
    let name = file.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let network = non_finite::network_if(file.allows_non_finite(), name, built.layers, proposal.output)
        .map_err(|source| FormatError::Network { path: file.path().into(), source })?;
    let account = checked.account(file);
    Ok(OpenedNetwork { network: network.with_origins(built.origins), account })
}

struct Built {
    layers: Vec<Layer>,
    origins: Vec<Option<String>>,
    /// The shape of what the last convolution gives.
    shape: Option<Volume>,
}

impl Built {
    fn push(&mut self, name: String, affine: Affine, activation: Activation, origin: Option<String>) {
        self.layers.push(Layer::Dense(Dense { name, affine, activation }));
        self.origins.push(origin);
    }

    fn dense(&mut self, file: &TensorFile, entry: &ChainEntry) -> Result<(), FormatError> {
        let stored = file.matrix(&entry.weight_name)?;
        let mut weight = if entry.transpose { stored.transpose() } else { stored };
        let mut bias = entry.bias_name.as_ref().map(|name| file.vector(name)).transpose()?;
        let mut origin = None;
        if let Some(normalisation) = &entry.normalisation {
            // factor∘(W·x + b) + shift = (factor∘W)·x + (factor∘b + shift).
            let (factor, shift) = normalisation.read(file)?;
            weight.row_iter_mut().zip(factor.iter()).for_each(|(mut row, factor)| row *= *factor);
            bias = Some(bias.map_or(shift.clone(), |bias: DVector<f64>| bias.component_mul(&factor) + shift));
            origin = Some(format!("dense{}", folded(entry)));
        }
        let name = layer_name(&entry.weight_name).to_owned();
        self.push(name, Affine { weight, bias }, entry.activation, origin);
        Ok(())
    }

    fn convolution(
        &mut self,
        file: &TensorFile,
        entry: &ChainEntry,
        settings: ConvolutionSettings,
        flattening: Flattening,
    ) -> Result<(), FormatError> {
        let fault = |source| {
            let shape = file.tensors().iter().find(|tensor| tensor.name == entry.weight_name);
            let shape = shape.map_or_else(String::new, |tensor| shape_words(&tensor.shape));
            let source = ChainProblem::Convolution { name: entry.weight_name.clone(), shape, source };
            FormatError::Chain { path: file.path().into(), source: Box::new(source) }
        };
        let Some(input) = self.shape else { return Err(fault(ConvolutionError::Zero { part: "input" })) };
        let convolution = read_convolution(file, entry, settings, input)?.map_err(fault)?;
        let output = convolution.output(input).map_err(fault)?;
        let name = layer_name(&entry.weight_name).to_owned();
        let affine = convolution.lower(input, flattening).map_err(fault)?;
        let origin = convolution.words(input) + &folded(entry);
        self.push(name.clone(), affine, entry.activation, Some(origin));
        self.shape = Some(output);
        if let Some(pooling) = settings.pooling(output) {
            let affine = pooling.lower(output, flattening).map_err(fault)?;
            self.push(format!("{name} pooling"), affine, Activation::Identity, Some(pooling.words(output)));
            self.shape = Some(pooling.output(output).map_err(fault)?);
        }
        Ok(())
    }
}

/// The convolution of an entry with its bias and its normalisation, for an input of this shape.
pub(super) fn read_convolution(
    file: &TensorFile,
    entry: &ChainEntry,
    settings: ConvolutionSettings,
    input: Volume,
) -> Result<Result<Convolution, ConvolutionError>, FormatError> {
    let bias = entry.bias_name.as_ref().map(|name| file.vector(name)).transpose()?;
    let scale = entry.normalisation.as_ref().map(|normalisation| normalisation.read(file)).transpose()?;
    let kernel = read_kernel(file, &entry.weight_name, entry.transpose)?;
    let join = |kernel: Kernel| {
        let axes = KernelAxes { outputs: kernel.outputs(), group_inputs: kernel.group_inputs(), size: kernel.size() };
        let groups = axes.groups(input.channels());
        let groups = groups.ok_or(ConvolutionError::Channels { expected: axes.group_inputs, input })?;
        let window = settings.window(axes.size, input, entry.transpose);
        let mut convolution = Convolution::new(kernel, groups)?;
        convolution =
            convolution.with_stride(window.stride).with_dilation(window.dilation).with_padding(window.padding);
        if let Some(bias) = bias {
            convolution = convolution.with_bias(bias)?;
        }
        match scale {
            Some((factor, shift)) => convolution.then_scale(factor, shift),
            None => Ok(convolution),
        }
    };
    Ok(kernel.and_then(join))
}

/// The kernel in a tensor of three or four axes; `channels_last` as Keras has them.
fn read_kernel(
    file: &TensorFile,
    name: &str,
    channels_last: bool,
) -> Result<Result<Kernel, ConvolutionError>, FormatError> {
    let values = file.vector(name)?;
    let shape = file.tensors().iter().find(|tensor| tensor.name == name).map_or(&[][..], |tensor| &tensor.shape);
    let Some(axes) = KernelAxes::of_shape(shape, channels_last) else {
        let problem = format!("has the shape {}, but a kernel has three or four axes", shape_words(shape));
        return Err(FormatError::Tensor { path: file.path().into(), tensor: name.into(), problem });
    };
    let KernelAxes { outputs, group_inputs, size } = axes;
    Ok(if channels_last {
        Kernel::of_channels_last(size, group_inputs, outputs, values.as_slice())
    } else {
        Kernel::new(outputs, group_inputs, size, values.data.into())
    })
}

fn folded(entry: &ChainEntry) -> String {
    entry.normalisation.as_ref().map_or_else(String::new, |normalisation| format!(", with {}", normalisation.name))
}
