//! Operators along an axis: sums and means of coordinates, softmax and its like, the largest.

use std::rc::Rc;

use nalgebra::{DMatrix, DVector};

use super::elementwise::then;
use super::node::Node;
use super::operands::{constant_operand, operand, settled_operand};
use super::scalar::Scalar;
use super::trace::{Fault, Reading, Trace, Traced, Value, label};
use crate::formats::graph::{GraphProblem, Operator, Scale, ValueId};
use crate::network::{Activation, Affine, AveragePooling, Elementary, Flattening, NodeMap};

/// What is done with the coordinates of an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reduction {
    Sum,
    Mean,
    SumOfSquares,
    SumOfSizes,
    Length,
    Largest,
    Smallest,
}

/// The place of an axis among all axes of a value, that of the samples first; none where there is no such axis.
pub(super) fn axis_of(axis: i64, rank: usize) -> Option<usize> {
    let count = i64::try_from(rank).ok()?;
    usize::try_from(if axis < 0 { axis + count } else { axis }).ok().filter(|axis| *axis < rank)
}

/// An operand with its samples on the first axis, and its number of axes.
pub(super) fn with_axes<'a>(trace: &mut Trace<'a>, node: &Node<'a>, position: usize) -> Result<(Traced, usize), Fault> {
    let traced = settled_operand(trace, node, position)?;
    if traced.transposed {
        return Err(node.setting("its value", "has the samples in columns, where rows are expected").into());
    }
    let rank = trace.rank(traced.base).unwrap_or(2);
    Ok((traced, rank))
}

/// The axis behind that of the samples along which a softmax or its like goes: the whole of the value.
fn whole_axis<'a>(trace: &mut Trace<'a>, node: &Node<'a>, absent: i64, flattens: bool) -> Result<Traced, Fault> {
    let (traced, rank) = with_axes(trace, node, 0)?;
    let axis = node.integer("axis", absent);
    let axis = axis_of(axis, rank).ok_or_else(|| node.setting("axis", "is not among its value's axes"))?;
    if axis == 0 {
        return Err(node.mixes_samples("axis 0").into());
    }
    let shape = trace.lengths(traced.base, label(node.proto))?;
    let alone = shape.as_ref().is_none_or(|shape| {
        let before = shape[..axis - 1].iter().all(|length| *length == 1);
        before && (flattens || shape[axis..].iter().all(|length| *length == 1))
    });
    if !alone {
        return Err(node.setting("its input", "has several axes; understood is one").into());
    }
    Ok(traced)
}

/// Softmax of the whole value, under its own shape.
fn whole_softmax(trace: &mut Trace<'_>, node: &Node<'_>, of: ValueId) -> Result<ValueId, GraphProblem> {
    let name = label(node.proto);
    let shape = trace.graph.shape(of).map(<[usize]>::to_vec);
    let several = shape.filter(|shape| shape.len() > 1);
    let flat = if several.is_some() { trace.graph.flatten(of) } else { of };
    let softmax = trace.graph.activate(flat, name, Activation::Softmax)?;
    let softmax = match several {
        Some(shape) => trace.graph.reshape(softmax, name, shape)?,
        None => softmax,
    };
    trace.softmaxes.push((softmax, of));
    Ok(softmax)
}

/// Softmax along one axis of several, or along that and all behind it.
fn softmax_along<'a>(trace: &mut Trace<'a>, node: &Node<'a>, absent: i64, flattens: bool) -> Result<Traced, Fault> {
    let (traced, rank) = with_axes(trace, node, 0)?;
    let axis = axis_of(node.integer("axis", absent), rank);
    let axis = axis.ok_or_else(|| node.setting("axis", "is not among its value's axes"))?;
    let axis = axis.checked_sub(1).ok_or_else(|| node.mixes_samples("axis 0"))?;
    let axes = if flattens { (axis..rank.saturating_sub(1)).collect() } else { vec![axis] };
    let base = trace.graph.softmax_along(traced.base, label(node.proto), axes)?;
    Ok(traced.like(base))
}

/// Before operator set 13 everything from axis 1 on was one axis.
fn usual(node: &Node<'_>) -> (i64, bool) {
    if node.version < 13 { (1, true) } else { (-1, false) }
}

pub(super) fn softmax<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let (absent, flattens) = usual(node);
    let traced = match whole_axis(trace, node, absent, flattens) {
        Ok(traced) => traced,
        Err(_) => return Ok(Value::Traced(softmax_along(trace, node, absent, flattens)?)),
    };
    let base = whole_softmax(trace, node, traced.base)?;
    Ok(Value::Traced(traced.like(base)))
}

