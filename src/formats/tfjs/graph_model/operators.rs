//! What each of TensorFlow's operators does to the values of a graph.

use super::call::Call;
use super::fused::normalized;
use super::nodes::{Attributes, NodeDef};
use super::{fused, windows};
use crate::formats::graph::GraphProblem;
use crate::formats::onnx::scalar::Binary;
use crate::formats::tensorflow::{Array, Cuts, Operand, Trace, setting};
use crate::network::{Activation, Elementary, OutputFunction};

/// The slope of LeakyRelu where a node does not tell it.
const DEFAULT_SLOPE: f64 = 0.2;
/// What FusedBatchNorm adds to the variance where a node does not tell it.
const DEFAULT_EPSILON: f64 = 1e-4;

/// The results of a node.
pub(super) fn follow(
    trace: &mut Trace,
    attributes: &Attributes<'_>,
    operands: &[Option<Operand>],
) -> Result<Vec<Operand>, GraphProblem> {
    let call = Call { attributes, operands };
    let is_value = |operand: &Option<Operand>| matches!(operand, Some(Operand::Value(_) | Operand::Padded { .. }));
    if let Some(other) = attributes.node.type_of("T").filter(|name| !NodeDef::is_real(name))
        && operands.iter().any(is_value)
    {
        return Err(setting(call.node(), "its type", &format!("is {other}, where real numbers are understood")));
    }
    let result = result(trace, &call)?;
    attributes.finish()?;
    Ok(vec![result])
}

