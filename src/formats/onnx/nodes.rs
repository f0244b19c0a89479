//! What each operator does to the values of a graph.

use std::rc::Rc;

use super::constant::Constant;
use super::message::{AttributeProto, NodeProto};
use super::scalar::{Binary, Scalar, Unary};
use super::trace::{Fault, Trace, Traced, Value, label};
use super::{elementwise, linear, shapes, volumes};
use crate::formats::graph::GraphProblem;
use crate::network::{Activation, DEFAULT_ALPHA, DEFAULT_NEGATIVE_SLOPE, Elementary, OutputFunction};

/// The α and γ of SELU where a node does not tell them (Klambauer et al. 2017, to 32 bits).
const SELU: [f64; 2] = [1.673_263_192_176_818_8, 1.050_701_022_148_132_3];

/// Follows one node; gives the value of its first result.
pub(super) fn follow<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    if !matches!(node.domain.as_str(), "" | "ai.onnx" | "ai.onnx.ml" | "com.microsoft") {
        return Err(unknown(node).into());
    }
    let activation = |activation: Activation| Unary::Activation(activation);
    let mut elementary = |function| elementwise::unary(trace, node, activation(Activation::Elementary(function)));
    match node.op_type.as_str() {
        "Constant" => constant(trace, node),
        "Identity" | "Dropout" | "Cast" | "CastLike" | "ZipMap" => operand(trace, node, 0),
        "Gemm" => linear::gemm(trace, node),
        "MatMul" => linear::matmul(trace, node),
        "BatchNormalization" => linear::batch_normalization(trace, node),
        "Scaler" => linear::scaler(trace, node),
        "LinearRegressor" => linear::regressor(trace, node),
        "Add" | "Sum" => elementwise::binary(trace, node, Binary::Add),
        "Sub" => elementwise::binary(trace, node, Binary::Sub),
        "Mul" => elementwise::binary(trace, node, Binary::Mul),
        "Div" => elementwise::binary(trace, node, Binary::Div),
        "Pow" => elementwise::binary(trace, node, Binary::Pow),
        "Max" => elementwise::binary(trace, node, Binary::Max),
        "Min" => elementwise::binary(trace, node, Binary::Min),
        "Clip" => elementwise::clip(trace, node),
        "PRelu" => elementwise::sloped(trace, node),
        "Relu" => elementwise::unary(trace, node, activation(Activation::Relu)),
        "Tanh" => elementwise::unary(trace, node, activation(Activation::Tanh)),
        "Sigmoid" => elementwise::unary(trace, node, activation(Activation::Sigmoid)),
        "Softplus" => elementwise::unary(trace, node, activation(Activation::Softplus)),
        "LeakyRelu" => {
            let negative_slope = float(node, "alpha", DEFAULT_NEGATIVE_SLOPE);
            elementwise::unary(trace, node, activation(Activation::LeakyRelu { negative_slope }))
        }
        "Elu" => {
            let alpha = float(node, "alpha", DEFAULT_ALPHA);
            elementwise::unary(trace, node, activation(Activation::Elu { alpha }))
        }
        "Selu" => {
            let alpha = float(node, "alpha", SELU[0]);
            let value = elementwise::unary(trace, node, activation(Activation::Elu { alpha }))?;
            let scale = Value::Constant(Rc::new(Constant::scalar(float(node, "gamma", SELU[1]))));
            elementwise::apply(trace, node, Binary::Mul, value, scale)
        }
        "Gelu" => {
            let by_tanh = attribute(node, "approximate").is_some_and(|told| told.s == b"tanh");
            let gelu = if by_tanh { Activation::GeluTanh } else { Activation::Gelu };
            elementwise::unary(trace, node, activation(gelu))
        }
        "FastGelu" => elementwise::unary(trace, node, activation(Activation::GeluTanh)),
        "Swish" if float(node, "alpha", 1.0) == 1.0 => elementwise::unary(trace, node, activation(Activation::Silu)),

        "Neg" => elementwise::unary(trace, node, Unary::Neg),
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
        "Reciprocal" => elementary(Elementary::Reciprocal),
        "Round" => elementary(Elementary::Round),
        "Sign" => elementary(Elementary::Sign),
        "Sin" => elementary(Elementary::Sin),
        "Sinh" => elementary(Elementary::Sinh),
        "Sqrt" => elementary(Elementary::Sqrt),
        "Tan" => elementary(Elementary::Tan),

        "Softmax" => softmax(trace, node),
        "LogSoftmax" => read(trace, node, OutputFunction::LogSoftmax),
        "ArgMax" => read(trace, node, OutputFunction::Argmax),
        "ArrayFeatureExtractor" => operand(trace, node, 1),
        "LabelEncoder" => operand(trace, node, 0),
        "Conv" => volumes::convolution(trace, node),
        "AveragePool" => volumes::average_pooling(trace, node),
        "MaxPool" => volumes::max_pooling(trace, node),
        "GlobalAveragePool" => volumes::global_pooling(trace, node, true),
        "GlobalMaxPool" => volumes::global_pooling(trace, node, false),
        "ReduceMean" => volumes::mean(trace, node),
        "Flatten" => shapes::flatten(trace, node),
        "Reshape" => shapes::reshape(trace, node),
        "Squeeze" => shapes::squeeze(trace, node),
        "Unsqueeze" => shapes::unsqueeze(trace, node),
        "Transpose" => shapes::transpose(trace, node),
        "Shape" => shapes::lengths(trace, node),
        "Gather" => shapes::gather(trace, node),
        "Slice" => shapes::slice(trace, node),
        "Concat" => shapes::concat(trace, node),
        _ => Err(unknown(node).into()),
    }
}