/// The logarithm of softmax.
pub(super) fn log_softmax<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let Value::Traced(softmax) = softmax(trace, node)? else { return Err(node.unknown().into()) };
    then(node, &softmax, Scalar::elementary(Elementary::Log, Rc::new(Scalar::Variable)))
}

/// 1 at the place of the largest, the first of equals, and 0 elsewhere.
pub(super) fn hardmax<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let (absent, flattens) = usual(node);
    let traced = whole_axis(trace, node, absent, flattens)?;
    Ok(Value::Read { of: traced.base, as_what: Reading::OneHot })
}

/// The number of the largest, or of the smallest: of the largest of −x.
pub(super) fn largest<'a>(trace: &mut Trace<'a>, node: &Node<'a>, is_largest: bool) -> Result<Value, Fault> {
    node.attribute("keepdims");
    if node.is_on("select_last_index") {
        return Err(node.setting("select_last_index", "is on, where the first of equals is understood").into());
    }
    let traced = whole_axis(trace, node, 0, false)?;
    let of = if is_largest { traced.base } else { trace.scaled(traced.base, label(node.proto), -1.0, 0.0)? };
    Ok(Value::Read { of, as_what: Reading::Number })
}

/// Sums, means and lengths along axes behind that of the samples.
pub(super) fn along<'a>(trace: &mut Trace<'a>, node: &Node<'a>, reduction: Reduction) -> Result<Value, Fault> {
    let named = match node.integers("axes") {
        Some(axes) => Some(axes),
        None => constant_operand(trace, node, 1)?.map(|constant| constant.integers()),
    };
    let keeps = node.integer("keepdims", 1) != 0;
    let does_nothing = node.is_on("noop_with_empty_axes");
    let named = named.filter(|axes| !axes.is_empty());
    if let Value::Constant(constant) = operand(trace, node, 0)? {
        return of_constant(node, &constant, reduction, named, keeps);
    }
    let (traced, rank) = with_axes(trace, node, 0)?;
    let Some(named) = named else {
        if does_nothing && matches!(reduction, Reduction::Sum | Reduction::Mean) {
            return Ok(Value::Traced(traced));
        }
        return Err(node.mixes_samples("one of its axes").into());
    };
    let axes: Option<Vec<usize>> = named.iter().map(|axis| axis_of(*axis, rank)).collect();
    let mut axes = axes.ok_or_else(|| node.setting("axes", "are not among its value's"))?;
    axes.sort_unstable();
    axes.dedup();
    if axes.first() == Some(&0) {
        return Err(node.mixes_samples("axis 0").into());
    }
    let name = label(node.proto);
    let shape = trace.lengths(traced.base, name)?;
    let shape = shape.ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
    if matches!(reduction, Reduction::Largest | Reduction::Smallest) {
        // The smallest is −max(−x).
        let sign = if reduction == Reduction::Smallest { -1.0 } else { 1.0 };
        let of = trace.graph.combine(&[(sign, traced.base)], name)?;
        let largest = largest_along(trace, name, of, (&shape, &axes), keeps)?;
        let base = trace.graph.combine(&[(sign, largest)], name)?;
        return Ok(Value::Traced(traced.like(base)));
    }
    // A mean over all axes behind the channels is known as pooling.
    let base = if reduction == Reduction::Mean && rank > 2 && axes.iter().copied().eq(2..rank) && rank <= 4 {
        let pooled = trace.graph.average(traced.base, name, Flattening::ChannelsFirst, AveragePooling::global)?;
        trace.graph.flatten(pooled)
    } else {
        let before = match reduction {
            Reduction::SumOfSquares | Reduction::Length => Some(Elementary::Square),
            Reduction::SumOfSizes => Some(Elementary::Abs),
            Reduction::Sum | Reduction::Mean | Reduction::Largest | Reduction::Smallest => None,
        };
        let of = match before {
            Some(function) => trace.graph.activate(traced.base, name, Activation::Elementary(function))?,
            None => traced.base,
        };
        let sum = summed(trace, name, of, &shape, &axes)?;
        match reduction {
            Reduction::Mean => {
                let count: usize = axes.iter().map(|axis| shape[axis - 1]).product();
                let factor = Some(DVector::from_element(1, 1.0 / count as f64));
                trace.graph.scale(sum, name, Scale { factor, shift: None }, 0)?
            }
            Reduction::Length => trace.graph.activate(sum, name, Activation::Elementary(Elementary::Sqrt))?,
            _ => sum,
        }
    };
    let lengths = shape.iter().enumerate().filter_map(|(axis, length)| match axes.contains(&(axis + 1)) {
        false => Some(*length),
        true => keeps.then_some(1),
    });
    let lengths: Vec<usize> = lengths.collect();
    let base = trace.graph.reshape(base, name, lengths)?;
    Ok(Value::Traced(traced.like(base)))
}

