//! Columns that tell the rows apart rather than what was measured.

/// Why a column looks like the numbers of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowNumbers {
    /// Its integers go up or down by 1 from row to row.
    Counting,
    /// It is called so, and no two rows have the same.
    Identifier,
    /// Its integers go on by the same step.
    Steps,
    /// Its integers only go up, or only down.
    Sorted,
}

impl RowNumbers {
    /// Why, as the end of a sentence that begins with the column.
    pub fn label(self) -> &'static str {
        match self {
            RowNumbers::Counting => "it only counts the rows",
            RowNumbers::Identifier => "it only identifies the rows",
            RowNumbers::Steps => "its integers go on by one step from row to row, as row numbers do",
            RowNumbers::Sorted => "its integers only go one way from row to row, as row numbers do",
        }
    }

    /// Whether nothing that was measured looks so.
    pub(super) fn is_sure(self) -> bool {
        matches!(self, RowNumbers::Counting | RowNumbers::Identifier)
    }
}

/// Fewer rows go up by 1 by chance.
const MIN_COUNTED: u64 = 4;
/// Fewer rows are in order by chance.
const MIN_SORTED: u64 = 8;
/// Larger numbers have no neighbours.
const LARGEST: f64 = 9e15;

/// The order of a column's values, from one pass over the rows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sequence {
    count: u64,
    last: f64,
    step: f64,
    broken: bool,
    uneven: bool,
}

impl Sequence {
    /// Takes a value in.
    pub fn add(&mut self, value: f64) {
        if self.broken {
            return;
        }
        self.broken = value.fract() != 0.0 || value.abs() > LARGEST;
        let step = value - self.last;
        match self.count {
            0 => {}
            1 => {
                self.step = step;
                self.broken |= step == 0.0;
            }
            _ => {
                self.uneven |= step != self.step;
                self.broken |= step == 0.0 || (step > 0.0) != (self.step > 0.0);
            }
        }
        self.last = value;
        self.count += 1;
    }

    /// Takes in what is no number.
    pub fn stop(&mut self) {
        self.broken = true;
    }

    /// What the values are in the order of the rows; `named`: whether their column is called as row numbers are.
    pub fn finish(self, named: bool) -> Option<RowNumbers> {
        let enough = |least: u64| self.count >= if named { 2 } else { least };
        if self.broken {
            None
        } else if !self.uneven && self.step.abs() == 1.0 && enough(MIN_COUNTED) {
            Some(RowNumbers::Counting)
        } else if named && self.count > 0 {
            Some(RowNumbers::Identifier)
        } else if !self.uneven && enough(MIN_SORTED) {
            Some(RowNumbers::Steps)
        } else {
            enough(MIN_SORTED).then_some(RowNumbers::Sorted)
        }
    }
}

/// Whether no two values are the same.
pub(super) fn all_differ(mut values: Vec<f64>) -> bool {
    values.sort_by(f64::total_cmp);
    values.windows(2).all(|pair| pair[0] != pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], named: bool) -> Option<RowNumbers> {
        let mut sequence = Sequence::default();
        values.iter().for_each(|value| sequence.add(*value));
        sequence.finish(named)
    }

    #[test]
    fn row_numbers_are_told_from_values() {
        assert_eq!(of(&[0.0, 1.0, 2.0, 3.0], false), Some(RowNumbers::Counting));
        assert_eq!(of(&[9.0, 8.0, 7.0, 6.0], false), Some(RowNumbers::Counting));
        assert_eq!(of(&[0.0, 1.0, 2.0], false), None);
        assert_eq!(of(&[0.0, 1.0], true), Some(RowNumbers::Counting));
        let fives: Vec<f64> = (0..8).map(|row| f64::from(5 * row)).collect();
        assert_eq!(of(&fives, false), Some(RowNumbers::Steps));
        let squares: Vec<f64> = (0..8).map(|row| f64::from(row * row)).collect();
        assert_eq!(of(&squares, false), Some(RowNumbers::Sorted));
        assert_eq!(of(&squares, true), Some(RowNumbers::Identifier));
        assert_eq!(of(&[0.0, 1.0, 1.0, 2.0, 3.0], true), None);
        assert_eq!(of(&[0.0, 0.5, 1.0, 1.5], false), None);
        assert!(all_differ(vec![3.0, 1.0, 2.0]) && !all_differ(vec![1.0, 2.0, 1.0]));
    }
}