pub(super) fn unknown(node: &NodeProto) -> GraphProblem {
    let operator = if node.op_type.is_empty() { "node without an operator".into() } else { node.op_type.clone() };
    GraphProblem::Operator { node: label(node).into(), operator }
}

pub(super) fn setting(node: &NodeProto, setting: &str, value: &str) -> GraphProblem {
    GraphProblem::Setting { node: label(node).into(), setting: setting.into(), value: value.into() }
}

pub(super) fn attribute<'n>(node: &'n NodeProto, name: &str) -> Option<&'n AttributeProto> {
    node.attribute.iter().find(|attribute| attribute.name == name)
}

pub(super) fn float(node: &NodeProto, name: &str, absent: f64) -> f64 {
    attribute(node, name).map_or(absent, |told| f64::from(told.f))
}

pub(super) fn integer(node: &NodeProto, name: &str, absent: i64) -> i64 {
    attribute(node, name).map_or(absent, |told| told.i)
}

/// The name of an operand; empty names stand for absent ones.
pub(super) fn operand_name(node: &NodeProto, place: usize) -> Option<&str> {
    node.input.get(place).map(String::as_str).filter(|name| !name.is_empty())
}

pub(super) fn operand(trace: &mut Trace<'_>, node: &NodeProto, place: usize) -> Result<Value, Fault> {
    match operand_name(node, place) {
        Some(name) => trace.get(node, name),
        None => Err(setting(node, "an operand", "is absent").into()),
    }
}

/// A constant operand; none where it is absent.
pub(super) fn constant_operand(
    trace: &mut Trace<'_>,
    node: &NodeProto,
    place: usize,
) -> Result<Option<Rc<Constant>>, Fault> {
    let Some(name) = operand_name(node, place) else { return Ok(None) };
    match trace.get(node, name)? {
        Value::Constant(constant) => Ok(Some(constant)),
        _ => Err(setting(node, &format!("its operand `{name}`"), "is not a constant, which is not understood").into()),
    }
}

/// An operand that comes from the input, as a value of the graph of layers.
pub(super) fn settled_operand<'a>(trace: &mut Trace<'a>, node: &'a NodeProto, place: usize) -> Result<Traced, Fault> {
    let name = operand_name(node, place).unwrap_or_default();
    match trace.settled(name)? {
        Some(traced) => Ok(traced),
        None => {
            trace.get(node, name)?;
            Err(unknown(node).into())
        }
    }
}

fn constant(trace: &mut Trace<'_>, node: &NodeProto) -> Result<Value, Fault> {
    let told = node.attribute.first().ok_or_else(|| unknown(node))?;
    let constant = match (told.name.as_str(), &told.t) {
        ("value", Some(tensor)) => trace.read(tensor)?,
        ("value_float", _) => Constant::scalar(f64::from(told.f)),
        ("value_int", _) => Constant::scalar(told.i as f64),
        ("value_floats", _) => vector(told.floats.iter().map(|value| f64::from(*value))),
        ("value_ints", _) => vector(told.ints.iter().map(|value| *value as f64)),
        _ => return Err(unknown(node).into()),
    };
    Ok(Value::Constant(Rc::new(constant)))
}

fn vector(values: impl Iterator<Item = f64>) -> Constant {
    let values: Vec<f64> = values.collect();
    Constant { shape: vec![values.len()], values }
}

fn softmax<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let traced = settled_operand(trace, node, 0)?;
    let base = trace.graph.activate(traced.base, label(node), Activation::Softmax)?;
    Ok(Value::Traced(Traced { base, scalar: Rc::new(Scalar::Variable), ..traced }))
}

fn read<'a>(trace: &mut Trace<'a>, node: &'a NodeProto, by: OutputFunction) -> Result<Value, Fault> {
    let of = settled_operand(trace, node, 0)?.base;
    Ok(Value::Read { of, by })
}
