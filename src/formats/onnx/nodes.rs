//! What each operator does to the values of a graph.

use std::rc::Rc;

use super::constant::Constant;
use super::element::Element;
use super::node::{LEARNING, Node, RUNTIME, STANDARD};
use super::operands::{constant_operand, operand};
use super::reduce::Reduction;
use super::scalar::{Binary, Unary};
use super::trace::{Fault, Trace, Value};
use super::{
    cast, elementwise, learned, linear, moved, normalise, pick, quantised, recurrent, reduce, repeat, resample, shapes,
    volumes,
};
use crate::network::{
    Activation, DEFAULT_ALPHA, DEFAULT_NEGATIVE_SLOPE, Elementary, QUICK_GELU, SELU_ALPHA, SELU_LAMBDA,
};

/// The α and γ of SELU where a node does not tell them (Klambauer et al. 2017, to 32 bits).
const SELU: [f64; 2] = [1.673_263_192_176_818_8, 1.050_701_022_148_132_3];
/// How far numbers of 32 bits are from those of 64.
const CLOSE: f64 = 1e-6;

/// Follows one node; gives the value of its first result, or those of all of them.
pub(super) fn follow<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    match node.domain() {
        STANDARD => standard(trace, node),
        LEARNING => learned::follow(trace, node),
        RUNTIME => of_runtime(trace, node),
        _ => Err(node.unknown().into()),
    }
}

fn standard<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    if matches!(node.op_type.as_str(), "LSTM" | "GRU" | "RNN") {
        return recurrent::follow(trace, node);
    }
    if let Some(of) = moved::first_operand(trace, node) {
        return moved::follow(trace, node, of);
    }
    if let Some(function) = elementary(&node.op_type) {
        return elementwise::elementary(trace, node, function);
    }
    if let Some(operator) = binary(&node.op_type) {
        return elementwise::binary(trace, node, operator);
    }
    if let Some(operator) = truth(&node.op_type) {
        return elementwise::truth(trace, node, operator);
    }
    match node.op_type.as_str() {
        "Constant" => constant(trace, node),
        "Identity" => operand(trace, node, 0),
        "Dropout" => dropout(trace, node),
        "Cast" => cast::cast(trace, node),
        "CastLike" => cast::cast_like(trace, node),
        "Gemm" => linear::gemm(trace, node),
        "MatMul" => linear::matmul(trace, node),
        "Einsum" => linear::einsum(trace, node),
        "BatchNormalization" => linear::batch_normalization(trace, node),
        "LayerNormalization" => normalise::of_layer(trace, node, true),
        "RMSNormalization" => normalise::of_layer(trace, node, false),
        "InstanceNormalization" => normalise::of_channels(trace, node, None),
        "GroupNormalization" => normalise::of_channels(trace, node, Some(normalise::groups(node))),
        "Mean" => elementwise::mean(trace, node),
        "Mod" => elementwise::remainder(trace, node),
        "Not" => elementwise::not(trace, node),
        "Where" => elementwise::choice(trace, node),
        "Clip" => elementwise::clip(trace, node),
        "PRelu" => elementwise::sloped(trace, node),
        "Neg" => elementwise::unary(trace, node, Unary::Neg),
        "Softmax" => reduce::softmax(trace, node),
        "LogSoftmax" => reduce::log_softmax(trace, node),
        "Hardmax" => reduce::hardmax(trace, node),
        "ArgMax" => reduce::largest(trace, node, true),
        "ArgMin" => reduce::largest(trace, node, false),
        "ReduceSum" => reduce::along(trace, node, Reduction::Sum),
        "ReduceMean" => reduce::along(trace, node, Reduction::Mean),
        "ReduceSumSquare" => reduce::along(trace, node, Reduction::SumOfSquares),
        "ReduceL1" => reduce::along(trace, node, Reduction::SumOfSizes),
        "ReduceL2" => reduce::along(trace, node, Reduction::Length),
        "ReduceMax" => reduce::along(trace, node, Reduction::Largest),
        "ReduceMin" => reduce::along(trace, node, Reduction::Smallest),
        "Conv" => volumes::convolution(trace, node),
        "ConvTranspose" => resample::transposed_convolution(trace, node),
        "Pad" => resample::pad(trace, node),
        "Resize" | "Upsample" => resample::resize(trace, node),
        "AveragePool" => volumes::average_pooling(trace, node),
        "MaxPool" => volumes::max_pooling(trace, node),
        "GlobalAveragePool" => volumes::global_pooling(trace, node, true),
        "GlobalMaxPool" => volumes::global_pooling(trace, node, false),
        "Flatten" => shapes::flatten(trace, node),
        "Reshape" => shapes::reshape(trace, node),
        "Squeeze" => shapes::squeeze(trace, node),
        "Unsqueeze" => shapes::unsqueeze(trace, node),
        "Transpose" => shapes::transpose(trace, node),
        "Shape" => pick::lengths(trace, node),
        "Size" => pick::count(trace, node),
        "Gather" => pick::gather(trace, node),
        "Slice" => pick::slice(trace, node),
        "Split" => pick::split(trace, node),
        "Concat" => pick::concat(trace, node),
        "Expand" => repeat::expand(trace, node),
        "Tile" => repeat::tile(trace, node),
        "ConstantOfShape" => repeat::filled(trace, node),
        "Range" => repeat::range(trace, node),
        "DequantizeLinear" => quantised::dequantise(trace, node),
        "QuantizeLinear" => quantised::quantise(trace, node),
        "QLinearMatMul" => quantised::product(trace, node),
        "QLinearConv" => quantised::convolution(trace, node),
        "MatMulInteger" => quantised::integer_product(trace, node),
        _ => match activation(node)? {
            Some(activation) => elementwise::unary(trace, node, Unary::Activation(activation)),
            None => selu_or_unknown(trace, node),
        },
    }
}

