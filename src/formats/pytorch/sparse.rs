//! Tensors of which only the values that are not zero are kept, each with its place.

use super::stored::elements;

/// The most values that are spelled out whatever the file holds, 8 MB.
const ALWAYS_DENSE: u64 = 1 << 20;
/// For each value that the file holds so many more are spelled out.
const DENSE_FOR_EACH: u64 = 1 << 8;
/// The most values of a matrix that is spelled out, 256 MB.
const MAX_DENSE: u64 = 1 << 25;

/// The parts of a sparse tensor: tensors, or the values of tensors.
#[derive(Clone)]
pub(super) enum Sparse<T> {
    /// A column of `positions` for each value: its place along the first axes. The values of equal places are added up.
    Places { positions: T, values: T },
    /// Rows, or columns, one after another: where each begins, and for each value its place within.
    Compressed { by_rows: bool, starts: T, positions: T, values: T },
}

/// The values of a tensor, and its shape.
pub(super) struct Part {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

/// Refuses a tensor of this shape that keeps values of that one, where it would be far larger than its file.
pub(super) fn refuse_too_large(shape: &[usize], kept: &[usize]) -> Result<(), String> {
    let most = elements(kept).saturating_mul(DENSE_FOR_EACH).clamp(ALWAYS_DENSE, MAX_DENSE);
    if elements(shape) > most {
        return Err("is a sparse tensor that would be far larger than its file; save a dense copy of it".into());
    }
    Ok(())
}

impl<T> Sparse<T> {
    /// What is kept: the values that are not zero.
    pub fn kept(&self) -> &T {
        let (Sparse::Places { values, .. } | Sparse::Compressed { values, .. }) = self;
        values
    }

    /// The same with each of its parts read.
    pub fn read(&self, mut part: impl FnMut(&T) -> Result<Part, String>) -> Result<Sparse<Part>, String> {
        Ok(match self {
            Sparse::Places { positions, values } => {
                Sparse::Places { positions: part(positions)?, values: part(values)? }
            }
            Sparse::Compressed { by_rows, starts, positions, values } => Sparse::Compressed {
                by_rows: *by_rows,
                starts: part(starts)?,
                positions: part(positions)?,
                values: part(values)?,
            },
        })
    }
}

impl Sparse<Part> {
    /// All values in row-major order; in words, why there are none.
    pub fn values(&self, shape: &[usize]) -> Result<Vec<f64>, String> {
        refuse_too_large(shape, &self.kept().shape)?;
        let mut dense = vec![0.0; elements(shape) as usize];
        match self {
            Sparse::Places { positions, values } => {
                let axes = positions.shape.first().copied().unwrap_or(0);
                let (positions, values) = (&positions.values, &values.values);
                let outer = shape.get(..axes).ok_or("has more places than axes")?;
                let inner = shape[axes..].iter().product::<usize>();
                let count = positions.len().checked_div(axes).unwrap_or(0);
                for at in 0..count {
                    let coordinates = (0..axes).map(|axis| positions[axis * count + at]);
                    let position = coordinates.zip(outer).try_fold(0, |position, (coordinate, length)| {
                        index(coordinate, *length).map(|coordinate| position * length + coordinate)
                    });
                    let position = position.ok_or_else(outside)?;
                    let target = dense.get_mut(position * inner..(position + 1) * inner).ok_or_else(outside)?;
                    let source = values.get(at * inner..(at + 1) * inner).ok_or("has fewer values than places")?;
                    target.iter_mut().zip(source).for_each(|(target, value)| *target += value);
                }
            }
            Sparse::Compressed { by_rows, starts, positions, values } => {
                let [rows, columns] = *shape else { return Err("is a sparse tensor of other than two axes".into()) };
                let (lines, length) = if *by_rows { (rows, columns) } else { (columns, rows) };
                let (starts, positions, values) = (&starts.values, &positions.values, &values.values);
                if starts.len() != lines + 1 || positions.len() != values.len() {
                    return Err("is a sparse tensor whose parts contradict each other".into());
                }
                let start = |line: usize| index(starts[line], positions.len() + 1).ok_or_else(outside);
                for line in 0..lines {
                    for at in start(line)?..start(line + 1)? {
                        let within = index(positions[at], length).ok_or_else(outside)?;
                        let (row, column) = if *by_rows { (line, within) } else { (within, line) };
                        dense[row * columns + column] += values[at];
                    }
                }
            }
        }
        Ok(dense)
    }
}

fn outside() -> String {
    "is a sparse tensor with a value outside of its shape; save the file again".into()
}

fn index(number: f64, length: usize) -> Option<usize> {
    (number >= 0.0 && number < length as f64).then_some(number as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(shape: &[usize], values: &[f64]) -> Part {
        Part { shape: shape.to_vec(), values: values.to_vec() }
    }

    #[test]
    fn places_are_filled_and_equal_ones_added() {
        let positions = part(&[2, 3], &[0.0, 1.0, 1.0, 2.0, 0.0, 0.0]);
        let sparse = Sparse::Places { positions, values: part(&[3], &[5.0, 1.0, 2.0]) };
        assert_eq!(sparse.values(&[2, 3]).unwrap(), [0.0, 0.0, 5.0, 3.0, 0.0, 0.0]);
        assert!(sparse.values(&[2, 2]).unwrap_err().contains("outside"));
        assert!(sparse.values(&[1 << 20, 1 << 20]).unwrap_err().contains("larger"));
        let rows = Sparse::Places { positions: part(&[1, 1], &[1.0]), values: part(&[1, 2], &[3.0, 4.0]) };
        assert_eq!(rows.values(&[2, 2]).unwrap(), [0.0, 0.0, 3.0, 4.0]);
    }

    #[test]
    fn rows_and_columns_are_spelled_out() {
        let sparse = |by_rows| Sparse::Compressed {
            by_rows,
            starts: part(&[3], &[0.0, 1.0, 3.0]),
            positions: part(&[3], &[1.0, 0.0, 1.0]),
            values: part(&[3], &[5.0, 6.0, 7.0]),
        };
        assert_eq!(sparse(true).values(&[2, 2]).unwrap(), [0.0, 5.0, 6.0, 7.0]);
        assert_eq!(sparse(false).values(&[2, 2]).unwrap(), [0.0, 6.0, 5.0, 7.0]);
        assert!(sparse(true).values(&[3, 2]).is_err());
    }
}
