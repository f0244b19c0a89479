//! Normalisations of a value by its own mean and deviation, and softmax along one of several axes.

use nalgebra::DVector;

use super::broadcast::without_samples;
use super::constant::Constant;
use super::node::Node;
use super::operands::{constant_operand, floats, only_operand};
use super::reduce::{axis_of, with_axes};
use super::trace::{Fault, Trace, Traced, Value, label};
use crate::formats::graph::{GraphProblem, Groups, Scale, ValueId};
use crate::formats::shape::size;

/// ε where a node does not tell it.
const EPSILON: f64 = 1e-5;

/// (x − mean)/√(var + ε)·γ + β over the axes from `axis` on, or x/√(mean x² + ε)·γ.
pub(super) fn of_layer<'a>(trace: &mut Trace<'a>, node: &Node<'a>, centred: bool) -> Result<Value, Fault> {
    // Only matters for how precisely it is computed.
    node.attribute("stash_type");
    let (traced, rank) = with_axes(trace, node, 0)?;
    let (gamma, beta) = (only_operand(trace, node, 1)?, constant_operand(trace, node, 2)?);
    let epsilon = node.float("epsilon", EPSILON);
    let axis =
        axis_of(node.integer("axis", -1), rank).ok_or_else(|| node.setting("axis", "is not among its value's"))?;
    let axis = axis.checked_sub(1).ok_or_else(|| node.mixes_samples("axis 0"))?;
    if node.results() > 1 {
        return Err(node.setting("its further results", "are asked for, which is not understood").into());
    }
    if axis == 0 {
        trace.graph.settle(traced.base, gamma.values.len());
    }
    let (base, shape) = shaped(trace, node, &traced)?;
    let groups = Groups::Axes((axis..shape.len()).collect());
    let name = label(node.proto);
    let base = trace.graph.normalise(base, name, &node.op_type, groups, (centred, epsilon))?;
    scaled(trace, node, (base, &shape), [Some(&gamma), beta.as_deref()]).map(|base| Value::Traced(traced.like(base)))
}

/// Each channel by itself, or each of some groups of channels; then a factor and a shift for each channel, or for each group.
pub(super) fn of_channels<'a>(trace: &mut Trace<'a>, node: &Node<'a>, groups: Option<usize>) -> Result<Value, Fault> {
    node.attribute("stash_type");
    let (traced, _) = with_axes(trace, node, 0)?;
    let (gamma, beta) = (only_operand(trace, node, 1)?, only_operand(trace, node, 2)?);
    let (base, shape) = shaped(trace, node, &traced)?;
    let channels = shape.first().copied().unwrap_or(0);
    let groups = groups.unwrap_or(channels);
    if groups == 0 || !channels.is_multiple_of(groups) {
        return Err(node.setting("num_groups", "does not divide its channels").into());
    }
    let epsilon = node.float("epsilon", EPSILON);
    let name = label(node.proto);
    let base = trace.graph.normalise(base, name, &node.op_type, Groups::Runs(groups), (true, epsilon))?;
    // One number a channel, or, in old operator sets, one a group.
    let of_channels = |constant: &Constant| -> Option<Constant> {
        let count = constant.values.len();
        let of = |channel: usize| if count == channels { channel } else { channel * groups / channels };
        if count != channels && count != groups {
            return None;
        }
        let mut lengths = vec![1; shape.len()];
        lengths[0] = channels;
        let values = (0..channels).map(|channel| constant.values[of(channel)]).collect();
        Some(Constant { shape: lengths, values, kind: constant.kind })
    };
    let unfitting = || node.setting("its factors", "do not fit its channels");
    let (gamma, beta) = (of_channels(&gamma).ok_or_else(unfitting)?, of_channels(&beta).ok_or_else(unfitting)?);
    scaled(trace, node, (base, &shape), [Some(&gamma), Some(&beta)]).map(|base| Value::Traced(traced.like(base)))
}

/// The number of groups that a node tells.
pub(super) fn groups(node: &Node<'_>) -> usize {
    usize::try_from(node.integer("num_groups", 0)).unwrap_or(0)
}

/// The value and the lengths of its axes, which must be known.
fn shaped(trace: &mut Trace<'_>, node: &Node<'_>, traced: &Traced) -> Result<(ValueId, Vec<usize>), Fault> {
    let name = label(node.proto);
    let shape = trace.lengths(traced.base, name)?;
    let shape = shape.ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
    Ok((traced.base, shape))
}

/// factor∘x + shift, both spread over the value.
fn scaled(
    trace: &mut Trace<'_>,
    node: &Node<'_>,
    (base, shape): (ValueId, &[usize]),
    parts: [Option<&Constant>; 2],
) -> Result<ValueId, Fault> {
    let mut vectors = [None, None];
    for (vector, part) in vectors.iter_mut().zip(parts) {
        let Some(part) = part else { continue };
        floats(node, part)?;
        trace.graph.spend_entries(label(node.proto), size(shape).unwrap_or(usize::MAX))?;
        let spread = without_samples(part, shape.len()).and_then(|part| part.spread_to(shape));
        let spread = spread.ok_or_else(|| node.setting("a constant", "has a shape that does not fit its value"))?;
        *vector = Some(DVector::from_vec(spread.values));
    }
    let [factor, shift] = vectors;
    Ok(trace.graph.scaled_along(base, label(node.proto), Scale { factor, shift }, shape)?)
}
