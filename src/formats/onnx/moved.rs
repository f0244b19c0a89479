//! Values whose samples do not lie on the first axis: sequences as recurrent operators take them, times before samples.

use super::constant::picked_positions;
use super::node::Node;
use super::operands::{constant_operand, operand};
use super::reduce::axis_of;
use super::trace::{Fault, Moved, Trace, Value, label};
use crate::formats::graph::ValueId;

/// The first operand where its samples lie on a later axis.
pub(super) fn first_operand(trace: &mut Trace<'_>, node: &Node<'_>) -> Option<Moved> {
    let name = node.operand_name(0)?;
    match trace.known(name) {
        Some(Value::Moved(moved)) => Some(*moved),
        _ => None,
    }
}

/// Follows an operator that is given such a value.
pub(super) fn follow<'a>(trace: &mut Trace<'a>, node: &Node<'a>, moved: Moved) -> Result<Value, Fault> {
    match node.op_type.as_str() {
        "Identity" => operand(trace, node, 0),
        "Dropout" => {
            node.pass(1);
            if constant_operand(trace, node, 2)?.is_some_and(|trains| trains.values.iter().any(|value| *value != 0.0)) {
                return Err(node.setting("its mode", "is that of a training").into());
            }
            operand(trace, node, 0)
        }
        "Transpose" => transpose(trace, node, moved),
        "Squeeze" => squeeze(trace, node, moved),
        "Unsqueeze" => unsqueeze(trace, node, moved),
        "Reshape" => reshape(trace, node, moved),
        "Gather" => gather(trace, node, moved),
        "Slice" => slice(trace, node, moved),
        "Concat" => concat(trace, node),
        _ => Err(node.mixes_samples("a later axis of its value").into()),
    }
}

/// The value with its axes in another order, the samples' among them.
pub(super) fn transpose<'a>(trace: &mut Trace<'a>, node: &Node<'a>, moved: Moved) -> Result<Value, Fault> {
    let name = label(node.proto);
    let shape = trace.graph.known_shape(moved.base, name)?;
    let rank = shape.len() + 1;
    let order: Option<Vec<usize>> = match node.integers("perm") {
        Some(order) => order.into_iter().map(|axis| axis_of(axis, rank)).collect(),
        None => Some((0..rank).rev().collect()),
    };
    let is_order = |order: &Vec<usize>| order.len() == rank && (0..rank).all(|axis| order.contains(&axis));
    let order = order.filter(is_order).ok_or_else(|| node.setting("its order of axes", "is not understood"))?;
    let samples = order.iter().position(|axis| *axis == moved.samples).unwrap_or(0);
    let inner: Vec<usize> = order
        .into_iter()
        .filter(|axis| *axis != moved.samples)
        .map(|axis| axis - usize::from(axis > moved.samples))
        .collect();
    if inner.iter().copied().eq(0..shape.len()) {
        return Ok(Moved::value(moved.base, samples));
    }
    let stride = |axis: usize| -> usize { shape[axis + 1..].iter().product() };
    let turned: Vec<usize> = inner.iter().map(|&axis| shape[axis]).collect();
    let mut positions = vec![0_usize];
    for (&axis, &length) in inner.iter().zip(&turned) {
        let stride = stride(axis);
        positions = positions.iter().flat_map(|position| (0..length).map(move |at| position + at * stride)).collect();
    }
    let base = trace.graph.pick(moved.base, name, &positions, turned)?;
    Ok(Moved::value(base, samples))
}

/// Axes that a node names, of so many; by an attribute, or by a constant.
fn axes(trace: &mut Trace<'_>, node: &Node<'_>, rank: usize) -> Result<Option<Vec<usize>>, Fault> {
    let named = match node.integers("axes") {
        Some(named) => Some(named),
        None => constant_operand(trace, node, 1)?.map(|constant| constant.integers()),
    };
    let Some(named) = named else { return Ok(None) };
    let axes: Option<Vec<usize>> = named.into_iter().map(|axis| axis_of(axis, rank)).collect();
    Ok(Some(axes.ok_or_else(|| node.setting("axes", "are not among its value's"))?))
}

