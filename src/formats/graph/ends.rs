//! Several inputs of a file as parts of the network's one, and several outputs of it one behind the other.

use super::GraphProblem;
use super::values::{Expression, Graph, ValueId};
use crate::formats::shape::size;

/// The most coordinates that the inputs of a network may have together.
pub(in crate::formats) const WIDEST_INPUT: usize = 1 << 24;

impl Graph {
    /// The inputs of these names and shapes (without the samples) as parts of one, in this order, with a sentence about it.
    pub fn inputs_beside_each_other(
        &mut self,
        inputs: &[(&str, Vec<usize>)],
    ) -> Result<(Vec<ValueId>, String), GraphProblem> {
        let too_wide =
            || GraphProblem::Ends { problem: format!("its inputs claim more than {WIDEST_INPUT} values together") };
        let mut total = 0_usize;
        let mut parts = Vec::with_capacity(inputs.len());
        for (name, shape) in inputs {
            let width = size(shape).ok_or_else(too_wide)?;
            let first = total;
            total = total.checked_add(width).filter(|total| *total <= WIDEST_INPUT).ok_or_else(too_wide)?;
            parts.push((*name, shape, first..total));
        }
        self.spend_joined(inputs.first().map_or("", |(name, _)| name), total)?;
        let whole = self.input(Some(vec![total]));
        let mut given = Vec::with_capacity(parts.len());
        for (name, shape, positions) in &parts {
            let positions: Vec<usize> = positions.clone().collect();
            given.push(self.select(whole, &positions, (*shape).clone(), name)?);
        }
        let counts = parts.iter().map(|(name, _, positions)| (*name, positions.len()));
        Ok((given, format!("the columns of the data are those of the model's inputs in its order: {}", listed(counts))))
    }

    /// The outputs of these names one behind the other, in this order, with a sentence about it.
    pub fn outputs_behind_each_other(
        &mut self,
        outputs: &[(&str, ValueId)],
    ) -> Result<(ValueId, String), GraphProblem> {
        let mut counts = Vec::with_capacity(outputs.len());
        for (name, of) in outputs {
            let width = self.width(*of).ok_or_else(|| GraphProblem::InputShape { node: (*name).to_owned() })?;
            // Counted before it is made: a file may name one wide value as an output many times.
            self.spend_joined(name, width)?;
            counts.push((*name, width));
        }
        let mut first = 0;
        let mut parts = Vec::with_capacity(outputs.len());
        for ((_, of), (_, width)) in outputs.iter().zip(&counts) {
            parts.push((*of, (first..first + width).collect()));
            first += width;
        }
        let end = self.add(Expression::Concat { name: "outputs".into(), parts }, Some(vec![first]));
        Ok((end, format!("the network's outputs are those of the model in its order: {}", listed(counts.into_iter()))))
    }
}

fn listed<'a>(counts: impl Iterator<Item = (&'a str, usize)>) -> String {
    counts.map(|(name, count)| format!("{count} of `{name}`")).collect::<Vec<String>>().join(", ")
}
