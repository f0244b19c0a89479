//! In which order a block applies its activations, and what travels beside them.
//!
//! A block is all that lies between a join (a sum, a concatenation) and the value that all its operands come from. Every
//! value in it is a linear form of that value and of what the block's activations gave before it. So the block is a
//! sequence of residual layers: each applies one activation σ to a linear form of its input, and hands on beside the
//! result what is still needed later.

use super::GraphProblem;
use super::values::{ALWAYS_MADE, Expression, Graph, MADE_FOR_EACH_WEIGHT, MAX_NUMBERS, ValueId};
use crate::network::Activation;

/// A block's forms may take this many times the numbers of its own matrices.
const FORMS_FOR_EACH_NUMBER: usize = 8;

/// A value that others of the block are linear forms of.
#[derive(Debug)]
pub(super) struct Source {
    /// The value: the base, or one that an activation gives.
    pub id: ValueId,
    pub width: usize,
}

/// What is done in which order.
#[derive(Debug)]
pub(super) struct Plan {
    /// The values of the block behind its base, in order; the join is the last.
    pub values: Vec<ValueId>,
    /// The base, and the values of activations in order.
    pub sources: Vec<Source>,
    /// For each layer its activation and the numbers of the sources that it gives.
    pub steps: Vec<(Activation, Vec<usize>)>,
    /// For each source the last step that needs it; the number of steps where the join itself does.
    pub last_use: Vec<usize>,
}

impl Graph {
    /// The plan of the block from `base` to `join`.
    ///
    /// # Errors
    /// If its matrices would be too large, or a value in it is no layer.
    pub(super) fn plan(&self, join: ValueId, base: ValueId) -> Result<Plan, GraphProblem> {
        let values = self.between(join, base);
        let mut sources = vec![Source { id: base, width: self.width_of(base)? }];
        // For each value of the block the numbers of the sources that it is a form of, and, behind the activations, those
        // of what the activation is given.
        let mut needs: Vec<Vec<usize>> = vec![vec![0]];
        let mut given: Vec<Vec<usize>> = vec![Vec::new()];
        let position = |id: ValueId| values.binary_search_by(|other| other.0.cmp(&id.0)).map_or(0, |at| at + 1);
        let mut budget = Budget::new(self, &values);
        for &id in &values {
            let mut needed: Vec<usize> = Vec::new();
            let expression = &self.values[id.0].expression;
            if let Expression::Gap { problem, .. } = expression {
                return Err(problem.clone());
            }
            expression.operands().into_iter().for_each(|of| needed.extend(&needs[position(of)]));
            needed.sort_unstable();
            needed.dedup();
            if let Expression::Activate { .. } | Expression::Leaky { .. } = expression {
                given.push(needed.clone());
                if matches!(expression, Expression::Activate { .. }) {
                    needed.clear();
                }
                needed.push(sources.len());
                sources.push(Source { id, width: self.width_of(id)? });
            }
            let columns = needed.iter().fold(0_usize, |sum, &source| sum.saturating_add(sources[source].width));
            budget.spend(self.name_of(id), self.width_of(id)?, columns)?;
            needs.push(needed);
        }
        let steps = self.steps(&sources, &given);
        let mut last_use = vec![0; sources.len()];
        for (step, (_, gives)) in steps.iter().enumerate() {
            gives.iter().flat_map(|source| &given[*source]).for_each(|&source| last_use[source] = step);
        }
        needs.last().into_iter().flatten().for_each(|&source| last_use[source] = steps.len());
        let plan = Plan { values, sources, steps, last_use };
        for step in 0..plan.steps.len() {
            let (from, to) = (plan.state_width(step), plan.state_width(step + 1));
            budget.spend(self.name_of(join), to, from)?;
        }
        Ok(plan)
    }

