//! Constants of a graph: numbers with axes.

use crate::formats::shape::size;

/// Numbers with axes, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::formats) struct Array {
    shape: Vec<usize>,
    values: Vec<f64>,
}

impl Array {
    /// These values under this shape; none where they do not fill it.
    pub fn new(shape: Vec<usize>, values: Vec<f64>) -> Option<Array> {
        (size(&shape) == Some(values.len())).then_some(Array { shape, values })
    }

    /// One number without axes.
    pub fn scalar(value: f64) -> Array {
        Array { shape: Vec::new(), values: vec![value] }
    }

    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    pub fn values(&self) -> &[f64] {
        &self.values
    }

    pub fn into_values(self) -> Vec<f64> {
        self.values
    }

    /// The number of an array that holds just one.
    pub fn only(&self) -> Option<f64> {
        match self.values[..] {
            [value] => Some(value),
            _ => None,
        }
    }

    /// The values as whole numbers; none where one is not.
    pub fn integers(&self) -> Option<Vec<i64>> {
        let whole = |value: &f64| (value.fract() == 0.0 && value.abs() < 2_f64.powi(53)).then_some(*value as i64);
        self.values.iter().map(whole).collect()
    }

    pub fn map(&self, function: impl Fn(f64) -> f64) -> Array {
        Array { shape: self.shape.clone(), values: self.values.iter().map(|value| function(*value)).collect() }
    }

    /// The same values under another shape; none where they do not fill it.
    pub fn reshaped(&self, shape: Vec<usize>) -> Option<Array> {
        Array::new(shape, self.values.clone())
    }

    /// The axes in another order: each is taken from its place in `axes`.
    pub fn permuted(&self, axes: &[usize]) -> Option<Array> {
        let (positions, shape) = permuted_places(&self.shape, axes)?;
        let values = positions.into_iter().map(|position| self.values.get(position).copied()).collect::<Option<_>>()?;
        Array::new(shape, values)
    }

    /// The values spread over this shape as TensorFlow broadcasts them; none where they do not fit.
    pub fn spread(&self, shape: &[usize]) -> Option<Vec<f64>> {
        let missing = shape.len().checked_sub(self.shape.len())?;
        // The step along each axis; 0 where one value stands for all.
        let mut steps = vec![0; shape.len()];
        let mut step = 1;
        for axis in (0..self.shape.len()).rev() {
            match (self.shape[axis], shape[missing + axis]) {
                (1, _) => {}
                (own, whole) if own == whole => steps[missing + axis] = step,
                _ => return None,
            }
            step *= self.shape[axis];
        }
        let mut positions = vec![0_usize];
        for (&length, &step) in shape.iter().zip(&steps) {
            positions = positions.iter().flat_map(|position| (0..length).map(move |at| position + at * step)).collect();
        }
        positions.into_iter().map(|position| self.values.get(position).copied()).collect()
    }

    /// The operator value by value; none where the shapes do not fit. `most` bounds the result.
    pub fn zip(&self, other: &Array, most: usize, operator: impl Fn(f64, f64) -> f64) -> Option<Array> {
        let shape = broadcast(&self.shape, &other.shape)?;
        size(&shape).filter(|&values| values <= most)?;
        let (left, right) = (self.spread(&shape)?, other.spread(&shape)?);
        let values = left.into_iter().zip(right).map(|(left, right)| operator(left, right)).collect();
        Array::new(shape, values)
    }
}

/// The shape that values of two shapes have together.
pub(super) fn broadcast(left: &[usize], right: &[usize]) -> Option<Vec<usize>> {
    let rank = left.len().max(right.len());
    let length = |shape: &[usize], axis: usize| {
        (axis + shape.len()).checked_sub(rank).and_then(|axis| shape.get(axis)).copied().unwrap_or(1)
    };
    (0..rank)
        .map(|axis| match (length(left, axis), length(right, axis)) {
            (1, other) | (other, 1) => Some(other),
            (one, other) => (one == other).then_some(one),
        })
        .collect()
}

/// Where each value of an array with permuted axes comes from, and its shape; none where `axes` is no permutation.
pub(super) fn permuted_places(shape: &[usize], axes: &[usize]) -> Option<(Vec<usize>, Vec<usize>)> {
    let mut found = axes.to_vec();
    found.sort_unstable();
    if !found.into_iter().eq(0..shape.len()) {
        return None;
    }
    let mut positions = vec![0_usize];
    for &axis in axes {
        let step: usize = shape[axis + 1..].iter().product();
        positions =
            positions.iter().flat_map(|position| (0..shape[axis]).map(move |at| position + at * step)).collect();
    }
    Some((positions, axes.iter().map(|&axis| shape[axis]).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(shape: &[usize], values: &[f64]) -> Array {
        Array::new(shape.to_vec(), values.to_vec()).unwrap()
    }

    #[test]
    fn shapes_are_spread_as_tensorflow_does_it() {
        let matrix = array(&[2, 2], &[1.0, 2.0, 3.0, 4.0]);
        let row = array(&[2], &[10.0, 20.0]);
        let column = array(&[2, 1], &[10.0, 20.0]);
        let sum = |other: &Array| matrix.zip(other, 9, |left, right| left + right).map(|sum| sum.values);
        assert_eq!(sum(&row), Some(vec![11.0, 22.0, 13.0, 24.0]));
        assert_eq!(sum(&column), Some(vec![11.0, 12.0, 23.0, 24.0]));
        assert_eq!(sum(&Array::scalar(1.0)), Some(vec![2.0, 3.0, 4.0, 5.0]));
        assert_eq!(sum(&array(&[3], &[0.0; 3])), None);
        assert_eq!(row.zip(&column, 3, |left, _| left), None);
    }

    #[test]
    fn axes_change_places() {
        let matrix = array(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(matrix.permuted(&[1, 0]), Some(array(&[3, 2], &[1.0, 4.0, 2.0, 5.0, 3.0, 6.0])));
        assert_eq!((matrix.permuted(&[0, 0]), matrix.permuted(&[0])), (None, None));
        assert_eq!(matrix.integers(), Some(vec![1, 2, 3, 4, 5, 6]));
        assert_eq!(matrix.map(|value| value / 2.0).integers(), None);
    }
}
