//! The value through which all ways from the input to another value lead.

use super::values::{Graph, ValueId};

/// For each value the nearest earlier one that all its operands come through.
#[derive(Debug)]
pub(super) struct Dominators(Vec<Option<usize>>);

impl Dominators {
    /// Of the values up to `end`.
    pub fn new(graph: &Graph, end: ValueId) -> Dominators {
        let mut nearest: Vec<Option<usize>> = Vec::with_capacity(end.0 + 1);
        for value in graph.values.iter().take(end.0 + 1) {
            let mut operands = value.expression.operands().into_iter().map(|ValueId(of)| of);
            let first = operands.next();
            let common = operands.try_fold(first, |common, of| match common {
                Some(common) => meet(&nearest, common, of).map(Some),
                None => None,
            });
            nearest.push(common.flatten());
        }
        Dominators(nearest)
    }

    /// The value's own; none for an input, and where the operands come from different inputs.
    pub fn base(&self, id: ValueId) -> Option<ValueId> {
        self.0.get(id.0).copied().flatten().map(ValueId)
    }
}

/// An operand has a smaller number than what is made of it, so that the larger of two numbers is never above the other.
fn meet(nearest: &[Option<usize>], mut left: usize, mut right: usize) -> Option<usize> {
    while left != right {
        let larger = if left > right { &mut left } else { &mut right };
        *larger = nearest.get(*larger).copied().flatten()?;
    }
    Some(left)
}
