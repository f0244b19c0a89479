//! Data far from what the network was trained on.

use super::data_scale::normalisation;
use super::finding::{Finding, Severity, listed};
use super::subject::Subject;
use super::thresholds::{CHECKER, Thresholds};
use super::values::moments_of_rows;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let Some(data) = subject.data() else { return Vec::new() };
    // What the network itself normalises by, or the data beside the data that was held back.
    let (known, looked_at) = match (normalisation(subject.network()), subject.test()) {
        (Some(known), _) => (known, data),
        (None, Some(test)) => {
            let (means, variances) = moments_of_rows(&data.points);
            (means.into_iter().zip(variances.into_iter().map(f64::sqrt)).collect(), test)
        }
        (None, None) => return Vec::new(),
    };
    let reach = thresholds.out_of_range_deviations;
    let mut columns = Vec::new();
    let mut beyond = 0_usize;
    for (column, (mean, deviation)) in known.iter().enumerate().take(looked_at.dimension()) {
        // A column that did not vary in training has no deviation to count in.
        let is_beyond = |value: &&f64| (*value - mean).abs() > reach * deviation && *deviation > 0.0;
        let count = looked_at.points.row(column).iter().filter(is_beyond).count();
        beyond += count;
        if count as f64 > thresholds.out_of_range_share * looked_at.samples() as f64 {
            columns.push(column);
        }
    }
    let share = beyond as f64 / looked_at.points.len().max(1) as f64;
    if share <= thresholds.out_of_range_share {
        return Vec::new();
    }
    let message = format!(
        "{:.1} % of the values of {} are more than {reach} deviations from the mean of the training data (columns {}): the network never saw such",
        100.0 * share,
        looked_at.name,
        listed(&columns)
    );
    let finding = Finding::new("out_of_range", Severity::Warning, message)
        .of_columns(columns)
        .measured(share, thresholds.out_of_range_share)
        .try_this("scale the data as in training; --scale says how")
        .from_source(CHECKER);
    vec![finding]
}
