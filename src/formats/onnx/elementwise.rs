//! Operators that act coordinate by coordinate.

use std::rc::Rc;

use nalgebra::DVector;

use super::constant::Constant;
use super::message::NodeProto;
use super::nodes::{attribute, constant_operand, operand, operand_name, setting, unknown};
use super::scalar::{Binary, Scalar, Unary};
use super::trace::{Fault, Trace, Traced, Value, label};
use crate::formats::graph::{GraphProblem, Scale, ValueId};
use crate::network::Activation;

/// The most functions side by side.
const WIDEST_FAN: usize = 256;

/// One operand.
pub(super) fn unary(trace: &mut Trace<'_>, node: &NodeProto, operator: Unary) -> Result<Value, Fault> {
    let wrap = |scalar: Rc<Scalar>| Scalar::Unary(operator, scalar);
    match operand(trace, node, 0)? {
        Value::Constant(constant) => {
            let value = |x: f64| wrap(Rc::new(Scalar::Constant(x))).value(0.0);
            Ok(Value::Constant(Rc::new(constant.as_ref().clone().map(value))))
        }
        Value::Traced(traced) => then(node, &traced, wrap(traced.scalar.clone())),
        Value::Fan { base, terms, .. } => {
            fan(node, base, terms.iter().map(|term| wrap(Rc::new(term.clone()))).collect())
        }
        _ => Err(unknown(node).into()),
    }
}

/// Two operands, or more for sums and extremes.
pub(super) fn binary<'a>(trace: &mut Trace<'a>, node: &'a NodeProto, operator: Binary) -> Result<Value, Fault> {
    let mut value = operand(trace, node, 0)?;
    for place in 1..node.input.len() {
        let other = operand(trace, node, place)?;
        // Only two values by their names can be settled where they are.
        if node.input.len() == 2
            && let (Value::Traced(left), Value::Traced(right)) = (&value, &other)
            && left.base != right.base
        {
            return two_branches(trace, node, operator);
        }
        value = apply(trace, node, operator, value, other)?;
    }
    Ok(value)
}

/// The operator on two values of which at least one is constant, or both are functions of the same one.
pub(super) fn apply(
    trace: &mut Trace<'_>,
    node: &NodeProto,
    operator: Binary,
    left: Value,
    right: Value,
) -> Result<Value, Fault> {
    match (left, right) {
        (Value::Constant(left), Value::Constant(right)) => {
            let folded = left.zip(operator, &right);
            let folded = folded.ok_or_else(|| setting(node, "the shapes of its constants", "do not fit each other"))?;
            Ok(Value::Constant(Rc::new(folded)))
        }
        (Value::Traced(left), Value::Traced(right)) if left.base == right.base => {
            let scalar = Scalar::Binary(operator, left.scalar.clone(), right.scalar.clone());
            then(node, &left, scalar)
        }
        (Value::Traced(left), Value::Traced(right)) => {
            let (left_id, right_id) = (trace.settle(&left)?, trace.settle(&right)?);
            sum(trace, node, operator, &left, left_id, right_id)
        }
        (Value::Traced(traced), Value::Constant(constant)) => {
            with_constant(trace, node, operator, &traced, &constant, false)
        }
        (Value::Constant(constant), Value::Traced(traced)) => {
            with_constant(trace, node, operator, &traced, &constant, true)
        }
        (Value::Fan { base, terms, .. }, Value::Constant(constant)) => {
            let number = constant.only().ok_or_else(|| unknown(node))?;
            let number = Rc::new(Scalar::Constant(number));
            let terms = terms.iter().map(|term| Scalar::Binary(operator, Rc::new(term.clone()), number.clone()));
            fan(node, base, terms.collect())
        }
        _ => Err(unknown(node).into()),
    }
}

/// The same function, and one operator more.
fn then(node: &NodeProto, traced: &Traced, scalar: Scalar) -> Result<Value, Fault> {
    // A function without end would also end the stack.
    if !scalar.is_small() {
        return Err(unknown(node).into());
    }
    let (scalar, operator, node) = (Rc::new(scalar), node.op_type.clone(), label(node).into());
    Ok(Value::Traced(Traced { scalar, operator, node, ..traced.clone() }))
}

fn fan(node: &NodeProto, base: ValueId, terms: Vec<Scalar>) -> Result<Value, Fault> {
    if !terms.iter().all(Scalar::is_small) {
        return Err(unknown(node).into());
    }
    Ok(Value::Fan { base, terms: Rc::new(terms), node: label(node).into() })
}

fn two_branches<'a>(trace: &mut Trace<'a>, node: &'a NodeProto, operator: Binary) -> Result<Value, Fault> {
    let names = (operand_name(node, 0).unwrap_or_default(), operand_name(node, 1).unwrap_or_default());
    let (Some(left), Some(right)) = (trace.settled(names.0)?, trace.settled(names.1)?) else {
        return Err(unknown(node).into());
    };
    // Once both are settled they may turn out to come from the same value.
    if left.base == right.base {
        return apply(trace, node, operator, Value::Traced(left), Value::Traced(right));
    }
    sum(trace, node, operator, &left, left.base, right.base)
}

