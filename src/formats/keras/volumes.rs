//! Keras's convolutions and pooling of pictures and signals.

use nalgebra::DVector;
use serde_json::Value;

use super::super::graph::{Graph, GraphProblem, ValueId};
use super::architecture::LayerConfig;
use super::weights::{WeightFault, Weights};
use crate::network::{AveragePooling, Convolution, ConvolutionError, Flattening, Kernel, Padding, Volume, Window};

/// How a layer's window is padded.
#[derive(Clone, Copy)]
enum Padded {
    Valid,
    Same,
    /// All before a signal, so that no output sees what comes later.
    Causal,
}

/// The layer's value, or none where its class is no convolution or pooling.
pub(super) fn add(
    graph: &mut Graph,
    layer: &LayerConfig,
    outer: Option<&LayerConfig>,
    of: ValueId,
    weights: &Weights<'_>,
) -> Result<Option<ValueId>, WeightFault> {
    let node = layer.name.as_str();
    let order = match text(layer, "data_format") {
        "channels_first" => Flattening::ChannelsFirst,
        _ => Flattening::ChannelsLast,
    };
    let value = match layer.class.as_str() {
        "Conv1D" | "Conv2D" => {
            let parts = KernelParts { role: "kernel", bias: true, depthwise: false };
            convolve(graph, layer, outer, of, weights, (order, parts))?
        }
        "DepthwiseConv1D" | "DepthwiseConv2D" => {
            let role =
                if weights.find(layer, outer, "depthwise_kernel").is_some() { "depthwise_kernel" } else { "kernel" };
            let parts = KernelParts { role, bias: true, depthwise: true };
            convolve(graph, layer, outer, of, weights, (order, parts))?
        }
        "SeparableConv1D" | "SeparableConv2D" => {
            let depthwise = KernelParts { role: "depthwise_kernel", bias: false, depthwise: true };
            let between = convolve(graph, layer, outer, of, weights, (order, depthwise))?;
            let kernel =
                kernel(layer, outer, weights, &KernelParts { role: "pointwise_kernel", bias: true, depthwise: false })?;
            let bias = weights.vector(layer, outer, "bias")?;
            graph.convolve(between, node, order, |_| with_bias(Convolution::new(kernel, 1)?, bias))?
        }
        "AveragePooling1D" | "AveragePooling2D" => {
            let (window, padded) = pooling_window(layer)?;
            // The padding of `same` is not counted.
            graph.average(of, node, order, |input| AveragePooling::new(placed(window, padded, input), false))?
        }
        "MaxPooling1D" | "MaxPooling2D" => {
            let (window, padded) = pooling_window(layer)?;
            graph.largest(of, node, order, |input| placed(window, padded, input))?
        }
        "GlobalAveragePooling1D" | "GlobalAveragePooling2D" => {
            let pooled = graph.average(of, node, order, AveragePooling::global)?;
            if layer.config.get("keepdims").and_then(Value::as_bool) == Some(true) {
                pooled
            } else {
                graph.flatten(pooled)
            }
        }
        "GlobalMaxPooling1D" | "GlobalMaxPooling2D" => {
            let pooled = graph.largest(of, node, order, |input| Window::of_size(input.sides()))?;
            graph.flatten(pooled)
        }
        _ => return Ok(None),
    };
    Ok(Some(value))
}

/// Which tensors a convolution is made of.
struct KernelParts {
    role: &'static str,
    bias: bool,
    /// Every channel by itself.
    depthwise: bool,
}

fn convolve(
    graph: &mut Graph,
    layer: &LayerConfig,
    outer: Option<&LayerConfig>,
    of: ValueId,
    weights: &Weights<'_>,
    (order, parts): (Flattening, KernelParts),
) -> Result<ValueId, WeightFault> {
    let kernel = kernel(layer, outer, weights, &parts)?;
    let bias = if parts.bias { weights.vector(layer, outer, "bias")? } else { None };
    let stride = pair(layer, "strides")?.unwrap_or([1; 2]);
    let dilation = pair(layer, "dilation_rate")?.unwrap_or([1; 2]);
    let padded = padded(layer)?;
    let groups = layer.config.get("groups").and_then(Value::as_u64).and_then(|groups| usize::try_from(groups).ok());
    let value = graph.convolve(of, &layer.name, order, |input| {
        let groups = if parts.depthwise { input.channels() } else { groups.unwrap_or(1) };
        let window = Window { stride, dilation, ..Window::of_size(kernel.size()) };
        let window = placed(window, padded, input);
        let plain = Convolution::new(kernel, groups)?;
        with_bias(plain.with_stride(stride).with_dilation(dilation).with_padding(window.padding), bias)
    })?;
    Ok(value)
}

