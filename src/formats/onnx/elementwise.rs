//! Operators that act coordinate by coordinate on one value, or on one and a number.

use std::rc::Rc;

use nalgebra::DVector;

use super::broadcast::{branches, with_constant, without_samples};
use super::constant::Constant;
use super::element::Kind;
use super::node::Node;
use super::operands::{constant_operand, floats, only_operand, operand, settled_operand, with_known_lengths};
use super::rounding::tell_jump;
use super::scalar::{Binary, Scalar, Unary};
use super::trace::{Fault, Reading, Trace, Traced, Value, label};
use crate::formats::graph::{GraphProblem, ValueId};
use crate::formats::shape::size;
use crate::network::{Activation, Elementary};

/// The largest number of 32 bits: a bound that no value reaches.
const LARGEST: f64 = f32::MAX as f64;

/// One operand.
pub(super) fn unary(trace: &mut Trace<'_>, node: &Node<'_>, operator: Unary) -> Result<Value, Fault> {
    let value = operand(trace, node, 0)?;
    apply_unary(node, operator, value)
}

pub(super) fn apply_unary(node: &Node<'_>, operator: Unary, value: Value) -> Result<Value, Fault> {
    let wrap = |scalar: Rc<Scalar>| match (operator, scalar.as_ref()) {
        // e^{ln p} of a softmax.
        (
            Unary::Activation(Activation::Elementary(Elementary::Exp)),
            Scalar::Unary(Unary::Activation(Activation::Elementary(Elementary::Log)), of),
        ) if matches!(of.as_ref(), Scalar::Variable) => Scalar::Variable,
        _ => Scalar::Unary(operator, scalar),
    };
    match value {
        Value::Constant(constant) => Ok(Value::Constant(Rc::new(constant.as_ref().clone().map(|x| operator.value(x))))),
        Value::Traced(traced) => then(node, &traced, wrap(traced.scalar.clone())),
        Value::Fan { base, terms, .. } => {
            fan(node, base, terms.iter().map(|term| wrap(Rc::new(term.clone()))).collect())
        }
        _ => Err(node.unknown().into()),
    }
}

/// An elementary function.
pub(super) fn elementary(trace: &mut Trace<'_>, node: &Node<'_>, function: Elementary) -> Result<Value, Fault> {
    if matches!(function, Elementary::Ceil | Elementary::Floor | Elementary::Round | Elementary::Sign) {
        tell_jump(trace, node);
    }
    unary(trace, node, Unary::Activation(Activation::Elementary(function)))
}

/// Two operands, or more for sums and extremes.
pub(super) fn binary<'a>(trace: &mut Trace<'a>, node: &Node<'a>, operator: Binary) -> Result<Value, Fault> {
    // Before operator set 7 an attribute asked for what NumPy does with shapes that end alike.
    if node.version < 7 && node.is_on("broadcast") && node.attribute("axis").is_some() {
        return Err(node.setting("its attribute `axis`", "is that of an old operator set").into());
    }
    let mut value = with_known_lengths(operand(trace, node, 0)?);
    for position in 1..node.input.len() {
        let other = with_known_lengths(operand(trace, node, position)?);
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

/// A comparison or a connective: its result is true or false.
pub(super) fn truth<'a>(trace: &mut Trace<'a>, node: &Node<'a>, operator: Binary) -> Result<Value, Fault> {
    if operator == Binary::Equal
        && let Some(value) = one_hot(trace, node)?
    {
        return Ok(value);
    }
    Ok(of_kind(binary(trace, node, operator)?, Kind::Truth))
}

/// The number of the largest compared with all numbers: 1 at its place.
fn one_hot(trace: &mut Trace<'_>, node: &Node<'_>) -> Result<Option<Value>, Fault> {
    let (value, numbers) = match (operand(trace, node, 0)?, operand(trace, node, 1)?) {
        (Value::Read { of, as_what }, Value::Constant(numbers))
        | (Value::Constant(numbers), Value::Read { of, as_what }) => ((of, as_what), numbers),
        _ => return Ok(None),
    };
    let width = trace.graph.width(value.0);
    let counts = numbers.values.iter().enumerate().all(|(position, number)| *number == position as f64);
    if value.1 == Reading::Number && counts && numbers.shape.len() == 2 && width == Some(numbers.values.len()) {
        return Ok(Some(Value::Read { of: value.0, as_what: Reading::OneHot }));
    }
    Err(node.of_what("of the number of the largest").into())
}

