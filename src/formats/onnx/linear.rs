//! Operators with a matrix, and normalisations.

use std::rc::Rc;

use nalgebra::{DMatrix, DVector};

use super::constant::Constant;
use super::element::Kind;
use super::node::{Node, RUNTIME};
use super::operands::{constant_operand, floats, only_operand, operand, settled_operand};
use super::scalar::Scalar;
use super::trace::{Fault, Trace, Traced, Value, label};
use crate::formats::graph::{GraphProblem, Scale};
use crate::formats::names::layer_name;
use crate::network::{Activation, Affine};

/// What BatchNormalization adds to the variance where a node does not tell it.
const DEFAULT_EPSILON: f64 = 1e-5;

/// α·A'·B' + β·C, the marks being transpositions where they are asked for.
pub(super) fn gemm<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let (alpha, beta) = (node.float("alpha", 1.0), node.float("beta", 1.0));
    let (turn_a, turn_b) = (node.is_on("transA"), node.is_on("transB"));
    // Before operator set 7 it was asked for that C be spread.
    node.attribute("broadcast");
    let value = match (operand(trace, node, 0)?, operand(trace, node, 1)?) {
        (Value::Traced(_), Value::Constant(constant)) => {
            let stored = matrix(node, &constant)?;
            let weight = if turn_b { stored } else { stored.transpose() };
            samples_first(trace, node, 0, weight * alpha, turn_a)?
        }
        (Value::Constant(constant), Value::Traced(_)) => {
            let stored = matrix(node, &constant)?;
            let weight = if turn_a { stored.transpose() } else { stored };
            samples_last(trace, node, 1, weight * alpha, turn_b)?
        }
        (Value::Constant(left), Value::Constant(right)) => {
            let turned = |constant: &Constant, turn: bool| {
                if turn { constant.transposed(&[1, 0]) } else { Some(constant.clone()) }
            };
            let (left, right) = (turned(&left, turn_a), turned(&right, turn_b));
            let (Some(left), Some(right)) = (left, right) else { return Err(node.unknown().into()) };
            let product = product(node, &left, &right)?.map(|value| alpha * value);
            let Some(bias) = constant_operand(trace, node, 2)? else { return Ok(Value::Constant(Rc::new(product))) };
            let sum = product.zip(&bias, |product, bias| product + beta * bias).ok_or_else(|| node.unknown())?;
            return Ok(Value::Constant(Rc::new(sum)));
        }
        (Value::Traced(_), Value::Traced(_)) => {
            return Err(node.of_what("of two values that both come from the input").into());
        }
        _ => return Err(node.unknown().into()),
    };
    let Some(bias) = constant_operand(trace, node, 2)? else { return Ok(Value::Traced(value)) };
    added(trace, node, value, &bias, beta)
}

/// The value and β·C, which has the axes of the result or is spread to them.
fn added(trace: &mut Trace<'_>, node: &Node<'_>, value: Traced, bias: &Constant, beta: f64) -> Result<Value, Fault> {
    floats(node, bias)?;
    let width = trace.graph.width(value.base).unwrap_or(0);
    let fits = match (bias.shape.as_slice(), value.transposed) {
        ([] | [1] | [1, 1], _) => true,
        ([_] | [1, _], false) | ([_, 1], true) => bias.values.len() == width,
        _ => false,
    };
    if !fits {
        return Err(node.setting("its third operand", "does not fit a row of its result").into());
    }
    if bias.values.len() == 1 && width > 1 {
        trace.remarks.push(format!("the bias of `{}` is one number for all of its {width} units", label(node.proto)));
    }
    let shift = DVector::from_iterator(bias.values.len(), bias.values.iter().map(|value| beta * value));
    let base = trace.graph.scale(value.base, label(node.proto), Scale { factor: None, shift: Some(shift) }, 0)?;
    Ok(Value::Traced(Traced { base, ..value }))
}