fn result(trace: &mut Trace, call: &Call<'_>) -> Result<Operand, GraphProblem> {
    let (node, operator, attributes) = (call.node(), call.operator(), call.attributes);
    if let Some(activation) = activation(call)? {
        return trace.activate(node, call.operand(0)?, activation, operator);
    }
    if let Some(binary) = binary(operator) {
        return trace.binary(node, binary, call.operand(0)?, call.operand(1)?, operator);
    }
    if let Some(comparison) = comparison(operator) {
        return trace.compare(node, comparison, [call.operand(0)?, call.operand(1)?], operator);
    }
    match operator {
        "Identity" | "StopGradient" | "PreventGradient" | "Snapshot" | "CheckNumerics" => {
            if operator == "CheckNumerics" {
                attributes.text("message")?;
            }
            call.operand(0).cloned()
        }
        "MatMul" => {
            call.refuses(&["transpose_a"])?;
            let is_transposed = attributes.flag("transpose_b")?;
            trace.multiply(node, call.operand(0)?, call.operand(1)?, is_transposed, operator)
        }
        "BatchMatMul" | "BatchMatMulV2" | "BatchMatMulV3" => {
            call.refuses(&["adj_x"])?;
            let is_transposed = attributes.flag("adj_y")?;
            trace.multiply(node, call.operand(0)?, call.operand(1)?, is_transposed, operator)
        }
        "_FusedMatMul" => {
            call.refuses(&["transpose_a"])?;
            let is_transposed = attributes.flag("transpose_b")?;
            let product = trace.multiply(node, call.operand(0)?, call.operand(1)?, is_transposed, operator)?;
            fused::behind(trace, call, product)
        }
        "BiasAdd" => {
            windows::channels_last(call)?;
            trace.add_bias(node, call.operand(0)?, call.operand(1)?, operator)
        }
        "FusedBatchNorm" | "FusedBatchNormV2" | "FusedBatchNormV3" => {
            call.refuses(&["is_training"])?;
            windows::channels_last(call)?;
            let epsilon = attributes.float("epsilon", DEFAULT_EPSILON)?;
            normalized(trace, call, call.operand(0)?, [1, 2, 3, 4], epsilon)
        }
        "AddN" | "AccumulateNV2" => {
            let mut sum = call.operand(0)?.clone();
            for position in 1..call.operands.len() {
                sum = trace.binary(node, Binary::Add, &sum, call.operand(position)?, operator)?;
            }
            Ok(sum)
        }
        "Neg" => trace.binary(node, Binary::Mul, call.operand(0)?, &Array::scalar(-1.0).into(), operator),
        "Rsqrt" => {
            let root = trace.activate(node, call.operand(0)?, Activation::Elementary(Elementary::Sqrt), operator)?;
            trace.activate(node, &root, Activation::Elementary(Elementary::Reciprocal), operator)
        }
        "Select" | "SelectV2" => trace.choose(node, [call.operand(0)?, call.operand(1)?, call.operand(2)?], operator),
        "Prelu" => trace.sloped(node, call.operand(0)?, call.operand(1)?, operator),
        "Softmax" => trace.softmax(node, call.operand(0)?, 1.0),
        "LogSoftmax" => trace.read(node, call.operand(0)?, OutputFunction::LogSoftmax, operator),
        "ArgMax" if call.integer(1)? == -1 => trace.read(node, call.operand(0)?, OutputFunction::Argmax, operator),
        "Conv2D" | "_FusedConv2D" => windows::convolution(trace, call, false),
        "DepthwiseConv2dNative" | "FusedDepthwiseConv2dNative" | "_FusedDepthwiseConv2dNative" => {
            windows::convolution(trace, call, true)
        }
        "AvgPool" => windows::pooling(trace, call, true),
        "MaxPool" => windows::pooling(trace, call, false),
        "SpaceToBatchND" => trace.take_apart(node, call.operand(0)?, [call.operand(1)?, call.operand(2)?], operator),
        "BatchToSpaceND" => trace.put_together(node, call.operand(0)?, [call.operand(1)?, call.operand(2)?], operator),
        "Mean" => {
            let keeps_axes = attributes.flag("keep_dims")?;
            trace.mean(node, call.operand(0)?, &call.integers(1)?, keeps_axes, operator)
        }
        "Reshape" => trace.reshape(node, call.operand(0)?, call.operand(1)?, operator),
        "Squeeze" => trace.squeeze(node, call.operand(0)?, &attributes.integers("squeeze_dims")?, operator),
        "ExpandDims" => trace.expand(node, call.operand(0)?, call.integer(1)?, operator),
        "Transpose" => trace.transpose(node, call.operand(0)?, call.operand(1)?, operator),
        "Shape" => trace.lengths(node, call.operand(0)?, operator),
        "Pack" if attributes.integer("axis")? == 0 => {
            let operands: Result<Vec<Operand>, GraphProblem> =
                (0..call.operands.len()).map(|position| call.operand(position).cloned()).collect();
            trace.pack(node, &operands?, operator)
        }
        "Prod" if matches!(call.integers(1)?[..], [0 | -1]) => {
            call.refuses(&["keep_dims"])?;
            trace.multiply_lengths(node, call.operand(0)?, operator)
        }
        "StridedSlice" => trace.cut(node, call.operand(0)?, &strided(call)?, operator),
        "Slice" => {
            let cuts = Cuts::of_sizes(call.integers(1)?, &call.integers(2)?);
            trace.cut(node, call.operand(0)?, &cuts, operator)
        }
        "GatherV2" => {
            if attributes.integer("batch_dims")? != 0 {
                return Err(setting(node, "batch_dims", "is not 0, which is not understood"));
            }
            trace.gather(node, call.operand(0)?, call.operand(1)?, call.integer(2)?, operator)
        }
        "ConcatV2" => {
            let last = call.operands.len().saturating_sub(1);
            let operands: Result<Vec<Operand>, GraphProblem> =
                (0..last).map(|position| call.operand(position).cloned()).collect();
            trace.concat(node, &operands?, call.integer(last)?, operator)
        }
        "Pad" => trace.pad(node, call.operand(0)?, call.operand(1)?, operator),
        "PadV2" => match call.operand(2)? {
            Operand::Array(value) if value.only() == Some(0.0) => {
                trace.pad(node, call.operand(0)?, call.operand(1)?, operator)
            }
            _ => Err(setting(node, "its filling", "is not 0, which is not understood")),
        },
        "Cast" => cast(trace, call),
        _ => Err(call.unknown()),
    }
}

