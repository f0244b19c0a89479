//! Sums of two values that come from the same one: residual blocks.

use nalgebra::DMatrix;

use super::compose::{Run, add};
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
        let base = self.base_of_block(left, right).map_err(|_| no_block())?;
        let (left_path, right_path) = (self.path(left), self.path(right));
        let left = self.branch(&left_path, base)?.ok_or_else(no_block)?;
        let right = self.branch(&right_path, base)?.ok_or_else(no_block)?;
        let layer = match (left, right) {
            (Branch::Linear(left), Branch::Linear(right)) => {
                let weight = left.weight + right.weight;
                let bias = add(left.bias, right.bias.as_ref());
                let affine = Affine { weight, bias };
                Layer::Dense(Dense { name: name.into(), affine, activation: Activation::Identity })
            }
            (Branch::Linear(shortcut), Branch::Hidden { inner, activation, mut outer })
            | (Branch::Hidden { inner, activation, mut outer }, Branch::Linear(shortcut)) => {
                outer.bias = add(outer.bias, shortcut.bias.as_ref());
                let (rows, columns) = shortcut.weight.shape();
                let plain = rows == columns && shortcut.weight == DMatrix::identity(rows, columns);
                let shortcut = (!plain).then_some(shortcut.weight);
                Layer::Residual(Residual { name: name.into(), inner, activation, outer, shortcut })
            }
            (Branch::Hidden { .. }, Branch::Hidden { .. }) => return Err(no_block()),
        };
        Ok((layer, base))
    }

    /// The value that both operands of a sum come from, with one activation on the way at most; else the value that lies
    /// before whatever they are.
    pub(super) fn base_of_block(&self, left: ValueId, right: ValueId) -> Result<ValueId, ValueId> {
        let (left_path, right_path) = (self.path(left), self.path(right));
        // Ids fall along a path, so that the other path can be searched by halves.
        let is_shared = |id: &&ValueId| right_path.binary_search_by(|other| id.0.cmp(&other.0)).is_ok();
        let Some(&base) = left_path.iter().find(is_shared) else {
            let ends = left_path.last().into_iter().chain(right_path.last());
            return Err(ends.copied().min_by_key(|id| id.0).unwrap_or(left));
        };
        let above =
            left_path.iter().take_while(|&&id| id != base).chain(right_path.iter().take_while(|&&id| id != base));
        let is_activation = |id: &&ValueId| matches!(self.values[id.0].expression, Expression::Activate { .. });
        if above.filter(is_activation).count() > 1 { Err(base) } else { Ok(base) }
    }

    /// The value and those it comes from, down to the input, a sum or a gap.
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
