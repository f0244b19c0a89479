//! Convolutions and pooling of pictures and signals.

use nalgebra::DVector;

use super::constant::Constant;
use super::elementwise::apply_unary;
use super::node::Node;
use super::operands::{constant_operand, floats, only_operand, settled_operand};
use super::scalar::Unary;
use super::trace::{Fault, Trace, Traced, Value, label};
use crate::formats::graph::{GraphProblem, ValueId};
use crate::network::{Activation, AveragePooling, Convolution, Flattening, ImageShape, Kernel, Padding, Window};

const ORDER: Flattening = Flattening::ChannelsFirst;

/// How a node's window is padded.
#[derive(Clone, Copy)]
enum Padded {
    By(Padding),
    Same { lower: bool },
}

pub(super) fn convolution<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let traced = settled_operand(trace, node, 0)?;
    let weight = only_operand(trace, node, 1)?;
    let bias = constant_operand(trace, node, 2)?;
    let base = convolved(trace, node, &traced, &weight, bias.as_deref())?;
    Ok(Value::Traced(Traced { base, ..traced }))
}

/// The convolution of a value with this kernel.
pub(super) fn convolved(
    trace: &mut Trace<'_>,
    node: &Node<'_>,
    traced: &Traced,
    weight: &Constant,
    bias: Option<&Constant>,
) -> Result<ValueId, Fault> {
    for constant in std::iter::once(weight).chain(bias) {
        floats(node, constant)?;
    }
    let (outputs, group_inputs, size) = match weight.shape[..] {
        [outputs, inputs, width] => (outputs, inputs, [1, width]),
        [outputs, inputs, height, width] => (outputs, inputs, [height, width]),
        _ => return Err(node.setting("its kernel", "is neither of pictures nor of signals").into()),
    };
    let attribute = pair(node, "kernel_shape")?;
    let axes = trace.rank(traced.base).unwrap_or(2);
    if attribute.is_some_and(|attribute| attribute != size) || axes != weight.shape.len() || traced.transposed {
        return Err(node.setting("its kernel", "does not fit its value").into());
    }
    let (window, padded) = window(node, size)?;
    let groups = usize::try_from(node.integer("group", 1)).unwrap_or(0);
    let base = trace.graph.convolve(traced.base, label(node.proto), ORDER, |input| {
        let kernel = Kernel::new(outputs, group_inputs, size, weight.values.clone())?;
        let plain = Convolution::new(kernel, groups)?.with_stride(window.stride).with_dilation(window.dilation);
        let placed = match padded {
            Padded::By(padding) => plain.with_padding(padding),
            Padded::Same { lower } => plain.padded_same(input, lower),
        };
        match bias {
            Some(bias) => placed.with_bias(DVector::from_column_slice(&bias.values)),
            None => Ok(placed),
        }
    })?;
    Ok(base)
}

/// A convolution with an activation, as onnxruntime fuses it.
pub(super) fn fused<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    if node.operand_name(3).is_some() {
        return Err(node.setting("its fourth operand", "is not understood").into());
    }
    let parameters = node.attribute("activation_params").map(|attribute| attribute.floats.clone()).unwrap_or_default();
    let number = |position: usize| parameters.get(position).map(|value| f64::from(*value));
    let activation = match (node.word("activation").as_deref(), number(0), number(1)) {
        (None | Some(""), _, _) => Activation::Identity,
        (Some("Relu"), _, _) => Activation::Relu,
        (Some("Tanh"), _, _) => Activation::Tanh,
        (Some("Sigmoid"), _, _) => Activation::Sigmoid,
        (Some("LeakyRelu"), Some(negative_slope), _) => Activation::LeakyRelu { negative_slope },
        (Some("Clip"), Some(low), Some(high)) => Activation::HardTanh { low, high },
        (Some("HardSigmoid"), Some(slope), Some(shift)) => Activation::HardSigmoid { slope, shift },
        _ => return Err(node.setting("its activation", "is not understood").into()),
    };
    let value = convolution(trace, node)?;
    apply_unary(node, Unary::Activation(activation), value)
}

pub(super) fn average_pooling<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let traced = settled_operand(trace, node, 0)?;
    let (window, padded) = pooling_window(node)?;
    let counts_padding = node.integer("count_include_pad", 0) != 0;
    let build = |input| AveragePooling::new(placed(window, padded, input), counts_padding);
    let base = trace.graph.average(traced.base, label(node.proto), ORDER, build)?;
    Ok(Value::Traced(Traced { base, ..traced }))
}

