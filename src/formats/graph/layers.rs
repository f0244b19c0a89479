//! The layers of a graph, read from its output back to its input.

use super::compose::Run;
use super::{Expression, Graph, GraphProblem, Scale, ValueId};
use crate::network::{Activation, Dense, Layer, Network, NetworkError, OutputFunction};

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
        let obstacle = self.obstacle(end);
        let read = match &obstacle {
            Some((before, _)) => self.chain(*before).map(|chain| (chain, OutputFunction::Identity)),
            None => match read_by {
                Some(output) => self.chain(end).map(|chain| (chain, output)),
                None => self.with_output(end),
            },
        };
        let problem = obstacle.map(|(_, problem)| problem);
        match read {
            Ok((chain, output)) if !chain.layers.is_empty() => {
                let network = Network::new(name, chain.layers, output)?.with_origins(chain.origins);
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

    fn with_output(&self, output: ValueId) -> Result<(Chain, OutputFunction), GraphProblem> {
        let end = self.without_reshapes(output);
        if let Expression::Activate { activation, of, .. } = &self.values[end.0].expression {
            let read_by = match *activation {
                Activation::Softmax => Some(OutputFunction::Softmax),
                Activation::Sigmoid => Some(OutputFunction::Sigmoid),
                _ => None,
            };
            if let Some(read_by) = read_by {
                let chain = self.chain(*of)?;
                if !chain.layers.is_empty() {
                    return Ok((chain, read_by));
                }
            }
        }
        Ok((self.chain(end)?, OutputFunction::Identity))
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
    fn obstacle(&self, end: ValueId) -> Option<(ValueId, GraphProblem)> {
        let mut needed = vec![false; end.0 + 1];
        needed[end.0] = true;
        for index in (0..=end.0).rev().filter(|&index| index < self.values.len()) {
            if needed[index] {
                self.values[index]
                    .expression
                    .operands()
                    .into_iter()
                    .flatten()
                    .for_each(|ValueId(of)| needed[of] = true);
            }
        }
        let needed = (0..=end.0).filter(|&index| needed[index]);
        needed.into_iter().find_map(|index| match &self.values[index].expression {
            Expression::Gap { problem, of } => Some((*of, problem.clone())),
            Expression::Sum { name, left, right } => {
                let before = self.base_of_block(*left, *right).err()?;
                Some((before, GraphProblem::Branch { node: name.clone() }))
            }
            _ => None,
        })
    }

    /// The layers up to this value, first to last.
    fn chain(&self, output: ValueId) -> Result<Chain, GraphProblem> {
        let mut chain = Chain::default();
        let mut at = output;
        loop {
            let (activation, top, activation_name) = match &self.values[at.0].expression {
                Expression::Activate { name, activation, of } => (*activation, *of, name.as_str()),
                _ => (Activation::Identity, at, ""),
            };
            let values = self.run_below(top);
            let below = values.last().and_then(|id| self.values[id.0].expression.only_operand()).unwrap_or(top);
            let mut run = Run::of(self, &values);
            if !run.is_identity() || activation != Activation::Identity {
                let name = if run.name.is_empty() { activation_name.to_owned() } else { run.name.clone() };
                chain.origins.push(run.origin.take());
                let affine = run.into_affine(self.width_of(below)?);
                chain.layers.push(Layer::Dense(Dense { name, affine, activation }));
                at = below;
                continue;
            }
            match &self.values[below.0].expression {
                Expression::Input => break,
                Expression::Sum { name, left, right } => {
                    let (layer, base) = self.residual(name, *left, *right)?;
                    chain.layers.push(layer);
                    chain.origins.push(None);
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
                Expression::Input | Expression::Activate { .. } | Expression::Sum { .. } | Expression::Gap { .. } => {
                    return values;
                }
            }
        }
    }

    pub(super) fn width_of(&self, id: ValueId) -> Result<usize, GraphProblem> {
        let unknown = || GraphProblem::Ends { problem: "the width of the input is not told".into() };
        self.width(id).ok_or_else(unknown)
    }
}
