//! Why a text file cannot be read: the place, the cause, and the options that help.

use super::{DelimitedTable, number};
use crate::dataset::{ColumnOutline, DatasetError};

/// The number of a column, with its name where it has one.
fn place_words(outline: &ColumnOutline) -> String {
    if outline.is_named() { outline.words() } else { outline.number.to_string() }
}

impl DelimitedTable {
    /// That a column holds something else than finite numbers, with the first place where it does.
    pub(super) fn not_a_number(&self, column: usize) -> DatasetError {
        let (Some(outline), Some(survey)) = (self.columns.get(column), self.surveys.get(column)) else {
            return DatasetError::NoCoordinates { path: self.path.clone() };
        };
        let fault = survey.fault.clone().unwrap_or_default();
        let rows = self.rows;
        let cause = if outline.name == fault.text {
            "the header again; remove that line".to_owned()
        } else if survey.missing > 0 && number::is_missing(&fault.text) {
            let count = survey.missing;
            format!(
                "a missing value, as in {count} of {rows} rows: fill them in, remove those rows, or choose other --columns"
            )
        } else if survey.faults == 1 && fault.row + 1 == rows && rows > 1 {
            format!("{}; it is the last line: remove it if it is no row", number::cause(&fault.text))
        } else if survey.faults == rows {
            let cause = number::cause(&fault.text);
            format!("{cause}, as in all rows: leave the column out by --columns, or take it as the label by --label")
        } else {
            let (cause, count) = (number::cause(&fault.text), survey.faults);
            format!("{cause}, in {count} of {rows} rows: correct or remove them, or choose other --columns")
        };
        DatasetError::NotANumber {
            path: self.path.clone(),
            line: fault.line,
            column: place_words(outline),
            text: fault.text,
            cause,
        }
    }

    /// That labels are missing, with the first place where one is.
    pub(super) fn missing_label(&self, column: usize) -> DatasetError {
        let (Some(outline), Some(survey)) = (self.columns.get(column), self.surveys.get(column)) else {
            return DatasetError::NoCoordinates { path: self.path.clone() };
        };
        let fault = survey.missing_at.clone().unwrap_or_default();
        let (count, rows) = (survey.missing, self.rows);
        DatasetError::NotANumber {
            path: self.path.clone(),
            line: fault.line,
            column: place_words(outline),
            text: fault.text,
            cause: format!(
                "a missing label, as in {count} of {rows} rows: fill them in, remove those rows, or take --label none"
            ),
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
