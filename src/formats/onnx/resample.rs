//! Pictures under other sizes: transposed convolutions, padding, resizing. All are linear.

use super::constant::Constant;
use super::node::Node;
use super::operands::{constant_operand, floats, only_operand};
use super::reduce::with_axes;
use super::trace::{Fault, Trace, Traced, Value, label};
use crate::formats::graph::{GraphProblem, SparseRows};

/// A place outside of this many values is no picture's.
const LONGEST: usize = 1 << 24;

/// y(o, stride·p + dilation·τ − padding) = Σ K(c, o, τ)·x(c, p), the transpose of a convolution.
pub(super) fn transposed_convolution<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let (traced, shape) = shaped(trace, node)?;
    let (weight, bias) = (only_operand(trace, node, 1)?, constant_operand(trace, node, 2)?);
    for constant in std::iter::once(&weight).chain(&bias) {
        floats(node, constant)?;
    }
    let sides = shape.len().saturating_sub(1);
    let ([inputs, group_outputs, size @ ..], [channels, lengths @ ..]) = (&weight.shape[..], &shape[..]) else {
        return Err(node.setting("its kernel", "does not fit its value").into());
    };
    if size.len() != sides || channels != inputs || sides == 0 || size.contains(&0) {
        return Err(node.setting("its kernel", "does not fit its value").into());
    }
    if node.attribute("output_shape").is_some() || !matches!(node.word("auto_pad").as_deref(), None | Some("NOTSET")) {
        return Err(node.setting("its padding", "is told by its result, which is not understood").into());
    }
    node.attribute("kernel_shape");
    let strides = list(node, "strides", sides, 1)?;
    let dilations = list(node, "dilations", sides, 1)?;
    let pads = list(node, "pads", 2 * sides, 0)?;
    let more = list(node, "output_padding", sides, 0)?;
    let groups = usize::try_from(node.integer("group", 1)).unwrap_or(0);
    if groups == 0 || !inputs.is_multiple_of(groups) {
        return Err(node.setting("group", "does not divide its channels").into());
    }
    let unfitting = || node.setting("its padding", "leaves nothing");
    let mut made = vec![group_outputs * groups];
    for side in 0..sides {
        let reach = (lengths[side].saturating_sub(1))
            .saturating_mul(strides[side])
            .saturating_add((size[side] - 1).saturating_mul(dilations[side]))
            .saturating_add(1 + more[side]);
        let left = reach.checked_sub(pads[side].saturating_add(pads[side + sides])).filter(|left| *left > 0);
        made.push(left.filter(|left| *left <= LONGEST).ok_or_else(unfitting)?);
    }
    let (area_in, area_out): (usize, usize) = (lengths.iter().product(), made[1..].iter().product());
    let taps: usize = size.iter().product();
    let name = label(node.proto);
    trace
        .graph
        .spend_entries(name, inputs.saturating_mul(area_in).saturating_mul(*group_outputs).saturating_mul(taps))?;
    let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); made[0].saturating_mul(area_out)];
    let group_inputs = inputs / groups;
    for channel in 0..*inputs {
        for within in 0..*group_outputs {
            let output = channel / group_inputs * group_outputs + within;
            for tap in 0..taps {
                let value = weight.values[(channel * group_outputs + within) * taps + tap];
                for slot in 0..area_in {
                    let to = along(slot, lengths, |side, at| {
                        let moved = at * strides[side] + coordinate(tap, size, side) * dilations[side];
                        moved.checked_sub(pads[side]).filter(|at| *at < made[side + 1])
                    });
                    if let Some(to) = to.map(|to| flat(&to, &made[1..])) {
                        rows[output * area_out + to].push((channel * area_in + slot, value));
                    }
                }
            }
        }
    }
    let shift = match bias {
        Some(bias) if bias.values.len() == made[0] => {
            Some((0..made[0] * area_out).map(|slot| bias.values[slot / area_out]).collect())
        }
        Some(_) => return Err(node.setting("its bias", "does not fit its channels").into()),
        None => None,
    };
    let text = format!("transposed conv {}, {inputs}→{}, on {}", times(size), made[0], times(lengths));
    let base = trace.graph.sparse(traced.base, name, SparseRows { rows, shift, text }, made)?;
    Ok(Value::Traced(traced.like(base)))
}