/// 1 − x of what is true or false.
pub(super) fn not(trace: &mut Trace<'_>, node: &Node<'_>) -> Result<Value, Fault> {
    let value = operand(trace, node, 0)?;
    let one = Value::Constant(Rc::new(Constant::scalar(1.0)));
    Ok(of_kind(apply(trace, node, Binary::Sub, one, value)?, Kind::Truth))
}

/// The same value as numbers of another kind.
pub(super) fn of_kind(value: Value, kind: Kind) -> Value {
    match value {
        Value::Traced(traced) => Value::Traced(Traced { kind, ..traced }),
        Value::Constant(constant) => Value::Constant(Rc::new(Constant { kind, ..constant.as_ref().clone() })),
        other => other,
    }
}

/// The operator on two values of which at least one is constant, or both are functions of the same one.
pub(super) fn apply(
    trace: &mut Trace<'_>,
    node: &Node<'_>,
    operator: Binary,
    left: Value,
    right: Value,
) -> Result<Value, Fault> {
    match (left, right) {
        (Value::Constant(left), Value::Constant(right)) => {
            let whole = operator == Binary::Div && left.kind == Kind::Integer;
            let value = |x: f64, y: f64| if whole { (x / y).trunc() } else { operator.value(x, y) };
            let folded = left.zip(&right, value);
            let folded = folded.ok_or_else(|| node.setting("the shapes of its constants", "do not fit each other"))?;
            Ok(Value::Constant(Rc::new(folded)))
        }
        (Value::Traced(left), Value::Traced(right))
            if left.base == right.base
                && left.unsqueezed == right.unsqueezed
                && left.transposed == right.transposed =>
        {
            let scalar = Scalar::Binary(operator, left.scalar.clone(), right.scalar.clone());
            then(node, &left, of_whole(operator, &left, scalar))
        }
        (Value::Traced(left), Value::Traced(right)) => {
            if left.unsqueezed || right.unsqueezed {
                return Err(node.unknown().into());
            }
            let (left_id, right_id) = (trace.settle(&left)?, trace.settle(&right)?);
            branches(trace, node, operator, left.like(left_id), right.like(right_id))
        }
        (Value::Traced(traced), Value::Constant(constant)) => {
            number_or_more(trace, node, operator, &traced, &constant, false)
        }
        (Value::Constant(constant), Value::Traced(traced)) => {
            number_or_more(trace, node, operator, &traced, &constant, true)
        }
        (Value::Fan { base, terms, .. }, Value::Constant(constant)) => {
            let number = constant.only().ok_or_else(|| node.unknown())?;
            let number = Rc::new(Scalar::Constant(number));
            let terms = terms.iter().map(|term| Scalar::Binary(operator, Rc::new(term.clone()), number.clone()));
            fan(node, base, terms.collect())
        }
        _ => Err(node.unknown().into()),
    }
}

/// Whole numbers are divided without a rest.
fn of_whole(operator: Binary, traced: &Traced, scalar: Scalar) -> Scalar {
    if operator == Binary::Div && traced.kind == Kind::Integer {
        Scalar::elementary(Elementary::Truncate, Rc::new(scalar))
    } else {
        scalar
    }
}

fn number_or_more(
    trace: &mut Trace<'_>,
    node: &Node<'_>,
    operator: Binary,
    traced: &Traced,
    constant: &Constant,
    constant_first: bool,
) -> Result<Value, Fault> {
    let join = |number: f64| {
        let (own, number) = (traced.scalar.clone(), Rc::new(Scalar::Constant(number)));
        let (left, right) = if constant_first { (number, own) } else { (own, number) };
        of_whole(operator, traced, Scalar::Binary(operator, left, right))
    };
    // The exponent alone may be of another type.
    if traced.kind == Kind::Float && operator != Binary::Pow {
        floats(node, constant)?;
    }
    let axes = trace.rank(traced.base).map(|rank| rank + usize::from(traced.unsqueezed));
    let adds_axes = constant.shape.len() > axes.unwrap_or(2);
    if adds_axes {
        return Err(node.setting("a constant", "has more axes than its value").into());
    }
    if let Some(number) = constant.only() {
        return then(node, traced, join(number));
    }
    if traced.unsqueezed {
        if constant.values.len() > super::operands::WIDEST_FAN || constant.shape.last() != Some(&constant.values.len())
        {
            return Err(node.unknown().into());
        }
        return fan(node, traced.base, constant.values.iter().map(|number| join(*number)).collect());
    }
    if operator == Binary::Div && traced.kind == Kind::Integer {
        return Err(node.of_what("of whole numbers").into());
    }
    with_constant(trace, node, operator, traced, constant, constant_first)
}

