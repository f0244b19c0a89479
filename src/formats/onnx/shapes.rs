//! Operators that move or name coordinates without changing them.

use std::rc::Rc;

use super::constant::{Constant, permuted_places};
use super::node::Node;
use super::operands::{constant_operand, operand, settled_operand};
use super::reduce::axis_of;
use super::trace::{Fault, Moved, Trace, Traced, Value, label};
use crate::formats::graph::GraphProblem;
use crate::formats::shape::size;

/// Everything behind the axis of the samples becomes one axis.
pub(super) fn flatten<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let value = operand(trace, node, 0)?;
    let axis = node.integer("axis", 1);
    match value {
        Value::Traced(_) => {
            let traced = settled_operand(trace, node, 0)?;
            if traced.transposed {
                return Err(in_columns(node).into());
            }
            let rank = trace.rank(traced.base).unwrap_or(2);
            if axis_of(axis, rank) != Some(1) {
                return Err(node.mixes_samples("its axis").into());
            }
            trace.lengths(traced.base, label(node.proto))?;
            let base = trace.graph.flatten(traced.base);
            Ok(Value::Traced(Traced { base, ..traced }))
        }
        Value::Constant(constant) => {
            let rank = constant.shape.len();
            let axis = if axis == rank as i64 { Some(rank) } else { axis_of(axis, rank) };
            let axis = axis.ok_or_else(|| node.unknown())?;
            let shape = vec![constant.shape[..axis].iter().product(), constant.shape[axis..].iter().product()];
            reshaped(node, &constant, shape)
        }
        _ => Err(node.unknown().into()),
    }
}

fn in_columns(node: &Node<'_>) -> GraphProblem {
    node.setting("its value", "has the samples in columns, where rows are expected")
}

/// The constant under another shape.
fn reshaped(node: &Node<'_>, constant: &Constant, shape: Vec<usize>) -> Result<Value, Fault> {
    let constant = constant.reshaped(shape);
    Ok(Value::Constant(Rc::new(constant.ok_or_else(|| node.setting("its shape", "does not fit its constant"))?)))
}

/// The shape comes from a constant, or is put together from the lengths of a value's axes.
pub(super) fn reshape<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let value = operand(trace, node, 0)?;
    // What reads the end of the network keeps its meaning in any shape.
    if let Value::Read { .. } = value {
        node.pass(1);
        return Ok(value);
    }
    // Before operator set 5 the shape was an attribute.
    let attribute = if node.version < 5 { node.integers("shape") } else { None };
    let attribute = attribute.map(|shape| Constant::of_integers(shape.into_iter()));
    let attribute = match attribute {
        Some(constant) => Value::Constant(Rc::new(constant)),
        None => operand(trace, node, 1)?,
    };
    let target: Vec<Option<i64>> = match attribute {
        Value::Constant(constant) => constant.integers().into_iter().map(Some).collect(),
        Value::Lengths(lengths) => {
            lengths.into_iter().map(|length| length.map(|length| i64::try_from(length).unwrap_or(i64::MAX))).collect()
        }
        _ => return Err(node.unknown().into()),
    };
    if node.is_on("allowzero") && target.contains(&Some(0)) {
        return Err(node.setting("allowzero", "is on, and a length is 0").into());
    }
    match value {
        Value::Constant(constant) => {
            let lengths: Vec<i64> = target.into_iter().map(|length| length.unwrap_or(-1)).collect();
            let shape = resolved(&lengths, &constant.shape, Some(constant.values.len()));
            reshaped(node, &constant, shape.ok_or_else(|| node.unknown())?)
        }
        Value::Traced(_) => {
            let traced = settled_operand(trace, node, 0)?;
            if traced.transposed {
                return Err(in_columns(node).into());
            }
            let Some((samples, target)) = target.split_first() else { return Err(node.unknown().into()) };
            // What is told of the first axis must be the number of the samples, however it is told.
            let known = trace.samples.and_then(|samples| i64::try_from(samples).ok());
            if samples
                .is_some_and(|attribute| !matches!(attribute, -1 | 0) && known.is_none_or(|known| known != attribute))
            {
                return Err(node.setting("its shape", "is of another number of samples than its value").into());
            }
            // An axis that is left open behind the samples' takes what is left.
            let target: Vec<i64> = target.iter().map(|length| length.unwrap_or(-1)).collect();
            let own = trace.lengths(traced.base, label(node.proto))?;
            if own.is_none() && target == [-1] {
                return Ok(Value::Traced(traced));
            }
            let shape = resolved(&target, own.as_deref().unwrap_or(&[]), own.as_deref().and_then(size));
            let shape = shape.ok_or_else(|| GraphProblem::InputShape { node: label(node.proto).into() })?;
            let base = trace.graph.reshape(traced.base, label(node.proto), shape)?;
            Ok(Value::Traced(Traced { base, ..traced }))
        }
        // One length is the same whether it is a number or a list of one.
        Value::Lengths(lengths) => {
            let is_same = match target[..] {
                [] => lengths.len() == 1,
                [Some(count)] => count == -1 || usize::try_from(count) == Ok(lengths.len()),
                _ => false,
            };
            if is_same { Ok(Value::Lengths(lengths)) } else { Err(node.unknown().into()) }
        }
        _ => Err(node.unknown().into()),
    }
}

