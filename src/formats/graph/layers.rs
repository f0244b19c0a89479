//! The layers of a graph, read from its output back to its input.

use super::compose::Run;
use super::{Expression, Graph, GraphProblem, Scale, ValueId};
use crate::network::{Activation, Dense, Layer, OutputFunction};

impl Graph {
    /// The layers from the input to this value, and the function that reads the last: a softmax or sigmoid at the very
    /// end is the output function, not an activation.
    pub fn layers(&self, output: ValueId) -> Result<(Vec<Layer>, OutputFunction), GraphProblem> {
        let end = self.without_reshapes(output);
        if let Expression::Activate { activation, of, .. } = &self.values[end.0].expression {
            let read_by = match *activation {
                Activation::Softmax => Some(OutputFunction::Softmax),
                Activation::Sigmoid => Some(OutputFunction::Sigmoid),
                _ => None,
            };
            if let Some(read_by) = read_by {
                let layers = self.chain(*of)?;
                if !layers.is_empty() {
                    return Ok((layers, read_by));
                }
            }
        }
        Ok((self.chain(end)?, OutputFunction::Identity))
    }

    /// The layers from the input to this value, whose last activation stays one.
    pub fn all_layers(&self, output: ValueId) -> Result<Vec<Layer>, GraphProblem> {
        self.chain(output)
    }

    fn without_reshapes(&self, mut at: ValueId) -> ValueId {
        while let Expression::Scale { scale, of, .. } = &self.values[at.0].expression
            && *scale == Scale::default()
        {
            at = *of;
        }
        at
    }

    /// The layers up to this value, first to last.
    fn chain(&self, output: ValueId) -> Result<Vec<Layer>, GraphProblem> {
        let mut layers = Vec::new();
        let mut at = output;
        loop {
            let (activation, top, activation_name) = match &self.values[at.0].expression {
                Expression::Activate { name, activation, of } => (*activation, *of, name.as_str()),
                _ => (Activation::Identity, at, ""),
            };
            let values = self.run_below(top);
            let below = values.last().and_then(|id| self.values[id.0].expression.only_operand()).unwrap_or(top);
            let run = Run::of(self, &values);
            if !run.is_identity() || activation != Activation::Identity {
                let name = if run.name.is_empty() { activation_name.to_owned() } else { run.name.clone() };
                let affine = run.into_affine(self.width_of(below)?);
                layers.push(Layer::Dense(Dense { name, affine, activation }));
                at = below;
                continue;
            }
            match &self.values[below.0].expression {
                Expression::Input => break,
                Expression::Sum { name, left, right } => {
                    let (layer, base) = self.residual(name, *left, *right)?;
                    layers.push(layer);
                    at = base;
                }
                // The run ends above an activation, which begins the next layer.
                _ => at = below,
            }
        }
        layers.reverse();
        Ok(layers)
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
                Expression::Input | Expression::Activate { .. } | Expression::Sum { .. } => return values,
            }
        }
    }

    pub(super) fn width_of(&self, id: ValueId) -> Result<usize, GraphProblem> {
        let unknown = || GraphProblem::Ends { problem: "the width of the input is not told".into() };
        self.width(id).ok_or_else(unknown)
    }
}