/// The same function, and one operator more.
pub(super) fn then(node: &Node<'_>, traced: &Traced, scalar: Scalar) -> Result<Value, Fault> {
    // A function without end would also end the stack.
    if !scalar.is_small() {
        return Err(node.unknown().into());
    }
    let (scalar, operator, node) = (Rc::new(scalar), node.op_type.clone(), label(node.proto).into());
    Ok(Value::Traced(Traced { scalar, operator, node, ..traced.clone() }))
}

fn fan(node: &Node<'_>, base: ValueId, terms: Vec<Scalar>) -> Result<Value, Fault> {
    if !terms.iter().all(Scalar::is_small) {
        return Err(node.unknown().into());
    }
    Ok(Value::Fan { base, terms: Rc::new(terms), node: label(node.proto).into() })
}

fn two_branches<'a>(trace: &mut Trace<'a>, node: &Node<'a>, operator: Binary) -> Result<Value, Fault> {
    let left = settled_operand(trace, node, 0)?;
    let right = settled_operand(trace, node, 1)?;
    // Once both are settled they may turn out to come from the same value.
    if left.base == right.base {
        return apply(trace, node, operator, Value::Traced(left), Value::Traced(right));
    }
    branches(trace, node, operator, left, right)
}

/// The mean of values.
pub(super) fn mean<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let value = binary(trace, node, Binary::Add)?;
    let count = Constant::scalar(node.input.len() as f64);
    apply(trace, node, Binary::Div, value, Value::Constant(Rc::new(count)))
}

/// min(max(x, least), most), each bound a constant or absent.
pub(super) fn clip(trace: &mut Trace<'_>, node: &Node<'_>) -> Result<Value, Fault> {
    let mut value = operand(trace, node, 0)?;
    for (position, name, operator) in [(1, "min", Binary::Max), (2, "max", Binary::Min)] {
        // Before operator set 11 the bounds were attributes.
        let attribute = if node.version < 11 { node.attribute(name) } else { None };
        let attribute = attribute.map(|attribute| Rc::new(Constant::scalar(f64::from(attribute.f))));
        let bound = if node.version < 11 { attribute } else { constant_operand(trace, node, position)? };
        let reached = |bound: &Rc<Constant>| bound.only().is_none_or(|bound| bound.abs() < LARGEST);
        if let Some(bound) = bound.filter(reached) {
            value = apply(trace, node, operator, value, Value::Constant(bound))?;
        }
    }
    Ok(value)
}

/// PRelu: a leaky ReLU with a slope for each coordinate, or for each channel.
pub(super) fn sloped<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let slopes = only_operand(trace, node, 1)?;
    floats(node, &slopes)?;
    let first = slopes.values.first().copied().unwrap_or_default();
    if slopes.values.iter().all(|slope| *slope == first) {
        return unary(trace, node, Unary::Activation(Activation::LeakyRelu { negative_slope: first }));
    }
    let traced = settled_operand(trace, node, 0)?;
    if traced.transposed {
        return Err(node.mixes_samples("the axis of its slopes").into());
    }
    let name = label(node.proto);
    let Some(shape) = trace.lengths(traced.base, name)? else {
        let vector = slopes.shape.len() <= 1 || slopes.shape.len() == 2 && slopes.shape[0] == 1;
        let slopes = DVector::from_column_slice(&slopes.values);
        if !vector {
            return Err(GraphProblem::InputShape { node: name.into() }.into());
        }
        let base = trace.graph.leaky(traced.base, slopes, name, 0)?;
        return Ok(Value::Traced(traced.like(base)));
    };
    trace.graph.spend_entries(name, size(&shape).unwrap_or(usize::MAX))?;
    let spread = without_samples(&slopes, shape.len()).and_then(|slopes| slopes.spread_to(&shape));
    let spread = spread.ok_or_else(|| node.setting("its slopes", "do not fit its value"))?;
    let flat = trace.graph.flatten(traced.base);
    let base = trace.graph.leaky(flat, DVector::from_vec(spread.values), name, 0)?;
    let base = trace.graph.reshape(base, name, shape)?;
    Ok(Value::Traced(traced.like(base)))
}