fn with_bias(plain: Convolution, bias: Option<DVector<f64>>) -> Result<Convolution, ConvolutionError> {
    match bias {
        Some(bias) => plain.with_bias(bias),
        None => Ok(plain),
    }
}

/// Keras keeps kernels as (height ×) width × inputs × outputs; a depthwise one gives several outputs to each input.
fn kernel(
    layer: &LayerConfig,
    outer: Option<&LayerConfig>,
    weights: &Weights<'_>,
    parts: &KernelParts,
) -> Result<Kernel, WeightFault> {
    let node = layer.name.as_str();
    let fault = |problem: String| GraphProblem::Weights { node: node.into(), problem };
    let name = weights.find(layer, outer, parts.role);
    let name = name.ok_or_else(|| fault(format!("its {} is not in the file", parts.role)))?;
    let (shape, values) = (weights.shape(name), weights.file().vector(name)?);
    let (size, inputs, outputs) = match shape[..] {
        [width, inputs, outputs] => ([1, width], inputs, outputs),
        [height, width, inputs, outputs] => ([height, width], inputs, outputs),
        _ => return Err(fault("its kernel is neither of pictures nor of signals".into()).into()),
    };
    let (inputs, outputs) = if parts.depthwise { (1, inputs.saturating_mul(outputs)) } else { (inputs, outputs) };
    let kernel = Kernel::of_channels_last(size, inputs, outputs, values.as_slice());
    Ok(kernel.map_err(|source| GraphProblem::Convolution { node: node.into(), source })?)
}

fn placed(window: Window, padded: Padded, input: Volume) -> Window {
    match padded {
        Padded::Valid => window,
        Padded::Same => window.padded_same(input, false),
        Padded::Causal => {
            let before = window.size[1].saturating_sub(1).saturating_mul(window.dilation[1]);
            Window { padding: Padding { rows: [0; 2], columns: [before, 0] }, ..window }
        }
    }
}

fn pooling_window(layer: &LayerConfig) -> Result<(Window, Padded), GraphProblem> {
    let size = pair(layer, "pool_size")?.unwrap_or([2; 2]);
    let stride = pair(layer, "strides")?.unwrap_or(size);
    Ok((Window { stride, ..Window::of_size(size) }, padded(layer)?))
}

fn padded(layer: &LayerConfig) -> Result<Padded, GraphProblem> {
    match text(layer, "padding") {
        "valid" | "" => Ok(Padded::Valid),
        "same" => Ok(Padded::Same),
        "causal" => Ok(Padded::Causal),
        other => Err(setting(layer, "its padding", &format!("is {other}, which is not understood"))),
    }
}

fn text<'l>(layer: &'l LayerConfig, name: &str) -> &'l str {
    layer.config.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn setting(layer: &LayerConfig, setting: &str, value: &str) -> GraphProblem {
    GraphProblem::Setting { node: layer.name.clone(), setting: setting.into(), value: value.into() }
}

/// A length for both axes, a list of two, or one of a signal.
fn pair(layer: &LayerConfig, name: &str) -> Result<Option<[usize; 2]>, GraphProblem> {
    let is_signal = layer.class.ends_with("1D");
    let length = |value: &Value| value.as_u64().and_then(|length| usize::try_from(length).ok());
    let lengths: Option<Vec<usize>> = match layer.config.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(list)) => list.iter().map(length).collect(),
        Some(value) => length(value).map(|length| if is_signal { vec![length] } else { vec![length; 2] }),
    };
    match lengths.as_deref() {
        Some(&[width]) => Ok(Some([1, width])),
        Some(&[height, width]) => Ok(Some([height, width])),
        _ => Err(setting(layer, name, "is not that of a picture or a signal")),
    }
}
