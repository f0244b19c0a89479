//! What every kind of data file gives: columns of equal length.

use super::DatasetError;
use super::column::ColumnOutline;
use super::labels::Labels;
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
    /// The values of these columns, row by row.
    fn numbers(&self, columns: &[usize]) -> Result<Vec<f64>, DatasetError>;
    /// A column as labels.
    fn labels(&self, column: usize) -> Result<Labels, DatasetError>;
}

/// The most columns of a table; more cannot flow anywhere.
pub(super) const MAX_COLUMNS: usize = 1 << 16;
