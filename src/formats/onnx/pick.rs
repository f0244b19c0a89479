//! Operators that pick and join coordinates, of values, of constants and of the lengths of a value's axes.

use std::rc::Rc;

use nalgebra::{DMatrix, DVector};

use super::constant::{Constant, picked_positions};
use super::element::Kind;
use super::node::Node;
use super::operands::{constant_operand, only_operand, operand, settled_operand, with_known_lengths};
use super::recognise::{complement, recognise};
use super::reduce::{axis_of, with_axes};
use super::trace::{Fault, Reading, Trace, Traced, Value, label};
use crate::formats::graph::GraphProblem;
use crate::network::{Activation, Affine};

/// The lengths of a value's axes, the samples' left open.
pub(super) fn lengths(trace: &mut Trace<'_>, node: &Node<'_>) -> Result<Value, Fault> {
    let whole = match operand(trace, node, 0)? {
        Value::Traced(traced) if !traced.transposed => {
            let shape = trace
                .graph
                .shape(traced.base)
                .ok_or_else(|| GraphProblem::InputShape { node: label(node.proto).into() })?;
            let last = traced.unsqueezed.then_some(Some(1));
            Value::Lengths(std::iter::once(None).chain(shape.iter().copied().map(Some)).chain(last).collect())
        }
        Value::Constant(constant) => {
            let lengths = constant.shape.iter().map(|&length| i64::try_from(length).unwrap_or(i64::MAX));
            Value::Constant(Rc::new(Constant::of_integers(lengths)))
        }
        _ => return Err(node.unknown().into()),
    };
    if node.attribute("start").is_none() && node.attribute("end").is_none() {
        return Ok(whole);
    }
    let clamped = |bound: i64, rank: usize| {
        let count = rank as i64;
        (if bound < 0 { bound + count } else { bound }).clamp(0, count) as usize
    };
    let bounds = |rank: usize| clamped(node.integer("start", 0), rank)..clamped(node.integer("end", i64::MAX), rank);
    Ok(match whole {
        Value::Lengths(lengths) => Value::Lengths(lengths.get(bounds(lengths.len())).unwrap_or_default().to_vec()),
        Value::Constant(constant) => {
            let part = constant.integers().get(bounds(constant.values.len())).unwrap_or_default().to_vec();
            Value::Constant(Rc::new(Constant::of_integers(part.into_iter())))
        }
        other => other,
    })
}

/// The number of a value's coordinates, where it does not depend on the samples.
pub(super) fn count(trace: &mut Trace<'_>, node: &Node<'_>) -> Result<Value, Fault> {
    match operand(trace, node, 0)? {
        Value::Constant(constant) => {
            let count = Constant { kind: Kind::Integer, ..Constant::scalar(constant.values.len() as f64) };
            Ok(Value::Constant(Rc::new(count)))
        }
        _ => Err(node.mixes_samples("one of the axes that it counts").into()),
    }
}

/// Places along an axis, counted from its end where they are negative.
fn positions(named: &Constant, length: usize) -> Option<Vec<usize>> {
    named.integers().into_iter().map(|position| axis_of(position, length)).collect()
}

/// What lies at places along an axis.
pub(super) fn gather<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let axis = node.integer("axis", 0);
    let beyond = || node.setting("its indices", "are not places of its axis");
    let wanted = match operand(trace, node, 1)? {
        Value::Constant(wanted) => wanted,
        Value::Read { of, .. } => {
            node.pass(0);
            return Ok(Value::Read { of, as_what: Reading::Label });
        }
        Value::Traced(_) => return rows(trace, node, axis),
        _ => return Err(node.setting("its indices", "are not constant, which is not understood").into()),
    };
    match operand(trace, node, 0)? {
        Value::Lengths(lengths) if matches!(axis, 0 | -1) => {
            let positions = positions(&wanted, lengths.len()).ok_or_else(beyond)?;
            let picked = Value::Lengths(positions.into_iter().map(|position| lengths[position]).collect());
            Ok(match with_known_lengths(picked) {
                // One that is picked alone has no axis.
                Value::Constant(known) => {
                    Value::Constant(Rc::new(Constant { shape: wanted.shape.clone(), ..known.as_ref().clone() }))
                }
                open => open,
            })
        }
        Value::Constant(constant) => {
            let axis = axis_of(axis, constant.shape.len()).ok_or_else(beyond)?;
            let positions = positions(&wanted, constant.shape[axis]).ok_or_else(beyond)?;
            let picked = constant.picked(axis, &positions).ok_or_else(beyond)?;
            let shape = [&constant.shape[..axis], &wanted.shape, &constant.shape[axis + 1..]].concat();
            Ok(Value::Constant(Rc::new(picked.reshaped(shape).ok_or_else(beyond)?)))
        }
        Value::Traced(_) => {
            let (traced, axis, shape) = axis_behind(trace, node, axis)?;
            let positions = positions(&wanted, shape[axis]).ok_or_else(beyond)?;
            let traced = picked(trace, node, &traced, axis, &shape, &positions)?;
            let shape = [&shape[..axis], &wanted.shape, &shape[axis + 1..]].concat();
            let base = trace.graph.reshape(traced.base, label(node.proto), shape)?;
            Ok(Value::Traced(Traced { base, ..traced }))
        }
        _ => Err(node.unknown().into()),
    }
}

