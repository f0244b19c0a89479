//! What every kind of data file gives: columns of equal length.

use super::DatasetError;
use super::column::ColumnOutline;
use super::labels::{LabelCollector, Labels};
use super::roles::Known;

/// Columns of equal length.
pub(super) trait Table {
    /// The columns.
    fn columns(&self) -> &[ColumnOutline];
    /// The number of values in each.
    fn rows(&self) -> usize;
    /// What was assumed of the file, and what of it is not in the columns.
    fn notes(&self) -> &[String];
    /// The columns that may be coordinates and the label, where the file itself tells them.
    fn known(&self) -> Known {
        Known::default()
    }
    /// The values of these columns, row by row; NaN for one that is missing.
    fn numbers(&self, columns: &[usize]) -> Result<Vec<f64>, DatasetError>;
    /// A column as labels.
    fn labels(&self, column: usize) -> Result<TableLabels, DatasetError>;
}

/// The labels in a column.
pub(super) struct TableLabels {
    /// Those of the rows that have one.
    pub labels: Labels,
    /// The rows, from 0, that have none.
    pub missing: Vec<usize>,
}

impl TableLabels {
    /// Numbers as labels; what is not finite is none.
    pub fn from_floats(values: Vec<f64>) -> TableLabels {
        let missing: Vec<usize> = (0..values.len()).filter(|row| !values[*row].is_finite()).collect();
        let finite: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        TableLabels { labels: if finite.is_empty() { Labels::None } else { Labels::from_floats(finite) }, missing }
    }

    /// Takes texts in row by row; `is_missing` tells which of them are no labels.
    pub fn collector<F: Fn(&str) -> bool>(is_missing: F) -> TextLabels<F> {
        TextLabels { collector: Labels::collector(), missing: Vec::new(), rows: 0, is_missing }
    }
}

/// Texts on their way to labels.
pub(super) struct TextLabels<F> {
    collector: LabelCollector,
    missing: Vec<usize>,
    rows: usize,
    is_missing: F,
}

impl<F: Fn(&str) -> bool> TextLabels<F> {
    /// Takes in the text of the next row.
    pub fn add(&mut self, text: &str) {
        if (self.is_missing)(text) {
            self.missing.push(self.rows)
        } else {
            self.collector.add(text)
        }
        self.rows += 1;
    }

    /// The labels.
    pub fn finish(self) -> TableLabels {
        let labels = if self.missing.len() == self.rows { Labels::None } else { self.collector.finish() };
        TableLabels { labels, missing: self.missing }
    }
}

/// The most columns of a table; more cannot flow anywhere.
pub(super) const MAX_COLUMNS: usize = 1 << 18;
