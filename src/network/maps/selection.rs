//! Maps that choose: each output is one of the inputs, or a constant. Slices, transpositions, concatenations, padding,
//! up-sampling by repetition, and whatever is composed of these.

use nalgebra::{DMatrix, DVector};

use super::error::written;
use super::shapes::{Border, check_axis, check_per_axis, separable, strides, values};
use super::{ForwardMap, MapError, check_width};
use crate::network::Affine;

/// Where an output comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Selected {
    /// The input coordinate of this index.
    Coordinate(usize),
    /// A number that no input changes.
    Constant(f64),
}

/// Each output is one of the inputs, or a constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    inputs: usize,
    from: Vec<Selected>,
}

impl Selection {
    /// The selection of these from a vector of `inputs`.
    ///
    /// # Errors
    /// If there is none, there are too many, or one is beyond the inputs.
    pub fn new(inputs: usize, from: Vec<Selected>) -> Result<Selection, MapError> {
        values(&[inputs])?;
        values(&[from.len()])?;
        let beyond = from.iter().find_map(|selected| match selected {
            Selected::Coordinate(index) if *index >= inputs => Some(*index),
            _ => None,
        });
        match beyond {
            Some(index) => Err(MapError::Index { what: "selected coordinate", index, length: inputs }),
            None => Ok(Selection { inputs, from }),
        }
    }

    fn of_indices(inputs: usize, indices: Vec<usize>) -> Result<Selection, MapError> {
        Selection::new(inputs, indices.into_iter().map(Selected::Coordinate).collect())
    }

    /// All inputs as they are.
    ///
    /// # Errors
    /// If there is none, or there are too many.
    pub fn identity(inputs: usize) -> Result<Selection, MapError> {
        Selection::of_indices(inputs, (0..inputs).collect())
    }

    /// The values of a tensor whose index along each axis is among those listed for it, in their order: slices with any step,
    /// splits, gathers, repetitions.
    ///
    /// # Errors
    /// If the shape is empty or too large, there is not one list for each axis, or an index is beyond its axis.
    pub fn of_axes(shape: &[usize], indices: &[Vec<usize>]) -> Result<Selection, MapError> {
        let inputs = values(shape)?;
        check_per_axis("selection", shape.len(), indices.len())?;
        for (length, own) in shape.iter().zip(indices) {
            if let Some(index) = own.iter().find(|index| *index >= length) {
                return Err(MapError::Index { what: "index along an axis", index: *index, length: *length });
            }
        }
        let lengths: Vec<usize> = indices.iter().map(Vec::len).collect();
        values(&lengths)?;
        let steps = strides(shape);
        Selection::of_indices(inputs, separable(&lengths, |axis, at| indices[axis][at] * steps[axis]))
    }

    /// Along `axis` the indices from `start`, `count` of them, `step` apart (negative: backward); all of the other axes.
    ///
    /// # Errors
    /// As [`Selection::of_axes`].
    pub fn slice(shape: &[usize], axis: usize, start: usize, count: usize, step: isize) -> Result<Selection, MapError> {
        values(shape)?;
        check_axis(shape, axis)?;
        values(&[count])?;
        let mut indices: Vec<Vec<usize>> = shape.iter().map(|length| (0..*length).collect()).collect();
        // An index before the first becomes one beyond the last, which is refused.
        let at = |number: usize| start.wrapping_add_signed(step.wrapping_mul(number as isize));
        indices[axis] = (0..count).map(at).collect();
        Selection::of_axes(shape, &indices)
    }

    /// The tensor with its axes in another order: axis i of the result is axis `order[i]`.
    ///
    /// # Errors
    /// If the shape is empty or too large, or `order` has not each axis once.
    pub fn transposition(shape: &[usize], order: &[usize]) -> Result<Selection, MapError> {
        let inputs = values(shape)?;
        check_per_axis("order of axes", shape.len(), order.len())?;
        for (index, axis) in order.iter().enumerate() {
            check_axis(shape, *axis)?;
            if order[..index].contains(axis) {
                return Err(MapError::Axis { axis: *axis, axes: shape.len() });
            }
        }
        let (steps, lengths) = (strides(shape), order.iter().map(|axis| shape[*axis]).collect::<Vec<_>>());
        Selection::of_indices(inputs, separable(&lengths, |axis, index| index * steps[order[axis]]))
    }

