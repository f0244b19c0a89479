//! Units that are all alike: they get the same gradients and stay alike for ever.

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{CHECKER, Thresholds};
use super::values::{Part, parts};

pub(super) fn check(subject: &Subject<'_>, _: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, layer) in subject.finite_layers().filter(|(index, _)| !subject.is_structured(*index)) {
        for part in parts(layer).into_iter().filter(|part| part.feeds_activation) {
            let text = if is_same_rows(&part) {
                "all units have the same weights and bias, get the same gradients and stay alike"
            } else if is_constant_rows(&part) {
                "every unit weights all its inputs alike, so that the layer sees nothing but their sum"
            } else {
                continue;
            };
            findings.push(
                Finding::new("unbroken_symmetry", Severity::Error, format!("{}: {text}", part.name))
                    .in_layer(index)
                    .at(subject.matrix_moment(index))
                    .measured(0.0, 0.0)
                    .try_this("initialise the weights at random")
                    .from_source(CHECKER),
            );
        }
    }
    findings
}

/// Whether at least two units have the same numbers, all of them.
pub(super) fn is_same_rows(part: &Part<'_>) -> bool {
    let (rows, columns) = part.weight.shape();
    rows > 1
        && (0..columns)
            .all(|column| part.weight.column(column).iter().all(|weight| *weight == part.weight[(0, column)]))
        && part.bias.is_none_or(|bias| bias.iter().all(|value| *value == bias[0]))
}

/// Whether each of at least two units weights its inputs alike.
fn is_constant_rows(part: &Part<'_>) -> bool {
    let (rows, columns) = part.weight.shape();
    let is_constant = |row: usize| part.weight.row(row).iter().all(|weight| *weight == part.weight[(row, 0)]);
    rows > 1 && columns > 1 && part.weight.iter().any(|weight| *weight != 0.0) && (0..rows).all(is_constant)
}
