//! Keras's convolutions and pooling of pictures and signals.

use nalgebra::DVector;
use serde_json::Value;

use super::super::graph::GraphProblem;
use super::architecture::LayerConfig;
use super::dense::check_bias;
use super::reading::Reading;
use super::settings::{Settings, not_understood};
use super::weights::WeightFault;
use crate::formats::graph::{Transposed, ValueId};
use crate::network::{AveragePooling, Convolution, ConvolutionError, Flattening, ImageShape, Kernel, Padding, Window};

/// How a layer's window is padded.
#[derive(Clone, Copy)]
enum Padded {
    Valid,
    Same,
    /// All before a signal, so that no output sees what comes later.
    Causal,
}

/// Which tensors a convolution is made of.
struct KernelParts {
    role: &'static str,
    has_bias: bool,
    /// Every channel by itself.
    depthwise: bool,
}

impl Reading<'_> {
    /// The layer's value, or none where its class is no convolution or pooling.
    pub(super) fn convolutional(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        of: ValueId,
    ) -> Result<Option<ValueId>, WeightFault> {
        let node = settings.node;
        let order = match settings.text("data_format") {
            Some("channels_first") => Flattening::ChannelsFirst,
            _ => Flattening::ChannelsLast,
        };
        // What a version writes that knew convolutions of any number of axes.
        settings.ignore(&["rank"]);
        let value = match layer.class.as_str() {
            "Conv1D" | "Conv2D" => {
                let has_bias = settings.flag("use_bias", true)?;
                self.convolve(layer, settings, of, order, KernelParts { role: "kernel", has_bias, depthwise: false })?
            }
            "DepthwiseConv1D" | "DepthwiseConv2D" => {
                let is_named = self.weights.find(layer, "depthwise_kernel").is_some();
                let role = if is_named { "depthwise_kernel" } else { "kernel" };
                let has_bias = settings.flag("use_bias", true)?;
                self.convolve(layer, settings, of, order, KernelParts { role, has_bias, depthwise: true })?
            }
            "SeparableConv1D" | "SeparableConv2D" => {
                let parts = KernelParts { role: "depthwise_kernel", has_bias: false, depthwise: true };
                let between = self.convolve(layer, settings, of, order, parts)?;
                let kernel = self.kernel_of(layer, settings, "pointwise_kernel", false)?;
                let bias = self.weights.vector_if(settings.flag("use_bias", true)?, layer, "bias")?;
                check_bias(node, kernel.outputs(), bias.as_ref())?;
                self.graph.convolve(between, node, order, |_| with_bias(Convolution::new(kernel, 1)?, bias))?
            }
            "AveragePooling1D" | "AveragePooling2D" => {
                let (window, padded) = pooling_window(layer, settings)?;
                // The padding of `same` is not counted.
                self.graph
                    .average(of, node, order, |input| AveragePooling::new(placed(window, padded, input), false))?
            }
            "MaxPooling1D" | "MaxPooling2D" => {
                let (window, padded) = pooling_window(layer, settings)?;
                self.graph.largest(of, node, order, |input| placed(window, padded, input))?
            }
            "GlobalAveragePooling1D" | "GlobalAveragePooling2D" => {
                let pooled = self.graph.average(of, node, order, AveragePooling::global)?;
                if settings.flag("keepdims", false)? { pooled } else { self.graph.flatten(pooled) }
            }
            "GlobalMaxPooling1D" | "GlobalMaxPooling2D" => {
                let pooled = self.graph.largest(of, node, order, |input| Window::of_size(input.sides()))?;
                if settings.flag("keepdims", false)? { pooled } else { self.graph.flatten(pooled) }
            }
            "Conv1DTranspose" | "Conv2DTranspose" => self.transposed(layer, settings, of, order)?,
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    /// A transposed convolution: with `same` padding the result is `stride` times as long as what it is given.
    fn transposed(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        of: ValueId,
        order: Flattening,
    ) -> Result<ValueId, WeightFault> {
        let node = settings.node;
        let fault = |problem: String| GraphProblem::Weights { node: node.into(), problem };
        let name = self.weights.needed(layer, "kernel")?;
        let (stored, values) = (self.weights.shape(name).to_vec(), self.weights.vector(layer, "kernel")?);
        let is_signal = layer.class.contains("1D");
        let (size, outputs, inputs) = match stored[..] {
            [width, outputs, inputs] if is_signal => (vec![width], outputs, inputs),
            [height, width, outputs, inputs] if !is_signal => (vec![height, width], outputs, inputs),
            _ => return Err(fault("its kernel is neither of pictures nor of signals".into()).into()),
        };
        if settings.count("filters")?.is_some_and(|filters| filters != outputs) {
            return Err(fault(format!("its kernel gives {outputs} channels, which is not what its filters say")).into());
        }
        let bias = self.weights.vector_if(settings.flag("use_bias", true)?, layer, "bias")?;
        check_bias(node, outputs, bias.as_ref())?;
        let own = |pair: [usize; 2]| if is_signal { vec![pair[1]] } else { pair.to_vec() };
        let strides = own(pair(layer, settings, "strides")?.unwrap_or([1; 2]));
        let dilations = own(pair(layer, settings, "dilation_rate")?.unwrap_or([1; 2]));
        let attribute = pair(layer, settings, "kernel_size")?.map(own);
        if attribute.is_some_and(|attribute| attribute != size) {
            return Err(fault(format!("its kernel is {size:?}, which is not what its settings say")).into());
        }
        let more = pair(layer, settings, "output_padding")?.map(own);
        let is_same = match padded(settings)? {
            Padded::Valid => false,
            Padded::Same => true,
            Padded::Causal => return Err(settings.problem("its padding", "is causal, which is not understood").into()),
        };
        let shape = self.graph.known_shape(of, node)?;
        let lengths = match order {
            Flattening::ChannelsFirst => shape.get(1..).unwrap_or_default(),
            Flattening::ChannelsLast => shape.split_last().map_or(&[][..], |(_, lengths)| lengths),
        };
        if lengths.len() != size.len() {
            return Err(fault(format!("its kernel is of {} sides, its input of {}", size.len(), lengths.len())).into());
        }
        let (mut before, mut sides) = (Vec::new(), Vec::new());
        for side in 0..size.len() {
            let (length, stride) = (lengths[side], strides[side]);
            let reach = size[side].saturating_sub(1).saturating_mul(dilations[side]).saturating_add(1);
            let whole = length.saturating_sub(1).saturating_mul(stride).saturating_add(reach);
            let made = match (is_same, more.as_ref().map(|more| more[side])) {
                (false, None) => whole.max(length.saturating_mul(stride)),
                (false, Some(more)) => whole.saturating_add(more),
                (true, None) => length.saturating_mul(stride),
                (true, Some(more)) => whole.saturating_add(more).saturating_sub(reach / 2 * 2),
            };
            // TensorFlow cuts what is longer off both ends, the smaller half before.
            let cut = if is_same { whole.saturating_sub(made) / 2 } else { 0 };
            before.push(cut);
            sides.push(made);
        }
        let at = |channel: usize, output: usize, tap: usize| values[(tap * outputs + output) * inputs + channel];
        let map = Transposed {
            channels: [inputs, outputs],
            groups: 1,
            size,
            strides,
            dilations,
            before,
            sides,
            kernel: &at,
            bias: bias.map(|bias| bias.as_slice().to_vec()),
            order,
        };
        Ok(self.graph.convolve_transposed(of, node, map)?)
    }

    fn convolve(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        of: ValueId,
        order: Flattening,
        parts: KernelParts,
    ) -> Result<ValueId, WeightFault> {
        let kernel = self.kernel_of(layer, settings, parts.role, parts.depthwise)?;
        let attribute = pair(layer, settings, "kernel_size")?;
        if let Some(attribute) = attribute.filter(|attribute| *attribute != kernel.size()) {
            let problem = format!("its kernel is {:?}, its settings say {attribute:?}", kernel.size());
            return Err(GraphProblem::Weights { node: settings.node.into(), problem }.into());
        }
        let filters = settings.count("filters")?;
        settings.ignore(&["depth_multiplier"]);
        let bias = self.weights.vector_if(parts.has_bias, layer, "bias")?;
        check_bias(settings.node, kernel.outputs(), bias.as_ref())?;
        let is_plain = matches!(layer.class.as_str(), "Conv1D" | "Conv2D");
        if let Some(filters) = filters.filter(|filters| is_plain && *filters != kernel.outputs()) {
            let problem = format!("its kernel gives {} channels, its filters are {filters}", kernel.outputs());
            return Err(GraphProblem::Weights { node: settings.node.into(), problem }.into());
        }
        let stride = pair(layer, settings, "strides")?.unwrap_or([1; 2]);
        let dilation = pair(layer, settings, "dilation_rate")?.unwrap_or([1; 2]);
        let padded = padded(settings)?;
        let groups = settings.count("groups")?;
        let value = self.graph.convolve(of, settings.node, order, |input| {
            let groups = if parts.depthwise { input.channels() } else { groups.unwrap_or(1) };
            let window = Window { stride, dilation, ..Window::of_size(kernel.size()) };
            let window = placed(window, padded, input);
            let plain = Convolution::new(kernel, groups)?;
            with_bias(plain.with_stride(stride).with_dilation(dilation).with_padding(window.padding), bias)
        })?;
        Ok(value)
    }

    /// Keras keeps kernels as (height ×) width × inputs × outputs; a depthwise one gives several outputs to each input.
    fn kernel_of(
        &self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        role: &str,
        depthwise: bool,
    ) -> Result<Kernel, WeightFault> {
        let node = settings.node;
        let fault = |problem: String| GraphProblem::Weights { node: node.into(), problem };
        let name = self.weights.needed(layer, role)?;
        let (shape, values) = (self.weights.shape(name), self.weights.vector(layer, role)?);
        let (size, inputs, outputs) = match *shape {
            [width, inputs, outputs] => ([1, width], inputs, outputs),
            [height, width, inputs, outputs] => ([height, width], inputs, outputs),
            _ => return Err(fault("its kernel is neither of pictures nor of signals".into()).into()),
        };
        let (inputs, outputs) = if depthwise { (1, inputs.saturating_mul(outputs)) } else { (inputs, outputs) };
        let kernel = Kernel::of_channels_last(size, inputs, outputs, values.as_slice());
        Ok(kernel.map_err(|source| GraphProblem::Convolution { node: node.into(), source })?)
    }
}

fn with_bias(plain: Convolution, bias: Option<DVector<f64>>) -> Result<Convolution, ConvolutionError> {
    match bias {
        Some(bias) => plain.with_bias(bias),
        None => Ok(plain),
    }
}

fn placed(window: Window, padded: Padded, input: ImageShape) -> Window {
    match padded {
        Padded::Valid => window,
        Padded::Same => window.padded_same(input, false),
        Padded::Causal => {
            let before = window.size[1].saturating_sub(1).saturating_mul(window.dilation[1]);
            Window { padding: Padding { rows: [0; 2], columns: [before, 0] }, ..window }
        }
    }
}

fn pooling_window(layer: &LayerConfig, settings: &Settings<'_>) -> Result<(Window, Padded), GraphProblem> {
    let size = pair(layer, settings, "pool_size")?.unwrap_or([2; 2]);
    let stride = pair(layer, settings, "strides")?.unwrap_or(size);
    Ok((Window { stride, ..Window::of_size(size) }, padded(settings)?))
}

fn padded(settings: &Settings<'_>) -> Result<Padded, GraphProblem> {
    match settings.text("padding").or(settings.text("border_mode")) {
        Some("valid") | None => Ok(Padded::Valid),
        Some("same") => Ok(Padded::Same),
        Some("causal") => Ok(Padded::Causal),
        Some(other) => Err(settings.problem("its padding", &format!("is {other}, which is not understood"))),
    }
}

/// A length for both axes, a list of two, or one of a signal.
pub(super) fn pair(
    layer: &LayerConfig,
    settings: &Settings<'_>,
    name: &str,
) -> Result<Option<[usize; 2]>, GraphProblem> {
    let is_signal = layer.class.contains("1D");
    let length = |value: &Value| value.as_u64().and_then(|length| usize::try_from(length).ok());
    let Some(attribute) = settings.get(name) else { return Ok(None) };
    let lengths: Option<Vec<usize>> = match attribute {
        Value::Array(list) => list.iter().map(length).collect(),
        value => length(value).map(|length| if is_signal { vec![length] } else { vec![length; 2] }),
    };
    match lengths.as_deref() {
        Some(&[width]) => Ok(Some([1, width])),
        Some(&[height, width]) => Ok(Some([height, width])),
        _ => Err(settings.problem(name, &not_understood(attribute))),
    }
}
