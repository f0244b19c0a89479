//! Operators on two values whose coordinates differ: a value and a constant vector, or two branches of a graph.

use std::rc::Rc;

use nalgebra::DVector;

use super::constant::{Constant, broadcast_shape};
use super::node::Node;
use super::scalar::{Binary, Scalar};
use super::trace::{Fault, Trace, Traced, Value, label};
use crate::formats::graph::{GraphProblem, Scale, ValueId};
use crate::formats::shape::size;
use crate::network::{Activation, Elementary};

/// One step of what is done with a vector.
enum Step {
    Times(DVector<f64>),
    Plus(DVector<f64>),
    Act(Activation),
}

/// The operator on a value and a constant that differs by coordinate.
pub(super) fn with_constant(
    trace: &mut Trace<'_>,
    node: &Node<'_>,
    operator: Binary,
    traced: &Traced,
    constant: &Constant,
    constant_first: bool,
) -> Result<Value, Fault> {
    let name = label(node.proto);
    let unfitting = || node.setting("a constant", "has a shape that does not fit its value");
    let mut base = trace.settle(traced)?;
    let mut shape = trace.lengths(base, name)?;
    let vector = match (&shape, traced.transposed) {
        // With samples in columns each row of the constant is that of a coordinate.
        (_, true) => match constant.shape[..] {
            [_, 1] => constant.values.clone(),
            _ => return Err(node.mixes_samples("the axis of a constant").into()),
        },
        (None, _) => match constant.shape[..] {
            [_] | [1, _] => constant.values.clone(),
            _ => return Err(unfitting().into()),
        },
        (Some(own), _) => {
            let constant = without_samples(constant, own.len()).ok_or_else(unfitting)?;
            let target = broadcast_shape(own, &constant.shape).ok_or_else(unfitting)?;
            trace.graph.spend_entries(name, size(&target).unwrap_or(usize::MAX))?;
            let spread = constant.spread_to(&target).ok_or_else(unfitting)?;
            if target != *own {
                let positions = places_of_spread(own, &target).ok_or_else(unfitting)?;
                base = trace.graph.select(base, &positions, target.clone(), name)?;
                shape = Some(target);
            }
            spread.values
        }
    };
    let c = DVector::from_vec(vector);
    let all = |value: f64| DVector::from_element(1, value);
    let act = |function: Elementary| Step::Act(Activation::Elementary(function));
    // With the constant first a comparison is the other way round.
    let operator = match (operator, constant_first) {
        (Binary::Greater, true) => Binary::Less,
        (Binary::GreaterOrEqual, true) => Binary::LessOrEqual,
        (Binary::Less, true) => Binary::Greater,
        (Binary::LessOrEqual, true) => Binary::GreaterOrEqual,
        (operator, _) => operator,
    };
    let steps = match operator {
        Binary::Add => vec![Step::Plus(c)],
        Binary::Sub if constant_first => vec![Step::Times(all(-1.0)), Step::Plus(c)],
        Binary::Sub => vec![Step::Plus(-c)],
        Binary::Mul => vec![Step::Times(c)],
        Binary::Div if constant_first => vec![act(Elementary::Reciprocal), Step::Times(c)],
        Binary::Div => vec![Step::Times(c.map(|divisor| 1.0 / divisor))],
        Binary::Max => vec![Step::Plus(-c.clone()), Step::Act(Activation::Relu), Step::Plus(c)],
        // c − relu(c − x).
        Binary::Min => vec![
            Step::Times(all(-1.0)),
            Step::Plus(c.clone()),
            Step::Act(Activation::Relu),
            Step::Times(all(-1.0)),
            Step::Plus(c),
        ],
        Binary::Greater => vec![Step::Plus(-c), act(Elementary::Positive)],
        Binary::Less => vec![Step::Times(all(-1.0)), Step::Plus(c), act(Elementary::Positive)],
        Binary::LessOrEqual => {
            vec![Step::Plus(-c), act(Elementary::Positive), Step::Times(all(-1.0)), Step::Plus(all(1.0))]
        }
        Binary::GreaterOrEqual => vec![
            Step::Times(all(-1.0)),
            Step::Plus(c),
            act(Elementary::Positive),
            Step::Times(all(-1.0)),
            Step::Plus(all(1.0)),
        ],
        Binary::Equal => vec![Step::Plus(-c), act(Elementary::Nonzero), Step::Times(all(-1.0)), Step::Plus(all(1.0))],
        Binary::And | Binary::Or | Binary::Pow | Binary::Remainder | Binary::Xor => {
            return Err(node.of_what("with numbers that differ by coordinate").into());
        }
    };
    let finite = |vector: &DVector<f64>| vector.iter().all(|value| value.is_finite());
    if !steps
        .iter()
        .all(|step| matches!(step, Step::Act(_)) || matches!(step, Step::Times(v) | Step::Plus(v) if finite(v)))
    {
        return Err(node.setting("a constant", "makes numbers that are not finite").into());
    }
    let mut base = if shape.is_some() { trace.graph.flatten(base) } else { base };
    for step in steps {
        base = match step {
            Step::Times(factor) => trace.graph.scale(base, name, Scale { factor: Some(factor), shift: None }, 0)?,
            Step::Plus(shift) => trace.graph.scale(base, name, Scale { factor: None, shift: Some(shift) }, 0)?,
            Step::Act(activation) => trace.graph.activate(base, name, activation)?,
        };
    }
    if let Some(shape) = shape {
        base = trace.graph.reshape(base, name, shape)?;
    }
    Ok(Value::Traced(traced.like(base)))
}