    /// Tensors that lie one after the other in one vector, joined along `axis`.
    ///
    /// # Errors
    /// If there is none, a shape is empty or too large, or shapes differ along another axis.
    pub fn concatenation(shapes: &[Vec<usize>], axis: usize) -> Result<Selection, MapError> {
        let first = shapes.first().ok_or(MapError::Zero { what: "number of joined tensors" })?;
        check_axis(first, axis)?;
        let mut inputs = 0_usize;
        // Before the axis and from it on: of each tensor a block for every index before.
        let mut blocks = Vec::with_capacity(shapes.len());
        for shape in shapes {
            let fits = shape.len() == first.len()
                && shape.iter().zip(first).enumerate().all(|(at, (one, other))| at == axis || one == other);
            if !fits {
                return Err(MapError::Unequal { one: written(first), other: written(shape) });
            }
            let length = values(shape)?;
            blocks.push((inputs, shape[axis..].iter().product::<usize>()));
            inputs = values(&[inputs.saturating_add(length)])?;
        }
        let outer: usize = first[..axis].iter().product();
        let of_outer =
            |at: usize| blocks.iter().flat_map(move |(start, length)| start + at * length..start + (at + 1) * length);
        Selection::of_indices(inputs, (0..outer).flat_map(of_outer).collect())
    }

    /// The tensor with values around it: so many before and after each axis.
    ///
    /// # Errors
    /// If the shape or the result is empty or too large, there is not one pair for each axis, or a mirrored tensor is too short.
    pub fn padded(shape: &[usize], around: &[[usize; 2]], border: Border) -> Result<Selection, MapError> {
        let inputs = values(shape)?;
        check_per_axis("padding", shape.len(), around.len())?;
        let lengths: Vec<usize> = shape
            .iter()
            .zip(around)
            .map(|(length, [before, after])| length.saturating_add(*before).saturating_add(*after))
            .collect();
        values(&lengths)?;
        // An index of the result as one of the tensor; `inputs` where there is none, which no sum of others reaches.
        let mut sources = Vec::with_capacity(shape.len());
        for (axis, (length, [before, after])) in shape.iter().zip(around).enumerate() {
            let padding = *before.max(after);
            let too_long = match border {
                Border::Reflect => padding >= *length,
                Border::Wrap => padding > *length,
                Border::Constant(_) | Border::Edge => false,
            };
            if too_long {
                return Err(MapError::Padding { axis, padding, length: *length });
            }
            let source = |at: usize| source_of(at, *before, *length, border);
            sources.push((0..lengths[axis]).map(source).collect::<Vec<_>>());
        }
        let steps = strides(shape);
        let offset = |axis: usize, at: usize| sources[axis][at].map_or(inputs, |index| index * steps[axis]);
        let constant = if let Border::Constant(value) = border { value } else { 0.0 };
        let selected = |sum: usize| if sum < inputs { Selected::Coordinate(sum) } else { Selected::Constant(constant) };
        Selection::new(inputs, separable(&lengths, offset).into_iter().map(selected).collect())
    }

    /// Each value repeated so often along each axis: nearest up-sampling by whole factors.
    ///
    /// # Errors
    /// If the shape or the result is empty or too large, or there is not one factor of at least 1 for each axis.
    pub fn repeated(shape: &[usize], factors: &[usize]) -> Result<Selection, MapError> {
        check_per_axis("factors", shape.len(), factors.len())?;
        if factors.contains(&0) {
            return Err(MapError::Zero { what: "factor of up-sampling" });
        }
        let lengths: Vec<usize> =
            shape.iter().zip(factors).map(|(length, factor)| length.saturating_mul(*factor)).collect();
        values(&lengths)?;
        let along = |axis: usize| (0..lengths[axis]).map(|at| at / factors[axis]).collect();
        Selection::of_axes(shape, &(0..shape.len()).map(along).collect::<Vec<_>>())
    }

