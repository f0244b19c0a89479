//! From a chain to its network: the tensors are read and the convolutions lowered to their matrices.

use nalgebra::{DMatrix, DVector};

use super::dense::{Nonlinearity, Scaling};
use super::entry::ChainEntry;
use super::kernel_axes::KernelAxes;
use super::proposal::ChainProposal;
use super::residual::BlockLayers;
use super::shapes::MAX_ENTRIES;
use super::weights::Weights;
use super::{BlockChoice, ChainProblem, ConvolutionSettings, Normalisation, dense, residual};
use crate::formats::names::layer_name;
use crate::formats::opened::OpenedNetwork;
use crate::formats::shape::shape_text;
use crate::formats::stored_precision::StoredTypes;
use crate::formats::tensors::TensorFile;
use crate::formats::{FormatError, non_finite};
use crate::network::{Activation, Affine, Convolution, ConvolutionError, Dense, Flattening, ImageShape, Kernel, Layer};

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
    file.check_memory(checked.entries.iter().map(|entry| entry.weight_name.as_str()))?;
    let weights = Weights::new(file.tensors());
    let channels_last = checked.entries.iter().any(|entry| entry.convolution.is_some() && entry.transpose);
    let flattening = if channels_last { Flattening::ChannelsLast } else { Flattening::ChannelsFirst };
    let blocks = match &checked.blocks {
        BlockChoice::Residual(pattern) => residual::blocks(&checked.entries, pattern),
        BlockChoice::Ask | BlockChoice::Plain => Vec::new(),
    };
    let (layers, origins, shape) = (Vec::new(), Vec::new(), proposal.input_shape);
    let mut built = Builder { file, weights: &weights, flattening, layers, origins, shape, pending: None };
    let mut position = 0;
    while let Some(entry) = checked.entries.get(position) {
        let next = |position: usize| {
            let is_plain = !blocks.iter().any(|block| block.first == position);
            checked.entries.get(position).filter(|entry| is_plain && entry.convolution.is_none())
        };
        let block = blocks.iter().find(|block| block.first == position);
        match (entry.convolution, block) {
            (Some(settings), _) => built.convolution(entry, settings)?,
            (None, Some(block)) => {
                let outer = checked.entries.get(block.last()).filter(|_| block.count == 2);
                built.block(block, entry, outer, checked.block_activation)?;
            }
            (None, None) => built.dense(entry)?,
        }
        position += block.map_or(1, |block| block.count);
        let is_single = block.is_some_and(|block| block.count == 1);
        let behind = checked
            .entries
            .get(position - 1)
            .filter(|_| !is_single)
            .and_then(|entry| Some((entry, entry.output_normalisation.as_ref()?)));
        if let Some((entry, normalisation)) = behind {
            built.behind(entry, normalisation, next(position).is_some())?;
        }
    }
    let Builder { layers, origins, .. } = built;
    let name = file.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let network = non_finite::network_if(file.allows_non_finite(), name, layers, proposal.output)
        .map_err(|source| FormatError::Network { path: file.path().into(), source })?;
    let account = checked.account_with(file, &weights);
    let network = StoredTypes::of(file.tensors()).annotate(network.with_origins(origins));
    Ok(OpenedNetwork { network, account })
}

struct Builder<'a> {
    file: &'a TensorFile,
    weights: &'a Weights,
    flattening: Flattening,
    layers: Vec<Layer>,
    origins: Vec<Option<String>>,
    /// The shape of what the last convolution gives.
    shape: Option<ImageShape>,
    /// What the input of the next layer goes through first.
    pending: Option<Scaling>,
}

