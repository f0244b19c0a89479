//! Operators with a matrix, and normalisations.

use std::rc::Rc;

use nalgebra::{DMatrix, DVector};

use super::constant::Constant;
use super::message::NodeProto;
use super::nodes::{
    attribute, constant_operand, float, integer, operand, operand_name, setting, settled_operand, unknown,
};
use super::scalar::Scalar;
use super::trace::{Fault, Trace, Traced, Value, label};
use crate::formats::graph::{GraphProblem, Scale};
use crate::formats::names::layer_name;
use crate::network::Affine;

/// What BatchNormalization adds to the variance where a node does not tell it.
const DEFAULT_EPSILON: f64 = 1e-5;

/// α·A'·B' + β·C, the marks being transpositions where they are asked for.
pub(super) fn gemm<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let (alpha, beta) = (float(node, "alpha", 1.0), float(node, "beta", 1.0));
    let (turn_a, turn_b) = (integer(node, "transA", 0) != 0, integer(node, "transB", 0) != 0);
    let bias = constant_operand(trace, node, 2)?;
    let bias = bias.map(|constant| constant.values.iter().map(|value| beta * value).collect::<Vec<f64>>());
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
        (Value::Constant(left), Value::Constant(right)) => return product(node, &left, &right),
        _ => return Err(unknown(node).into()),
    };
    let Some(bias) = bias else { return Ok(Value::Traced(value)) };
    let scale = Scale { factor: None, shift: Some(DVector::from_vec(bias)) };
    let base = trace.graph.scale(value.base, label(node), scale, 0)?;
    Ok(Value::Traced(Traced { base, ..value }))
}

/// A·B, one of them constant.
pub(super) fn matmul<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    match (operand(trace, node, 0)?, operand(trace, node, 1)?) {
        (Value::Traced(_), Value::Constant(constant)) => {
            let weight = matrix(node, &constant)?.transpose();
            samples_first(trace, node, 0, weight, false).map(Value::Traced)
        }
        (Value::Constant(constant), Value::Traced(_)) => {
            let weight = matrix(node, &constant)?;
            samples_last(trace, node, 1, weight, false).map(Value::Traced)
        }
        (Value::Constant(left), Value::Constant(right)) => product(node, &left, &right),
        (Value::Fan { base, terms, node: before }, Value::Constant(weights)) if weights.values.len() == terms.len() => {
            let terms = weights.values.iter().copied().zip(terms.iter().cloned()).collect();
            let scalar = Rc::new(Scalar::WeightedSum(Rc::new(terms)));
            let operator = node.op_type.clone();
            Ok(Value::Traced(Traced { scalar, operator, node: before, unsqueezed: true, ..Traced::of(base) }))
        }
        _ => {
            let operator = format!("{} of two values that both come from the input", node.op_type);
            Err(GraphProblem::Operator { node: label(node).into(), operator }.into())
        }
    }
}

/// x·Wᵀ for samples in rows.
fn samples_first<'a>(
    trace: &mut Trace<'a>,
    node: &'a NodeProto,
    place: usize,
    weight: DMatrix<f64>,
    turned: bool,
) -> Result<Traced, Fault> {
    let traced = settled_operand(trace, node, place)?;
    if traced.transposed != turned {
        return Err(setting(node, "its value", "has the samples in columns, where rows are expected").into());
    }
    let name = name_of(node, 1 - place);
    let base = trace.graph.affine(traced.base, name, Affine { weight, bias: None })?;
    Ok(Traced { transposed: false, ..Traced::of(base) })
}

/// W·x for samples in columns.
fn samples_last<'a>(
    trace: &mut Trace<'a>,
    node: &'a NodeProto,
    place: usize,
    weight: DMatrix<f64>,
    turned: bool,
) -> Result<Traced, Fault> {
    let traced = settled_operand(trace, node, place)?;
    if traced.transposed == turned {
        return Err(setting(node, "its value", "has the samples in rows, where columns are expected").into());
    }
    let name = name_of(node, 1 - place);
    let base = trace.graph.affine(traced.base, name, Affine { weight, bias: None })?;
    Ok(Traced { transposed: true, ..Traced::of(base) })
}