/// −1 stands for what is left, 0 for the length that the axis has.
fn resolved(target: &[i64], own: &[usize], width: Option<usize>) -> Option<Vec<usize>> {
    let attribute = |(axis, &length): (usize, &i64)| match length {
        -1 => Some(None),
        0 => own.get(axis).copied().map(Some),
        length => usize::try_from(length).ok().map(Some),
    };
    let lengths: Vec<Option<usize>> = target.iter().enumerate().map(attribute).collect::<Option<_>>()?;
    let known = lengths.iter().flatten().try_fold(1_usize, |size, &length| size.checked_mul(length))?;
    lengths.into_iter().map(|length| length.or_else(|| width?.checked_div(known))).collect()
}

/// The axes that a node names: an attribute, or a constant since operator set 13.
fn axes(trace: &mut Trace<'_>, node: &Node<'_>) -> Result<Option<Vec<i64>>, Fault> {
    if let Some(attribute) = node.attribute("axes") {
        return Ok(Some(attribute.ints.clone()));
    }
    Ok(constant_operand(trace, node, 1)?.map(|constant| constant.integers()))
}

/// The places that axes name among `rank` of them; none where one is not among them.
fn positions(axes: &[i64], rank: usize) -> Option<Vec<usize>> {
    let count = i64::try_from(rank).ok()?;
    let position =
        |&axis: &i64| usize::try_from(if axis < 0 { axis + count } else { axis }).ok().filter(|&axis| axis < rank);
    axes.iter().map(position).collect()
}

/// Takes away axes of length 1.
pub(super) fn squeeze<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let named = axes(trace, node)?;
    let fault = || node.setting("its axes", "are not axes of length 1 behind that of the samples");
    match operand(trace, node, 0)? {
        Value::Traced(traced) if traced.unsqueezed => {
            let rank = trace.rank(traced.base).unwrap_or(2) + 1;
            let last = named.is_some_and(|named| positions(&named, rank) == Some(vec![rank - 1]));
            if last { Ok(Value::Traced(Traced { unsqueezed: false, ..traced })) } else { Err(fault().into()) }
        }
        Value::Traced(_) => {
            let traced = settled_operand(trace, node, 0)?;
            if traced.transposed || named.is_none() && trace.samples == Some(1) {
                return Err(node.mixes_samples("an axis that it takes away").into());
            }
            let shape = trace.lengths(traced.base, label(node.proto))?;
            let shape = shape.ok_or_else(|| GraphProblem::InputShape { node: label(node.proto).into() })?;
            let gone = match named {
                Some(named) => {
                    positions(&named, shape.len() + 1).filter(|gone| !gone.contains(&0)).ok_or_else(fault)?
                }
                None => (1..=shape.len()).filter(|&axis| shape[axis - 1] == 1).collect(),
            };
            let full = shape;
            let kept = full.iter().enumerate().filter(|(axis, _)| !gone.contains(&(axis + 1)));
            let shape: Vec<usize> = kept.map(|(_, &length)| length).collect();
            if gone.iter().any(|&axis| axis.checked_sub(1).and_then(|axis| full.get(axis)) != Some(&1)) {
                return Err(fault().into());
            }
            let base = trace.graph.reshape(traced.base, label(node.proto), shape)?;
            Ok(Value::Traced(Traced { base, ..traced }))
        }
        Value::Constant(constant) => {
            let gone = match named {
                Some(named) => positions(&named, constant.shape.len()).ok_or_else(fault)?,
                None => (0..constant.shape.len()).filter(|&axis| constant.shape[axis] == 1).collect(),
            };
            let kept = constant.shape.iter().enumerate().filter(|(axis, _)| !gone.contains(axis));
            let shape: Vec<usize> = kept.map(|(_, &length)| length).collect();
            reshaped(node, &constant, shape)
        }
        other @ (Value::Lengths(_) | Value::Read { .. }) => Ok(other),
        _ => Err(node.unknown().into()),
    }
}

