//! Numbers of few bits with a scale and a zero point.
//!
//! Constants are taken back to floats at once. A value that is rounded on its way stays exact: it is divided by the scale,
//! rounded, held within the range of the type, and the whole numbers are scaled back where they are used.

use std::rc::Rc;

use nalgebra::DVector;

use super::constant::Constant;
use super::element::{Element, Kind};
use super::elementwise::{apply, apply_unary};
use super::linear::{matrix, samples_first};
use super::message::element;
use super::node::Node;
use super::operands::{constant_operand, only_operand, operand, settled_operand};
use super::reduce::axis_of;
use super::scalar::{Binary, Unary};
use super::trace::{Fault, Trace, Traced, Value, label};
use super::volumes;
use crate::formats::graph::Scale;
use crate::network::{Activation, Elementary};

/// (x − zero point)·scale of a constant, or of whole numbers on their way.
pub(super) fn dequantise(trace: &mut Trace<'_>, node: &Node<'_>) -> Result<Value, Fault> {
    let scale = only_operand(trace, node, 1)?;
    let zero = constant_operand(trace, node, 2)?;
    node.attribute("output_dtype");
    let (axis, block) = (node.integer("axis", 1), node.integer("block_size", 0));
    match operand(trace, node, 0)? {
        Value::Constant(constant) => {
            let spread = |part: &Constant| spread_scale(part, &constant.shape, axis, block);
            let unfitting = || node.setting("its scale", "does not fit its values");
            let scales = spread(&scale).ok_or_else(unfitting)?;
            let zeros = zero.map(|zero| spread(&zero).ok_or_else(unfitting)).transpose()?;
            let value = |position: usize, value: f64| {
                let zero = zeros.as_ref().map_or(0.0, |zeros| zeros[position]);
                (value - zero) * scales[position]
            };
            let values = constant.values.iter().enumerate().map(|(position, x)| value(position, *x)).collect();
            Ok(Value::Constant(Rc::new(Constant { shape: constant.shape.clone(), values, kind: Kind::Float })))
        }
        Value::Traced(traced) => back_to_floats(trace, node, Value::Traced(traced), &scale, zero.as_deref()),
        _ => Err(node.unknown().into()),
    }
}

/// A scale or zero point for each value of a tensor: one for all, one for each place of an axis, or one for each block.
pub(super) fn spread_scale(part: &Constant, shape: &[usize], axis: i64, block: i64) -> Option<Vec<f64>> {
    let count: usize = shape.iter().product();
    if let Some(only) = part.only().filter(|_| part.shape.len() <= 1) {
        return Some(vec![only; count]);
    }
    let axis = axis_of(axis, shape.len())?;
    let inner: usize = shape[axis + 1..].iter().product();
    let length = shape[axis];
    let along = |position: usize| position / inner.max(1) % length.max(1);
    if block == 0 {
        (part.shape == [length]).then_some(())?;
        return Some((0..count).map(|position| part.values[along(position)]).collect());
    }
    let block = usize::try_from(block).ok().filter(|block| *block > 0)?;
    let blocks = length.div_ceil(block);
    let fits = part.shape.iter().enumerate().all(|(at, own)| *own == if at == axis { blocks } else { shape[at] });
    (fits && part.shape.len() == shape.len()).then_some(())?;
    let at = |position: usize| {
        let outer = position / (inner.max(1) * length.max(1));
        (outer * blocks + along(position) / block) * inner + position % inner.max(1)
    };
    (0..count).map(|position| part.values.get(at(position)).copied()).collect()
}

/// (q − zero)·scale of a value on its way, one scale and zero point for all of it.
fn back_to_floats(
    trace: &mut Trace<'_>,
    node: &Node<'_>,
    value: Value,
    scale: &Constant,
    zero: Option<&Constant>,
) -> Result<Value, Fault> {
    let one = |part: &Constant| part.only().ok_or_else(|| node.setting("its scale", "differs by coordinate"));
    let zero = zero.map(one).transpose()?.unwrap_or(0.0);
    let scale = one(scale)?;
    let value = match value {
        Value::Traced(traced) => Value::Traced(Traced { kind: Kind::Float, ..traced }),
        other => other,
    };
    let moved = with_number(trace, node, Binary::Sub, value, zero)?;
    with_number(trace, node, Binary::Mul, moved, scale)
}

