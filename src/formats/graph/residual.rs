//! Sums of two values that come from the same one: residual blocks.

use nalgebra::DMatrix;

use super::compose::Run;
use super::{Expression, Graph, GraphProblem, ValueId};
use crate::network::{Activation, Affine, Dense, Layer, Residual};

/// One operand of a sum, as maps of the value that both come from.
enum Branch {
    Linear(Affine),
    Hidden { inner: Affine, activation: Activation, outer: Affine },
}

impl Graph {
    /// The layer that the sum of `left` and `right` is, and the value it acts on.
    ///
    /// Linear + linear is one matrix; linear + (affine, σ, affine) is S·x + W²·σ(W¹x + b¹) + b², the bias of a projecting
    /// shortcut taken into b².
    pub(super) fn residual(&self, name: &str, left: ValueId, right: ValueId) -> Result<(Layer, ValueId), GraphProblem> {
        let no_block = || GraphProblem::Branch { node: name.into() };
        let (left_path, right_path) = (self.path(left), self.path(right));
        // Ids fall along a path, so that the other path can be searched by halves.
        let is_shared = |id: &&ValueId| right_path.binary_search_by(|other| id.0.cmp(&other.0)).is_ok();
        let base = *left_path.iter().find(is_shared).ok_or_else(no_block)?;
        let left = self.branch(&left_path, base)?.ok_or_else(no_block)?;
        let right = self.branch(&right_path, base)?.ok_or_else(no_block)?;
        let layer = match (left, right) {
            (Branch::Linear(left), Branch::Linear(right)) => {
                let weight = left.weight + right.weight;
                let bias = sum(left.bias, right.bias);
                let affine = Affine { weight, bias };
                Layer::Dense(Dense { name: name.into(), affine, activation: Activation::Identity })
            }
            (Branch::Linear(shortcut), Branch::Hidden { inner, activation, mut outer })
            | (Branch::Hidden { inner, activation, mut outer }, Branch::Linear(shortcut)) => {
                outer.bias = sum(outer.bias, shortcut.bias);
                let (rows, columns) = shortcut.weight.shape();
                let plain = rows == columns && shortcut.weight == DMatrix::identity(rows, columns);
                let shortcut = (!plain).then_some(shortcut.weight);
                Layer::Residual(Residual { name: name.into(), inner, activation, outer, shortcut })
            }
            (Branch::Hidden { .. }, Branch::Hidden { .. }) => return Err(no_block()),
        };
        Ok((layer, base))
    }

    /// The value and those it comes from, down to the input or a sum.
    fn path(&self, from: ValueId) -> Vec<ValueId> {
        std::iter::successors(Some(from), |id| self.values[id.0].expression.only_operand()).collect()
    }

    /// The part of a path above `base` as one or two affine maps; none where it holds more than one activation.
    fn branch(&self, path: &[ValueId], base: ValueId) -> Result<Option<Branch>, GraphProblem> {
        let above: Vec<ValueId> = path.iter().copied().take_while(|&id| id != base).collect();
        let width = self.width_of(base)?;
        let activations = |id: &ValueId| match self.values[id.0].expression {
            Expression::Activate { activation, of, .. } => Some((activation, of)),
            _ => None,
        };
        let mut found = above.iter().enumerate().filter_map(|(place, id)| Some((place, activations(id)?)));
        let Some((place, (activation, hidden))) = found.next() else {
            return Ok(Some(Branch::Linear(Run::of(self, &above).into_affine(width))));
        };
        if found.next().is_some() {
            return Ok(None);
        }
        let inner = Run::of(self, &above[place + 1..]).into_affine(width);
        let outer = Run::of(self, &above[..place]).into_affine(self.width_of(hidden)?);
        Ok(Some(Branch::Hidden { inner, activation, outer }))
    }
}

fn sum(left: Option<nalgebra::DVector<f64>>, right: Option<nalgebra::DVector<f64>>) -> Option<nalgebra::DVector<f64>> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left + right),
        (left, right) => left.or(right),
    }
}