/// The operators of onnxruntime.
fn of_runtime<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let mut act = |activation| elementwise::unary(trace, node, Unary::Activation(activation));
    match node.op_type.as_str() {
        "Gelu" => act(Activation::Gelu),
        "QuickGelu" => act(Activation::Swish { beta: node.float("alpha", QUICK_GELU) }),
        "FastGelu" if node.input.len() == 1 => act(Activation::GeluTanh),
        "FastGelu" | "BiasGelu" => {
            let gelu = if node.op_type == "FastGelu" { Activation::GeluTanh } else { Activation::Gelu };
            let value = elementwise::binary(trace, node, Binary::Add)?;
            elementwise::apply_unary(node, Unary::Activation(gelu), value)
        }
        "LayerNormalization" => normalise::of_layer(trace, node, true),
        "SimplifiedLayerNormalization" => normalise::of_layer(trace, node, false),
        "FusedGemm" => linear::fused_gemm(trace, node),
        "FusedMatMul" => linear::fused_matmul(trace, node),
        "FusedConv" => volumes::fused(trace, node),
        "QGemm" => quantised::gemm(trace, node),
        "DequantizeLinear" => quantised::dequantise(trace, node),
        "QuantizeLinear" => quantised::quantise(trace, node),
        _ => Err(node.unknown().into()),
    }
}

fn elementary(operator: &str) -> Option<Elementary> {
    Some(match operator {
        "Abs" => Elementary::Abs,
        "Acos" => Elementary::Acos,
        "Acosh" => Elementary::Acosh,
        "Asin" => Elementary::Asin,
        "Asinh" => Elementary::Asinh,
        "Atan" => Elementary::Atan,
        "Atanh" => Elementary::Atanh,
        "Ceil" => Elementary::Ceil,
        "Cos" => Elementary::Cos,
        "Cosh" => Elementary::Cosh,
        "Erf" => Elementary::Erf,
        "Exp" => Elementary::Exp,
        "Floor" => Elementary::Floor,
        "Log" => Elementary::Log,
        "Reciprocal" => Elementary::Reciprocal,
        "Round" => Elementary::Round,
        "Sign" => Elementary::Sign,
        "Sin" => Elementary::Sin,
        "Sinh" => Elementary::Sinh,
        "Sqrt" => Elementary::Sqrt,
        "Tan" => Elementary::Tan,
        _ => return None,
    })
}

fn binary(operator: &str) -> Option<Binary> {
    Some(match operator {
        "Add" | "Sum" => Binary::Add,
        "Sub" => Binary::Sub,
        "Mul" => Binary::Mul,
        "Div" => Binary::Div,
        "Pow" => Binary::Pow,
        "Max" => Binary::Max,
        "Min" => Binary::Min,
        _ => return None,
    })
}

fn truth(operator: &str) -> Option<Binary> {
    Some(match operator {
        "And" => Binary::And,
        "Or" => Binary::Or,
        "Xor" => Binary::Xor,
        "Equal" => Binary::Equal,
        "Greater" => Binary::Greater,
        "GreaterOrEqual" => Binary::GreaterOrEqual,
        "Less" => Binary::Less,
        "LessOrEqual" => Binary::LessOrEqual,
        _ => return None,
    })
}