/// For each coordinate of the spread value its place in the value of shape `own`; their number is counted elsewhere.
pub(super) fn places_of_spread(own: &[usize], target: &[usize]) -> Option<Vec<usize>> {
    let count: usize = own.iter().product();
    let numbers = Constant {
        shape: own.to_vec(),
        values: (0..count).map(|position| position as f64).collect(),
        kind: super::element::Kind::Integer,
    };
    Some(numbers.spread_to(target)?.values.into_iter().map(|position| position as usize).collect())
}

/// The operator on two values that both come from the input.
pub(super) fn branches(
    trace: &mut Trace<'_>,
    node: &Node<'_>,
    operator: Binary,
    left: Traced,
    right: Traced,
) -> Result<Value, Fault> {
    let name = label(node.proto);
    if trace.rank(left.base) != trace.rank(right.base) {
        return Err(node
            .setting("its operands", "have different numbers of axes, so that samples would be mixed")
            .into());
    }
    if left.transposed != right.transposed {
        return Err(node.mixes_samples("an axis of one operand").into());
    }
    let (one, other) = (left.base, right.base);
    let difference = |trace: &mut Trace<'_>| trace.graph.combine(&[(1.0, one), (-1.0, other)], name);
    let compared = |trace: &mut Trace<'_>, operator: Binary| -> Result<ValueId, GraphProblem> {
        let difference = difference(trace)?;
        let zero = Rc::new(Scalar::Constant(0.0));
        let scalar = Rc::new(Scalar::Binary(operator, Rc::new(Scalar::Variable), zero));
        trace.settle(&Traced { scalar, node: name.into(), operator: node.op_type.clone(), ..left.like(difference) })
    };
    let base = match operator {
        Binary::Add => trace.graph.combine(&[(1.0, one), (1.0, other)], name)?,
        Binary::Sub => difference(trace)?,
        Binary::Mul | Binary::And => trace.graph.product(one, other, name)?,
        Binary::Div => {
            let reciprocal = trace.graph.activate(other, name, Activation::Elementary(Elementary::Reciprocal))?;
            trace.graph.product(one, reciprocal, name)?
        }
        Binary::Max => trace.graph.larger(one, other, name)?,
        Binary::Min => trace.graph.smaller(one, other, name)?,
        Binary::Greater | Binary::GreaterOrEqual | Binary::Less | Binary::LessOrEqual | Binary::Equal => {
            compared(trace, operator)?
        }
        Binary::Or | Binary::Pow | Binary::Remainder | Binary::Xor => {
            return Err(node.of_what("of two branches").into());
        }
    };
    Ok(Value::Traced(left.like(base)))
}

/// The constant without an axis for the samples, in front of so many others; none where it differs by sample.
pub(super) fn without_samples(constant: &Constant, axes: usize) -> Option<Constant> {
    match constant.shape.len().checked_sub(axes) {
        Some(1) if constant.shape[0] == 1 => constant.reshaped(constant.shape[1..].to_vec()),
        None | Some(0) => Some(constant.clone()),
        Some(_) => None,
    }
}
