//! The layers of a block with operators that are no linear forms: one layer an operator, on the state of the cut.
//!
//! Every value lies at places of the state. A reshape, a concatenation and a selection only name places; every other
//! expression is an operator that reads the places of its operands and writes to places that nothing needs any more. What
//! is still needed rests where it is, and the rest is 0.

use std::collections::HashMap;

use nalgebra::{DMatrix, DVector};

use super::GraphProblem;
use super::compose::at_width;
use super::scale::Scale;
use super::values::{Expression, Graph, ValueId};
use crate::network::{Activation, Affine, Cut, Dense, Layer, MAX_FLOW_DIMENSIONS, Node, NodeMap};

/// A linear operator in a state of up to so many entries of its matrix is decomposed as one.
const LARGEST_DECOMPOSED: usize = 1 << 18;

/// The state on its way through the block.
struct State {
    /// Where each value lies.
    slots: HashMap<usize, Vec<usize>>,
    width: usize,
    layers: Vec<Layer>,
}

/// One operator of the block.
struct Step<'a> {
    name: &'a str,
    word: String,
    map: NodeMap,
    /// The places of the state that it reads.
    reads: Vec<usize>,
    /// For each coordinate of the value the number of its result; in order where there is none.
    results: Option<&'a Vec<usize>>,
}

impl Graph {
    /// Whether the block from `base` to `join` has an operator, or its matrices would be too large, so that it is made layer
    /// by layer.
    pub(super) fn is_cut(&self, join: ValueId, base: ValueId) -> bool {
        let is_node = |id: &ValueId| matches!(self.values[id.0].expression, Expression::Node { .. });
        self.between(join, base).iter().any(is_node)
            || matches!(self.plan(join, base), Err(GraphProblem::TooLarge { .. }))
    }

    /// The layers from `base` to the join, first to last, each an operator on the state of the cut.
    pub(super) fn cut_block(&self, join: ValueId, base: ValueId) -> Result<Vec<Layer>, GraphProblem> {
        let values = self.between(join, base);
        let mut last_use: HashMap<usize, usize> = HashMap::new();
        for (index, id) in values.iter().enumerate() {
            for operand in self.values[id.0].expression.operands() {
                last_use.insert(operand.0, index);
            }
        }
        let width = self.width_of(base)?;
        let mut state = State { slots: HashMap::from([(base.0, (0..width).collect())]), width, layers: Vec::new() };
        for (index, &id) in values.iter().enumerate() {
            let is_last = index + 1 == values.len();
            if let Some(slots) = self.renamed_places(id, &state)? {
                state.slots.insert(id.0, slots);
            } else {
                let step = self.step(id, &state)?;
                state.take(id, step, is_last, |value| last_use.get(&value).is_some_and(|last| *last > index))?;
            }
        }
        // The join's places are made the whole state, in order.
        let slots = state.slots.get(&join.0).cloned().unwrap_or_default();
        if state.width != slots.len() || !slots.iter().copied().eq(0..state.width) {
            let (name, map) = (self.name_of(join), NodeMap::Copy(slots.len()));
            let step = Step { name, word: "places".into(), map, reads: slots, results: None };
            state.take(join, step, true, |_| false)?;
        }
        Ok(state.layers)
    }

    /// The places of a value that is only another name for places; none for one that is made.
    fn renamed_places(&self, id: ValueId, state: &State) -> Result<Option<Vec<usize>>, GraphProblem> {
        Ok(match &self.values[id.0].expression {
            Expression::Scale { scale, of, .. } if *scale == Scale::default() => Some(state.of(*of).to_vec()),
            Expression::Concat { parts, .. } => {
                let mut slots = vec![0; self.width_of(id)?];
                for (of, positions) in parts {
                    positions.iter().zip(state.of(*of)).for_each(|(&position, &slot)| slots[position] = slot);
                }
                Some(slots)
            }
            Expression::Affine { affine, of, .. } => selection(affine).map(|columns| {
                let slots = state.of(*of);
                columns.into_iter().map(|column| slots[column]).collect()
            }),
            Expression::Node { map: NodeMap::Copy(_), reads, results: None, of, .. } => {
                let slots: Vec<usize> = of.iter().flat_map(|of| state.of(*of)).copied().collect();
                Some(match reads {
                    Some(reads) => reads.iter().map(|&read| slots[read]).collect(),
                    None => slots,
                })
            }
            _ => None,
        })
    }

