//! Operators that move or name coordinates without changing them.

use std::rc::Rc;

use super::constant::{Constant, permuted_places};
use super::message::NodeProto;
use super::nodes::{attribute, constant_operand, integer, operand, setting, settled_operand, unknown};
use super::recognise::complement;
use super::trace::{Fault, Trace, Traced, Value, label};
use crate::formats::graph::{GraphProblem, size};

/// Everything behind the axis of the samples becomes one axis.
pub(super) fn flatten<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let value = operand(trace, node, 0)?;
    let axis = integer(node, "axis", 1);
    match value {
        Value::Traced(traced) => {
            let axes = trace.graph.shape(traced.base).map_or(1, <[usize]>::len) as i64;
            if axis != 1 && axis != -axes {
                return Err(setting(node, "its axis", "takes apart what is not the samples").into());
            }
            let traced = settled_operand(trace, node, 0)?;
            let base = trace.graph.flatten(traced.base);
            Ok(Value::Traced(Traced { base, ..traced }))
        }
        Value::Constant(constant) => {
            let axis = usize::try_from(axis).unwrap_or(0).min(constant.shape.len());
            let shape = vec![constant.shape[..axis].iter().product(), constant.shape[axis..].iter().product()];
            Ok(Value::Constant(Rc::new(Constant { shape, values: constant.values.clone() })))
        }
        _ => Err(unknown(node).into()),
    }
}

/// The shape comes from a constant, or is put together from the lengths of a value's axes.
pub(super) fn reshape<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let value = operand(trace, node, 0)?;
    // What reads the end of the network keeps its meaning in any shape.
    if let Value::Read { .. } = value {
        return Ok(value);
    }
    let target: Vec<Option<i64>> = match operand(trace, node, 1)? {
        Value::Constant(constant) => constant.integers().into_iter().map(Some).collect(),
        Value::Lengths(lengths) => {
            lengths.into_iter().map(|length| length.map(|length| i64::try_from(length).unwrap_or(i64::MAX))).collect()
        }
        _ => return Err(unknown(node).into()),
    };
    match value {
        Value::Constant(constant) => {
            let lengths: Vec<i64> = target.into_iter().map(|length| length.unwrap_or(-1)).collect();
            let shape = resolved(&lengths, &constant.shape, Some(constant.values.len()));
            let shape = shape.filter(|shape| size(shape) == Some(constant.values.len()));
            let shape = shape.ok_or_else(|| setting(node, "its shape", "does not fit its constant"))?;
            Ok(Value::Constant(Rc::new(Constant { shape, values: constant.values.clone() })))
        }
        Value::Traced(_) => {
            let traced = settled_operand(trace, node, 0)?;
            let Some((_, target)) = target.split_first() else { return Err(unknown(node).into()) };
            // An axis that is left open behind the samples' takes what is left.
            let target: Vec<i64> = target.iter().map(|length| length.unwrap_or(-1)).collect();
            let own = trace.graph.shape(traced.base).map(<[usize]>::to_vec);
            if own.is_none() && target == [-1] {
                return Ok(Value::Traced(traced));
            }
            let shape = resolved(&target, own.as_deref().unwrap_or(&[]), own.as_deref().and_then(size));
            let mut shape = shape.ok_or_else(|| GraphProblem::InputShape { node: label(node).into() })?;
            if shape.is_empty() {
                shape.push(1);
            }
            let base = trace.graph.reshape(traced.base, label(node), shape)?;
            Ok(Value::Traced(Traced { base, ..traced }))
        }
        _ => Err(unknown(node).into()),
    }
}

/// −1 stands for what is left, 0 for the length that the axis has.
fn resolved(target: &[i64], own: &[usize], width: Option<usize>) -> Option<Vec<usize>> {
    let told = |(axis, &length): (usize, &i64)| match length {
        -1 => Some(None),
        0 => own.get(axis).copied().map(Some),
        length => usize::try_from(length).ok().map(Some),
    };
    let lengths: Vec<Option<usize>> = target.iter().enumerate().map(told).collect::<Option<_>>()?;
    let known = lengths.iter().flatten().try_fold(1_usize, |size, &length| size.checked_mul(length))?;
    lengths.into_iter().map(|length| length.or_else(|| width?.checked_div(known))).collect()
}

/// The axes that a node names: an attribute, or a constant since operator set 13.
fn axes(trace: &mut Trace<'_>, node: &NodeProto) -> Result<Option<Vec<i64>>, Fault> {
    if let Some(told) = attribute(node, "axes") {
        return Ok(Some(told.ints.clone()));
    }
    Ok(constant_operand(trace, node, 1)?.map(|constant| constant.integers()))
}