impl Builder<'_> {
    fn push(&mut self, layer: Layer, origin: Option<String>) {
        self.layers.push(layer);
        self.origins.push(origin);
    }

    fn dense(&mut self, entry: &ChainEntry) -> Result<(), FormatError> {
        let first =
            entry.input_normalisation.as_ref().map(|normalisation| normalisation.read(self.file)).transpose()?;
        let before = first.or_else(|| self.pending.take());
        let affine = dense::read(self.file, self.weights, entry, before)?;
        let nonlinearity = Nonlinearity::read(self.file, entry, affine.outputs())?;
        let origin = entry.normalisations().next().is_some().then(|| format!("dense{}", folded(entry)));
        self.push(nonlinearity.layer(layer_name(&entry.weight_name).to_owned(), affine), origin);
        Ok(())
    }

    /// A residual block, and the activation behind it.
    fn block(
        &mut self,
        block: &BlockLayers,
        inner: &ChainEntry,
        outer: Option<&ChainEntry>,
        behind: Activation,
    ) -> Result<(), FormatError> {
        if let Some(normalisation) = &inner.input_normalisation {
            // The shortcut takes it too.
            let scaling = normalisation.read(self.file)?;
            self.scale(normalisation, scaling);
        }
        let between = inner.output_normalisation.as_ref().map(|found| found.read(self.file)).transpose()?;
        let first = dense::read(self.file, self.weights, inner, None)?;
        let mut second = match (outer, between) {
            (Some(outer), between) => dense::read(self.file, self.weights, outer, between)?,
            // A block of one layer adds what its activation gives; a normalisation behind that is part of the block.
            (None, Some(scaling)) => scaling.affine(),
            (None, None) => Affine { weight: DMatrix::identity(first.outputs(), first.outputs()), bias: None },
        };
        if let Some(name) = outer.unwrap_or(inner).scale_name.as_ref() {
            let factor = self.file.vector(name)?;
            let shift = DVector::zeros(factor.len());
            let has_bias = second.bias.is_some();
            second = Scaling { factor, shift }.after(second);
            second.bias = second.bias.filter(|_| has_bias);
        }
        let (width, nonlinearity) = (second.outputs(), Nonlinearity::read(self.file, inner, first.outputs())?);
        self.push(nonlinearity.block(block.prefix.clone(), first, second), None);
        let behind = match outer {
            Some(outer) => Nonlinearity::read(self.file, outer, width)?,
            None => Nonlinearity::Activation(behind),
        };
        if !matches!(behind, Nonlinearity::Activation(Activation::Identity)) {
            let name = format!("{} activation", block.prefix);
            let affine = Affine { weight: DMatrix::identity(width, width), bias: None };
            self.push(behind.layer(name, affine), None);
        }
        Ok(())
    }

    /// A normalisation behind a layer's activation: part of the next layer where that is a matrix, else a layer of its own.
    fn behind(
        &mut self,
        entry: &ChainEntry,
        normalisation: &Normalisation,
        is_folded: bool,
    ) -> Result<(), FormatError> {
        let scaling = normalisation.read(self.file)?;
        // Of a convolution's channels each has one factor. A mean over places behind it changes nothing.
        let scaling = match self.shape.filter(|_| entry.convolution.is_some()) {
            Some(volume) => self.of_channels(entry, scaling, volume, is_folded)?,
            None => scaling,
        };
        if is_folded {
            self.pending = Some(scaling);
        } else {
            self.scale(normalisation, scaling);
        }
        Ok(())
    }

    fn scale(&mut self, normalisation: &Normalisation, scaling: Scaling) {
        let (name, affine) = (normalisation.name.clone(), scaling.affine());
        let layer = Layer::Dense(Dense { name, affine, activation: Activation::Identity });
        self.push(layer, Some("batch normalisation".into()));
    }

    /// Factors and shifts of channels for each value of a picture.
    fn of_channels(
        &self,
        entry: &ChainEntry,
        scaling: Scaling,
        volume: ImageShape,
        is_folded: bool,
    ) -> Result<Scaling, FormatError> {
        let (values, channels) = (volume.values(), volume.channels());
        if !is_folded && values.saturating_mul(values) > MAX_ENTRIES {
            let source = Box::new(ChainProblem::TooMany { name: entry.weight_name.clone(), most: MAX_ENTRIES });
            return Err(FormatError::Chain { path: self.file.path().into(), source });
        }
        let positions = values / channels.max(1);
        let channel = |value: usize| match self.flattening {
            Flattening::ChannelsFirst => value / positions.max(1),
            Flattening::ChannelsLast => value % channels.max(1),
        };
        let spread = |of: &DVector<f64>| {
            DVector::from_fn(values, |value, _| of.get(channel(value)).copied().unwrap_or_default())
        };
        Ok(Scaling { factor: spread(&scaling.factor), shift: spread(&scaling.shift) })
    }

    fn convolution(&mut self, entry: &ChainEntry, settings: ConvolutionSettings) -> Result<(), FormatError> {
        let file = self.file;
        let fault = |source| {
            let shape = file.tensors().iter().find(|tensor| tensor.name == entry.weight_name);
            let shape = shape.map_or_else(String::new, |tensor| shape_text(&tensor.shape));
            let source = ChainProblem::Convolution { name: entry.weight_name.clone(), shape, source };
            FormatError::Chain { path: file.path().into(), source: Box::new(source) }
        };
        let Some(input) = self.shape else { return Err(fault(ConvolutionError::Zero { part: "input" })) };
        if let Some(normalisation) = &entry.input_normalisation {
            // Padding puts zeros around what it gives, so it is no part of the kernel.
            let scaling = self.of_channels(entry, normalisation.read(file)?, input, false)?;
            self.scale(normalisation, scaling);
        }
        let convolution = read_convolution(file, self.weights, entry, settings, input)?.map_err(fault)?;
        let output = convolution.output(input).map_err(fault)?;
        let name = layer_name(&entry.weight_name).to_owned();
        let affine = convolution.lower(input, self.flattening).map_err(fault)?;
        let origin = convolution.label(input) + &folded(entry);
        let activation = entry.activation;
        self.push(Layer::Dense(Dense { name: name.clone(), affine, activation }), Some(origin));
        self.shape = Some(output);
        if let Some(pooling) = settings.pooling(output) {
            let affine = pooling.lower(output, self.flattening).map_err(fault)?;
            let name = format!("{name} pooling");
            self.push(
                Layer::Dense(Dense { name, affine, activation: Activation::Identity }),
                Some(pooling.label(output)),
            );
            self.shape = Some(pooling.output(output).map_err(fault)?);
        }
        Ok(())
    }
}