fn squeeze<'a>(trace: &mut Trace<'a>, node: &Node<'a>, moved: Moved) -> Result<Value, Fault> {
    let shape = trace.graph.known_shape(moved.base, label(node.proto))?;
    let named = axes(trace, node, shape.len() + 1)?;
    let own = |axis: usize| axis - usize::from(axis > moved.samples);
    let is_one = |axis: &usize| *axis != moved.samples && shape.get(own(*axis)) == Some(&1);
    let gone = match named {
        Some(gone) if gone.iter().all(is_one) => gone,
        None if trace.samples != Some(1) => (0..=shape.len()).filter(is_one).collect(),
        _ => return Err(node.mixes_samples("an axis that it takes away").into()),
    };
    let kept = shape.iter().enumerate().filter(|(axis, _)| !gone.iter().any(|gone| own(*gone) == *axis));
    let left: Vec<usize> = kept.map(|(_, length)| *length).collect();
    let samples = moved.samples - gone.iter().filter(|axis| **axis < moved.samples).count();
    let base = trace.graph.reshape(moved.base, label(node.proto), left)?;
    Ok(Moved::value(base, samples))
}

fn unsqueeze<'a>(trace: &mut Trace<'a>, node: &Node<'a>, moved: Moved) -> Result<Value, Fault> {
    let shape = trace.graph.known_shape(moved.base, label(node.proto))?;
    let count = match node.integers("axes") {
        Some(named) => named.len(),
        None => constant_operand(trace, node, 1)?.map_or(0, |named| named.values.len()),
    };
    let added = axes(trace, node, shape.len() + 1 + count)?.unwrap_or_default();
    // All axes, the samples' as none.
    let mut rest: Vec<Option<usize>> = shape.iter().copied().map(Some).collect();
    rest.insert(moved.samples, None);
    let mut rest = rest.into_iter();
    let all: Option<Vec<Option<usize>>> =
        (0..=shape.len() + count).map(|axis| if added.contains(&axis) { Some(Some(1)) } else { rest.next() }).collect();
    let all = all.ok_or_else(|| node.setting("axes", "are not among its value's"))?;
    let samples = all.iter().position(Option::is_none).unwrap_or(0);
    let base = trace.graph.reshape(moved.base, label(node.proto), all.into_iter().flatten().collect())?;
    Ok(Moved::value(base, samples))
}

/// Another shape that leaves the samples' axis, and what lies before it, as they are.
fn reshape<'a>(trace: &mut Trace<'a>, node: &Node<'a>, moved: Moved) -> Result<Value, Fault> {
    let shape = trace.graph.known_shape(moved.base, label(node.proto))?;
    let wrong = || node.mixes_samples("an axis that it folds");
    let target: Vec<Option<i64>> = match operand(trace, node, 1)? {
        Value::Constant(constant) => constant.integers().into_iter().map(Some).collect(),
        Value::Lengths(lengths) => {
            lengths.into_iter().map(|length| length.and_then(|length| i64::try_from(length).ok())).collect()
        }
        _ => return Err(node.unknown().into()),
    };
    let before = moved.samples;
    let (head, rest) = target.split_at_checked(before).ok_or_else(wrong)?;
    let (of_samples, tail) = rest.split_first().ok_or_else(wrong)?;
    let keeps = |(length, own): (&Option<i64>, &usize)| *length == Some(0) || *length == i64::try_from(*own).ok();
    let all_samples = match of_samples {
        None | Some(0) => true,
        Some(-1) => !tail.contains(&Some(-1)),
        Some(length) => trace.samples.and_then(|samples| i64::try_from(samples).ok()) == Some(*length),
    };
    if node.is_on("allowzero") || !all_samples || !head.iter().zip(&shape).all(keeps) {
        return Err(wrong().into());
    }
    let inner: usize = shape[before..].iter().product();
    let own = |at: usize| shape.get(before + at).copied();
    let lengths: Option<Vec<Option<usize>>> = tail
        .iter()
        .enumerate()
        .map(|(at, length)| match length {
            Some(-1) => Some(None),
            Some(0) => own(at).map(Some),
            Some(length) => usize::try_from(*length).ok().map(Some),
            None => None,
        })
        .collect();
    let lengths = lengths.ok_or_else(wrong)?;
    let known = lengths.iter().flatten().try_fold(1_usize, |product, length| product.checked_mul(*length));
    let open = known.and_then(|known| inner.checked_div(known)).ok_or_else(wrong)?;
    let made = lengths.into_iter().map(|length| length.unwrap_or(open));
    let made: Vec<usize> = shape[..before].iter().copied().chain(made).collect();
    let base = trace.graph.reshape(moved.base, label(node.proto), made)?;
    Ok(Moved::value(base, before))
}