/// Rows of a constant table by numbers that come from the input: an embedding.
fn rows<'a>(trace: &mut Trace<'a>, node: &Node<'a>, axis: i64) -> Result<Value, Fault> {
    let wrong = || node.setting("its table", "is not a constant of rows, which is not understood");
    let Value::Constant(table) = operand(trace, node, 0)? else { return Err(wrong().into()) };
    let [rows, width] = table.shape[..] else { return Err(wrong().into()) };
    if axis != 0 {
        return Err(wrong().into());
    }
    let numbers = settled_operand(trace, node, 1)?;
    if numbers.transposed || numbers.unsqueezed {
        return Err(node.mixes_samples("an axis of its numbers").into());
    }
    let table = DMatrix::from_row_slice(rows, width, &table.values);
    let base = trace.graph.rows_of(numbers.base, label(node.proto), table)?;
    Ok(Value::Traced(Traced { kind: Kind::Float, ..numbers.like(base) }))
}

/// Columns by their numbers.
pub(super) fn extract<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let wanted = only_operand(trace, node, 1)?;
    let (traced, axis, shape) = axis_behind(trace, node, -1)?;
    let positions = positions(&wanted, shape[axis]).ok_or_else(|| node.unknown())?;
    Ok(Value::Traced(picked(trace, node, &traced, axis, &shape, &positions)?))
}

/// The value, one of its axes behind that of the samples, counted without it, and the lengths of all of them.
fn axis_behind<'a>(trace: &mut Trace<'a>, node: &Node<'a>, axis: i64) -> Result<(Traced, usize, Vec<usize>), Fault> {
    let (traced, rank) = with_axes(trace, node, 0)?;
    let axis = axis_of(axis, rank).ok_or_else(|| node.setting("axis", "is not among its value's axes"))?;
    let axis = axis.checked_sub(1).ok_or_else(|| node.mixes_samples("axis 0"))?;
    let name = label(node.proto);
    let shape = trace.lengths(traced.base, name)?;
    let shape = shape.ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
    Ok((traced, axis, shape))
}

/// The value with some of the places along an axis.
pub(super) fn picked(
    trace: &mut Trace<'_>,
    node: &Node<'_>,
    traced: &Traced,
    axis: usize,
    shape: &[usize],
    along: &[usize],
) -> Result<Traced, Fault> {
    let (positions, shape) = picked_positions(shape, axis, along);
    let base = trace.graph.select(traced.base, &positions, shape, label(node.proto))?;
    Ok(traced.like(base))
}

