//! Convolutions and pooling of pictures and signals.

use nalgebra::DVector;

use super::message::NodeProto;
use super::nodes::{attribute, constant_operand, integer, setting, settled_operand, unknown};
use super::trace::{Fault, Trace, Traced, Value, label};
use crate::formats::graph::GraphProblem;
use crate::network::{AveragePooling, Convolution, Flattening, Kernel, Padding, Volume, Window};

const ORDER: Flattening = Flattening::ChannelsFirst;

/// How a node's window is padded.
#[derive(Clone, Copy)]
enum Padded {
    By(Padding),
    Same { lower: bool },
}

pub(super) fn convolution<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let traced = settled_operand(trace, node, 0)?;
    let weight = constant_operand(trace, node, 1)?.ok_or_else(|| unknown(node))?;
    let bias = constant_operand(trace, node, 2)?;
    let (outputs, group_inputs, size) = match weight.shape[..] {
        [outputs, inputs, width] => (outputs, inputs, [1, width]),
        [outputs, inputs, height, width] => (outputs, inputs, [height, width]),
        _ => return Err(setting(node, "its kernel", "is neither of pictures nor of signals").into()),
    };
    let (window, padded) = window(node, size)?;
    let groups = usize::try_from(integer(node, "group", 1)).unwrap_or(0);
    let base = trace.graph.convolve(traced.base, label(node), ORDER, |input| {
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
    Ok(Value::Traced(Traced { base, ..traced }))
}

pub(super) fn average_pooling<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let traced = settled_operand(trace, node, 0)?;
    let (window, padded) = pooling_window(node)?;
    let counts_padding = integer(node, "count_include_pad", 0) != 0;
    let build = |input| AveragePooling::new(placed(window, padded, input), counts_padding);
    let base = trace.graph.average(traced.base, label(node), ORDER, build)?;
    Ok(Value::Traced(Traced { base, ..traced }))
}

pub(super) fn max_pooling<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let traced = settled_operand(trace, node, 0)?;
    let (window, padded) = pooling_window(node)?;
    let base = trace.graph.largest(traced.base, label(node), ORDER, |input| placed(window, padded, input))?;
    Ok(Value::Traced(Traced { base, ..traced }))
}

/// The mean, or the largest, of each channel.
pub(super) fn global_pooling<'a>(trace: &mut Trace<'a>, node: &'a NodeProto, is_mean: bool) -> Result<Value, Fault> {
    let traced = settled_operand(trace, node, 0)?;
    let base = if is_mean {
        trace.graph.average(traced.base, label(node), ORDER, AveragePooling::global)?
    } else {
        trace.graph.largest(traced.base, label(node), ORDER, |input| Window::of_size(input.sides()))?
    };
    Ok(Value::Traced(Traced { base, ..traced }))
}

/// A mean over all axes behind that of the channels is global pooling.
pub(super) fn mean<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let traced = settled_operand(trace, node, 0)?;
    let named = match attribute(node, "axes") {
        Some(told) => told.ints.clone(),
        None => constant_operand(trace, node, 1)?.map_or_else(Vec::new, |constant| constant.integers()),
    };
    let shape = trace.graph.shape(traced.base).map(<[usize]>::to_vec);
    let shape = shape.ok_or_else(|| GraphProblem::InputShape { node: label(node).into() })?;
    let rank = shape.len() as i64 + 1;
    let mut axes: Vec<i64> = named.iter().map(|&axis| if axis < 0 { axis + rank } else { axis }).collect();
    axes.sort_unstable();
    if rank < 3 || !axes.iter().copied().eq(2..rank) {
        return Err(setting(node, "its axes", "are not those behind the channels, which is not understood").into());
    }
    let mut base = trace.graph.average(traced.base, label(node), ORDER, AveragePooling::global)?;
    if integer(node, "keepdims", 1) == 0 {
        base = trace.graph.flatten(base);
    }
    Ok(Value::Traced(Traced { base, ..traced }))
}

fn placed(window: Window, padded: Padded, input: Volume) -> Window {
    match padded {
        Padded::By(padding) => Window { padding, ..window },
        Padded::Same { lower } => window.padded_same(input, lower),
    }
}

fn pooling_window(node: &NodeProto) -> Result<(Window, Padded), GraphProblem> {
    if integer(node, "ceil_mode", 0) != 0 {
        return Err(setting(node, "ceil_mode", "is on, which is not understood"));
    }
    let size = pair(node, "kernel_shape")?.ok_or_else(|| setting(node, "kernel_shape", "is absent"))?;
    window(node, size)
}

/// The window of this size, and its padding.
fn window(node: &NodeProto, size: [usize; 2]) -> Result<(Window, Padded), GraphProblem> {
    let stride = pair(node, "strides")?.unwrap_or([1; 2]);
    let dilation = pair(node, "dilations")?.unwrap_or([1; 2]);
    let window = Window { stride, dilation, ..Window::of_size(size) };
    let auto = attribute(node, "auto_pad").map_or(&b""[..], |told| told.s.as_slice());
    let padded = match auto {
        b"SAME_UPPER" => Padded::Same { lower: false },
        b"SAME_LOWER" => Padded::Same { lower: true },
        b"VALID" => Padded::By(Padding::default()),
        _ => Padded::By(padding(node)?),
    };
    Ok((window, padded))
}

/// ONNX names the paddings of all axes before those after them.
fn padding(node: &NodeProto) -> Result<Padding, GraphProblem> {
    let told = attribute(node, "pads").map_or(&[][..], |told| told.ints.as_slice());
    let sides: Option<Vec<usize>> = told.iter().map(|&side| usize::try_from(side).ok()).collect();
    match sides.as_deref() {
        Some([]) => Ok(Padding::default()),
        Some(&[left, right]) => Ok(Padding { rows: [0; 2], columns: [left, right] }),
        Some(&[above, left, below, right]) => Ok(Padding { rows: [above, below], columns: [left, right] }),
        _ => Err(setting(node, "pads", "are not those of a picture or a signal")),
    }
}

/// Two lengths, or one of a signal.
fn pair(node: &NodeProto, name: &str) -> Result<Option<[usize; 2]>, GraphProblem> {
    let Some(told) = attribute(node, name) else { return Ok(None) };
    let lengths: Option<Vec<usize>> = told.ints.iter().map(|&length| usize::try_from(length).ok()).collect();
    match lengths.as_deref() {
        Some(&[width]) => Ok(Some([1, width])),
        Some(&[height, width]) => Ok(Some([height, width])),
        _ => Err(setting(node, name, "are not those of a picture or a signal")),
    }
}
