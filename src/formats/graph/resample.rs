//! Pictures under other sizes: transposed convolutions, values around a picture, resizing. All are linear maps of few
//! entries.

use super::GraphProblem;
use super::operators::SparseRows;
use super::values::{Graph, ValueId};
use crate::formats::shape::size;
use crate::network::Flattening;

/// A place outside of this many values is no picture's.
pub(in crate::formats) const LONGEST: usize = 1 << 24;

/// y(o, stride·p + dilation·τ − before) = Σ K(c, o, τ)·x(c, p), the transpose of a convolution.
pub(in crate::formats) struct Transposed<'a> {
    /// The channels of the input, and those that each group gives.
    pub channels: [usize; 2],
    pub groups: usize,
    /// The sides of the kernel; one number a side in the lists that follow.
    pub size: Vec<usize>,
    pub strides: Vec<usize>,
    pub dilations: Vec<usize>,
    /// What is cut off before the first value of the result.
    pub before: Vec<usize>,
    /// The sides of the result.
    pub sides: Vec<usize>,
    /// K at an input channel, an output channel within its group, and a tap.
    pub kernel: &'a dyn Fn(usize, usize, usize) -> f64,
    /// A number for each output channel.
    pub bias: Option<Vec<f64>>,
    /// Where the channels lie.
    pub order: Flattening,
}

/// For each place along an axis the places before it, with their shares.
pub(in crate::formats) type Shares = Vec<Vec<(usize, f64)>>;

/// What lies around a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::formats) enum Around {
    /// The same number everywhere.
    Number(f64),
    /// The value at its edge.
    Edge,
    /// The picture mirrored at its edge, which is not doubled.
    Reflection,
}