/// The convolution of an entry with its bias and its normalisation, for an input of this shape.
pub(super) fn read_convolution(
    file: &TensorFile,
    weights: &Weights,
    entry: &ChainEntry,
    settings: ConvolutionSettings,
    input: ImageShape,
) -> Result<Result<Convolution, ConvolutionError>, FormatError> {
    let bias = entry.bias_name.as_ref().map(|name| weights.vector(file, name)).transpose()?;
    let scale = entry.normalisation.as_ref().map(|normalisation| normalisation.read(file)).transpose()?;
    let kernel = read_kernel(file, weights, &entry.weight_name, entry.transpose)?;
    let join = |kernel: Kernel| {
        let axes = KernelAxes { outputs: kernel.outputs(), group_inputs: kernel.group_inputs(), size: kernel.size() };
        let groups = axes.groups(input.channels());
        let groups =
            groups.ok_or(ConvolutionError::Channels { expected: axes.group_inputs, input: input.to_string() })?;
        let window = settings.window(axes.size, input, entry.transpose);
        let mut convolution = Convolution::new(kernel, groups)?;
        convolution =
            convolution.with_stride(window.stride).with_dilation(window.dilation).with_padding(window.padding);
        if let Some(bias) = bias {
            convolution = convolution.with_bias(bias)?;
        }
        match scale {
            Some(Scaling { factor, shift }) => convolution.then_scale(factor, shift),
            None => Ok(convolution),
        }
    };
    Ok(kernel.and_then(join))
}

/// The kernel in a tensor of three or four axes; `channels_last` as Keras has them.
fn read_kernel(
    file: &TensorFile,
    weights: &Weights,
    name: &str,
    channels_last: bool,
) -> Result<Result<Kernel, ConvolutionError>, FormatError> {
    let values = weights.vector(file, name)?;
    let shape = weights.tensors().iter().find(|tensor| tensor.name == name).map_or(&[][..], |tensor| &tensor.shape);
    let Some(axes) = KernelAxes::of_shape(shape, channels_last) else {
        let problem = format!("has the shape {}, but a kernel has three or four axes", shape_text(shape));
        return Err(FormatError::Tensor { path: file.path().into(), tensor: name.into(), problem });
    };
    let KernelAxes { outputs, group_inputs, size } = axes;
    Ok(if channels_last {
        Kernel::of_channels_last(size, group_inputs, outputs, values.as_slice())
    } else {
        Kernel::new(outputs, group_inputs, size, values.data.into())
    })
}

/// The normalisations that are part of the layer's own map.
fn folded(entry: &ChainEntry) -> String {
    let is_own = |found: &&Normalisation| entry.convolution.is_none() || entry.normalisation.as_ref() == Some(*found);
    let inside = entry.input_normalisation.iter().chain(&entry.normalisation);
    inside.filter(is_own).map(|normalisation| format!(", with {}", normalisation.name)).collect()
}