/// A·B, one of them constant.
pub(super) fn matmul<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    match (operand(trace, node, 0)?, operand(trace, node, 1)?) {
        (Value::Traced(_), Value::Traced(_)) => {
            let (left, right) = (settled_operand(trace, node, 0)?, settled_operand(trace, node, 1)?);
            if left.transposed || right.transposed {
                return Err(node.of_what("of two values that both come from the input").into());
            }
            let base = trace.graph.matrix_product(left.base, right.base, label(node.proto))?;
            Ok(Value::Traced(Traced { kind: Kind::Float, ..Traced::from_value(base) }))
        }
        (Value::Traced(traced), Value::Constant(constant)) => {
            let rank = trace.rank(traced.base).unwrap_or(2) + usize::from(traced.unsqueezed);
            // One vector takes an axis away, more axes than the value's add some.
            if constant.shape.len() == 1 {
                floats(node, &constant)?;
                let weight = DMatrix::from_row_slice(1, constant.values.len(), &constant.values);
                let value = samples_first(trace, node, 0, weight, false)?;
                let shape = trace.graph.shape(value.base).unwrap_or_default();
                let shape = shape.split_last().map(|(_, shape)| shape.to_vec()).unwrap_or_default();
                let base = trace.graph.reshape(value.base, label(node.proto), shape)?;
                return Ok(Value::Traced(Traced { base, ..value }));
            }
            if constant.shape.len() > rank {
                return Err(node.setting("its constant", "has more axes than its value").into());
            }
            let weight = matrix(node, &constant)?.transpose();
            samples_first(trace, node, 0, weight, false).map(Value::Traced)
        }
        (Value::Constant(constant), Value::Traced(_)) => {
            if constant.shape.len() != 2 {
                return Err(node.setting("its constant", "is not a matrix, which is not understood").into());
            }
            let weight = matrix(node, &constant)?;
            samples_last(trace, node, 1, weight, false).map(Value::Traced)
        }
        (Value::Constant(left), Value::Constant(right)) => Ok(Value::Constant(Rc::new(product(node, &left, &right)?))),
        (Value::Fan { base, terms, node: before }, Value::Constant(weights)) if weights.values.len() == terms.len() => {
            let terms = weights.values.iter().copied().zip(terms.iter().cloned()).collect();
            let scalar = Rc::new(Scalar::WeightedSum(Rc::new(terms)));
            let operator = node.op_type.clone();
            Ok(Value::Traced(Traced { scalar, operator, node: before, unsqueezed: true, ..Traced::from_value(base) }))
        }
        _ => Err(node.unknown().into()),
    }
}

/// A product with α and transpositions, as onnxruntime fuses it.
pub(super) fn fused_matmul<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let alpha = node.float("alpha", 1.0);
    if node.is_on("transBatchA") || node.is_on("transBatchB") {
        return Err(node.unknown().into());
    }
    let turn = node.is_on("transB");
    if node.is_on("transA") {
        return Err(node.mixes_samples("the axis that transA puts last").into());
    }
    let constant = only_operand(trace, node, 1)?;
    let stored = matrix(node, &constant)?;
    let weight = if turn { stored } else { stored.transpose() };
    samples_first(trace, node, 0, weight * alpha, false).map(Value::Traced)
}

/// Gemm with an activation, as onnxruntime fuses it.
pub(super) fn fused_gemm<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let value = gemm(trace, node)?;
    let activation = fused_activation(node)?;
    super::elementwise::apply_unary(node, super::scalar::Unary::Activation(activation), value)
}

/// The activation that onnxruntime has fused into an operator.
pub(super) fn fused_activation(node: &Node<'_>) -> Result<Activation, GraphProblem> {
    let names = ["activation_alpha", "leaky_relu_alpha"];
    let alpha = names.into_iter().find(|name| node.attribute(name).is_some()).map(|name| node.float(name, 0.0));
    match node.word("activation").as_deref() {
        None | Some("") => Ok(Activation::Identity),
        Some("Relu") => Ok(Activation::Relu),
        Some("Tanh") => Ok(Activation::Tanh),
        Some("Sigmoid") => Ok(Activation::Sigmoid),
        Some("LeakyRelu") => Ok(Activation::LeakyRelu { negative_slope: alpha.unwrap_or(0.01) }),
        Some(_) => Err(node.setting("its activation", "is not understood")),
    }
}

/// x·Wᵀ for samples in rows.
pub(super) fn samples_first<'a>(
    trace: &mut Trace<'a>,
    node: &Node<'a>,
    position: usize,
    weight: DMatrix<f64>,
    turned: bool,
) -> Result<Traced, Fault> {
    let traced = settled_operand(trace, node, position)?;
    if traced.transposed != turned {
        return Err(node.setting("its value", "has the samples in columns, where rows are expected").into());
    }
    trace.lengths(traced.base, label(node.proto))?;
    let name = name_of(node, if node.domain() == RUNTIME || position == 0 { 1 } else { 0 });
    let base = trace.graph.affine(traced.base, name, Affine { weight, bias: None })?;
    Ok(Traced { transposed: false, kind: Kind::Float, ..Traced::from_value(base) })
}

/// W·x for samples in columns.
fn samples_last<'a>(
    trace: &mut Trace<'a>,
    node: &Node<'a>,
    position: usize,
    weight: DMatrix<f64>,
    turned: bool,
) -> Result<Traced, Fault> {
    let traced = settled_operand(trace, node, position)?;
    if traced.transposed == turned || trace.rank(traced.base).is_some_and(|rank| rank != 2) {
        return Err(node.setting("its value", "has the samples in rows, where columns are expected").into());
    }
    let name = name_of(node, 1 - position);
    let base = trace.graph.affine(traced.base, name, Affine { weight, bias: None })?;
    Ok(Traced { transposed: true, ..Traced::from_value(base) })
}