/// The activation that a node is.
fn activation(call: &Call<'_>) -> Result<Option<Activation>, GraphProblem> {
    let elementary = |function: Elementary| Some(Activation::Elementary(function));
    Ok(match call.operator() {
        "LeakyRelu" => Some(Activation::LeakyRelu { negative_slope: call.attributes.float("alpha", DEFAULT_SLOPE)? }),
        "Relu" => Some(Activation::Relu),
        "Relu6" => Some(Activation::RELU6),
        "Elu" => Some(Activation::Elu { alpha: 1.0 }),
        "Selu" => Some(Activation::Selu),
        "Tanh" => Some(Activation::Tanh),
        "Sigmoid" => Some(Activation::Sigmoid),
        "Softplus" => Some(Activation::Softplus),
        "Softsign" => Some(Activation::Softsign),
        "Abs" => elementary(Elementary::Abs),
        "Acos" => elementary(Elementary::Acos),
        "Acosh" => elementary(Elementary::Acosh),
        "Asin" => elementary(Elementary::Asin),
        "Asinh" => elementary(Elementary::Asinh),
        "Atan" => elementary(Elementary::Atan),
        "Atanh" => elementary(Elementary::Atanh),
        "Ceil" => elementary(Elementary::Ceil),
        "Cos" => elementary(Elementary::Cos),
        "Cosh" => elementary(Elementary::Cosh),
        "Erf" => elementary(Elementary::Erf),
        "Exp" => elementary(Elementary::Exp),
        "Floor" => elementary(Elementary::Floor),
        "Log" => elementary(Elementary::Log),
        "Inv" | "Reciprocal" => elementary(Elementary::Reciprocal),
        "Round" => elementary(Elementary::Round),
        "Sign" => elementary(Elementary::Sign),
        "Sin" => elementary(Elementary::Sin),
        "Sinh" => elementary(Elementary::Sinh),
        "Sqrt" => elementary(Elementary::Sqrt),
        "Square" => elementary(Elementary::Square),
        "Tan" => elementary(Elementary::Tan),
        _ => None,
    })
}

fn binary(operator: &str) -> Option<Binary> {
    match operator {
        "Add" | "AddV2" => Some(Binary::Add),
        "Sub" => Some(Binary::Sub),
        "Mul" => Some(Binary::Mul),
        "Div" | "RealDiv" => Some(Binary::Div),
        "Maximum" => Some(Binary::Max),
        "Minimum" => Some(Binary::Min),
        "Pow" => Some(Binary::Pow),
        _ => None,
    }
}

fn comparison(operator: &str) -> Option<Binary> {
    match operator {
        "Less" => Some(Binary::Less),
        "LessEqual" => Some(Binary::LessOrEqual),
        "Greater" => Some(Binary::Greater),
        "GreaterEqual" => Some(Binary::GreaterOrEqual),
        _ => None,
    }
}

fn strided(call: &Call<'_>) -> Result<Cuts, GraphProblem> {
    let mask = |name: &str| call.attributes.integer(name);
    Ok(Cuts {
        begin: call.integers(1)?,
        end: call.integers(2)?,
        strides: call.integers(3)?,
        begin_mask: mask("begin_mask")?,
        end_mask: mask("end_mask")?,
        shrink_mask: mask("shrink_axis_mask")?,
        others: mask("ellipsis_mask")? | mask("new_axis_mask")?,
    })
}

/// A value stays what it is between types of real numbers; constants take the type that they are given.
fn cast(trace: &mut Trace, call: &Call<'_>) -> Result<Operand, GraphProblem> {
    for name in ["SrcT", "DstT"] {
        call.attributes.kind(name)?;
    }
    call.refuses(&["Truncate"])?;
    let (from, to) = (call.attributes.node.type_of("SrcT"), call.attributes.node.type_of("DstT"));
    let is_real = |name: Option<&str>| name.is_some_and(NodeDef::is_real);
    match call.operand(0)? {
        Operand::Value(traced) if is_real(from) && is_real(to) => Ok(Operand::Value(traced.clone())),
        kept @ (Operand::Lengths(_) | Operand::Read { by: OutputFunction::Argmax, .. }) if to != Some("DT_BOOL") => {
            Ok(kept.clone())
        }
        truth @ Operand::Spelled { .. } if from == Some("DT_BOOL") && is_real(to) => {
            trace.as_number(call.node(), truth, call.operator())
        }
        array @ Operand::Array(_) if is_real(to) => Ok(array.clone()),
        array @ Operand::Array(_) => {
            let function = if to == Some("DT_BOOL") { Elementary::Nonzero } else { Elementary::Truncate };
            trace.activate(call.node(), array, Activation::Elementary(function), call.operator())
        }
        _ => Err(call.unknown()),
    }
}