/// The places that axes name among `rank` of them; none where one is not among them.
fn places(axes: &[i64], rank: usize) -> Option<Vec<usize>> {
    let count = i64::try_from(rank).ok()?;
    let place =
        |&axis: &i64| usize::try_from(if axis < 0 { axis + count } else { axis }).ok().filter(|&axis| axis < rank);
    axes.iter().map(place).collect()
}

/// Takes away axes of length 1.
pub(super) fn squeeze<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let named = axes(trace, node)?;
    let fault = || setting(node, "its axes", "are not axes of length 1 behind that of the samples");
    match operand(trace, node, 0)? {
        Value::Traced(traced) if traced.unsqueezed => Ok(Value::Traced(Traced { unsqueezed: false, ..traced })),
        Value::Traced(_) => {
            let traced = settled_operand(trace, node, 0)?;
            let shape = trace.graph.shape(traced.base).map(<[usize]>::to_vec);
            let Some(shape) = shape else { return Ok(Value::Traced(traced)) };
            let gone = match named {
                Some(named) => places(&named, shape.len() + 1).filter(|gone| !gone.contains(&0)).ok_or_else(fault)?,
                None => (1..=shape.len()).filter(|&axis| shape[axis - 1] == 1).collect(),
            };
            let kept = shape.iter().enumerate().filter(|(axis, _)| !gone.contains(&(axis + 1)));
            let mut shape: Vec<usize> = kept.map(|(_, &length)| length).collect();
            // A sample of one number keeps its axis.
            if shape.is_empty() {
                shape.push(1);
            }
            let base = trace.graph.reshape(traced.base, label(node), shape)?;
            Ok(Value::Traced(Traced { base, ..traced }))
        }
        Value::Constant(constant) => {
            let gone = match named {
                Some(named) => places(&named, constant.shape.len()).ok_or_else(fault)?,
                None => (0..constant.shape.len()).filter(|&axis| constant.shape[axis] == 1).collect(),
            };
            let kept = constant.shape.iter().enumerate().filter(|(axis, _)| !gone.contains(axis));
            let shape: Vec<usize> = kept.map(|(_, &length)| length).collect();
            if size(&shape) != Some(constant.values.len()) {
                return Err(fault().into());
            }
            Ok(Value::Constant(Rc::new(Constant { shape, values: constant.values.clone() })))
        }
        other @ (Value::Lengths(_) | Value::Read { .. }) => Ok(other),
        _ => Err(unknown(node).into()),
    }
}

/// Adds axes of length 1.
pub(super) fn unsqueeze<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let named = axes(trace, node)?.unwrap_or_default();
    let fault = || setting(node, "its axes", "are not behind that of the samples");
    let widened = |shape: &[usize], added: &[usize]| {
        let mut rest = shape.iter();
        let rank = shape.len() + added.len();
        let length = |axis: usize| if added.contains(&axis) { Some(1) } else { rest.next().copied() };
        (0..rank).map(length).collect::<Option<Vec<usize>>>()
    };
    match operand(trace, node, 0)? {
        Value::Traced(traced) if named == [-1] && !traced.unsqueezed => {
            Ok(Value::Traced(Traced { unsqueezed: true, ..traced }))
        }
        Value::Traced(_) => {
            let traced = settled_operand(trace, node, 0)?;
            let shape = trace.graph.shape(traced.base).map(<[usize]>::to_vec).ok_or_else(fault)?;
            let added = places(&named, shape.len() + 1 + named.len()).filter(|added| !added.contains(&0));
            let added: Vec<usize> = added.ok_or_else(fault)?.into_iter().map(|axis| axis - 1).collect();
            let shape = widened(&shape, &added).ok_or_else(fault)?;
            let base = trace.graph.reshape(traced.base, label(node), shape)?;
            Ok(Value::Traced(Traced { base, ..traced }))
        }
        Value::Constant(constant) => {
            let added = places(&named, constant.shape.len() + named.len()).ok_or_else(fault)?;
            let shape = widened(&constant.shape, &added).ok_or_else(fault)?;
            Ok(Value::Constant(Rc::new(Constant { shape, values: constant.values.clone() })))
        }
        lengths @ Value::Lengths(_) => Ok(lengths),
        _ => Err(unknown(node).into()),
    }
}

