//! The layers of a graph, read from its output back to its input.

use nalgebra::DVector;

use super::compose::Run;
use super::dominators::Dominators;
use super::scale::Scale;
use super::values::{Expression, Graph, ValueId};
use super::{GraphProblem, block};
use crate::formats::non_finite;
use crate::network::{
    Activation, Dense, Elementary, Layer, MAX_FLOW_DIMENSIONS, Network, NetworkError, Node, NodeMap, OutputFunction,
};

/// The layers of a graph, first to last, and what each was before it became a matrix.
#[derive(Debug, Default)]
struct Chain {
    layers: Vec<Layer>,
    origins: Vec<Option<String>>,
}

/// What a graph gives.
pub(in crate::formats) struct GraphNetwork {
    /// The network as far as it is understood; none where not even one layer is.
    pub network: Option<Network>,
    /// What comes next and is not understood.
    pub problem: Option<GraphProblem>,
}

impl Chain {
    /// Factors and shifts of too many coordinates to be a matrix, and the activation behind them. The layers are listed last
    /// to first.
    fn push_wide(
        &mut self,
        name: &str,
        scale: Option<[Vec<f64>; 2]>,
        (activation, slopes): (Activation, Option<&DVector<f64>>),
        width: usize,
    ) {
        // The origin of the whole run has been noted already.
        let mut layers = Vec::new();
        if let Some([factor, shift]) = scale {
            layers.push(Node::whole(name, "factors and shifts", NodeMap::Scale { factor, shift }));
        }
        if let Some(slopes) = slopes {
            layers.push(Node::whole(name, "PRelu", NodeMap::Slopes(slopes.as_slice().to_vec())));
        } else if activation != Activation::Identity {
            layers.push(Node::whole(name, activation.name(), NodeMap::Activation { inputs: width, activation }));
        }
        self.origins.extend(layers.iter().skip(1).map(|_| None));
        self.layers.extend(layers.into_iter().rev().map(|node| Layer::Node(Box::new(node))));
    }
}

impl Graph {
    /// The network from the input to `end`, or to the first value before it that makes no layer. `read_by` is the output
    /// function where it is known; else a softmax or sigmoid at the very end is that, not an activation.
    ///
    /// # Errors
    /// If a number of the network is not finite.
    pub fn network(
        &self,
        name: String,
        end: ValueId,
        read_by: Option<OutputFunction>,
    ) -> Result<GraphNetwork, NetworkError> {
        let dominators = Dominators::new(self, end);
        let obstacle = self.obstacle(end, &dominators);
        let read = match &obstacle {
            Some((before, _)) => self.chain(*before, &dominators).map(|chain| (chain, OutputFunction::Identity)),
            None => match read_by {
                Some(output) => self.chain(end, &dominators).map(|chain| (chain, output)),
                None => self.with_output(end, &dominators),
            },
        };
        let problem = obstacle.map(|(_, problem)| problem);
        match read {
            Ok((chain, output)) if !chain.layers.is_empty() => {
                let network = non_finite::network(name, chain.layers, output)?.with_origins(chain.origins);
                Ok(GraphNetwork { network: Some(network), problem })
            }
            Ok(_) => {
                let empty =
                    || GraphProblem::Ends { problem: "nothing happens between its input and its output".into() };
                Ok(GraphNetwork { network: None, problem: Some(problem.unwrap_or_else(empty)) })
            }
            Err(found) => Ok(GraphNetwork { network: None, problem: Some(problem.unwrap_or(found)) }),
        }
    }

    fn with_output(&self, output: ValueId, dominators: &Dominators) -> Result<(Chain, OutputFunction), GraphProblem> {
        let end = self.without_reshapes(output);
        if let Some((read_by, of)) = self.read_by(end) {
            let chain = self.chain(of, dominators)?;
            if !chain.layers.is_empty() {
                return Ok((chain, read_by));
            }
        }
        Ok((self.chain(end, dominators)?, OutputFunction::Identity))
    }

    /// The output function that this value is, and what it reads.
    fn read_by(&self, end: ValueId) -> Option<(OutputFunction, ValueId)> {
        let Expression::Activate { activation, of, .. } = &self.values[end.0].expression else { return None };
        match (*activation, &self.values[of.0].expression) {
            (Activation::Softmax, _) => Some((OutputFunction::Softmax, *of)),
            (Activation::Sigmoid, _) => Some((OutputFunction::Sigmoid, *of)),
            (
                Activation::Elementary(Elementary::Log),
                Expression::Activate { activation: Activation::Softmax, of, .. },
            ) => Some((OutputFunction::LogSoftmax, *of)),
            _ => None,
        }
    }

    fn without_reshapes(&self, mut at: ValueId) -> ValueId {
        while let Expression::Scale { scale, of, .. } = &self.values[at.0].expression
            && *scale == Scale::default()
        {
            at = *of;
        }
        at
    }

