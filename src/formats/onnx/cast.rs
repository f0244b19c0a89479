//! Casts from one type of numbers to another.
//!
//! Constants are rounded as the type asks. A value on its way is computed in 64 bits: what a cast to a float of few bits
//! would round is told, as an assumption where it is small, else as a part that is missing.

use std::rc::Rc;

use half::{bf16, f16};

use super::constant::Constant;
use super::element::{Element, Kind};
use super::elementwise::{apply_unary, of_kind};
use super::message::element;
use super::node::Node;
use super::operands::operand;
use super::rounding::{Rounding, tell_jump};
use super::scalar::Unary;
use super::trace::{Fault, LeftOut, Told, Trace, Value, label};
use crate::formats::PartName;
use crate::formats::graph::GraphProblem;
use crate::network::{Activation, Elementary};

/// Floats stay as they are; whole numbers are cut off towards 0; truth is whatever is not 0.
pub(super) fn cast(trace: &mut Trace<'_>, node: &Node<'_>) -> Result<Value, Fault> {
    let value = operand(trace, node, 0)?;
    let number = i32::try_from(node.integer("to", 0)).unwrap_or(0);
    to_element(trace, node, value, number)
}

/// A cast to the type of the second operand.
pub(super) fn cast_like(trace: &mut Trace<'_>, node: &Node<'_>) -> Result<Value, Fault> {
    let value = operand(trace, node, 0)?;
    let kind = match operand(trace, node, 1)? {
        Value::Constant(constant) => constant.kind,
        Value::Traced(traced) => traced.kind,
        _ => return Err(node.unknown().into()),
    };
    let told_type = trace.element_of(node.operand_name(1).unwrap_or_default());
    let own = match kind {
        // What is not told is the type in which the graph computes.
        Kind::Float => trace.rounds_to.unwrap_or(element::FLOAT),
        Kind::Integer => element::INT64,
        Kind::Truth => element::BOOL,
    };
    to_element(trace, node, value, told_type.unwrap_or(own))
}

fn to_element(trace: &mut Trace<'_>, node: &Node<'_>, value: Value, number: i32) -> Result<Value, Fault> {
    let unclear = || node.setting("the type that it casts to", "is not understood");
    let from = match &value {
        Value::Constant(constant) => {
            let element = Element::from_number(number).ok_or_else(unclear)?;
            return Ok(Value::Constant(Rc::new(constant_to(node, constant, element)?)));
        }
        // Names of classes and lengths of axes stay what they are.
        Value::Lengths(_) | Value::Read { .. } => return Ok(value),
        Value::Traced(traced) => traced.kind,
        Value::Fan { .. } => Kind::Float,
        _ => return Err(node.unknown().into()),
    };
    let kind = match number {
        element::FLOAT | element::DOUBLE | element::FLOAT16 | element::BFLOAT16 => Kind::Float,
        element::INT32 | element::INT64 => Kind::Integer,
        element::BOOL => Kind::Truth,
        _ => return Err(unclear().into()),
    };
    if let Some(rounding) = Rounding::from_number(number) {
        let part = PartName::attribute(label(node.proto), "to");
        match from {
            Kind::Float => rounding.account_for(trace, number, part),
            Kind::Integer => {
                let why = format!("rounds whole numbers to {}, which is left out", rounding.name);
                trace.left_out.push(LeftOut { part, fate: Told::Missing(why) });
            }
            Kind::Truth => {}
        }
    }
    let value = match (from, kind) {
        (Kind::Float, Kind::Integer) => {
            tell_jump(trace, node);
            apply_unary(node, Unary::Activation(Activation::Elementary(Elementary::Truncate)), value)?
        }
        (Kind::Float | Kind::Integer, Kind::Truth) => {
            apply_unary(node, Unary::Activation(Activation::Elementary(Elementary::Nonzero)), value)?
        }
        _ => value,
    };
    Ok(of_kind(value, kind))
}

/// The constant in another type, rounded as that type asks.
fn constant_to(node: &Node<'_>, constant: &Constant, element: Element) -> Result<Constant, GraphProblem> {
    let unfitting = || node.setting("a constant that it casts", &format!("does not fit the type {}", element.name()));
    let convert = |value: f64| match element.number() {
        element::DOUBLE => Some(value),
        element::FLOAT => Some(f64::from(value as f32)),
        element::FLOAT16 => Some(f16::from_f64(value).to_f64()),
        element::BFLOAT16 => Some(bf16::from_f64(value).to_f64()),
        element::BOOL => Some(f64::from(u8::from(value != 0.0))),
        _ if element.kind() == Kind::Float => element.nearest(value),
        _ => match element.whole_range() {
            // Whole numbers lose the bits that do not fit; what becomes of floats is not laid down.
            Some((low, high)) if constant.kind != Kind::Float => Some(low + (value - low).rem_euclid(high - low + 1.0)),
            Some((low, high)) => Some(value.trunc()).filter(|value| (low..=high).contains(value)),
            None => Some(value.trunc()),
        },
    };
    let values: Option<Vec<f64>> = constant.values.iter().map(|value| convert(*value)).collect();
    Ok(Constant { shape: constant.shape.clone(), values: values.ok_or_else(unfitting)?, kind: element.kind() })
}

#[cfg(test)]
mod tests {
    use super::super::message::NodeProto;
    use super::*;

    fn to(number: i32, kind: Kind, value: f64) -> Option<f64> {
        let proto = NodeProto::default();
        let constant = Constant { shape: vec![1], values: vec![value], kind };
        let element = Element::from_number(number).unwrap();
        constant_to(&Node::new(&proto, 17), &constant, element).ok().map(|constant| constant.values[0])
    }

    #[test]
    fn constants_are_rounded_as_their_type_asks() {
        assert_eq!(to(element::FLOAT16, Kind::Float, 0.1), Some(0.0999755859375));
        assert_eq!(to(element::FLOAT16, Kind::Integer, 2049.0), Some(2048.0));
        assert_eq!(to(element::BFLOAT16, Kind::Float, 0.1), Some(0.10009765625));
        assert_eq!(to(element::FLOAT, Kind::Float, 0.1), Some(f64::from(0.1_f32)));
        assert_eq!(to(element::INT8, Kind::Float, -1.75), Some(-1.0));
        assert_eq!(to(element::INT8, Kind::Integer, 300.0), Some(44.0));
        assert_eq!(to(element::UINT8, Kind::Integer, -1.0), Some(255.0));
        assert_eq!(to(element::INT8, Kind::Float, 300.0), None);
        assert_eq!(to(element::BOOL, Kind::Float, 0.25), Some(1.0));
        assert_eq!(to(element::FLOAT8E4M3FN, Kind::Float, 1.3), Some(1.25));
        // Half way between 1 and 1.125: to the even one.
        assert_eq!(to(element::FLOAT8E4M3FN, Kind::Float, 1.0625), Some(1.0));
        assert_eq!(to(element::FLOAT8E5M2, Kind::Float, -0.7), Some(-0.75));
        assert_eq!(to(element::FLOAT8E4M3FN, Kind::Float, 1e6), None);
    }
}