/// Values around a picture: a constant, or those at its edge.
pub(super) fn pad<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let (traced, shape) = shaped(trace, node)?;
    let given_pads = match constant_operand(trace, node, 1)? {
        Some(pads) => pads.integers(),
        None => node.integers("pads").ok_or_else(|| node.setting("pads", "is absent"))?,
    };
    if let Some(axes) = constant_operand(trace, node, 3)? {
        let plain = axes.integers().into_iter().eq(0..given_pads.len() as i64 / 2);
        if !plain {
            return Err(node.setting("axes", "is given, which is not understood").into());
        }
    }
    let value = match constant_operand(trace, node, 2)? {
        Some(value) => value.only().ok_or_else(|| node.setting("its constant", "is no number"))?,
        None => node.float("value", 0.0),
    };
    let mode = node.word("mode").unwrap_or_else(|| "constant".into());
    let rank = shape.len() + 1;
    if given_pads.len() != 2 * rank {
        return Err(node.setting("pads", "do not fit its value").into());
    }
    if given_pads[0] != 0 || given_pads[rank] != 0 {
        return Err(node.mixes_samples("an axis that it pads").into());
    }
    let before = &given_pads[1..rank];
    let mut made = Vec::with_capacity(shape.len());
    for (axis, length) in shape.iter().enumerate() {
        let longer = i64::try_from(*length)
            .unwrap_or(i64::MAX)
            .saturating_add(before[axis])
            .saturating_add(given_pads[rank + 1 + axis]);
        let longer = usize::try_from(longer).ok().filter(|longer| (1..=LONGEST).contains(longer));
        made.push(longer.ok_or_else(|| node.setting("pads", "leave nothing"))?);
    }
    let width = made.iter().try_fold(1_usize, |width, length| width.checked_mul(*length)).unwrap_or(usize::MAX);
    let name = label(node.proto);
    trace.graph.spend_entries(name, width)?;
    let slots: Vec<Option<usize>> = (0..width)
        .map(|slot| {
            let from = along(slot, &made, |axis, at| {
                let length = shape[axis] as i64;
                let at = at as i64 - before[axis];
                let at = match mode.as_str() {
                    "edge" => at.clamp(0, length - 1),
                    "reflect" if length > 1 => {
                        let period = 2 * (length - 1);
                        let within = at.rem_euclid(period);
                        within.min(period - within)
                    }
                    _ => at,
                };
                usize::try_from(at).ok().filter(|at| *at < shape[axis])
            });
            from.map(|from| flat(&from, &shape))
        })
        .collect();
    if !matches!(mode.as_str(), "constant" | "edge" | "reflect") {
        return Err(node.setting("mode", "is not understood").into());
    }
    let shift = (value != 0.0 && mode == "constant")
        .then(|| slots.iter().map(|slot| if slot.is_none() { value } else { 0.0 }).collect());
    let rows = slots.into_iter().map(|slot| slot.map(|slot| (slot, 1.0)).into_iter().collect()).collect();
    let text = format!("padding of {}", times(&shape));
    let base = trace.graph.sparse(traced.base, name, SparseRows { rows, shift, text }, made)?;
    Ok(Value::Traced(traced.like(base)))
}

