//! Convolutions and pooling in TensorFlow's words.

use super::call::Call;
use super::fused;
use crate::formats::graph::GraphProblem;
use crate::formats::tensorflow::{Geometry, Operand, Padded, Trace, Weights, setting};
use crate::network::{Kernel, Padding};

/// A convolution; its kernel lies as height × width × inputs × outputs, that of one by channels as height × width ×
/// inputs × outputs of each.
pub(super) fn convolution(trace: &mut Trace, call: &Call<'_>, is_depthwise: bool) -> Result<Operand, GraphProblem> {
    let node = call.node();
    channels_last(call)?;
    if !matches!(call.attributes.text("filter_format")?.as_str(), "" | "HWIO") {
        return Err(setting(node, "filter_format", "is not HWIO, which is not understood"));
    }
    let Operand::Array(array) = call.operand(1)? else {
        return Err(setting(node, "its kernel", "is not a constant, which is not understood"));
    };
    let &[height, width, inputs, outputs] = array.shape() else {
        return Err(setting(node, "its kernel", "has not the axes of one"));
    };
    let (inputs, outputs) = if is_depthwise { (1, inputs.saturating_mul(outputs)) } else { (inputs, outputs) };
    let kernel = Kernel::of_channels_last([height, width], inputs, outputs, array.values());
    let kernel = kernel.map_err(|source| GraphProblem::Convolution { node: node.into(), source })?;
    let geometry = geometry(call)?;
    let value = trace.convolve(node, call.operand(0)?, Weights { kernel, bias: None }, geometry, call.operator())?;
    fused::behind(trace, call, value)
}

pub(super) fn pooling(trace: &mut Trace, call: &Call<'_>, is_mean: bool) -> Result<Operand, GraphProblem> {
    channels_last(call)?;
    let size = pair(call, "ksize")?;
    let (of, geometry) = (call.operand(0)?, geometry(call)?);
    if is_mean {
        trace.average(call.node(), of, size, geometry, call.operator())
    } else {
        trace.largest(call.node(), of, size, geometry, call.operator())
    }
}

/// The channels must come last.
pub(super) fn channels_last(call: &Call<'_>) -> Result<(), GraphProblem> {
    match call.attributes.text("data_format")?.as_str() {
        "" | "NHWC" => Ok(()),
        other => Err(setting(call.node(), "data_format", &format!("is {other}, where NHWC is understood"))),
    }
}

fn geometry(call: &Call<'_>) -> Result<Geometry, GraphProblem> {
    let explicit = call.attributes.integers("explicit_paddings")?;
    let padded = match call.attributes.text("padding")?.as_str() {
        "SAME" => Padded::Same,
        "VALID" => Padded::By(Padding::default()),
        "EXPLICIT" => match explicit.iter().map(|&side| usize::try_from(side).ok()).collect::<Option<Vec<_>>>() {
            Some(sides) => match sides[..] {
                [0, 0, above, below, left, right, 0, 0] => {
                    Padded::By(Padding { rows: [above, below], columns: [left, right] })
                }
                _ => return Err(setting(call.node(), "explicit_paddings", "are not those of a picture")),
            },
            None => return Err(setting(call.node(), "explicit_paddings", "are negative")),
        },
        other => return Err(setting(call.node(), "padding", &format!("is `{other}`, which is not understood"))),
    };
    Ok(Geometry { stride: pair(call, "strides")?, dilation: pair(call, "dilations")?, padded })
}

/// The lengths of the two middle axes of four; 1 where the setting is absent.
fn pair(call: &Call<'_>, name: &str) -> Result<[usize; 2], GraphProblem> {
    let unfitting = || setting(call.node(), name, "are not those of a picture");
    match call.attributes.integers(name)?[..] {
        [] => Ok([1; 2]),
        [1, height, width, 1] => {
            let length = |length: i64| usize::try_from(length).map_err(|_| unfitting());
            Ok([length(height)?, length(width)?])
        }
        _ => Err(unfitting()),
    }
}
