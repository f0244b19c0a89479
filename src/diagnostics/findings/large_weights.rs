//! Weights that are too large.

use super::finding::{Finding, Severity, counted};
use super::subject::Subject;
use super::thresholds::{CHECKER, Thresholds};
use super::values::parts;

/// At most so many units are named.
const MAX_UNITS: usize = 64;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, layer) in subject.finite_layers() {
        for part in parts(layer) {
            let limit = thresholds.large_weight;
            let largest = part.weight.amax();
            if largest <= limit {
                continue;
            }
            let is_large = |row: &usize| part.weight.row(*row).iter().any(|weight| weight.abs() > limit);
            let units: Vec<usize> = (0..part.weight.nrows()).filter(is_large).collect();
            let message = format!(
                "{} has weights up to {largest:.3e} in {}: small changes of the input become large ones",
                part.name,
                counted(units.len(), "unit")
            );
            findings.push(
                Finding::new("large_weights", Severity::Warning, message)
                    .in_layer(index)
                    .at(subject.matrix_moment(index))
                    .of_units(units.into_iter().take(MAX_UNITS).collect())
                    .measured(largest, limit)
                    .try_this("train on with weight decay or a lower rate; normalise the data")
                    .from_source(CHECKER),
            );
        }
    }
    findings
}
