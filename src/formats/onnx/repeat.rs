//! Operators that repeat coordinates, and those that make constants of a shape.

use std::rc::Rc;

use super::broadcast::places_of_spread;
use super::constant::{Constant, broadcast_shape};
use super::element::Kind;
use super::node::Node;
use super::operands::{only_operand, operand};
use super::pick::picked;
use super::reduce::with_axes;
use super::trace::{Fault, Trace, Value, label};
use crate::formats::graph::GraphProblem;
use crate::formats::shape::size;

/// More numbers than this are not counted up by a node.
const LONGEST_RANGE: f64 = 65536.0;

/// Repeats a value along axes of length 1.
pub(super) fn expand<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let target = match operand(trace, node, 1)? {
        Value::Constant(constant) => {
            constant.integers().into_iter().map(|length| usize::try_from(length).ok()).collect()
        }
        Value::Lengths(lengths) => lengths,
        _ => return Err(node.unknown().into()),
    };
    if let Value::Constant(constant) = operand(trace, node, 0)? {
        let lengths = closed(target, constant.values.iter().all(|value| *value == 0.0));
        let shape = lengths.and_then(|lengths| broadcast_shape(&constant.shape, &lengths));
        let shape = shape.and_then(|shape| constant.spread(&shape));
        let spread = shape.ok_or_else(|| node.setting("its shape", "does not fit its constant"))?;
        return Ok(Value::Constant(Rc::new(spread)));
    }
    let (traced, rank) = with_axes(trace, node, 0)?;
    let added =
        rank.checked_sub(target.len()).ok_or_else(|| node.setting("its shape", "has more axes than its value"))?;
    let samples = if added == 0 { target.first().copied().flatten() } else { Some(1) };
    if samples.is_some_and(|length| length != 1 && Some(length) != trace.samples) {
        return Err(node.mixes_samples("axis 0").into());
    }
    let name = label(node.proto);
    let own = trace.lengths(traced.base, name)?.ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
    let inner: Option<Vec<usize>> = target.iter().skip(usize::from(added == 0)).copied().collect();
    let shape = inner.and_then(|inner| broadcast_shape(&own, &inner));
    let shape = shape.ok_or_else(|| node.setting("its shape", "does not fit its value"))?;
    trace.graph.spend_entries(name, size(&shape).unwrap_or(usize::MAX))?;
    let positions = places_of_spread(&own, &shape).ok_or_else(|| node.setting("its shape", "is too large"))?;
    let base = trace.graph.select(traced.base, &positions, shape, name)?;
    Ok(Value::Traced(traced.like(base)))
}

/// Repeats a value as a whole along its axes.
pub(super) fn tile<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let repeats = only_operand(trace, node, 1)?.integers();
    let repeats: Option<Vec<usize>> =
        repeats.iter().map(|times| usize::try_from(*times).ok().filter(|&times| times > 0)).collect();
    let repeats = repeats.ok_or_else(|| node.setting("its repeats", "are not positive"))?;
    let repeated = |length: usize, times: usize| -> Option<Vec<usize>> {
        let count = length.checked_mul(times).filter(|count| *count as f64 <= LONGEST_RANGE)?;
        Some((0..count).map(|position| position % length.max(1)).collect())
    };
    let large = || node.setting("its repeats", "are too many");
    if let Value::Constant(constant) = operand(trace, node, 0)? {
        let mut constant = constant.as_ref().clone();
        for (axis, times) in repeats.iter().enumerate() {
            let length = constant.shape.get(axis).copied().ok_or_else(large)?;
            let positions = repeated(length, *times).ok_or_else(large)?;
            constant = constant.picked(axis, &positions).ok_or_else(large)?;
        }
        return Ok(Value::Constant(Rc::new(constant)));
    }
    let (mut traced, rank) = with_axes(trace, node, 0)?;
    if repeats.len() != rank {
        return Err(node.setting("its repeats", "do not fit the axes of its value").into());
    }
    for (axis, times) in repeats.into_iter().enumerate().filter(|(_, times)| *times != 1) {
        let axis = axis.checked_sub(1).ok_or_else(|| node.mixes_samples("axis 0"))?;
        let name = label(node.proto);
        let shape = trace.lengths(traced.base, name)?.ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
        let positions = repeated(shape[axis], times).ok_or_else(large)?;
        traced = picked(trace, node, &traced, axis, &shape, &positions)?;
    }
    Ok(Value::Traced(traced))
}

/// A constant of one value in a shape that is told.
pub(super) fn filled(trace: &mut Trace<'_>, node: &Node<'_>) -> Result<Value, Fault> {
    let value = match node.attribute("value").and_then(|attribute| attribute.t.as_ref()) {
        Some(tensor) => trace.read(tensor)?,
        None => Constant::scalar(0.0),
    };
    let lengths = match operand(trace, node, 0)? {
        Value::Constant(lengths) => lengths.integers().into_iter().map(|length| usize::try_from(length).ok()).collect(),
        Value::Lengths(lengths) => closed(lengths, value.values.iter().all(|value| *value == 0.0)),
        _ => return Err(node.unknown().into()),
    };
    let value = Constant { shape: Vec::new(), ..value };
    let filled = lengths.and_then(|shape| value.spread(&shape));
    let filled = filled.ok_or_else(|| node.setting("its shape", "is not that of a constant"))?;
    Ok(Value::Constant(Rc::new(filled)))
}

/// Lengths of a constant, one of which may be the number of samples where it is 0 everywhere: the same for every sample, and
/// whatever is summed along it stays 0.
fn closed(lengths: Vec<Option<usize>>, is_zero: bool) -> Option<Vec<usize>> {
    let open = lengths.iter().filter(|length| length.is_none()).count();
    (open == 0 || open == 1 && is_zero).then(|| lengths.into_iter().map(|length| length.unwrap_or(1)).collect())
}

/// start, start + step, …, below an end.
pub(super) fn range(trace: &mut Trace<'_>, node: &Node<'_>) -> Result<Value, Fault> {
    let mut number = |position: usize| -> Result<(f64, Kind), Fault> {
        let constant = only_operand(trace, node, position)?;
        Ok((constant.only().ok_or_else(|| node.unknown())?, constant.kind))
    };
    let ((start, kind), (end, _), (step, _)) = (number(0)?, number(1)?, number(2)?);
    let count = ((end - start) / step).ceil().max(0.0);
    if count.is_nan() || count > LONGEST_RANGE {
        return Err(node.setting("its bounds", "are too far from each other").into());
    }
    let values: Vec<f64> = (0..count as usize).map(|at| start + at as f64 * step).collect();
    Ok(Value::Constant(Rc::new(Constant { shape: vec![values.len()], values, kind })))
}