/// Adds axes of length 1.
pub(super) fn unsqueeze<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let named = axes(trace, node)?.unwrap_or_default();
    let fault = || node.setting("its axes", "are not behind that of the samples");
    let widened = |shape: &[usize], added: &[usize]| {
        let mut rest = shape.iter();
        let rank = shape.len() + added.len();
        let length = |axis: usize| if added.contains(&axis) { Some(1) } else { rest.next().copied() };
        (0..rank).map(length).collect::<Option<Vec<usize>>>()
    };
    match operand(trace, node, 0)? {
        Value::Traced(traced) if named == [-1] && !traced.unsqueezed && !traced.transposed => {
            Ok(Value::Traced(Traced { unsqueezed: true, ..traced }))
        }
        Value::Traced(_) => {
            let traced = settled_operand(trace, node, 0)?;
            let shape = trace.graph.shape(traced.base).map(<[usize]>::to_vec).ok_or_else(fault)?;
            if traced.transposed {
                return Err(in_columns(node).into());
            }
            let added = positions(&named, shape.len() + 1 + named.len()).filter(|added| !added.contains(&0));
            let added: Vec<usize> = added.ok_or_else(fault)?.into_iter().map(|axis| axis - 1).collect();
            let shape = widened(&shape, &added).ok_or_else(fault)?;
            let base = trace.graph.reshape(traced.base, label(node.proto), shape)?;
            Ok(Value::Traced(Traced { base, ..traced }))
        }
        Value::Constant(constant) => {
            let added = positions(&named, constant.shape.len() + named.len()).ok_or_else(fault)?;
            let shape = widened(&constant.shape, &added).ok_or_else(fault)?;
            reshaped(node, &constant, shape)
        }
        other @ (Value::Lengths(_) | Value::Read { .. }) => Ok(other),
        _ => Err(node.unknown().into()),
    }
}

/// The axes in another order: of a constant at once, of a value as a matrix that permutes its coordinates.
pub(super) fn transpose<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let order = node.attribute("perm").map(|attribute| attribute.ints.clone());
    let fault = || node.setting("its order of axes", "is not understood");
    let value = operand(trace, node, 0)?;
    let rank = match &value {
        Value::Constant(constant) => constant.shape.len(),
        Value::Traced(traced) => trace.rank(traced.base).unwrap_or(2) + usize::from(traced.unsqueezed),
        _ => return Err(node.unknown().into()),
    };
    let order = match order {
        Some(order) => positions(&order, rank).filter(|order| (0..rank).all(|axis| order.contains(&axis))),
        None => Some((0..rank).rev().collect()),
    };
    let order = order.filter(|order| order.len() == rank).ok_or_else(fault)?;
    if let Value::Constant(constant) = value {
        let turned = constant.transposed(&order).ok_or_else(fault)?;
        return Ok(Value::Constant(Rc::new(turned)));
    }
    let traced = settled_operand(trace, node, 0)?;
    if order.iter().copied().eq(0..rank) {
        return Ok(Value::Traced(traced));
    }
    if order == [1, 0] {
        return Ok(Value::Traced(Traced { transposed: !traced.transposed, ..traced }));
    }
    if traced.transposed {
        return Err(in_columns(node).into());
    }
    let Some((0, inner)) = order.split_first() else {
        return super::moved::transpose(trace, node, Moved { base: traced.base, samples: 0 });
    };
    let inner: Vec<usize> = inner.iter().map(|axis| axis - 1).collect();
    let shape = trace.graph.shape(traced.base).map(<[usize]>::to_vec).ok_or_else(fault)?;
    let turned: Vec<usize> = inner.iter().map(|&axis| shape[axis]).collect();
    let positions = permuted_places(&shape, &inner);
    let stays = positions.iter().enumerate().all(|(position, &from)| position == from);
    let base = if stays {
        trace.graph.reshape(traced.base, label(node.proto), turned)?
    } else {
        trace.graph.permute(traced.base, label(node.proto), &positions, turned)?
    };
    Ok(Value::Traced(Traced { base, ..traced }))
}