/// The largest over axes.
fn largest_along(
    trace: &mut Trace<'_>,
    name: &str,
    of: ValueId,
    (shape, axes): (&[usize], &[usize]),
    keeps: bool,
) -> Result<ValueId, GraphProblem> {
    let (gone, kept): (Vec<usize>, Vec<usize>) = (0..shape.len()).partition(|axis| axes.contains(&(axis + 1)));
    let order: Vec<usize> = kept.iter().chain(&gone).copied().collect();
    let count: usize = gone.iter().map(|axis| shape[*axis]).product();
    let windows = super::constant::permuted_places(shape, &order).chunks(count.max(1)).map(<[usize]>::to_vec).collect();
    let lengths = shape.iter().enumerate().filter_map(|(axis, length)| match axes.contains(&(axis + 1)) {
        false => Some(*length),
        true => keeps.then_some(1),
    });
    let lengths = lengths.collect();
    let map = NodeMap::Largest { inputs: shape.iter().product(), windows };
    trace.graph.operate(&[of], name, Operator::plain("ReduceMax", map), lengths)
}

/// The sums over axes, as one axis of those that are left.
fn summed(
    trace: &mut Trace<'_>,
    name: &str,
    of: ValueId,
    shape: &[usize],
    axes: &[usize],
) -> Result<ValueId, GraphProblem> {
    let (gone, kept): (Vec<usize>, Vec<usize>) = (0..shape.len()).partition(|axis| axes.contains(&(axis + 1)));
    let order: Vec<usize> = kept.iter().chain(&gone).copied().collect();
    let count: usize = gone.iter().map(|axis| shape[*axis]).product();
    let left: usize = kept.iter().map(|axis| shape[*axis]).product();
    let positions = super::constant::permuted_places(shape, &order);
    let turned = trace.graph.select(of, &positions, vec![left, count], name)?;
    let weight = DMatrix::from_element(1, count, 1.0);
    trace.graph.affine(turned, name, Affine { weight, bias: None })
}

fn of_constant(
    node: &Node<'_>,
    constant: &super::constant::Constant,
    reduction: Reduction,
    named: Option<Vec<i64>>,
    keeps: bool,
) -> Result<Value, Fault> {
    let rank = constant.shape.len();
    let axes: Option<Vec<usize>> = match named {
        Some(named) => named.iter().map(|axis| axis_of(*axis, rank)).collect(),
        None => Some((0..rank).collect()),
    };
    let axes = axes.ok_or_else(|| node.setting("axes", "are not among its value's"))?;
    let (gone, kept): (Vec<usize>, Vec<usize>) = (0..rank).partition(|axis| axes.contains(axis));
    let order: Vec<usize> = kept.iter().chain(&gone).copied().collect();
    let turned = constant.transposed(&order).ok_or_else(|| node.unknown())?;
    let count: usize = gone.iter().map(|axis| constant.shape[*axis]).product();
    let reduce = |run: &[f64]| {
        let total = |value: fn(f64) -> f64| run.iter().copied().map(value).sum::<f64>();
        match reduction {
            Reduction::Sum => total(|x| x),
            Reduction::Mean => total(|x| x) / run.len() as f64,
            Reduction::SumOfSquares => total(|x| x * x),
            Reduction::SumOfSizes => total(f64::abs),
            Reduction::Length => total(|x| x * x).sqrt(),
            Reduction::Largest => run.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Reduction::Smallest => run.iter().copied().fold(f64::INFINITY, f64::min),
        }
    };
    if count == 0 {
        return Err(node.setting("its constant", "is empty").into());
    }
    let values: Vec<f64> = turned.values.chunks(count).map(reduce).collect();
    let lengths = constant.shape.iter().enumerate();
    let shape =
        lengths.filter_map(|(axis, length)| if gone.contains(&axis) { keeps.then_some(1) } else { Some(*length) });
    let constant = super::constant::Constant { shape: shape.collect(), values, kind: constant.kind };
    Ok(Value::Constant(Rc::new(constant)))
}