/// A part of each axis, from a start to an end in steps.
pub(super) fn slice<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let mut attribute = |name: &str, position: usize| -> Result<Option<Vec<i64>>, Fault> {
        // Before operator set 10 they were attributes.
        if node.version < 10 {
            return Ok(node.integers(name));
        }
        Ok(constant_operand(trace, node, position)?.map(|constant| constant.integers()))
    };
    let absent = |what: &str| node.setting(what, "are absent");
    let starts = attribute("starts", 1)?.ok_or_else(|| absent("starts"))?;
    let ends = attribute("ends", 2)?.ok_or_else(|| absent("ends"))?;
    let axes = attribute("axes", 3)?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = attribute("steps", 4)?.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), axes.len(), steps.len()].iter().any(|length| *length != starts.len()) || steps.contains(&0) {
        return Err(node.setting("its bounds", "do not fit each other").into());
    }
    let cuts: Vec<[i64; 4]> = (0..starts.len()).map(|at| [axes[at], starts[at], ends[at], steps[at]]).collect();
    let beyond = || node.setting("its axes", "are not among its value's");
    match operand(trace, node, 0)? {
        Value::Lengths(lengths) => {
            let [[0 | -1, start, end, step]] = cuts[..] else { return Err(node.unknown().into()) };
            Ok(Value::Lengths(
                stepped(start, end, step, lengths.len()).into_iter().map(|position| lengths[position]).collect(),
            ))
        }
        Value::Constant(constant) => {
            let mut constant = constant.as_ref().clone();
            for [axis, start, end, step] in cuts {
                let axis = axis_of(axis, constant.shape.len()).ok_or_else(beyond)?;
                constant =
                    constant.picked(axis, &stepped(start, end, step, constant.shape[axis])).ok_or_else(beyond)?;
            }
            Ok(Value::Constant(Rc::new(constant)))
        }
        Value::Traced(_) => {
            let (mut traced, rank) = with_axes(trace, node, 0)?;
            for [axis, start, end, step] in cuts {
                let axis = axis_of(axis, rank).ok_or_else(beyond)?;
                // All samples, in their order.
                if axis == 0 && start == 0 && step == 1 && end >= i64::from(i32::MAX) {
                    continue;
                }
                let axis = axis.checked_sub(1).ok_or_else(|| node.mixes_samples("axis 0"))?;
                let name = label(node.proto);
                let shape = trace.lengths(traced.base, name)?;
                let shape = shape.ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
                let positions = stepped(start, end, step, shape[axis]);
                if positions.is_empty() {
                    return Err(node.setting("its bounds", "leave nothing").into());
                }
                traced = picked(trace, node, &traced, axis, &shape, &positions)?;
            }
            Ok(Value::Traced(traced))
        }
        _ => Err(node.unknown().into()),
    }
}

/// The places from a start to an end in steps, along an axis of this length, as NumPy counts them.
pub(super) fn stepped(start: i64, end: i64, step: i64, length: usize) -> Vec<usize> {
    let count = i64::try_from(length).unwrap_or(i64::MAX);
    let from_start = |bound: i64| if bound < 0 { bound.saturating_add(count) } else { bound };
    let (low, high) = if step > 0 { (0, count) } else { (-1, count - 1) };
    let (start, end) = (from_start(start).clamp(low, high), from_start(end).clamp(low, high));
    let mut positions = Vec::new();
    let mut at = start;
    while if step > 0 { at < end } else { at > end } {
        positions.extend(usize::try_from(at));
        at = at.saturating_add(step);
    }
    positions
}

/// Parts of a value side by side.
pub(super) fn split<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let axis = node.integer("axis", 0);
    let attribute = match node.integers("split") {
        Some(attribute) => Some(attribute),
        None => constant_operand(trace, node, 1)?.map(|constant| constant.integers()),
    };
    let parts = node.output.len();
    node.attribute("num_outputs");
    let unfitting = || node.setting("split", "does not fit its axis");
    let cut = |length: usize| -> Option<Vec<Vec<usize>>> {
        let lengths: Vec<usize> = match &attribute {
            Some(attribute) => attribute.iter().map(|length| usize::try_from(*length).ok()).collect::<Option<_>>()?,
            None => {
                let each = length.div_ceil(parts.max(1));
                (0..parts).map(|part| length.saturating_sub(part * each).min(each)).collect()
            }
        };
        let total = lengths.iter().try_fold(0_usize, |sum, length| sum.checked_add(*length))?;
        (total == length && lengths.len() == parts && !lengths.contains(&0)).then_some(())?;
        let mut start = 0;
        Some(
            lengths
                .into_iter()
                .map(|length| {
                    start += length;
                    (start - length..start).collect()
                })
                .collect(),
        )
    };
    if let Value::Constant(constant) = operand(trace, node, 0)? {
        let axis = axis_of(axis, constant.shape.len()).ok_or_else(unfitting)?;
        let cuts = cut(constant.shape[axis]).ok_or_else(unfitting)?;
        let parts =
            cuts.iter().map(|positions| constant.picked(axis, positions).map(|part| Value::Constant(Rc::new(part))));
        return Ok(Value::Several(parts.collect::<Option<_>>().ok_or_else(unfitting)?));
    }
    let (traced, axis, shape) = axis_behind(trace, node, axis)?;
    let cuts = cut(shape[axis]).ok_or_else(unfitting)?;
    let mut parts = Vec::with_capacity(cuts.len());
    for positions in cuts {
        parts.push(Value::Traced(picked(trace, node, &traced, axis, &shape, &positions)?));
    }
    Ok(Value::Several(parts))
}