    /// Axes of length 1 repeated to those of `to`; the shapes are aligned at their last axes.
    ///
    /// # Errors
    /// If a shape is empty or too large, or an axis is neither 1 nor as long as that of `to`.
    pub fn broadcast(shape: &[usize], to: &[usize]) -> Result<Selection, MapError> {
        values(to)?;
        let unequal = || MapError::Unequal { one: written(shape), other: written(to) };
        let missing = to.len().checked_sub(shape.len()).ok_or_else(unequal)?;
        let widened: Vec<usize> = vec![1; missing].into_iter().chain(shape.iter().copied()).collect();
        let along = |(from, to): (&usize, &usize)| match from {
            1 => Some(vec![0; *to]),
            _ => (from == to).then(|| (0..*to).collect()),
        };
        let indices: Option<Vec<Vec<usize>>> = widened.iter().zip(to).map(along).collect();
        Selection::of_axes(&widened, &indices.ok_or_else(unequal)?)
    }

    /// Where each output comes from.
    pub fn from(&self) -> &[Selected] {
        &self.from
    }

    /// What first selects `self` and then `next`, as one selection.
    ///
    /// # Errors
    /// If `next` takes another number of inputs than this gives.
    pub fn then(&self, next: &Selection) -> Result<Selection, MapError> {
        if next.inputs != self.from.len() {
            return Err(MapError::Width { expected: next.inputs, found: self.from.len() });
        }
        let from = next.from.iter().map(|selected| match selected {
            Selected::Coordinate(index) => self.from[*index],
            constant => *constant,
        });
        Selection::new(self.inputs, from.collect())
    }

    /// Whether every input comes out once, and nothing else.
    pub fn is_permutation(&self) -> bool {
        let mut seen = vec![false; self.inputs];
        self.from.len() == self.inputs
            && self.from.iter().all(|selected| match selected {
                Selected::Coordinate(index) => !std::mem::replace(&mut seen[*index], true),
                Selected::Constant(_) => false,
            })
    }

    /// Whether it changes nothing.
    pub fn is_identity(&self) -> bool {
        self.from.len() == self.inputs
            && self.from.iter().enumerate().all(|(at, selected)| *selected == Selected::Coordinate(at))
    }

    /// How often each input comes out. The squares of the singular values: columns of the 0/1 matrix have no row in common.
    pub fn copies(&self) -> Vec<usize> {
        let mut copies = vec![0; self.inputs];
        for selected in &self.from {
            if let Selected::Coordinate(index) = selected {
                copies[*index] += 1;
            }
        }
        copies
    }

    /// The matrix of ones and zeros, with the constants as bias; outputs × inputs numbers, which the caller must afford.
    pub fn to_affine(&self) -> Affine {
        let mut weight = DMatrix::zeros(self.from.len(), self.inputs);
        let mut bias = DVector::zeros(self.from.len());
        let mut is_shifted = false;
        for (row, selected) in self.from.iter().enumerate() {
            match selected {
                Selected::Coordinate(index) => weight[(row, *index)] = 1.0,
                Selected::Constant(value) => {
                    bias[row] = *value;
                    is_shifted |= *value != 0.0;
                }
            }
        }
        Affine { weight, bias: is_shifted.then_some(bias) }
    }
}

/// The index along an axis of the tensor that stands at index `at` of the padded one.
fn source_of(at: usize, before: usize, length: usize, border: Border) -> Option<usize> {
    let inside = at.checked_sub(before).filter(|index| *index < length);
    if inside.is_some() {
        return inside;
    }
    let is_before = at < before;
    match border {
        Border::Constant(_) => None,
        Border::Edge => Some(if is_before { 0 } else { length - 1 }),
        Border::Reflect if is_before => Some(before - at),
        Border::Reflect => (2 * (length - 1) + before).checked_sub(at),
        Border::Wrap if is_before => (length + at).checked_sub(before),
        Border::Wrap => Some(at - before - length),
    }
}

impl ForwardMap for Selection {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.from.len()
    }

    fn apply(&self, points: &DMatrix<f64>) -> Result<DMatrix<f64>, MapError> {
        check_width(self, points)?;
        let selected = |row: usize, column: usize| match self.from[row] {
            Selected::Coordinate(index) => points[(index, column)],
            Selected::Constant(value) => value,
        };
        Ok(DMatrix::from_fn(self.from.len(), points.ncols(), selected))
    }
}
