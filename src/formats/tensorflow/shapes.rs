//! Operators that give coordinates other axes, or another order.

use super::array::permuted_places;
use super::lengths::{Target, integers, targets};
use super::trace::{Operand, Trace, Traced, setting, traced, unknown};
use crate::formats::graph::GraphProblem;
use crate::formats::shape::size;

impl Trace {
    /// The value under another shape; one length may be −1, for what is left.
    pub fn reshape(
        &mut self,
        node: &str,
        of: &Operand,
        target: &Operand,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        // What reads the end of the network keeps its meaning in any shape.
        if let Operand::Read { .. } = of {
            return Ok(of.clone());
        }
        let target = targets(target).ok_or_else(|| unknown(node, operator))?;
        match of {
            Operand::Array(array) => {
                let lengths: Option<Vec<i64>> = target.iter().map(|target| target.number()).collect();
                self.spend(node, Some(array.values().len()))?;
                let shape = lengths.and_then(|lengths| resolved(&lengths, array.values().len()));
                let reshaped = shape.and_then(|shape| array.reshaped(shape));
                reshaped.map(Operand::from).ok_or_else(|| setting(node, "its shape", "does not fit its constant"))
            }
            Operand::Lengths(_) => Ok(of.clone()),
            _ => {
                let is_folded = matches!(of, Operand::Folded(_));
                let of = match of {
                    Operand::Folded(of) => of.clone(),
                    other => traced(node, operator, other)?,
                };
                self.reshape_value(node, &of, is_folded, &target)
            }
        }
    }

    fn reshape_value(
        &mut self,
        node: &str,
        of: &Traced,
        is_folded: bool,
        target: &[Target],
    ) -> Result<Operand, GraphProblem> {
        let shape = self.shape(node, of)?;
        let width = self.width(node, of)?;
        let mixes = || setting(node, "its shape", "does not keep the samples on the first axis");
        let (first, rest) = target.split_first().ok_or_else(mixes)?;
        let rest: Option<Vec<i64>> = rest.iter().map(|target| target.number()).collect();
        let rest = rest.ok_or_else(mixes)?;
        let samples = |times: usize| self.samples.and_then(|samples| samples.checked_mul(times));
        // How many rows there are for each sample where all axes but the last become one.
        let rows = shape.last().and_then(|&last| width.checked_div(last));
        if let (Some(rows), [last]) = (rows.filter(|rows| *rows > 1), &rest[..])
            && (*last == -1 || usize::try_from(*last).is_ok_and(|last| shape.last() == Some(&last)))
        {
            let are_rows = match *first {
                Target::Open => *last != -1,
                Target::Known(length) => samples(rows) == Some(length),
                Target::Samples(times) => times == rows,
            };
            if are_rows {
                return Ok(Operand::Folded(of.clone()));
            }
        }
        let keeps = match *first {
            Target::Open => !rest.contains(&-1),
            Target::Known(length) => samples(1) == Some(length) || (length == 1 && !is_folded),
            Target::Samples(times) => times == 1,
        };
        let shape = resolved(&rest, width).filter(|shape| keeps && size(shape) == Some(width)).ok_or_else(mixes)?;
        Ok(Operand::value(self.graph.reshape(of.id, node, shape)?))
    }

    /// The value without these axes of length 1, counted with that of the samples.
    pub fn squeeze(&mut self, node: &str, of: &Operand, axes: &[i64], operator: &str) -> Result<Operand, GraphProblem> {
        if let Operand::Read { .. } = of {
            return Ok(of.clone());
        }
        let unfitting = || setting(node, "its axes", "are not named axes of length 1 behind the samples");
        let whole = self.whole_shape(node, of, operator)?;
        let mut shape: Vec<Option<usize>> = whole.iter().copied().map(Some).collect();
        for &axis in axes {
            let position =
                position(axis, whole.len()).filter(|&position| whole[position] == 1).ok_or_else(unfitting)?;
            shape[position] = None;
        }
        let is_samples = matches!(of, Operand::Value(_)) && shape.first() == Some(&None);
        if axes.is_empty() || is_samples {
            return Err(unfitting());
        }
        self.renamed(node, of, shape.into_iter().flatten().collect(), operator)
    }