/// Values one after the other along an axis; lengths side by side.
pub(super) fn concat<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let axis = node.integer("axis", 1);
    let parts: Vec<Value> =
        (0..node.input.len()).map(|position| operand(trace, node, position)).collect::<Result<_, _>>()?;
    if parts.iter().all(|part| matches!(part, Value::Constant(_))) {
        return concat_constants(node, &parts, axis);
    }
    if parts.iter().all(|part| matches!(part, Value::Constant(_) | Value::Lengths(_))) {
        let mut lengths = Vec::new();
        for part in parts {
            match part {
                Value::Lengths(part) => lengths.extend(part),
                // −1 among lengths leaves the axis open, as the samples' is.
                Value::Constant(constant) => {
                    lengths.extend(constant.integers().into_iter().map(|length| usize::try_from(length).ok()));
                }
                _ => {}
            }
        }
        return Ok(Value::Lengths(lengths));
    }
    if let Some(classes) = two_classes(trace, node, &parts, axis)? {
        return Ok(Value::Traced(classes));
    }
    let mut bases = Vec::with_capacity(parts.len());
    let mut like = None;
    for position in 0..parts.len() {
        let traced = settled_operand(trace, node, position)?;
        if traced.transposed {
            return Err(node.mixes_samples("an axis of an operand").into());
        }
        bases.push(traced.base);
        like = Some(traced);
    }
    let Some(like) = like else { return Err(node.unknown().into()) };
    let rank = trace.rank(like.base).unwrap_or(2);
    if bases.iter().any(|base| trace.rank(*base).unwrap_or(2) != rank) {
        return Err(node.setting("its operands", "have different numbers of axes").into());
    }
    let axis = axis_of(axis, rank).ok_or_else(|| node.setting("axis", "is not among its value's axes"))?;
    let axis = axis.checked_sub(1).ok_or_else(|| node.mixes_samples("axis 0"))?;
    let base = trace.graph.concat(&bases, label(node.proto), axis)?;
    Ok(Value::Traced(like.like(base)))
}

fn concat_constants(node: &Node<'_>, parts: &[Value], axis: i64) -> Result<Value, Fault> {
    let unfitting = || node.setting("its constants", "do not fit beside each other");
    let constants: Vec<&Constant> = parts
        .iter()
        .filter_map(|part| match part {
            Value::Constant(constant) => Some(constant.as_ref()),
            _ => None,
        })
        .collect();
    let first = constants.first().copied().ok_or_else(unfitting)?;
    let axis = axis_of(axis, first.shape.len()).or((first.shape.len() == 1).then_some(0)).ok_or_else(unfitting)?;
    let mut shape = first.shape.clone();
    shape[axis] = 0;
    for constant in &constants {
        let mut open = constant.shape.clone();
        let length = *open.get(axis).ok_or_else(unfitting)?;
        open[axis] = shape[axis];
        if open != shape {
            return Err(unfitting().into());
        }
        shape[axis] += length;
    }
    let outer: usize = shape[..axis].iter().product();
    let mut values = Vec::new();
    for run in 0..outer {
        for constant in &constants {
            let length: usize = constant.shape[axis..].iter().product();
            values.extend(constant.values.get(run * length..(run + 1) * length).unwrap_or_default());
        }
    }
    Ok(Value::Constant(Rc::new(Constant { shape, values, kind: first.kind })))
}

/// 1 − σ(z) beside σ(z), the probabilities of two classes, as the softmax of 0 and z.
fn two_classes(trace: &mut Trace<'_>, node: &Node<'_>, parts: &[Value], axis: i64) -> Result<Option<Traced>, Fault> {
    let [Value::Traced(first), Value::Traced(second)] = parts else { return Ok(None) };
    if first.base != second.base
        || first.transposed
        || first.unsqueezed
        || second.unsqueezed
        || trace.graph.shape(first.base) != Some(&[1])
        || !matches!(axis, 1 | -1)
        || !complement(&first.scalar, &second.scalar)
    {
        return Ok(None);
    }
    let Some(found) = recognise(&second.scalar).filter(|found| found.activation == Activation::Sigmoid) else {
        return Ok(None);
    };
    let weight = DMatrix::from_column_slice(2, 1, &[0.0, found.factor]);
    let bias = (found.shift != 0.0).then(|| DVector::from_column_slice(&[0.0, found.shift]));
    let name = label(node.proto);
    let scores = trace.graph.affine(first.base, name, Affine { weight, bias })?;
    let softmax = trace.graph.activate(scores, name, Activation::Softmax)?;
    trace.softmaxes.push((softmax, scores));
    Ok(Some(first.like(softmax)))
}