/// Another size of a picture, by the nearest value or by a line between the two nearest of each axis.
pub(super) fn resize<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let (traced, shape) = shaped(trace, node)?;
    let old = node.op_type == "Upsample" || node.version < 11;
    let (scales_at, sizes_at) = if old { (1, 3) } else { (2, 3) };
    if !old {
        // The region only matters where it is cropped, which is refused below.
        node.pass(1);
    }
    let numbers = |constant: Option<std::rc::Rc<Constant>>| constant.filter(|constant| !constant.values.is_empty());
    let scales = match numbers(constant_operand(trace, node, scales_at)?) {
        Some(scales) => Some(scales.values.clone()),
        None => node.attribute("scales").map(|given| given.floats.iter().map(|scale| f64::from(*scale)).collect()),
    };
    let sizes = numbers(constant_operand(trace, node, sizes_at)?).map(|sizes| sizes.integers());
    let rank = shape.len() + 1;
    let (made, scales) = match (scales, sizes) {
        (Some(scales), _) if scales.len() == rank && scales[0] == 1.0 => {
            let made = shape.iter().zip(&scales[1..]).map(|(length, scale)| (*length as f64 * scale).floor() as usize);
            (made.collect::<Vec<usize>>(), scales[1..].to_vec())
        }
        (None, Some(sizes)) if sizes.len() == rank => {
            let made: Vec<usize> = sizes[1..].iter().map(|size| usize::try_from(*size).unwrap_or(0)).collect();
            let scales = made.iter().zip(&shape).map(|(made, length)| *made as f64 / *length as f64).collect();
            (made, scales)
        }
        _ => return Err(node.setting("its sizes", "are not understood").into()),
    };
    if made.iter().any(|length| !(1..=LONGEST).contains(length)) {
        return Err(node.setting("its sizes", "leave nothing").into());
    }
    for name in ["antialias", "exclude_outside"] {
        if node.is_on(name) {
            return Err(node.setting(name, "is on, which is not understood").into());
        }
    }
    for name in ["cubic_coeff_a", "extrapolation_value", "keep_aspect_ratio_policy"] {
        node.attribute(name);
    }
    let mode = node.word("mode").unwrap_or_else(|| "nearest".into());
    let usual = if old { "asymmetric" } else { "half_pixel" };
    let transform = node.word("coordinate_transformation_mode").unwrap_or_else(|| usual.into());
    let usual = if old { "floor" } else { "round_prefer_floor" };
    let nearest = node.word("nearest_mode").unwrap_or_else(|| usual.into());
    let origin = |axis: usize, at: usize| -> Option<f64> {
        let (at, scale) = (at as f64, scales[axis]);
        let (from, to) = (shape[axis] as f64, made[axis] as f64);
        Some(match transform.as_str() {
            "asymmetric" => at / scale,
            "half_pixel" => (at + 0.5) / scale - 0.5,
            "pytorch_half_pixel" if to > 1.0 => (at + 0.5) / scale - 0.5,
            "pytorch_half_pixel" => 0.0,
            "align_corners" if to > 1.0 => at * (from - 1.0) / (to - 1.0),
            "align_corners" => 0.0,
            _ => return None,
        })
    };
    if origin(0, 0).is_none() {
        return Err(node.setting("coordinate_transformation_mode", "is not understood").into());
    }
    // For each place along each axis the places before it, with their shares.
    let mut shares: Vec<Vec<Vec<(usize, f64)>>> = Vec::with_capacity(made.len());
    for axis in 0..made.len() {
        let last = shape[axis].saturating_sub(1);
        let clamp = |at: f64| at.clamp(0.0, last as f64) as usize;
        let mut of_axis = Vec::with_capacity(made[axis]);
        for at in 0..made[axis] {
            let x = origin(axis, at).unwrap_or_default();
            of_axis.push(match (mode.as_str(), nearest.as_str()) {
                _ if made[axis] == shape[axis] => vec![(at, 1.0)],
                ("nearest", "floor") => vec![(clamp(x.floor()), 1.0)],
                ("nearest", "ceil") => vec![(clamp(x.ceil()), 1.0)],
                ("nearest", "round_prefer_floor") => vec![(clamp((x - 0.5).ceil()), 1.0)],
                ("nearest", "round_prefer_ceil") => vec![(clamp((x + 0.5).floor()), 1.0)],
                ("linear", _) => {
                    let x = x.clamp(0.0, last as f64);
                    let (low, share) = (x.floor(), x - x.floor());
                    let pair = [(clamp(low), 1.0 - share), (clamp(low + 1.0), share)];
                    pair.into_iter().filter(|(_, share)| *share != 0.0).collect()
                }
                _ => return Err(node.setting("mode", "is not understood").into()),
            });
        }
        shares.push(of_axis);
    }
    let width = made.iter().try_fold(1_usize, |width, length| width.checked_mul(*length)).unwrap_or(usize::MAX);
    let name = label(node.proto);
    trace.graph.spend_entries(name, width)?;
    let rows = (0..width)
        .map(|slot| {
            let mut entries = vec![(0_usize, 1.0)];
            let mut rest = width;
            let mut at = slot;
            for (axis, length) in made.iter().enumerate() {
                rest /= length;
                let (along, own_length) = (&shares[axis][at / rest], shape[axis]);
                at %= rest;
                let joined = entries.iter().flat_map(|(from, share)| {
                    along.iter().map(move |(slot, own)| (from * own_length + slot, share * own))
                });
                entries = joined.collect();
            }
            entries
        })
        .collect();
    let text = format!("{} to {}", mode, times(&made));
    let base = trace.graph.sparse(
        traced.base,
        name,
        SparseRows { rows, shift: None, text: format!("resizing, {text}") },
        made,
    )?;
    Ok(Value::Traced(traced.like(base)))
}

/// The value, and the lengths of its axes, which must be known.
fn shaped<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<(Traced, Vec<usize>), Fault> {
    let (traced, _) = with_axes(trace, node, 0)?;
    let name = label(node.proto);
    let shape = trace.lengths(traced.base, name)?;
    let shape = shape.ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
    Ok((traced, shape))
}

/// An attribute of so many whole numbers.
fn list(node: &Node<'_>, name: &str, count: usize, absent: usize) -> Result<Vec<usize>, GraphProblem> {
    let Some(given) = node.integers(name) else { return Ok(vec![absent; count]) };
    let numbers: Option<Vec<usize>> =
        given.iter().map(|number| usize::try_from(*number).ok().filter(|number| *number <= LONGEST)).collect();
    let positive = |numbers: &Vec<usize>| numbers.len() == count && (absent == 0 || !numbers.contains(&0));
    numbers.filter(positive).ok_or_else(|| node.setting(name, "are not those of a picture or a signal"))
}

/// The coordinate of place `at` along one of the axes.
fn coordinate(at: usize, lengths: &[usize], axis: usize) -> usize {
    let stride: usize = lengths[axis + 1..].iter().product();
    at / stride % lengths[axis]
}

/// The coordinates of place `at`, each moved; none where one is moved out.
fn along(at: usize, lengths: &[usize], moved: impl Fn(usize, usize) -> Option<usize>) -> Option<Vec<usize>> {
    (0..lengths.len()).map(|axis| moved(axis, coordinate(at, lengths, axis))).collect()
}

/// The place of these coordinates.
fn flat(coordinates: &[usize], lengths: &[usize]) -> usize {
    coordinates.iter().zip(lengths).fold(0, |slot, (at, length)| slot * length + at)
}

fn times(lengths: &[usize]) -> String {
    lengths.iter().map(usize::to_string).collect::<Vec<String>>().join("×")
}
