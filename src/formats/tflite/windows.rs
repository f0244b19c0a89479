//! Convolutions and pooling of TensorFlow Lite, and the activations that are fused with them.

use super::call::Call;
use super::options::kinds;
use crate::formats::graph::GraphProblem;
use crate::formats::tensorflow::{Array, Geometry, Operand, Padded, Trace, Weights, setting};
use crate::network::{Activation, Kernel, Padding};

/// A convolution; its kernel lies as outputs × height × width × inputs.
pub(super) fn convolution(trace: &mut Trace, call: &Call<'_, '_>) -> Result<Operand, GraphProblem> {
    call.options.are(kinds::CONVOLUTION)?;
    let array = kernel(call)?;
    let &[outputs, height, width, inputs] = array.shape() else { return Err(unfitting(call)) };
    let ordered = array.permuted(&[0, 3, 1, 2]).map(Array::into_values).ok_or_else(|| unfitting(call))?;
    let kernel = Kernel::new(outputs, inputs, [height, width], ordered).map_err(|source| fault(call, source))?;
    let geometry = geometry(call, [1, 2], Some([4, 5]))?;
    let value =
        trace.convolve(call.node, call.operand(0)?, Weights { kernel, bias: call.optional(2) }, geometry, "CONV_2D")?;
    fused(trace, call, &value, 3)
}

/// A convolution of every channel by itself; its kernel lies as 1 × height × width × outputs, those of one channel
/// beside each other.
pub(super) fn depthwise(trace: &mut Trace, call: &Call<'_, '_>) -> Result<Operand, GraphProblem> {
    call.options.are(kinds::DEPTHWISE)?;
    let array = kernel(call)?;
    let &[1, height, width, outputs] = array.shape() else { return Err(unfitting(call)) };
    let channels = call.given.first().copied().flatten().and_then(|tensor| tensor.shape.last().copied());
    // Writers leave out what follows from the shapes.
    let multiplier = call.options.length(3, 0)?;
    let divides = channels.is_some_and(|channels| channels > 0 && outputs % channels == 0);
    let attribute = channels.and_then(|channels| channels.checked_mul(multiplier));
    if !divides || (multiplier != 0 && attribute != Some(outputs)) {
        return Err(setting(call.node, "depth_multiplier", "does not fit its kernel"));
    }
    let kernel = Kernel::of_channels_last([height, width], 1, outputs, array.values());
    let kernel = kernel.map_err(|source| fault(call, source))?;
    let geometry = geometry(call, [1, 2], Some([5, 6]))?;
    let value = trace.convolve(
        call.node,
        call.operand(0)?,
        Weights { kernel, bias: call.optional(2) },
        geometry,
        "DEPTHWISE_CONV_2D",
    )?;
    fused(trace, call, &value, 4)
}

pub(super) fn pooling(trace: &mut Trace, call: &Call<'_, '_>, is_mean: bool) -> Result<Operand, GraphProblem> {
    call.options.are(kinds::POOLING)?;
    let size = [call.options.length(4, 0)?, call.options.length(3, 0)?];
    let (of, geometry) = (call.operand(0)?, geometry(call, [1, 2], None)?);
    let value = match is_mean {
        true => trace.average(call.node, of, size, geometry, "AVERAGE_POOL_2D")?,
        false => trace.largest(call.node, of, size, geometry, "MAX_POOL_2D")?,
    };
    fused(trace, call, &value, 5)
}

/// The activation in this field of the settings, behind the value.
pub(super) fn fused(
    trace: &mut Trace,
    call: &Call<'_, '_>,
    of: &Operand,
    field: usize,
) -> Result<Operand, GraphProblem> {
    let activation = match call.options.byte(field)? {
        0 => return Ok(of.clone()),
        1 => Activation::Relu,
        2 => Activation::HardTanh { low: -1.0, high: 1.0 },
        3 => Activation::RELU6,
        4 => Activation::Tanh,
        other => {
            let value = format!("is number {other}, which is not understood");
            return Err(setting(call.node, "its fused activation", &value));
        }
    };
    trace.activate(call.node, of, activation, &call.name())
}

fn kernel<'c>(call: &Call<'c, '_>) -> Result<&'c Array, GraphProblem> {
    match call.operand(1)? {
        Operand::Array(array) => Ok(array),
        _ => Err(setting(call.node, "its kernel", "is not a constant, which is not understood")),
    }
}

/// How the window moves, from the fields of strides and dilations (width before height).
fn geometry(call: &Call<'_, '_>, strides: [usize; 2], dilations: Option<[usize; 2]>) -> Result<Geometry, GraphProblem> {
    let padded = match call.options.byte(0)? {
        0 => Padded::Same,
        1 => Padded::By(Padding::default()),
        other => return Err(setting(call.node, "its padding", &format!("is number {other}"))),
    };
    let pair = |[width, height]: [usize; 2], absent| -> Result<[usize; 2], GraphProblem> {
        Ok([call.options.length(height, absent)?, call.options.length(width, absent)?])
    };
    let dilation = dilations.map_or(Ok([1; 2]), |fields| pair(fields, 1))?;
    Ok(Geometry { stride: pair(strides, 0)?, dilation, padded })
}

fn unfitting(call: &Call<'_, '_>) -> GraphProblem {
    setting(call.node, "its kernel", "has not the axes of one")
}

fn fault(call: &Call<'_, '_>, source: crate::network::ConvolutionError) -> GraphProblem {
    GraphProblem::Convolution { node: call.node.into(), source }
}
