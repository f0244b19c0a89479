//! Weights that are too large.

use super::finding::{Finding, Severity, counted};
use super::subject::Subject;
use super::thresholds::{CHECKER, Thresholds};
use super::values::{Part, parts, row_norms};

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
            // A large weight of an input that is always small is a change of scale, as of a normalisation that became part of
            // the layer.
            let sizes = sizes_of_inputs(subject, index, &part);
            let carries = |(column, weight): (usize, &f64)| {
                let size = sizes.as_ref().and_then(|sizes| sizes.get(column)).copied().unwrap_or(1.0);
                weight.abs() > limit && weight.abs() * size > limit
            };
            let rows_where = |is_large: &dyn Fn((usize, &f64)) -> bool| -> Vec<usize> {
                (0..part.weight.nrows()).filter(|row| part.weight.row(*row).iter().enumerate().any(is_large)).collect()
            };
            let carrying = rows_where(&carries);
            let is_of_scale = carrying.is_empty();
            let units = if is_of_scale { rows_where(&|(_, weight)| weight.abs() > limit) } else { carrying };
            let message = format!(
                "{} has weights up to {largest:.3e} in {}: {}",
                part.name,
                counted(units.len(), "unit"),
                if is_of_scale {
                    "what comes in there is small"
                } else {
                    "small changes of the input become large ones"
                }
            );
            let severity = if is_of_scale { Severity::Note } else { Severity::Warning };
            findings.push(
                Finding::new("large_weights", severity, message)
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

/// The root mean square of each input of a matrix; `None` without data.
fn sizes_of_inputs(subject: &Subject<'_>, index: usize, part: &Part<'_>) -> Option<Vec<f64>> {
    let input = if part.is_outer { &subject.sample()?.layers.get(index)?.after } else { subject.input_of(index)? };
    let count = input.ncols().max(1) as f64;
    Some(row_norms(input).into_iter().map(|norm| norm / count.sqrt()).collect())
}