pub(super) fn max_pooling<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let traced = settled_operand(trace, node, 0)?;
    if node.results() > 1 {
        return Err(node.setting("the places of the largest", "are asked for, which is not understood").into());
    }
    let is_ceiled = node.is_on("ceil_mode");
    let size = pair(node, "kernel_shape")?.ok_or_else(|| node.setting("kernel_shape", "is absent"))?;
    let (window, padded) = window(node, size)?;
    let build = |input| {
        let window = placed(window, padded, input);
        if is_ceiled { window.ceiled(input) } else { window }
    };
    let base = trace.graph.largest(traced.base, label(node.proto), ORDER, build)?;
    Ok(Value::Traced(Traced { base, ..traced }))
}

/// The mean, or the largest, of each channel.
pub(super) fn global_pooling<'a>(trace: &mut Trace<'a>, node: &Node<'a>, is_mean: bool) -> Result<Value, Fault> {
    let traced = settled_operand(trace, node, 0)?;
    let base = if is_mean {
        trace.graph.average(traced.base, label(node.proto), ORDER, AveragePooling::global)?
    } else {
        trace.graph.largest(traced.base, label(node.proto), ORDER, |input| Window::of_size(input.sides()))?
    };
    Ok(Value::Traced(Traced { base, ..traced }))
}

fn placed(window: Window, padded: Padded, input: ImageShape) -> Window {
    match padded {
        Padded::By(padding) => Window { padding, ..window },
        Padded::Same { lower } => window.padded_same(input, lower),
    }
}

fn pooling_window(node: &Node<'_>) -> Result<(Window, Padded), GraphProblem> {
    if node.integer("ceil_mode", 0) != 0 {
        return Err(node.setting("ceil_mode", "is on, which is not understood"));
    }
    let size = pair(node, "kernel_shape")?.ok_or_else(|| node.setting("kernel_shape", "is absent"))?;
    window(node, size)
}

/// The window of this size, and its padding.
fn window(node: &Node<'_>, size: [usize; 2]) -> Result<(Window, Padded), GraphProblem> {
    let stride = pair(node, "strides")?.unwrap_or([1; 2]);
    let dilation = pair(node, "dilations")?.unwrap_or([1; 2]);
    let window = Window { stride, dilation, ..Window::of_size(size) };
    // Where they are not needed they say what is known.
    node.attribute("pads");
    let auto = node.attribute("auto_pad").map_or(&b""[..], |attribute| attribute.s.as_slice());
    let padded = match auto {
        b"SAME_UPPER" => Padded::Same { lower: false },
        b"SAME_LOWER" => Padded::Same { lower: true },
        b"VALID" => Padded::By(Padding::default()),
        b"" | b"NOTSET" => Padded::By(padding(node)?),
        _ => return Err(node.setting("auto_pad", "is not understood")),
    };
    Ok((window, padded))
}

/// ONNX names the paddings of all axes before those after them.
fn padding(node: &Node<'_>) -> Result<Padding, GraphProblem> {
    let attribute = node.attribute("pads").map_or(&[][..], |attribute| attribute.ints.as_slice());
    let sides: Option<Vec<usize>> = attribute.iter().map(|&side| usize::try_from(side).ok()).collect();
    match sides.as_deref() {
        Some([]) => Ok(Padding::default()),
        Some(&[left, right]) => Ok(Padding { rows: [0; 2], columns: [left, right] }),
        Some(&[above, left, below, right]) => Ok(Padding { rows: [above, below], columns: [left, right] }),
        _ => Err(node.setting("pads", "are not those of a picture or a signal")),
    }
}

/// Two lengths, or one of a signal.
fn pair(node: &Node<'_>, name: &str) -> Result<Option<[usize; 2]>, GraphProblem> {
    let Some(attribute) = node.attribute(name) else { return Ok(None) };
    let lengths: Option<Vec<usize>> = attribute.ints.iter().map(|&length| usize::try_from(length).ok()).collect();
    match lengths.as_deref() {
        Some(&[width]) => Ok(Some([1, width])),
        Some(&[height, width]) => Ok(Some([height, width])),
        _ => Err(node.setting(name, "are not those of a picture or a signal")),
    }
}