/// The activation that an operator is, with its parameters.
fn activation(node: &Node<'_>) -> Result<Option<Activation>, Fault> {
    let elu = || node.float("alpha", DEFAULT_ALPHA);
    Ok(Some(match node.op_type.as_str() {
        "Relu" => Activation::Relu,
        "Tanh" => Activation::Tanh,
        "Sigmoid" => Activation::Sigmoid,
        "Softplus" => Activation::Softplus,
        "Softsign" => Activation::Softsign,
        "Mish" => Activation::Mish,
        "HardSwish" => Activation::HardSwish,
        "HardSigmoid" => Activation::HardSigmoid { slope: node.float("alpha", 0.2), shift: node.float("beta", 0.5) },
        "LeakyRelu" => Activation::LeakyRelu { negative_slope: node.float("alpha", DEFAULT_NEGATIVE_SLOPE) },
        "Elu" => Activation::Elu { alpha: elu() },
        "Celu" if elu() > 0.0 => Activation::Celu { alpha: elu() },
        "ThresholdedRelu" => Activation::ThresholdedRelu { threshold: elu() },
        "Swish" => Activation::Swish { beta: node.float("alpha", 1.0) },
        "Gelu" => match node.word("approximate").as_deref() {
            None | Some("none") => Activation::Gelu,
            Some("tanh") => Activation::GeluTanh,
            Some(_) => return Err(node.setting("approximate", "is not understood").into()),
        },
        "Shrink" => {
            let (lambda, bias) = (node.float("lambd", 0.5), node.float("bias", 0.0));
            match bias {
                0.0 if lambda >= 0.0 => Activation::HardShrink { lambda },
                bias if bias == lambda && lambda >= 0.0 => Activation::SoftShrink { lambda },
                _ => return Err(node.setting("bias", "is neither 0 nor lambd, which is not understood").into()),
            }
        }
        _ => return Ok(None),
    }))
}

/// γ·(x where x > 0, else α(eˣ − 1)).
fn selu_or_unknown(trace: &mut Trace<'_>, node: &Node<'_>) -> Result<Value, Fault> {
    if node.op_type != "Selu" {
        return Err(node.unknown().into());
    }
    let (alpha, gamma) = (node.float("alpha", SELU[0]), node.float("gamma", SELU[1]));
    if (alpha - SELU_ALPHA).abs() < CLOSE && (gamma - SELU_LAMBDA).abs() < CLOSE {
        return elementwise::unary(trace, node, Unary::Activation(Activation::Selu));
    }
    let value = elementwise::unary(trace, node, Unary::Activation(Activation::Elu { alpha }))?;
    elementwise::apply(trace, node, Binary::Mul, value, Value::Constant(Rc::new(Constant::scalar(gamma))))
}

pub(super) fn constant(trace: &mut Trace<'_>, node: &Node<'_>) -> Result<Value, Fault> {
    let integers = |values: &[i64]| Constant::of_integers(values.iter().copied());
    let constant = if let Some(attribute) = node.attribute("value") {
        let tensor = attribute.t.as_ref().ok_or_else(|| node.unknown())?;
        if Element::from_number(tensor.data_type).is_none() {
            return Ok(Value::Opaque);
        }
        trace.read(tensor)?
    } else if let Some(attribute) = node.attribute("value_float") {
        Constant::scalar(f64::from(attribute.f))
    } else if let Some(attribute) = node.attribute("value_int") {
        integers(&[attribute.i]).reshaped(Vec::new()).ok_or_else(|| node.unknown())?
    } else if let Some(attribute) = node.attribute("value_floats") {
        let values: Vec<f64> = attribute.floats.iter().map(|value| f64::from(*value)).collect();
        Constant { shape: vec![values.len()], values, kind: super::element::Kind::Float }
    } else if let Some(attribute) = node.attribute("value_ints") {
        integers(&attribute.ints)
    } else if node.attribute("value_string").is_some() || node.attribute("value_strings").is_some() {
        return Ok(Value::Opaque);
    } else {
        return Err(node.unknown().into());
    };
    Ok(Value::Constant(Rc::new(constant)))
}

/// Nothing is dropped once training is over.
fn dropout(trace: &mut Trace<'_>, node: &Node<'_>) -> Result<Value, Fault> {
    let trains = match node.version {
        12.. => constant_operand(trace, node, 2)?.is_some_and(|trains| trains.values.iter().any(|value| *value != 0.0)),
        7.. => false,
        _ => !node.is_on("is_test"),
    };
    if trains {
        return Err(node.setting("its mode", "is that of a training, in which values are dropped by chance").into());
    }
    node.pass(1);
    operand(trace, node, 0)
}