fn with_number(
    trace: &mut Trace<'_>,
    node: &Node<'_>,
    operator: Binary,
    value: Value,
    number: f64,
) -> Result<Value, Fault> {
    apply(trace, node, operator, value, Value::Constant(Rc::new(Constant::scalar(number))))
}

/// round(x/scale) + zero point, held within the range of the type.
pub(super) fn quantise<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let value = operand(trace, node, 0)?;
    let block = node.integer("block_size", 0);
    node.attribute("axis");
    if block != 0 {
        return Err(node.setting("block_size", "is not understood of a value").into());
    }
    let attribute = i32::try_from(node.integer("output_dtype", 0)).unwrap_or(0);
    to_few_bits(trace, node, value, [1, 2], attribute)
}

/// The value as whole numbers; `positions` are the operands that tell the scale and the zero point.
fn to_few_bits<'a>(
    trace: &mut Trace<'a>,
    node: &Node<'a>,
    value: Value,
    positions: [usize; 2],
    attribute: i32,
) -> Result<Value, Fault> {
    let one = |constant: &Constant| {
        constant.only().ok_or_else(|| node.setting("its scale", "differs by coordinate, which is not understood"))
    };
    let scale = one(only_operand(trace, node, positions[0])?.as_ref())?;
    let kind = trace.element_of(node.operand_name(positions[1]).unwrap_or_default());
    let zero = constant_operand(trace, node, positions[1])?.map(|zero| one(&zero)).transpose()?.unwrap_or(0.0);
    let number = kind.unwrap_or(if attribute == 0 { element::UINT8 } else { attribute });
    let range = Element::from_number(number).and_then(Element::range);
    let (low, high) = range.ok_or_else(|| node.setting("its type", "is not one of whole numbers of few bits"))?;
    let divided = with_number(trace, node, Binary::Div, value, scale)?;
    let act = |activation| Unary::Activation(activation);
    let rounded = apply_unary(node, act(Activation::Elementary(Elementary::Round)), divided)?;
    let held = apply_unary(node, act(Activation::HardTanh { low: low - zero, high: high - zero }), rounded)?;
    if matches!(held, Value::Traced(_)) {
        trace.remarks.push(format!(
            "`{}` rounds to steps of {scale}: a value half way between two of them may go the other way than in 32 bits",
            label(node.proto)
        ));
    }
    match with_number(trace, node, Binary::Add, held, zero)? {
        Value::Traced(traced) => Ok(Value::Traced(Traced { kind: Kind::Integer, ..traced })),
        other => Ok(other),
    }
}

/// A constant of few bits as floats; `positions` are the operands that tell it, its scale and its zero point.
fn weight<'a>(trace: &mut Trace<'a>, node: &Node<'a>, positions: [usize; 3], axis: i64) -> Result<Constant, Fault> {
    let stored = only_operand(trace, node, positions[0])?;
    let scale = only_operand(trace, node, positions[1])?;
    let zero = constant_operand(trace, node, positions[2])?;
    let unfitting = || node.setting("the scale of its weight", "does not fit it");
    let scales = spread_scale(&scale, &stored.shape, axis, 0).ok_or_else(unfitting)?;
    let zeros = match zero {
        Some(zero) => spread_scale(&zero, &stored.shape, axis, 0).ok_or_else(unfitting)?,
        None => vec![0.0; stored.values.len()],
    };
    let values = stored.values.iter().zip(scales.iter().zip(&zeros)).map(|(x, (scale, zero))| (x - zero) * scale);
    Ok(Constant { shape: stored.shape.clone(), values: values.collect(), kind: Kind::Float })
}

/// The first operand, whole numbers with a scale and a zero point, as a settled value of floats.
fn input<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Traced, Fault> {
    let value = operand(trace, node, 0)?;
    let scale = only_operand(trace, node, 1)?;
    let zero = constant_operand(trace, node, 2)?;
    match back_to_floats(trace, node, value, &scale, zero.as_deref())? {
        Value::Traced(traced) if !traced.transposed && !traced.unsqueezed => {
            let base = trace.settle(&traced)?;
            Ok(traced.like(base))
        }
        _ => Err(node.unknown().into()),
    }
}