    /// The value with an axis of length 1 more.
    pub fn expand(&mut self, node: &str, of: &Operand, axis: i64, operator: &str) -> Result<Operand, GraphProblem> {
        if let Operand::Lengths(_) = of {
            return Ok(of.clone());
        }
        let unfitting = || setting(node, "its axis", "is not one behind the samples");
        let mut shape = self.whole_shape(node, of, operator)?;
        let position = position(axis, shape.len() + 1).ok_or_else(unfitting)?;
        if position == 0 && matches!(of, Operand::Value(_)) {
            return Err(unfitting());
        }
        shape.insert(position, 1);
        self.renamed(node, of, shape, operator)
    }

    /// The axes in another order.
    pub fn transpose(
        &mut self,
        node: &str,
        of: &Operand,
        order: &Operand,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let unfitting = || setting(node, "its order of axes", "does not keep the samples on the first axis");
        let order = integers(order).ok_or_else(|| unknown(node, operator))?;
        let axes: Option<Vec<usize>> = order.iter().map(|&axis| position(axis, order.len())).collect();
        let axes = axes.ok_or_else(unfitting)?;
        match of {
            Operand::Array(array) => {
                self.spend(node, Some(array.values().len()))?;
                array.permuted(&axes).map(Operand::from).ok_or_else(unfitting)
            }
            _ => {
                let of = traced(node, operator, of)?;
                let shape = self.shape(node, &of)?;
                let Some((0, rest)) = axes.split_first() else { return Err(unfitting()) };
                let rest: Vec<usize> = rest.iter().map(|axis| axis.saturating_sub(1)).collect();
                self.spend(node, size(&shape))?;
                let (positions, shape) = permuted_places(&shape, &rest).ok_or_else(unfitting)?;
                let id = if positions.iter().copied().eq(0..positions.len()) {
                    self.graph.reshape(of.id, node, shape)?
                } else {
                    self.graph.permute(of.id, node, &positions, shape)?
                };
                Ok(Operand::value(id))
            }
        }
    }

    /// The lengths of all axes; that of a value's samples counts as 1.
    pub(super) fn whole_shape(&self, node: &str, of: &Operand, operator: &str) -> Result<Vec<usize>, GraphProblem> {
        match of {
            Operand::Array(array) => Ok(array.shape().to_vec()),
            _ => {
                let shape = self.shape(node, &traced(node, operator, of)?)?;
                Ok(std::iter::once(1).chain(shape).collect())
            }
        }
    }

    /// The same numbers under another shape, told with the axis of the samples.
    fn renamed(
        &mut self,
        node: &str,
        of: &Operand,
        shape: Vec<usize>,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        match of {
            Operand::Array(array) => {
                self.spend(node, Some(array.values().len()))?;
                let unfitting = || setting(node, "its shape", "does not fit its constant");
                array.reshaped(shape).map(Operand::from).ok_or_else(unfitting)
            }
            _ => {
                let of = traced(node, operator, of)?;
                let behind = shape.get(1..).unwrap_or_default().to_vec();
                Ok(Operand::value(self.graph.reshape(of.id, node, behind)?))
            }
        }
    }
}

/// The axis of this number, from the end where it is negative.
pub(super) fn position(axis: i64, axes: usize) -> Option<usize> {
    let count = i64::try_from(axes).ok()?;
    usize::try_from(if axis < 0 { axis.checked_add(count)? } else { axis }).ok().filter(|&position| position < axes)
}

/// The shape with the length that is −1 found from the number of values.
fn resolved(lengths: &[i64], width: usize) -> Option<Vec<usize>> {
    let known = lengths.iter().filter(|&&length| length != -1);
    let known = known.map(|&length| usize::try_from(length).ok()).collect::<Option<Vec<usize>>>()?;
    let left = width.checked_div(size(&known)?).filter(|_| lengths.len() <= known.len() + 1);
    lengths.iter().map(|&length| if length == -1 { left } else { usize::try_from(length).ok() }).collect()
}
