//! Why a text file cannot be read: the place, the cause, and the options that help.

use super::content::DelimitedTable;
use super::number::NumberFault;
use crate::dataset::{ColumnOutline, DatasetError};

/// The number of a column, with its name where it has one.
fn place_text(outline: &ColumnOutline) -> String {
    if outline.is_named() { outline.label() } else { outline.number.to_string() }
}

impl DelimitedTable {
    /// That a column holds something else than finite numbers, with the first place where it does.
    pub(super) fn not_a_number(&self, column: usize) -> DatasetError {
        let (Some(outline), Some(scan)) = (self.columns.get(column), self.scans.get(column)) else {
            return DatasetError::NoCoordinates { path: self.path.clone() };
        };
        // What is missing among numbers does no harm; what is something else does.
        let fault = scan.word.as_ref().or(scan.fault.as_ref()).cloned().unwrap_or_default();
        let rows = self.rows;
        let cause = NumberFault::from_field(&fault.text);
        let (caption, remedy) = (cause.label(), cause.remedy());
        let texts = scan.faults - scan.missing - scan.infinite;
        let count = if texts == 0 { scan.faults } else { texts };
        let cause = if outline.name == fault.text {
            "the header again; remove that line".to_owned()
        } else if count == 1 && fault.row + 1 == rows && rows > 1 {
            format!("{caption}; it is in the last line, which may sum up the others: remove it then")
        } else if count == rows {
            format!("{caption}, as in all rows; {remedy}, leave the column out by --columns, or take it as the --label")
        } else {
            format!("{caption}, as in {count} of {rows} rows; {remedy}, or choose other --columns")
        };
        DatasetError::NotANumber {
            path: self.path.clone(),
            line: fault.line,
            column: place_text(outline),
            text: fault.text,
            cause,
        }
    }

    pub(super) fn ragged(&self, line: u64, found: usize) -> DatasetError {
        DatasetError::Ragged { path: self.path.clone(), line, expected: self.layout.width, found }
    }

    pub(super) fn record_error(&self, error: &csv::Error) -> DatasetError {
        let line = error.position().map_or(0, csv::Position::line);
        DatasetError::NotText { path: self.path.clone(), line }
    }

    /// That there are no rows; `commented` are comments that would be some.
    pub(super) fn no_rows(&self, commented: usize) -> DatasetError {
        if commented > 0 {
            DatasetError::AllComments { path: self.path.clone(), lines: commented }
        } else {
            DatasetError::Empty { path: self.path.clone() }
        }
    }
}