    /// The first value on the way to `end` that makes no layer, as the value before it and the reason.
    fn obstacle(&self, end: ValueId, dominators: &Dominators) -> Option<(ValueId, GraphProblem)> {
        let mut needed = vec![false; end.0 + 1];
        needed[end.0] = true;
        let mut found = None;
        for index in (0..=end.0).rev().filter(|&index| index < self.values.len()) {
            if needed[index] {
                let expression = &self.values[index].expression;
                expression.operands().into_iter().for_each(|ValueId(of)| needed[of] = true);
                if let Expression::Gap { problem, of } = expression {
                    found = Some((*of, problem.clone()));
                }
            }
        }
        let mut at = found.as_ref().map_or(end, |(before, _)| *before);
        loop {
            let is_join = self.is_join(at);
            let Some(base) = dominators.base(at) else {
                if is_join {
                    found = Some((ValueId(0), GraphProblem::Branch { node: self.name_of(at).into() }));
                }
                return found;
            };
            if is_join
                && !self.is_cut(at, base)
                && let Err(problem) = self.plan(at, base)
            {
                found = Some((base, problem));
            }
            at = base;
        }
    }

    /// Whether a value is made of several.
    fn is_join(&self, id: ValueId) -> bool {
        match &self.values[id.0].expression {
            Expression::Combine { .. } | Expression::Concat { .. } => true,
            Expression::Node { of, .. } => of.len() > 1,
            _ => false,
        }
    }

    /// The layers up to this value, first to last.
    fn chain(&self, output: ValueId, dominators: &Dominators) -> Result<Chain, GraphProblem> {
        let mut chain = Chain::default();
        let mut at = output;
        loop {
            let (activation, top, slopes) = match &self.values[at.0].expression {
                Expression::Activate { activation, of, .. } => (*activation, *of, None),
                Expression::Leaky { slopes, of, .. } => (Activation::Identity, *of, Some(slopes)),
                _ => (Activation::Identity, at, None),
            };
            let values = self.run_below(top);
            let below = values.last().and_then(|id| self.values[id.0].expression.only_operand()).unwrap_or(top);
            let mut run = Run::new(self, &values);
            if !run.is_identity() || activation != Activation::Identity || slopes.is_some() {
                let name = if run.name.is_empty() { self.name_of(at).to_owned() } else { run.name.clone() };
                chain.origins.push(run.origin.take());
                let width = self.width_of(below)?;
                if run.weight.is_none() && width > MAX_FLOW_DIMENSIONS {
                    chain.push_wide(&name, run.into_scale(width), (activation, slopes), width);
                    at = below;
                    continue;
                }
                let affine = run.into_affine(width);
                chain.layers.push(match slopes {
                    Some(slopes) => block::leaky(name, affine, slopes),
                    None => Layer::Dense(Dense { name, affine, activation }),
                });
                at = below;
                continue;
            }
            match &self.values[below.0].expression {
                Expression::Input => break,
                Expression::Combine { name, .. } | Expression::Concat { name, .. } | Expression::Node { name, .. }
                    if self.is_join(below) =>
                {
                    let base = dominators.base(below).ok_or_else(|| GraphProblem::Branch { node: name.clone() })?;
                    let layers = self.block(below, base)?;
                    chain.origins.extend(layers.iter().map(|_| None));
                    chain.layers.extend(layers.into_iter().rev());
                    at = base;
                }
                Expression::Node { of, .. } => {
                    let base =
                        of.first().copied().ok_or_else(|| GraphProblem::Branch { node: self.name_of(below).into() })?;
                    let layers = self.cut_block(below, base)?;
                    chain.origins.extend(layers.iter().map(|_| None));
                    chain.layers.extend(layers.into_iter().rev());
                    at = base;
                }
                Expression::Gap { problem, .. } => return Err(problem.clone()),
                // The run ends above an activation, which begins the next layer.
                _ => at = below,
            }
        }
        chain.layers.reverse();
        chain.origins.reverse();
        Ok(chain)
    }

    /// The values of one layer's affine part, the last to act first: one matrix, the diagonal maps above it, and those
    /// below it that have no other matrix to be folded into.
    fn run_below(&self, top: ValueId) -> Vec<ValueId> {
        let mut values = Vec::new();
        let mut at = top;
        let mut diagonal_from = None;
        loop {
            match &self.values[at.0].expression {
                Expression::Scale { of, .. } => {
                    values.push(at);
                    at = *of;
                }
                Expression::Affine { of, .. } if diagonal_from.is_none() => {
                    values.push(at);
                    diagonal_from = Some(values.len());
                    at = *of;
                }
                Expression::Affine { .. } => {
                    // The diagonal maps between two matrices belong to the earlier one.
                    values.truncate(diagonal_from.unwrap_or(values.len()));
                    return values;
                }
                _ => return values,
            }
        }
    }

    pub(super) fn width_of(&self, id: ValueId) -> Result<usize, GraphProblem> {
        let unknown = || GraphProblem::Ends { problem: "the width of the input is not told".into() };
        self.width(id).ok_or_else(unknown)
    }
}
