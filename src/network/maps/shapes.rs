//! Row-major shapes: places, strides, and values that belong to one axis.

use super::error::written;
use super::{MAX_COORDINATES, MapError};

/// What stands around a padded tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Border {
    /// The same number everywhere.
    Constant(f64),
    /// The nearest value of the tensor.
    Edge,
    /// The tensor mirrored at its outermost values, which are not repeated.
    Reflect,
    /// The tensor again, from its other end.
    Wrap,
}

/// The number of values of a shape.
pub(super) fn values(shape: &[usize]) -> Result<usize, MapError> {
    let product = shape.iter().try_fold(1_usize, |product, axis| product.checked_mul(*axis));
    let valid = product.filter(|values| (1..=MAX_COORDINATES).contains(values));
    valid.ok_or_else(|| MapError::Shape { shape: written(shape), most: MAX_COORDINATES })
}

/// How far one step along each axis is, in a checked shape.
pub(super) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

/// For each position of `shape` in row-major order, the sum over its axes of `offset(axis, index)`.
///
/// Every map of places here (slices, transpositions, windows) is such a sum: an axis at a time, so that no division is needed.
pub(super) fn separable(shape: &[usize], offset: impl Fn(usize, usize) -> usize) -> Vec<usize> {
    let mut sums = vec![0];
    for (axis, length) in shape.iter().enumerate() {
        let offsets: Vec<usize> = (0..*length).map(|index| offset(axis, index)).collect();
        sums = sums.iter().flat_map(|sum| offsets.iter().map(move |offset| sum + offset)).collect();
    }
    sums
}

/// An axis that `shape` has.
pub(super) fn check_axis(shape: &[usize], axis: usize) -> Result<(), MapError> {
    if axis < shape.len() { Ok(()) } else { Err(MapError::Axis { axis, axes: shape.len() }) }
}

/// One entry for each axis.
pub(super) fn check_per_axis(what: &'static str, axes: usize, found: usize) -> Result<(), MapError> {
    if axes == found { Ok(()) } else { Err(MapError::PerAxis { what, axes, found }) }
}

/// Values that belong to the indices along one axis, for every value of a tensor: γ of a channel for all of its pixels.
///
/// # Errors
/// If the shape has no such axis, or there are not as many values as it is long.
pub fn spread_along(given: &[f64], shape: &[usize], axis: usize) -> Result<Vec<f64>, MapError> {
    values(shape)?;
    check_axis(shape, axis)?;
    if given.len() != shape[axis] {
        return Err(MapError::Parameters { what: "the axis", expected: shape[axis], found: given.len() });
    }
    let index = separable(shape, |at, index| if at == axis { index } else { 0 });
    Ok(index.into_iter().map(|index| given[index]).collect())
}