    /// The values that `join` is made of behind `base`, in order.
    pub(super) fn between(&self, join: ValueId, base: ValueId) -> Vec<ValueId> {
        let mut needed = vec![false; join.0 - base.0];
        let mut waiting = vec![join];
        while let Some(id) = waiting.pop() {
            if let Some(flag) = id.0.checked_sub(base.0 + 1).and_then(|at| needed.get_mut(at))
                && !*flag
            {
                *flag = true;
                waiting.extend(self.values[id.0].expression.operands());
            }
        }
        (base.0 + 1..=join.0).filter(|id| needed[id - base.0 - 1]).map(ValueId).collect()
    }

    /// Activations of one kind whose arguments are known at the same time make one layer.
    fn steps(&self, sources: &[Source], given: &[Vec<usize>]) -> Vec<(Activation, Vec<usize>)> {
        let mut is_known = vec![false; sources.len()];
        is_known[0] = true;
        let mut steps = Vec::new();
        let mut waiting: Vec<usize> = (1..sources.len()).collect();
        loop {
            let is_ready = |source: &usize| given[*source].iter().all(|needed| is_known[*needed]);
            let Some(first) = waiting.iter().copied().find(is_ready) else { break };
            let activation = self.activation_of(sources[first].id);
            let together: Vec<usize> = if activation == Activation::Softmax {
                vec![first]
            } else {
                let is_alike = |source: &usize| self.activation_of(sources[*source].id) == activation;
                waiting.iter().copied().filter(|source| is_ready(source) && is_alike(source)).collect()
            };
            together.iter().for_each(|&source| is_known[source] = true);
            waiting.retain(|source| !is_known[*source]);
            steps.push((activation, together));
        }
        steps
    }

    fn activation_of(&self, id: ValueId) -> Activation {
        match &self.values[id.0].expression {
            Expression::Activate { activation, .. } => *activation,
            // A slope for each coordinate is a linear form of the argument and of its positive part.
            _ => Activation::Relu,
        }
    }

    /// The name of the value's node; empty for one that has none.
    pub(super) fn name_of(&self, id: ValueId) -> &str {
        match &self.values[id.0].expression {
            Expression::Affine { name, .. }
            | Expression::Scale { name, .. }
            | Expression::Activate { name, .. }
            | Expression::Leaky { name, .. }
            | Expression::Combine { name, .. }
            | Expression::Concat { name, .. }
            | Expression::Node { name, .. } => name,
            Expression::Input | Expression::Gap { .. } => "",
        }
    }
}

impl Plan {
    /// The numbers of the sources that are handed to this step, in order.
    pub fn state(&self, step: usize) -> Vec<usize> {
        let mut given_by = vec![0; self.sources.len()];
        for (earlier, (_, gives)) in self.steps.iter().enumerate() {
            gives.iter().for_each(|&source| given_by[source] = earlier + 1);
        }
        let is_handed =
            |source: &usize| *source == 0 && step == 0 || given_by[*source] <= step && self.last_use[*source] >= step;
        (0..self.sources.len()).filter(is_handed).collect()
    }

    fn state_width(&self, step: usize) -> usize {
        self.state(step).into_iter().fold(0, |sum, source| sum.saturating_add(self.sources[source].width))
    }
}

/// The numbers that a block may still make.
struct Budget(usize);

impl Budget {
    /// As many as the file earns, and a multiple of those of the block's own matrices.
    fn new(graph: &Graph, values: &[ValueId]) -> Budget {
        let own = values.iter().fold(0_usize, |sum, id| match &graph.values[id.0].expression {
            Expression::Affine { affine, .. } => sum.saturating_add(affine.weight.len()),
            _ => sum,
        });
        let earned = ALWAYS_MADE.saturating_add(graph.file_weights.saturating_mul(MADE_FOR_EACH_WEIGHT));
        Budget(earned.min(MAX_NUMBERS).saturating_add(own.saturating_mul(FORMS_FOR_EACH_NUMBER)))
    }

    fn spend(&mut self, node: &str, rows: usize, columns: usize) -> Result<(), GraphProblem> {
        let left = rows.checked_mul(columns).and_then(|numbers| self.0.checked_sub(numbers));
        self.0 = left.ok_or_else(|| GraphProblem::TooLarge { node: node.into(), rows, columns })?;
        Ok(())
    }
}