/// The axes in another order: of a constant at once, of a value as a matrix that permutes its coordinates.
pub(super) fn transpose<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let order = attribute(node, "perm").map(|told| told.ints.clone());
    let fault = || setting(node, "its order of axes", "is not understood");
    let value = operand(trace, node, 0)?;
    let rank = match &value {
        Value::Constant(constant) => constant.shape.len(),
        Value::Traced(traced) => 1 + trace.graph.shape(traced.base).map_or(1, <[usize]>::len),
        _ => return Err(unknown(node).into()),
    };
    let order = match order {
        Some(order) => places(&order, rank).filter(|order| (0..rank).all(|axis| order.contains(&axis))),
        None => Some((0..rank).rev().collect()),
    };
    let order = order.filter(|order| order.len() == rank).ok_or_else(fault)?;
    if let Value::Constant(constant) = value {
        let turned = constant.transposed(&order).ok_or_else(fault)?;
        return Ok(Value::Constant(Rc::new(turned)));
    }
    let traced = settled_operand(trace, node, 0)?;
    if order == [1, 0] {
        return Ok(Value::Traced(Traced { transposed: !traced.transposed, ..traced }));
    }
    let Some((0, inner)) = order.split_first() else { return Err(fault().into()) };
    let inner: Vec<usize> = inner.iter().map(|axis| axis - 1).collect();
    let shape = trace.graph.shape(traced.base).map(<[usize]>::to_vec).ok_or_else(fault)?;
    let turned: Vec<usize> = inner.iter().map(|&axis| shape[axis]).collect();
    let places = permuted_places(&shape, &inner);
    let stays = places.iter().enumerate().all(|(place, &from)| place == from);
    let base = if stays {
        trace.graph.reshape(traced.base, label(node), turned)?
    } else {
        trace.graph.permute(traced.base, label(node), &places, turned)?
    };
    Ok(Value::Traced(Traced { base, ..traced }))
}

/// The lengths of a value's axes, the samples' left open.
pub(super) fn lengths(trace: &mut Trace<'_>, node: &NodeProto) -> Result<Value, Fault> {
    match operand(trace, node, 0)? {
        Value::Traced(traced) => {
            let shape = trace.graph.shape(traced.base).ok_or_else(|| unknown(node))?;
            Ok(Value::Lengths(std::iter::once(None).chain(shape.iter().copied().map(Some)).collect()))
        }
        Value::Constant(constant) => {
            let values: Vec<f64> = constant.shape.iter().map(|&length| length as f64).collect();
            Ok(Value::Constant(Rc::new(Constant { shape: vec![values.len()], values })))
        }
        _ => Err(unknown(node).into()),
    }
}

/// Some of a value's lengths.
pub(super) fn gather(trace: &mut Trace<'_>, node: &NodeProto) -> Result<Value, Fault> {
    let wanted = constant_operand(trace, node, 1)?.ok_or_else(|| unknown(node))?;
    match operand(trace, node, 0)? {
        Value::Lengths(lengths) => {
            let places = places(&wanted.integers(), lengths.len()).ok_or_else(|| unknown(node))?;
            Ok(Value::Lengths(places.into_iter().map(|place| lengths[place]).collect()))
        }
        _ => Err(unknown(node).into()),
    }
}

/// A part of a value's lengths.
pub(super) fn slice(trace: &mut Trace<'_>, node: &NodeProto) -> Result<Value, Fault> {
    let Value::Lengths(lengths) = operand(trace, node, 0)? else { return Err(unknown(node).into()) };
    let mut bound = |place: usize| -> Result<usize, Fault> {
        let constant = constant_operand(trace, node, place)?.and_then(|constant| constant.only());
        let bound = constant.ok_or_else(|| unknown(node))?;
        let from_start = if bound < 0.0 { bound + lengths.len() as f64 } else { bound };
        Ok(from_start.clamp(0.0, lengths.len() as f64) as usize)
    };
    let (start, end) = (bound(1)?, bound(2)?);
    Ok(Value::Lengths(lengths.get(start..end).unwrap_or_default().to_vec()))
}

/// Lengths side by side, or the probabilities of two classes, which the second one tells.
pub(super) fn concat<'a>(trace: &mut Trace<'a>, node: &'a NodeProto) -> Result<Value, Fault> {
    let parts: Vec<Value> = (0..node.input.len()).map(|place| operand(trace, node, place)).collect::<Result<_, _>>()?;
    if let [Value::Traced(first), Value::Traced(second)] = &parts[..]
        && first.base == second.base
        && trace.graph.width(first.base) == Some(1)
        && complement(&first.scalar, &second.scalar)
    {
        return Ok(parts[1].clone());
    }
    let constants = parts.iter().all(|part| matches!(part, Value::Constant(_)));
    let mut lengths = Vec::new();
    for part in parts {
        match part {
            Value::Lengths(part) => lengths.extend(part),
            Value::Constant(constant) if constant.shape.len() <= 1 => {
                lengths.extend(constant.integers().into_iter().map(|length| usize::try_from(length).ok()));
                // −1 among lengths leaves the axis open, as the samples' is.
            }
            _ => return Err(unknown(node).into()),
        }
    }
    if constants {
        let values: Vec<f64> = lengths.iter().map(|length| length.map_or(-1.0, |length| length as f64)).collect();
        return Ok(Value::Constant(Rc::new(Constant { shape: vec![values.len()], values })));
    }
    Ok(Value::Lengths(lengths))
}