impl Graph {
    /// A transposed convolution of the value.
    pub fn convolve_transposed(
        &mut self,
        of: ValueId,
        name: &str,
        map: Transposed<'_>,
    ) -> Result<ValueId, GraphProblem> {
        let shape = self.known_shape(of, name)?;
        let unfitting = || setting(name, "its kernel", "does not fit its value");
        let sides = map.size.len();
        let (channels, lengths) = match (map.order, &shape[..]) {
            (Flattening::ChannelsFirst, [channels, lengths @ ..]) => (*channels, lengths.to_vec()),
            (Flattening::ChannelsLast, [lengths @ .., channels]) => (*channels, lengths.to_vec()),
            _ => return Err(unfitting()),
        };
        let [inputs, group_outputs] = map.channels;
        let lists = [&lengths, &map.strides, &map.dilations, &map.before, &map.sides];
        let fits = channels == inputs
            && sides > 0
            && lists.iter().all(|list| list.len() == sides)
            && map.groups > 0
            && inputs.is_multiple_of(map.groups)
            && !map.size.contains(&0)
            && map.sides.iter().all(|side| (1..=LONGEST).contains(side));
        let outputs = group_outputs.saturating_mul(map.groups);
        if !fits || map.bias.as_ref().is_some_and(|bias| bias.len() != outputs) {
            return Err(unfitting());
        }
        let area = |lengths: &[usize]| size(lengths).unwrap_or(usize::MAX);
        let (area_in, area_out, taps) = (area(&lengths), area(&map.sides), area(&map.size));
        let entries = inputs.saturating_mul(area_in).saturating_mul(group_outputs).saturating_mul(taps);
        self.spend_entries(name, entries.saturating_add(outputs.saturating_mul(area_out)))?;
        let position_of = |channels: usize, area: usize, channel: usize, slot: usize| match map.order {
            Flattening::ChannelsFirst => channel * area + slot,
            Flattening::ChannelsLast => slot * channels + channel,
        };
        // Where each tap brings each place of the input, the same for all channels.
        let mut brought = Vec::with_capacity(taps.saturating_mul(area_in));
        for tap in 0..taps {
            for slot in 0..area_in {
                let to = along(slot, &lengths, |side, at| {
                    let moved = at * map.strides[side] + coordinate(tap, &map.size, side) * map.dilations[side];
                    moved.checked_sub(map.before[side]).filter(|at| *at < map.sides[side])
                });
                brought.extend(to.map(|to| (tap, slot, flat(&to, &map.sides))));
            }
        }
        let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); outputs * area_out];
        let group_inputs = inputs / map.groups;
        for channel in 0..inputs {
            for within in 0..group_outputs {
                let output = channel / group_inputs * group_outputs + within;
                for &(tap, slot, to) in &brought {
                    let value = (map.kernel)(channel, within, tap);
                    let from = position_of(inputs, area_in, channel, slot);
                    rows[position_of(outputs, area_out, output, to)].push((from, value));
                }
            }
        }
        let shift = map.bias.as_ref().map(|bias| {
            let mut shift = vec![0.0; outputs * area_out];
            for (channel, value) in bias.iter().enumerate() {
                (0..area_out).for_each(|slot| shift[position_of(outputs, area_out, channel, slot)] = *value);
            }
            shift
        });
        let text = format!("transposed conv {}, {inputs}→{outputs}, on {}", times(&map.size), times(&lengths));
        let mut made = map.sides.clone();
        match map.order {
            Flattening::ChannelsFirst => made.insert(0, outputs),
            Flattening::ChannelsLast => made.push(outputs),
        }
        self.sparse(of, name, SparseRows { rows, shift, text }, made)
    }

    /// So many values before and after each axis; fewer than none cut them off.
    pub fn framed(
        &mut self,
        of: ValueId,
        name: &str,
        pads: &[(i64, i64)],
        around: Around,
    ) -> Result<ValueId, GraphProblem> {
        let shape = self.known_shape(of, name)?;
        if pads.len() != shape.len() {
            return Err(setting(name, "pads", "do not fit its value"));
        }
        let mut made = Vec::with_capacity(shape.len());
        for (length, (before, after)) in shape.iter().zip(pads) {
            let longer = i64::try_from(*length).unwrap_or(i64::MAX).saturating_add(*before).saturating_add(*after);
            let longer = usize::try_from(longer).ok().filter(|longer| (1..=LONGEST).contains(longer));
            made.push(longer.ok_or_else(|| setting(name, "pads", "leave nothing"))?);
        }
        let width = size(&made).unwrap_or(usize::MAX);
        self.spend_entries(name, width)?;
        self.spend_joined(name, width.saturating_mul(2))?;
        let slots: Vec<Option<usize>> = (0..width)
            .map(|slot| {
                let from = along(slot, &made, |axis, at| {
                    let length = shape[axis] as i64;
                    let at = at as i64 - pads[axis].0;
                    let at = match around {
                        Around::Edge => at.clamp(0, length - 1),
                        Around::Reflection if length > 1 => {
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
        if let Some(positions) = slots.iter().copied().collect::<Option<Vec<usize>>>() {
            return self.select(of, &positions, made, name);
        }
        let shift = match around {
            Around::Number(value) if value != 0.0 => {
                Some(slots.iter().map(|slot| if slot.is_none() { value } else { 0.0 }).collect())
            }
            _ => None,
        };
        let rows = slots.into_iter().map(|slot| slot.map(|slot| (slot, 1.0)).into_iter().collect()).collect();
        let text = format!("padding of {}", times(&shape));
        self.sparse(of, name, SparseRows { rows, shift, text }, made)
    }

    /// Another length of each axis, each place a mean of places before it.
    pub fn resized(&mut self, of: ValueId, name: &str, shares: &[Shares], mode: &str) -> Result<ValueId, GraphProblem> {
        let shape = self.known_shape(of, name)?;
        let made: Vec<usize> = shares.iter().map(Vec::len).collect();
        if made.len() != shape.len() || made.iter().any(|length| !(1..=LONGEST).contains(length)) {
            return Err(setting(name, "its sizes", "leave nothing"));
        }
        let width = size(&made).unwrap_or(usize::MAX);
        let most = |shares: &Shares| shares.iter().map(Vec::len).max().unwrap_or(0);
        self.spend_entries(name, shares.iter().map(most).fold(width, usize::saturating_mul))?;
        let rows = (0..width)
            .map(|slot| {
                let mut entries = vec![(0_usize, 1.0)];
                let (mut rest, mut at) = (width, slot);
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
        let text = format!("resizing, {mode} to {}", times(&made));
        self.sparse(of, name, SparseRows { rows, shift: None, text }, made)
    }

    /// The lengths of the value's axes, which must be known.
    pub fn known_shape(&self, of: ValueId, name: &str) -> Result<Vec<usize>, GraphProblem> {
        self.shape(of).map(<[usize]>::to_vec).ok_or_else(|| GraphProblem::InputShape { node: name.into() })
    }
}

/// Each place from the two nearest of `length` places, on the line between them; `origin` is where it would lie there.
pub(in crate::formats) fn linear_shares(length: usize, made: usize, origin: impl Fn(usize) -> f64) -> Shares {
    let last = length.saturating_sub(1);
    let clamp = |at: f64| at.clamp(0.0, last as f64) as usize;
    let shares = |at: usize| {
        let x = origin(at).clamp(0.0, last as f64);
        let (low, share) = (x.floor(), x - x.floor());
        let pair = [(clamp(low), 1.0 - share), (clamp(low + 1.0), share)];
        pair.into_iter().filter(|(_, share)| *share != 0.0).collect()
    };
    (0..made).map(shares).collect()
}

/// Each place as the one of `length` places that `origin` names.
pub(in crate::formats) fn nearest_shares(length: usize, made: usize, origin: impl Fn(usize) -> f64) -> Shares {
    let last = length.saturating_sub(1) as f64;
    (0..made).map(|at| vec![(origin(at).clamp(0.0, last) as usize, 1.0)]).collect()
}

fn setting(node: &str, setting: &str, value: &str) -> GraphProblem {
    GraphProblem::Setting { node: node.into(), setting: setting.into(), value: value.into() }
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
