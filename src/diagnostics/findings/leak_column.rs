//! A column that tells the row or the answer itself.

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{OWN, Thresholds};
use crate::dataset::{Dataset, Labels};

/// Fewer rows may be in order by chance.
const MIN_ROWS: usize = 12;
/// How far an equal step may be off, relative to the values.
const EQUAL: f64 = 1e-9;

pub(super) fn check(subject: &Subject<'_>, _: &Thresholds) -> Vec<Finding> {
    // Values of a single coordinate are often evenly spaced.
    let Some(data) = subject.data().filter(|data| data.samples() >= MIN_ROWS && data.dimension() > 1) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for column in 0..data.dimension() {
        let values: Vec<f64> = data.points.row(column).iter().copied().collect();
        let (text, remedy) = if counts_rows(&values) {
            ("numbers the rows", "leave the column out: the number of a row is not known of new data")
        } else if is_label(&values, data) {
            ("is the label itself", "leave the column out: it holds the answer")
        } else {
            continue;
        };
        let name = data.column_name(column).map_or(String::new(), |name| format!(" ({name})"));
        let message = format!("column {}{name} {text}: what is learned of it is worth nothing on new data", column + 1);
        findings.push(
            Finding::new("leak_column", Severity::Warning, message)
                .of_columns(vec![column])
                .measured(1.0, 1.0)
                .try_this(remedy)
                .from_source(OWN),
        );
    }
    findings
}

/// Whether values grow by equal steps from row to row, or are the whole numbers of some range in any order.
fn counts_rows(values: &[f64]) -> bool {
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return false };
    let step = (last - first) / (values.len() - 1) as f64;
    let room = EQUAL * first.abs().max(last.abs()).max(step.abs());
    let is_even = |(row, value): (usize, &f64)| (value - first - step * row as f64).abs() <= room;
    if step != 0.0 && step.abs() > 2.0 * room && values.iter().enumerate().all(is_even) {
        return true;
    }
    if values.iter().any(|value| value.fract() != 0.0) {
        return false;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.windows(2).all(|pair| pair[1] - pair[0] == 1.0)
}

/// Whether a column is the label, up to a scale: the classes' values lie evenly in their order.
fn is_label(values: &[f64], data: &Dataset) -> bool {
    let labels: Vec<f64> = match &data.labels {
        Labels::None => return false,
        Labels::Values(labels) => labels.clone(),
        Labels::Classes { of_sample, .. } => of_sample.iter().map(|class| *class as f64).collect(),
    };
    let count = labels.len() as f64;
    let (mean_value, mean_label) = (values.iter().sum::<f64>() / count, labels.iter().sum::<f64>() / count);
    let (mut both, mut of_values, mut of_labels) = (0.0, 0.0, 0.0);
    for (value, label) in values.iter().zip(&labels) {
        let (value, label) = (value - mean_value, label - mean_label);
        both += value * label;
        of_values += value * value;
        of_labels += label * label;
    }
    of_values > 0.0 && of_labels > 0.0 && both.abs() / (of_values * of_labels).sqrt() > 1.0 - EQUAL
}