/// `fc1` for a weight `fc1.weight`; the node's name for a weight whose name tells no layer.
fn name_of(node: &NodeProto, weight: usize) -> &str {
    let weight = operand_name(node, weight).unwrap_or_default();
    let layer = layer_name(weight);
    if layer == weight { label(node) } else { layer }
}

fn matrix(node: &NodeProto, constant: &Constant) -> Result<DMatrix<f64>, GraphProblem> {
    let sides = match constant.shape[..] {
        [rows] => (rows, 1),
        [rows, columns] | [1, rows, columns] => (rows, columns),
        _ => return Err(setting(node, "its constant", "is not a matrix, which is not understood")),
    };
    if sides.0 == 0 || sides.1 == 0 {
        return Err(setting(node, "its constant", "is empty"));
    }
    Ok(DMatrix::from_row_slice(sides.0, sides.1, &constant.values))
}

fn product(node: &NodeProto, left: &Constant, right: &Constant) -> Result<Value, Fault> {
    let (left, right) = (matrix(node, left)?, matrix(node, right)?);
    if left.ncols() != right.nrows() || node.op_type != "MatMul" {
        return Err(unknown(node).into());
    }
    let product = left * right;
    let values = product.transpose().as_slice().to_vec();
    Ok(Value::Constant(Rc::new(Constant { shape: vec![product.nrows(), product.ncols()], values })))
}

/// γ(x − μ)/√(v + ε) + β along the axis after the samples.
pub(super) fn batch_normalization<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let traced = settled_operand(trace, node, 0)?;
    let mut parts = Vec::new();
    for place in 1..5 {
        let part = constant_operand(trace, node, place)?.ok_or_else(|| unknown(node))?;
        parts.push(DVector::from_column_slice(&part.values));
    }
    let [gamma, beta, mean, variance] = &parts[..] else { return Err(unknown(node).into()) };
    let epsilon = float(node, "epsilon", DEFAULT_EPSILON);
    let scale = Scale::normalization(label(node), mean, variance, Some(gamma), Some(beta), epsilon)?;
    let base = trace.graph.scale(traced.base, label(node), scale, 0)?;
    Ok(Value::Traced(Traced { base, ..traced }))
}

/// scikit-learn's scalers: (x − offset)·scale.
pub(super) fn scaler<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let traced = settled_operand(trace, node, 0)?;
    let offset = floats(node, "offset").unwrap_or_else(|| DVector::zeros(1));
    let factor = floats(node, "scale").unwrap_or_else(|| DVector::from_element(1, 1.0));
    let base = trace.graph.scale(traced.base, label(node), Scale { factor: None, shift: Some(-offset) }, 0)?;
    let base = trace.graph.scale(base, label(node), Scale { factor: Some(factor), shift: None }, 0)?;
    Ok(Value::Traced(Traced { base, ..traced }))
}

/// scikit-learn's linear regression.
pub(super) fn regressor<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let traced = settled_operand(trace, node, 0)?;
    let targets = usize::try_from(integer(node, "targets", 1)).unwrap_or(0);
    let coefficients = floats(node, "coefficients").ok_or_else(|| unknown(node))?;
    if targets == 0 || coefficients.len() % targets != 0 {
        return Err(setting(node, "its coefficients", "do not fit its number of targets").into());
    }
    let weight = DMatrix::from_row_slice(targets, coefficients.len() / targets, coefficients.as_slice());
    let bias = floats(node, "intercepts").filter(|bias| bias.len() == targets);
    let base = trace.graph.affine(traced.base, label(node), Affine { weight, bias })?;
    Ok(Value::Traced(Traced { base, ..traced }))
}

fn floats(node: &NodeProto, name: &str) -> Option<DVector<f64>> {
    let told = attribute(node, name).filter(|told| !told.floats.is_empty())?;
    Some(DVector::from_iterator(told.floats.len(), told.floats.iter().map(|value| f64::from(*value))))
}