/// `fc1` for a weight `fc1.weight`; the node's name for a weight whose name tells no layer.
fn name_of<'n>(node: &Node<'n>, weight: usize) -> &'n str {
    let weight = node.operand_name(weight).unwrap_or_default();
    let layer = layer_name(weight);
    if layer == weight { label(node.proto) } else { layer }
}

pub(super) fn matrix(node: &Node<'_>, constant: &Constant) -> Result<DMatrix<f64>, GraphProblem> {
    let sides = match constant.shape[..] {
        [rows] => (rows, 1),
        [rows, columns] | [1, rows, columns] => (rows, columns),
        _ => return Err(node.setting("its constant", "is not a matrix, which is not understood")),
    };
    floats(node, constant)?;
    if sides.0 == 0 || sides.1 == 0 {
        return Err(node.setting("its constant", "is empty"));
    }
    Ok(DMatrix::from_row_slice(sides.0, sides.1, &constant.values))
}

fn product(node: &Node<'_>, left: &Constant, right: &Constant) -> Result<Constant, GraphProblem> {
    if left.shape.len() != 2 || right.shape.len() != 2 {
        return Err(node.unknown());
    }
    let (left, right) = (matrix(node, left)?, matrix(node, right)?);
    if left.ncols() != right.nrows() {
        return Err(node.setting("the shapes of its constants", "do not fit each other"));
    }
    let product = left * right;
    let values = product.transpose().as_slice().to_vec();
    Ok(Constant { shape: vec![product.nrows(), product.ncols()], values, kind: Kind::Float })
}

/// Σ over letters that a constant and a value share: `bi,oi->bo` and the like, one letter for the samples.
pub(super) fn einsum<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let equation = node.word("equation").unwrap_or_default().replace(' ', "");
    let unclear = || node.setting("its equation", "is not one of a value and a matrix");
    let (given, result) = equation.split_once("->").ok_or_else(unclear)?;
    let (left, right) = given.split_once(',').ok_or_else(unclear)?;
    let (position, constant) = match (operand(trace, node, 0)?, operand(trace, node, 1)?) {
        (Value::Traced(_), Value::Constant(constant)) => (0, constant),
        (Value::Constant(constant), Value::Traced(_)) => (1, constant),
        _ => return Err(node.of_what("of two values that both come from the input").into()),
    };
    let (own, weight) = if position == 0 { (left, right) } else { (right, left) };
    let letters = |word: &str| word.bytes().collect::<Vec<u8>>();
    let (own, weight, result) = (letters(own), letters(weight), letters(result));
    let [first, second] = weight[..] else { return Err(unclear().into()) };
    let (Some((summed, outer)), Some((made, kept))) = (own.split_last(), result.split_last()) else {
        return Err(unclear().into());
    };
    let stored = matrix(node, &constant)?;
    let is_plain = own.iter().all(u8::is_ascii_alphabetic) && outer == kept && !outer.is_empty();
    let distinct = own.iter().chain([made]).enumerate().all(|(at, letter)| !own[..at.min(own.len())].contains(letter));
    let base = settled_operand(trace, node, position)?.base;
    let rank = trace.rank(base).unwrap_or(2);
    let weight = match (first, second) {
        _ if !is_plain || !distinct || rank != own.len() || constant.shape.len() != 2 => return Err(unclear().into()),
        (first, second) if first == *made && second == *summed => stored,
        (first, second) if first == *summed && second == *made => stored.transpose(),
        _ => return Err(unclear().into()),
    };
    samples_first(trace, node, position, weight, false).map(Value::Traced)
}

/// γ(x − μ)/√(v + ε) + β along the axis after the samples.
pub(super) fn batch_normalization<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let in_training = match node.version {
        14.. => node.is_on("training_mode"),
        7.. => node.results() > 1,
        _ => !node.is_on("is_test"),
    };
    if in_training {
        return Err(node.setting("its mode", "is that of a training, in which samples are mixed").into());
    }
    if node.integer("spatial", 1) == 0 {
        return Err(node.setting("spatial", "is 0, which is not understood").into());
    }
    let traced = settled_operand(trace, node, 0)?;
    if traced.transposed {
        return Err(node.mixes_samples("the axis that it normalises").into());
    }
    trace.lengths(traced.base, label(node.proto))?;
    let mut parts = Vec::new();
    for position in 1..5 {
        let part = only_operand(trace, node, position)?;
        floats(node, &part)?;
        parts.push(DVector::from_column_slice(&part.values));
    }
    let [gamma, beta, mean, variance] = &parts[..] else { return Err(node.unknown().into()) };
    let epsilon = node.float("epsilon", DEFAULT_EPSILON);
    let scale = Scale::normalization(label(node.proto), mean, variance, Some(gamma), Some(beta), epsilon)?;
    let base = trace.graph.scale(traced.base, label(node.proto), scale, 0)?;
    Ok(Value::Traced(Traced { base, ..traced }))
}
