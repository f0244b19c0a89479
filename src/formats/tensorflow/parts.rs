//! Operators that take values apart and put them beside each other.

use std::rc::Rc;

use super::array::Array;
use super::lengths::{Target, of_targets, targets};
use super::shapes::position;
use super::trace::{Length, Operand, Trace, Traced, setting, traced, unknown};
use crate::formats::graph::{GraphProblem, ValueId};
use crate::formats::shape::size;

/// What is cut out of a value: for each axis where it begins and ends and in which steps, and what the bits of the masks
/// change of it.
#[derive(Clone, Debug, Default)]
pub(in crate::formats) struct Cuts {
    pub begin: Vec<i64>,
    pub end: Vec<i64>,
    pub strides: Vec<i64>,
    /// Axes that begin at their beginning, whatever `begin` says.
    pub begin_mask: i64,
    /// Axes that end at their end.
    pub end_mask: i64,
    /// Axes of which only the value at `begin` is taken, and which then are no axes.
    pub shrink_mask: i64,
    /// Masks that are not understood unless they are 0.
    pub others: i64,
}

/// The places that are taken of one axis, and whether the axis stays one.
struct Taken {
    positions: Vec<usize>,
    stays: bool,
}

impl Trace {
    /// What is cut out of the operand.
    pub fn cut(&mut self, node: &str, of: &Operand, cuts: &Cuts, operator: &str) -> Result<Operand, GraphProblem> {
        let unfitting = || setting(node, "its bounds", "are not those of its input's axes");
        match of {
            Operand::Lengths(lengths) => {
                let taken = cuts.of_shape(&[lengths.len()]).ok_or_else(unfitting)?;
                let positions = taken.first().map_or(&[][..], |taken| &taken.positions);
                let found: Option<Vec<Length>> =
                    positions.iter().map(|&position| lengths.get(position).copied()).collect();
                Ok(Operand::Lengths(Rc::new(found.ok_or_else(unfitting)?)))
            }
            Operand::Array(array) => {
                self.spend(node, Some(array.values().len()))?;
                let taken = cuts.of_shape(array.shape()).ok_or_else(unfitting)?;
                self.taken(node, array, &taken)
            }
            _ => {
                let of = traced(node, operator, of)?;
                let mut whole = vec![1];
                whole.extend(self.shape(node, &of)?);
                self.spend(node, size(&whole))?;
                let taken = cuts.of_shape(&whole).ok_or_else(unfitting)?;
                self.selected(node, &of, cuts.keeps_samples(), &taken)
            }
        }
    }

    /// The places named by a constant along one axis.
    pub fn gather(
        &mut self,
        node: &str,
        of: &Operand,
        positions: &Operand,
        axis: i64,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let Operand::Array(named) = positions else { return Err(unknown(node, operator)) };
        let unfitting = || setting(node, "its places", "are not along an axis of its input");
        let indices: Option<Vec<usize>> = named
            .integers()
            .and_then(|positions| positions.into_iter().map(|position| usize::try_from(position).ok()).collect());
        let indices = indices.filter(|_| named.shape().len() <= 1).ok_or_else(unfitting)?;
        if let Operand::Lengths(lengths) = of {
            let found: Option<Vec<Length>> = indices.iter().map(|&position| lengths.get(position).copied()).collect();
            return Ok(Operand::Lengths(Rc::new(found.ok_or_else(unfitting)?)));
        }
        let whole = self.whole_shape(node, of, operator)?;
        let at = position(axis, whole.len()).ok_or_else(unfitting)?;
        if indices.iter().any(|&index| index >= whole[at]) {
            return Err(unfitting());
        }
        let stays = !named.shape().is_empty();
        let taken: Vec<Taken> = whole
            .iter()
            .enumerate()
            .map(|(axis, &length)| match axis == at {
                true => Taken { positions: indices.clone(), stays },
                false => Taken { positions: (0..length).collect(), stays: true },
            })
            .collect();
        match of {
            Operand::Array(array) => self.taken(node, array, &taken),
            _ => self.selected(node, &traced(node, operator, of)?, at > 0, &taken),
        }
    }

    fn taken(&mut self, node: &str, array: &Array, taken: &[Taken]) -> Result<Operand, GraphProblem> {
        let unfitting = || setting(node, "its bounds", "are not those of its input's axes");
        self.spend(node, taken.iter().try_fold(1_usize, |size, taken| size.checked_mul(taken.positions.len())))?;
        let values: Option<Vec<f64>> = taken_places(array.shape(), taken)
            .into_iter()
            .map(|position| array.values().get(position).copied())
            .collect();
        values.and_then(|values| Array::new(left(taken), values)).map(Operand::from).ok_or_else(unfitting)
    }

    /// Some coordinates of a value. `taken` tells of all axes, the samples' too.
    fn selected(
        &mut self,
        node: &str,
        of: &Traced,
        keeps_samples: bool,
        taken: &[Taken],
    ) -> Result<Operand, GraphProblem> {
        let shape = self.shape(node, of)?;
        let Some((_, taken)) = taken.split_first().filter(|_| keeps_samples) else {
            return Err(setting(node, "its bounds", "take apart what is not the coordinates of one sample"));
        };
        self.spend(node, taken.iter().try_fold(1_usize, |size, taken| size.checked_mul(taken.positions.len())))?;
        let positions = taken_places(&shape, taken);
        let kept = left(taken);
        if positions.is_empty() {
            return Err(setting(node, "its bounds", "leave nothing"));
        }
        Ok(Operand::value(self.graph.select(of.id, &positions, kept, node)?))
    }