/// The second operand where the first is true, else the third.
pub(super) fn choice<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let parts = [operand(trace, node, 0)?, operand(trace, node, 1)?, operand(trace, node, 2)?];
    if let [Value::Constant(condition), Value::Constant(yes), Value::Constant(no)] = &parts {
        let picked = condition.zip(yes, |is, yes| if is == 0.0 { f64::NAN } else { yes });
        let picked = picked.and_then(|picked| picked.zip(no, |yes, no| if yes.is_nan() { no } else { yes }));
        let picked = picked.ok_or_else(|| node.setting("the shapes of its constants", "do not fit each other"))?;
        return Ok(Value::Constant(Rc::new(Constant { kind: yes.kind, ..picked })));
    }
    if let Some(value) = choice_of_one(node, &parts)? {
        return Ok(value);
    }
    // no + condition·(yes − no).
    let [condition, yes, no] = parts;
    let rest = apply(trace, node, Binary::Sub, yes, no.clone())?;
    let rest = settled_value(trace, rest)?;
    let condition = settled_value(trace, of_kind(condition, Kind::Float))?;
    let chosen = apply(trace, node, Binary::Mul, condition, rest)?;
    let chosen = settled_value(trace, chosen)?;
    let no = settled_value(trace, no)?;
    apply(trace, node, Binary::Add, no, chosen)
}

fn settled_value(trace: &mut Trace<'_>, value: Value) -> Result<Value, Fault> {
    match value {
        Value::Traced(traced) if !traced.unsqueezed => {
            let base = trace.settle(&traced)?;
            Ok(Value::Traced(traced.like(base)))
        }
        other => Ok(other),
    }
}

/// A choice of which all parts are functions of one value, or single numbers.
fn choice_of_one(node: &Node<'_>, parts: &[Value; 3]) -> Result<Option<Value>, Fault> {
    let mut like: Option<&Traced> = None;
    let mut scalars = Vec::with_capacity(3);
    for part in parts {
        match part {
            Value::Traced(traced) => {
                if like.is_some_and(|like| {
                    like.base != traced.base
                        || like.unsqueezed != traced.unsqueezed
                        || like.transposed != traced.transposed
                }) {
                    return Ok(None);
                }
                if like.is_none() || scalars.len() == 1 {
                    like = Some(traced);
                }
                scalars.push(traced.scalar.as_ref().clone());
            }
            Value::Constant(constant) if constant.shape.len() <= 1 => match constant.only() {
                Some(number) => scalars.push(Scalar::Constant(number)),
                None => return Ok(None),
            },
            _ => return Ok(None),
        }
    }
    let (Some(like), Ok(scalars)) = (like, <[Scalar; 3]>::try_from(scalars)) else { return Ok(None) };
    let kind = parts[1..].iter().find_map(|part| match part {
        Value::Traced(traced) => Some(traced.kind),
        Value::Constant(constant) => Some(constant.kind),
        _ => None,
    });
    let traced = Traced { kind: kind.unwrap_or_default(), ..like.clone() };
    then(node, &traced, Scalar::Choice(Rc::new(scalars))).map(Some)
}

/// The remainder of a division: of floats with the sign of the divided number, as C has it.
pub(super) fn remainder<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let like_c = node.is_on("fmod");
    let (left, right) = (operand(trace, node, 0)?, operand(trace, node, 1)?);
    let is_whole = matches!(&left, Value::Traced(traced) if traced.kind == Kind::Integer)
        || matches!(&left, Value::Constant(constant) if constant.kind == Kind::Integer);
    if like_c {
        return apply(trace, node, Binary::Remainder, left, right);
    }
    if !is_whole {
        return Err(node.setting("fmod", "is 0, which is not for floats").into());
    }
    // x − c·floor(x/c).
    let as_float = |value: Value| of_kind(value, Kind::Float);
    let quotient = apply(trace, node, Binary::Div, as_float(left.clone()), as_float(right.clone()))?;
    let floor = apply_unary(node, Unary::Activation(Activation::Elementary(Elementary::Floor)), quotient)?;
    let whole = apply(trace, node, Binary::Mul, floor, as_float(right))?;
    Ok(of_kind(apply(trace, node, Binary::Sub, left, whole)?, Kind::Integer))
}