/// A·B of whole numbers with scales, rounded.
pub(super) fn product<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let traced = input(trace, node)?;
    let weight = weight(trace, node, [3, 4, 5], -1)?;
    let weight = matrix(node, &weight)?.transpose();
    trace.lengths(traced.base, label(node.proto))?;
    let base = trace.graph.affine(traced.base, label(node.proto), crate::network::Affine { weight, bias: None })?;
    to_few_bits(trace, node, Value::Traced(traced.like(base)), [6, 7], 0)
}

/// A·B' + C of whole numbers with scales, rounded where a scale of the result is given; as onnxruntime has it.
pub(super) fn gemm<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let name = label(node.proto);
    if node.is_on("transA") {
        return Err(node.mixes_samples("the axis that transA puts last").into());
    }
    let (alpha, turns) = (node.float("alpha", 1.0), node.is_on("transB"));
    let traced = input(trace, node)?;
    let own_scale = only_operand(trace, node, 1)?.only().ok_or_else(|| node.unknown())?;
    let scales = only_operand(trace, node, 4)?;
    let weight = weight(trace, node, [3, 4, 5], if turns { 0 } else { 1 })?;
    let stored = matrix(node, &weight)? * alpha;
    let weight = if turns { stored } else { stored.transpose() };
    trace.lengths(traced.base, name)?;
    let mut base = trace.graph.affine(traced.base, name, crate::network::Affine { weight, bias: None })?;
    if let Some(bias) = constant_operand(trace, node, 6)? {
        let spread = spread_scale(&scales, &[bias.values.len()], 0, 0).ok_or_else(|| node.unknown())?;
        let shift = bias.values.iter().zip(spread).map(|(bias, scale)| alpha * bias * own_scale * scale);
        let shift = Some(DVector::from_iterator(bias.values.len(), shift));
        base = trace.graph.scale(base, name, Scale { factor: None, shift }, 0)?;
    }
    let value = Value::Traced(Traced { kind: Kind::Float, ..traced.like(base) });
    if node.operand_name(7).is_none() { Ok(value) } else { to_few_bits(trace, node, value, [7, 8], 0) }
}

/// A convolution of whole numbers with scales, rounded.
pub(super) fn convolution<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let traced = input(trace, node)?;
    let own_scale = only_operand(trace, node, 1)?.only().ok_or_else(|| node.unknown())?;
    let scales = only_operand(trace, node, 4)?;
    let kernel = weight(trace, node, [3, 4, 5], 0)?;
    let bias = constant_operand(trace, node, 8)?;
    let bias = match bias {
        Some(bias) => {
            let spread = spread_scale(&scales, &[bias.values.len()], 0, 0).ok_or_else(|| node.unknown())?;
            let values = bias.values.iter().zip(spread).map(|(bias, scale)| bias * own_scale * scale).collect();
            Some(Constant { shape: bias.shape.clone(), values, kind: Kind::Float })
        }
        None => None,
    };
    let base = volumes::convolved(trace, node, &traced, &kernel, bias.as_ref())?;
    to_few_bits(trace, node, Value::Traced(traced.like(base)), [6, 7], 0)
}

/// (A − a)·(B − b) of whole numbers.
pub(super) fn integer_product<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let own_zero =
        constant_operand(trace, node, 2)?.map(|zero| zero.only().ok_or_else(|| node.unknown())).transpose()?;
    let stored = only_operand(trace, node, 1)?;
    let zero = constant_operand(trace, node, 3)?;
    let unfitting = || node.setting("the zero point of its weight", "does not fit it");
    let zeros = match zero {
        Some(zero) => spread_scale(&zero, &stored.shape, -1, 0).ok_or_else(unfitting)?,
        None => vec![0.0; stored.values.len()],
    };
    let values = stored.values.iter().zip(zeros).map(|(value, zero)| value - zero).collect();
    let weight = matrix(node, &Constant { shape: stored.shape.clone(), values, kind: Kind::Float })?.transpose();
    let sums = own_zero.filter(|zero| *zero != 0.0).map(|zero| weight.column_sum() * -zero);
    let settled = settled_operand(trace, node, 0)?;
    if settled.kind != Kind::Integer {
        return Err(node.setting("its first operand", "is not of whole numbers").into());
    }
    let value = samples_first(trace, node, 0, weight, false)?;
    let base = match sums {
        Some(shift) => {
            trace.graph.scale(value.base, label(node.proto), Scale { factor: None, shift: Some(shift) }, 0)?
        }
        None => value.base,
    };
    Ok(Value::Traced(Traced { base, kind: Kind::Integer, ..value }))
}