    /// The operands one after the other along an axis, counted with that of the samples.
    pub fn concat(
        &mut self,
        node: &str,
        operands: &[Operand],
        axis: i64,
        operator: &str,
    ) -> Result<Operand, GraphProblem> {
        let unfitting = || setting(node, "its operands", "do not fit beside each other");
        if operands.iter().all(|operand| matches!(operand, Operand::Array(_) | Operand::Lengths(_))) {
            let parts: Option<Vec<Vec<Target>>> = operands.iter().map(targets).collect();
            let is_flat = |operand: &Operand| match operand {
                Operand::Array(array) => array.shape().len() == 1,
                _ => true,
            };
            let parts = parts.filter(|_| operands.iter().all(is_flat) && matches!(axis, 0 | -1));
            let parts = parts.ok_or_else(|| unknown(node, &format!("{operator} of constants")))?.concat();
            self.spend(node, Some(parts.len()))?;
            return of_targets(&parts).ok_or_else(unfitting);
        }
        let values: Result<Vec<Traced>, GraphProblem> =
            operands.iter().map(|operand| traced(node, operator, operand)).collect();
        let values = values?;
        let first = values.first().ok_or_else(unfitting)?;
        let axes = self.shape(node, first)?.len() + 1;
        let at = position(axis, axes).and_then(|at| at.checked_sub(1)).ok_or_else(unfitting)?;
        let mut width = Some(0_usize);
        for value in &values {
            width = width.zip(self.width(node, value).ok()).and_then(|(sum, width)| sum.checked_add(width));
        }
        self.spend(node, width)?;
        let values: Vec<ValueId> = values.iter().map(|value| value.id).collect();
        Ok(Operand::value(self.graph.concat(&values, node, at)?))
    }
}

impl Cuts {
    /// `size` values from `begin` on; −1 stands for all that are left.
    pub fn of_sizes(begin: Vec<i64>, sizes: &[i64]) -> Cuts {
        let mut end_mask = 0;
        let mut end = Vec::with_capacity(begin.len());
        for (axis, (&begin, &size)) in begin.iter().zip(sizes).enumerate() {
            if size == -1 && axis < MAX_AXES {
                end_mask |= 1 << axis;
            }
            end.push(begin.saturating_add(size));
        }
        let strides = vec![1; begin.len()];
        Cuts { begin, end, strides, end_mask, ..Cuts::default() }
    }

    /// Whether the first axis is left as it is.
    fn keeps_samples(&self) -> bool {
        let has = |mask: i64| mask & 1 != 0;
        let is_all = has(self.begin_mask) || self.begin.first() == Some(&0);
        is_all && has(self.end_mask) && !has(self.shrink_mask) && self.strides.first() == Some(&1)
    }

    /// What is taken of each axis of this shape; none where the bounds do not fit it.
    fn of_shape(&self, shape: &[usize]) -> Option<Vec<Taken>> {
        let attribute = self.begin.len();
        if self.others != 0 || self.end.len() != attribute || self.strides.len() != attribute || attribute > shape.len()
        {
            return None;
        }
        let whole = |length: usize| Taken { positions: (0..length).collect(), stays: true };
        let axis = |(axis, &length): (usize, &usize)| {
            if axis >= attribute {
                return Some(whole(length));
            }
            let has = |mask: i64| axis < MAX_AXES && mask & (1 << axis) != 0;
            let (step, count) = (self.strides[axis], i64::try_from(length).ok()?);
            // Counted from the end where it is negative, and held within the axis.
            let from_start = |position: i64| if position < 0 { position.saturating_add(count) } else { position };
            if has(self.shrink_mask) {
                let position =
                    usize::try_from(from_start(self.begin[axis])).ok().filter(|&position| position < length)?;
                return Some(Taken { positions: vec![position], stays: false });
            }
            let (low, high) = if step > 0 { (0, count) } else { (-1, count - 1) };
            let bound = |is_open: bool, attribute: i64, open: i64| match is_open {
                true => open,
                false => from_start(attribute).clamp(low, high),
            };
            let (first, last) = if step > 0 { (0, count) } else { (count - 1, -1) };
            let begin = bound(has(self.begin_mask), self.begin[axis], first);
            let end = bound(has(self.end_mask), self.end[axis], last);
            let inside = |position: &i64| if step > 0 { *position < end } else { *position > end };
            if step == 0 {
                return None;
            }
            let positions =
                std::iter::successors(Some(begin), |position| position.checked_add(step)).take_while(inside);
            Some(Taken {
                positions: positions.map(|position| usize::try_from(position).ok()).collect::<Option<_>>()?,
                stays: true,
            })
        };
        shape.iter().enumerate().map(axis).collect()
    }
}

/// Masks have a bit for each axis.
const MAX_AXES: usize = 32;

/// The places of an array of this shape that are taken.
fn taken_places(shape: &[usize], taken: &[Taken]) -> Vec<usize> {
    let mut positions = vec![0_usize];
    for (axis, taken) in taken.iter().enumerate() {
        let step: usize = shape[axis + 1..].iter().product();
        positions =
            positions.iter().flat_map(|position| taken.positions.iter().map(move |at| position + at * step)).collect();
    }
    positions
}

/// The shape of what was taken.
fn left(taken: &[Taken]) -> Vec<usize> {
    taken.iter().filter(|taken| taken.stays).map(|taken| taken.positions.len()).collect()
}
