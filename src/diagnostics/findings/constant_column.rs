//! Columns that never change.

use super::finding::{Finding, Severity, counted, listed};
use super::subject::Subject;
use super::thresholds::{CHECKER, Thresholds};

/// From this share of the columns on the data as a whole is doubtful.
const MANY: f64 = 0.9;

pub(super) fn check(subject: &Subject<'_>, _: &Thresholds) -> Vec<Finding> {
    let Some(data) = subject.data().filter(|data| data.samples() > 1) else { return Vec::new() };
    let is_constant = |column: &usize| data.points.row(*column).iter().all(|value| *value == data.points[(*column, 0)]);
    let columns: Vec<usize> = (0..data.dimension()).filter(is_constant).collect();
    if columns.is_empty() {
        return Vec::new();
    }
    let is_most = columns.len() as f64 >= MANY * data.dimension() as f64;
    let message = format!(
        "{} ({}) the same value in every row: nothing can be learned from it",
        counted(columns.len(), "column") + if columns.len() == 1 { " has" } else { " have" },
        listed(&columns)
    );
    let severity = if is_most { Severity::Warning } else { Severity::Note };
    let finding = Finding::new("constant_column", severity, message)
        .of_columns(columns)
        .measured(0.0, 0.0)
        .try_this("leave the column out")
        .from_source(CHECKER);
    vec![finding]
}