    fn step(&self, id: ValueId, state: &State) -> Result<Step<'_>, GraphProblem> {
        let plain = |word: &str, map, of: ValueId| {
            let (name, reads) = (self.name_of(id), state.of(of).to_vec());
            Step { name, word: word.into(), map, reads, results: None }
        };
        Ok(match &self.values[id.0].expression {
            Expression::Affine { affine, origin, of, .. } => {
                plain(origin.as_deref().unwrap_or("a matrix"), NodeMap::Affine(Box::new(affine.clone())), *of)
            }
            Expression::Scale { scale, of, .. } => {
                let width = self.width_of(id)?;
                let vector = |vector: &Option<DVector<f64>>, usual: f64| match vector {
                    Some(vector) => at_width(vector, width).as_slice().to_vec(),
                    None => vec![usual; width],
                };
                let map = NodeMap::Scale { factor: vector(&scale.factor, 1.0), shift: vector(&scale.shift, 0.0) };
                plain("factors and shifts", map, *of)
            }
            Expression::Activate { activation, of, .. } => {
                let map = NodeMap::Activation { inputs: self.width_of(id)?, activation: *activation };
                plain(activation.name(), map, *of)
            }
            Expression::Leaky { slopes, of, .. } => plain("PRelu", NodeMap::Slopes(slopes.as_slice().to_vec()), *of),
            Expression::Combine { name, terms } => Step {
                name,
                word: "a sum".into(),
                map: NodeMap::Sum {
                    width: self.width_of(id)?,
                    factors: terms.iter().map(|(factor, _)| *factor).collect(),
                },
                reads: terms.iter().flat_map(|(_, of)| state.of(*of)).copied().collect(),
                results: None,
            },
            Expression::Node { name, word, map, reads, results, of } => {
                let slots: Vec<usize> = of.iter().flat_map(|of| state.of(*of)).copied().collect();
                let reads = match reads {
                    Some(reads) => reads.iter().map(|&read| slots[read]).collect(),
                    None => slots,
                };
                Step { name, word: word.clone(), map: map.clone(), reads, results: results.as_ref() }
            }
            Expression::Gap { problem, .. } => return Err(problem.clone()),
            Expression::Input | Expression::Concat { .. } => {
                return Err(GraphProblem::Branch { node: self.name_of(id).into() });
            }
        })
    }
}

impl State {
    fn of(&self, id: ValueId) -> &[usize] {
        self.slots.get(&id.0).map_or(&[], Vec::as_slice)
    }

