//! What an operator is given, and what of it must be constant.

use std::rc::Rc;

use super::constant::Constant;
use super::element::Kind;
use super::node::Node;
use super::trace::{Fault, Trace, Traced, Value};
use crate::formats::graph::GraphProblem;

/// The most functions side by side.
pub(super) const WIDEST_FAN: usize = 256;

pub(super) fn operand(trace: &mut Trace<'_>, node: &Node<'_>, position: usize) -> Result<Value, Fault> {
    match node.operand_name(position) {
        Some(name) => trace.get(node.proto, name),
        None => Err(node.setting("an operand", "is absent").into()),
    }
}

/// Lengths of which none is that of the samples are whole numbers like others.
pub(super) fn with_known_lengths(value: Value) -> Value {
    let Value::Lengths(lengths) = &value else { return value };
    let known: Option<Vec<f64>> = lengths.iter().map(|length| length.map(|length| length as f64)).collect();
    match known {
        Some(values) => {
            let shape = vec![values.len()];
            Value::Constant(Rc::new(Constant { shape, values, kind: Kind::Integer }))
        }
        None => value,
    }
}

/// A constant operand; none where it is absent.
pub(super) fn constant_operand(
    trace: &mut Trace<'_>,
    node: &Node<'_>,
    position: usize,
) -> Result<Option<Rc<Constant>>, Fault> {
    let Some(name) = node.operand_name(position) else { return Ok(None) };
    match with_known_lengths(trace.get(node.proto, name)?) {
        Value::Constant(constant) => Ok(Some(constant)),
        _ => Err(node.setting(&format!("its operand `{name}`"), "is not a constant, which is not understood").into()),
    }
}

/// A constant operand that must be there.
pub(super) fn only_operand(trace: &mut Trace<'_>, node: &Node<'_>, position: usize) -> Result<Rc<Constant>, Fault> {
    constant_operand(trace, node, position)?.ok_or_else(|| node.setting("an operand", "is absent").into())
}

/// An operand that comes from the input, as a value of the graph of layers.
pub(super) fn settled_operand<'a>(trace: &mut Trace<'a>, node: &Node<'a>, position: usize) -> Result<Traced, Fault> {
    let name = node.operand_name(position).unwrap_or_default();
    match trace.settled(name)? {
        Some(traced) => Ok(traced),
        None => {
            trace.get(node.proto, name)?;
            Err(node.unknown().into())
        }
    }
}

/// Refuses a constant of whole numbers where the operator takes floats: its bits mean something else.
pub(super) fn floats(node: &Node<'_>, constant: &Constant) -> Result<(), GraphProblem> {
    match constant.kind {
        Kind::Float => Ok(()),
        _ => Err(node.setting("a constant", "is of whole numbers, where floats are needed")),
    }
}