/// One axis of a value, which is not that of the samples: its number among the value's own, and its length.
fn own_axis(trace: &Trace<'_>, node: &Node<'_>, moved: Moved, axis: i64) -> Result<(usize, Vec<usize>), Fault> {
    let shape = trace.graph.known_shape(moved.base, label(node.proto))?;
    let axis = axis_of(axis, shape.len() + 1).ok_or_else(|| node.setting("axis", "is not among its value's axes"))?;
    if axis == moved.samples {
        return Err(node.mixes_samples("the axis of the samples").into());
    }
    Ok((axis - usize::from(axis > moved.samples), shape))
}

fn picked(
    trace: &mut Trace<'_>,
    node: &Node<'_>,
    moved: Moved,
    (axis, shape): (usize, &[usize]),
    along: &[usize],
) -> Result<ValueId, Fault> {
    let (positions, made) = picked_positions(shape, axis, along);
    Ok(trace.graph.pick(moved.base, label(node.proto), &positions, made)?)
}

fn gather<'a>(trace: &mut Trace<'a>, node: &Node<'a>, moved: Moved) -> Result<Value, Fault> {
    let beyond = || node.setting("its indices", "are not places of its axis");
    let axis = node.integer("axis", 0);
    let Value::Constant(wanted) = operand(trace, node, 1)? else {
        return Err(node.setting("its indices", "are not constant, which is not understood").into());
    };
    let (own, shape) = own_axis(trace, node, moved, axis)?;
    let positions: Option<Vec<usize>> = wanted.integers().into_iter().map(|at| axis_of(at, shape[own])).collect();
    let positions = positions.filter(|positions| !positions.is_empty()).ok_or_else(beyond)?;
    let base = picked(trace, node, moved, (own, &shape), &positions)?;
    match wanted.shape.len() {
        0 => {
            let mut left = shape;
            left.remove(own);
            let base = trace.graph.reshape(base, label(node.proto), left)?;
            Ok(Moved::value(base, moved.samples - usize::from(own < moved.samples)))
        }
        1 => Ok(Moved::value(base, moved.samples)),
        _ => Err(beyond().into()),
    }
}

fn slice<'a>(trace: &mut Trace<'a>, node: &Node<'a>, mut moved: Moved) -> Result<Value, Fault> {
    let mut list = |name: &str, position: usize| -> Result<Option<Vec<i64>>, Fault> {
        if node.version < 10 {
            return Ok(node.integers(name));
        }
        Ok(constant_operand(trace, node, position)?.map(|constant| constant.integers()))
    };
    let absent = |what: &str| node.setting(what, "are absent");
    let starts = list("starts", 1)?.ok_or_else(|| absent("starts"))?;
    let ends = list("ends", 2)?.ok_or_else(|| absent("ends"))?;
    let axes = list("axes", 3)?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = list("steps", 4)?.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), axes.len(), steps.len()].iter().any(|length| *length != starts.len()) || steps.contains(&0) {
        return Err(node.setting("its bounds", "do not fit each other").into());
    }
    for at in 0..starts.len() {
        let (own, shape) = own_axis(trace, node, moved, axes[at])?;
        let along = super::pick::stepped(starts[at], ends[at], steps[at], shape[own]);
        if along.is_empty() {
            return Err(node.setting("its bounds", "leave nothing").into());
        }
        moved.base = picked(trace, node, moved, (own, &shape), &along)?;
    }
    Ok(Moved::value(moved.base, moved.samples))
}

fn concat<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let mut parts = Vec::with_capacity(node.input.len());
    for position in 0..node.input.len() {
        match operand(trace, node, position)? {
            Value::Moved(moved) => parts.push(moved),
            _ => return Err(node.mixes_samples("a later axis of one of its values").into()),
        }
    }
    let first = *parts.first().ok_or_else(|| node.unknown())?;
    let (own, _) = own_axis(trace, node, first, node.integer("axis", 1))?;
    let same = |other: &Moved| {
        other.samples == first.samples
            && trace.graph.shape(other.base).map(<[usize]>::len) == trace.graph.shape(first.base).map(<[usize]>::len)
    };
    if !parts.iter().all(same) {
        return Err(node.mixes_samples("different axes of its values").into());
    }
    let bases: Vec<ValueId> = parts.iter().map(|part| part.base).collect();
    let base = trace.graph.concat(&bases, label(node.proto), own)?;
    Ok(Moved::value(base, first.samples))
}