    /// Adds the layer of a step that makes the value `id`; `is_needed` says whether a value is read after it. The last one
    /// leaves nothing but its value.
    fn take(
        &mut self,
        id: ValueId,
        step: Step<'_>,
        is_last: bool,
        is_needed: impl Fn(usize) -> bool,
    ) -> Result<(), GraphProblem> {
        let mut is_kept = vec![false; self.width];
        if !is_last {
            self.slots.retain(|value, _| is_needed(*value));
            self.slots.values().flatten().for_each(|&slot| is_kept[slot] = true);
        }
        let made = step.map.outputs();
        let width = step.results.map_or(made, Vec::len);
        // Over what it reads first where nothing else needs that; else at the first free places.
        let mut is_free: Vec<bool> = is_kept.iter().map(|is_kept| !is_kept).collect();
        let over: Vec<usize> = step.reads.iter().take(width).copied().collect();
        let can_be_over = over.len() == width && over.iter().all(|&slot| std::mem::replace(&mut is_free[slot], false));
        let slots: Vec<usize> = if is_last {
            (0..width).collect()
        } else if can_be_over && step.results.is_none() {
            over
        } else {
            (0..).filter(|&slot| is_kept.get(slot).is_none_or(|is_kept| !is_kept)).take(width).collect()
        };
        // The value's coordinate at place p is result `results[p]`.
        let mut writes = vec![0; made];
        match step.results {
            Some(results) => results.iter().zip(&slots).for_each(|(&result, &slot)| writes[result] = slot),
            None => writes.clone_from(&slots),
        }
        let kept: Vec<usize> = (0..self.width).filter(|&slot| is_kept[slot]).collect();
        let next = slots.iter().chain(&kept).max().map_or(0, |last| last + 1);
        let unfitting =
            || GraphProblem::Widths { node: step.name.into(), takes: step.map.inputs(), given: step.reads.len() };
        let cut = Cut::new((self.width, next), step.reads.clone(), writes, kept).ok_or_else(unfitting)?;
        let node = Node { name: step.name.to_owned(), operator: step.word, map: step.map, cut };
        self.layers.push(layer(node));
        self.slots.insert(id.0, slots);
        self.width = next;
        Ok(())
    }
}

/// The layer of an operator: a matrix where it is linear and the state is small, so that it is decomposed.
pub(super) fn layer(node: Node) -> Layer {
    let (rows, columns) = (node.cut.outputs(), node.cut.inputs());
    let is_small = rows.saturating_mul(columns) <= LARGEST_DECOMPOSED && rows.max(columns) <= MAX_FLOW_DIMENSIONS;
    let is_whole_activation =
        matches!(node.map, NodeMap::Activation { .. }) && node.cut.is_whole() && rows <= MAX_FLOW_DIMENSIONS;
    match &node.map {
        NodeMap::Affine(_) | NodeMap::Scale { .. } if is_small => {
            let mut weight = DMatrix::zeros(rows, columns);
            let mut bias = DVector::zeros(rows);
            node.cut.kept().iter().for_each(|&slot| weight[(slot, slot)] = 1.0);
            let (reads, writes) = (node.cut.reads(), node.cut.writes());
            match &node.map {
                NodeMap::Affine(affine) => {
                    for (column, &from) in affine.weight.column_iter().zip(reads) {
                        column.iter().zip(writes).for_each(|(entry, &to)| weight[(to, from)] += entry);
                    }
                    affine.bias.iter().flatten().zip(writes).for_each(|(value, &to)| bias[to] = *value);
                }
                NodeMap::Scale { factor, shift } => {
                    let of = factor.iter().zip(shift).zip(reads.iter().zip(writes));
                    of.for_each(|((factor, shift), (&from, &to))| {
                        (weight[(to, from)], bias[to]) = (*factor, *shift);
                    });
                }
                _ => {}
            }
            let bias = Some(bias).filter(|bias| bias.iter().any(|value| *value != 0.0));
            Layer::Dense(Dense { name: node.name, affine: Affine { weight, bias }, activation: Activation::Identity })
        }
        NodeMap::Activation { activation, .. } if is_whole_activation => {
            let affine = Affine { weight: DMatrix::identity(rows, columns), bias: None };
            Layer::Dense(Dense { name: node.name, affine, activation: *activation })
        }
        _ => Layer::Node(Box::new(node)),
    }
}

/// For each row the column of its one entry, where a matrix only picks coordinates.
fn selection(affine: &Affine) -> Option<Vec<usize>> {
    if affine.bias.is_some() {
        return None;
    }
    let mut columns = vec![None; affine.outputs()];
    for (column, entries) in affine.weight.column_iter().enumerate() {
        for (row, entry) in entries.iter().enumerate().filter(|(_, entry)| **entry != 0.0) {
            if *entry != 1.0 || columns[row].replace(column).is_some() {
                return None;
            }
        }
    }
    columns.into_iter().collect()
}