fn sum(
    trace: &mut Trace<'_>,
    node: &NodeProto,
    operator: Binary,
    like: &Traced,
    left: ValueId,
    right: ValueId,
) -> Result<Value, Fault> {
    let right = match operator {
        Binary::Add => right,
        Binary::Sub => trace.scaled(right, label(node), -1.0, 0.0)?,
        _ => {
            let operator = format!("{} of two branches", node.op_type);
            return Err(GraphProblem::Operator { node: label(node).into(), operator }.into());
        }
    };
    let base = trace.graph.sum(left, right, label(node))?;
    Ok(Value::Traced(Traced { base, scalar: Rc::new(Scalar::Variable), ..like.clone() }))
}

fn with_constant(
    trace: &mut Trace<'_>,
    node: &NodeProto,
    operator: Binary,
    traced: &Traced,
    constant: &Constant,
    constant_first: bool,
) -> Result<Value, Fault> {
    let join = |number: f64| {
        let (own, number) = (traced.scalar.clone(), Rc::new(Scalar::Constant(number)));
        let (left, right) = if constant_first { (number, own) } else { (own, number) };
        Scalar::Binary(operator, left, right)
    };
    if let Some(number) = constant.only() {
        return then(node, traced, join(number));
    }
    if traced.unsqueezed {
        if constant.values.len() > WIDEST_FAN || constant.shape.last() != Some(&constant.values.len()) {
            return Err(unknown(node).into());
        }
        return fan(node, traced.base, constant.values.iter().map(|number| join(*number)).collect());
    }
    let vector = || DVector::from_column_slice(&constant.values);
    let scale = match (operator, constant_first) {
        (Binary::Add, _) => Scale { factor: None, shift: Some(vector()) },
        (Binary::Sub, false) => Scale { factor: None, shift: Some(-vector()) },
        (Binary::Sub, true) => Scale { factor: Some(DVector::from_element(1, -1.0)), shift: Some(vector()) },
        (Binary::Mul, _) => Scale { factor: Some(vector()), shift: None },
        (Binary::Div, false) => Scale { factor: Some(vector().map(|divisor| 1.0 / divisor)), shift: None },
        _ => {
            let operator = format!("{} with numbers that differ by coordinate", node.op_type);
            return Err(GraphProblem::Operator { node: label(node).into(), operator }.into());
        }
    };
    let base = trace.settle(traced)?;
    let axis = vector_axis(trace, node, base, traced.transposed, &constant.shape)?;
    let base = match axis {
        Some(axis) => trace.graph.scale(base, label(node), scale, axis)?,
        // One number for each coordinate of a value with several axes.
        None => {
            let shape = trace.graph.shape(base).map(<[usize]>::to_vec).unwrap_or_default();
            let flat = trace.graph.flatten(base);
            let scaled = trace.graph.scale(flat, label(node), scale, 0)?;
            trace.graph.reshape(scaled, label(node), shape)?
        }
    };
    Ok(Value::Traced(Traced { base, scalar: Rc::new(Scalar::Variable), ..traced.clone() }))
}

/// The axis of the value (without that of the samples) along which a constant of this shape is broadcast; none where it
/// spans all of them.
fn vector_axis(
    trace: &Trace<'_>,
    node: &NodeProto,
    of: ValueId,
    transposed: bool,
    constant: &[usize],
) -> Result<Option<usize>, GraphProblem> {
    let shape = trace.graph.shape(of);
    let axes = shape.map_or(1, <[usize]>::len);
    let unfitting = || setting(node, "a constant", "has a shape that does not fit its value");
    let long: Vec<usize> = (0..constant.len()).filter(|&axis| constant[axis] > 1).collect();
    match long[..] {
        [axis] if transposed => (axis == 0 && constant.len() == 2).then_some(Some(0)).ok_or_else(unfitting),
        [axis] => {
            let from_end = constant.len() - axis;
            axes.checked_sub(from_end).map(Some).ok_or_else(unfitting)
        }
        _ => {
            let core: Vec<usize> = constant.iter().copied().skip_while(|&length| length == 1).collect();
            let own = shape.map(|shape| shape.iter().copied().skip_while(|&length| length == 1).collect());
            if own == Some(core) { Ok(None) } else { Err(unfitting()) }
        }
    }
}

/// min(max(x, least), most), each bound a constant or absent.
pub(super) fn clip(trace: &mut Trace<'_>, node: &NodeProto) -> Result<Value, Fault> {
    let mut value = operand(trace, node, 0)?;
    for (place, name, operator) in [(1, "min", Binary::Max), (2, "max", Binary::Min)] {
        // Before operator set 11 the bounds were attributes.
        let told = attribute(node, name).map(|told| Rc::new(Constant::scalar(f64::from(told.f))));
        if let Some(bound) = constant_operand(trace, node, place)?.or(told) {
            value = apply(trace, node, operator, value, Value::Constant(bound))?;
        }
    }
    Ok(value)
}

/// PRelu: a leaky ReLU where all coordinates have the same slope.
pub(super) fn sloped(trace: &mut Trace<'_>, node: &NodeProto) -> Result<Value, Fault> {
    let slopes = constant_operand(trace, node, 1)?.ok_or_else(|| unknown(node))?;
    let negative_slope = slopes.values.first().copied().unwrap_or_default();
    if slopes.values.iter().any(|slope| *slope != negative_slope) {
        return Err(setting(node, "its slopes", "differ by coordinate, which is not understood").into());
    }
    unary(trace, node, Unary::Activation(Activation::LeakyRelu { negative_slope }))
}
