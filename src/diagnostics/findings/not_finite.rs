//! NaN and infinity: in the data, in the weights, and in the forward pass of finite weights.

use super::finding::{Finding, Severity, counted};
use super::subject::Subject;
use super::thresholds::{SAGEMAKER, Thresholds};
use super::values::{self, NonFinite, parts};

/// At most so many units are named.
const MAX_UNITS: usize = 64;
/// At most so many rows are named.
const MAX_ROWS: usize = 64;

/// Points that hold NaN or infinity themselves: nothing flows with them.
fn in_points(subject: &Subject<'_>) -> Option<Finding> {
    let points = &subject.data()?.points;
    let found = NonFinite::counted(&points.transpose());
    let (row, column) = found.first?;
    let columns = (0..points.nrows()).filter(|column| points.row(*column).iter().any(|value| !value.is_finite()));
    let rows: Vec<usize> =
        (0..points.ncols()).filter(|row| points.column(*row).iter().any(|value| !value.is_finite())).collect();
    let message = format!(
        "the data holds {} in {}, the first in row {}, column {}: nothing can be learned of it",
        found.label(),
        counted(rows.len(), "row"),
        row + 1,
        column + 1
    );
    let finding = Finding::new("not_finite", Severity::Error, message)
        .of_columns(columns.collect())
        .measured(rows.len() as f64, 0.0)
        .of_rows(rows.into_iter().take(MAX_ROWS).collect())
        .try_this("drop those rows, or fill in the means of their columns")
        .from_source(SAGEMAKER);
    Some(finding)
}

/// Rows of the data that do not flow, as they hold no number where one is needed.
fn in_data(subject: &Subject<'_>) -> Option<Finding> {
    let left_out = subject.data()?.left_out.as_ref().filter(|left_out| !left_out.is_dropped)?;
    let count = left_out.left_out.len();
    let message = format!(
        "{} of {} of the data {} left out, with something missing, NaN or infinite: {}",
        count,
        counted(left_out.rows, "row"),
        if count == 1 { "is" } else { "are" },
        left_out.label()
    );
    let columns = left_out.columns.iter().filter_map(|gaps| gaps.coordinate).collect();
    let is_hole = left_out.columns.iter().any(|gaps| gaps.coordinate.is_some());
    let remedy = if is_hole {
        "drop those rows, or fill in the means of their columns, as was done before training"
    } else {
        "label those rows, or drop them"
    };
    let finding = Finding::new("not_finite", Severity::Warning, message)
        .of_columns(columns)
        .of_rows(left_out.left_out.iter().copied().take(MAX_ROWS).collect())
        .measured(count as f64, 0.0)
        .try_this(remedy)
        .from_source(SAGEMAKER);
    Some(finding)
}

pub(super) fn check(subject: &Subject<'_>, _: &Thresholds) -> Vec<Finding> {
    let mut findings: Vec<Finding> = in_data(subject).into_iter().chain(in_points(subject)).collect();
    let is_sound = findings.iter().all(|finding| finding.severity < Severity::Error);
    for (index, layer) in subject.network().layers().iter().enumerate() {
        for part in parts(layer) {
            let weight = NonFinite::counted(part.weight);
            let bias = part.bias.map(|bias| {
                NonFinite::counted(&bias.clone().reshape_generic(bias.shape_generic().0, nalgebra::Dyn(1)))
            });
            let bias_name = part.name.replace("weight", "bias");
            let named = [(part.name, Some(weight)), (bias_name.as_str(), bias)];
            for (name, found) in named.into_iter().filter_map(|(name, found)| Some((name, found?))) {
                let Some((row, column)) = found.first else { continue };
                let trained = subject.network().objective().filter(|objective| objective.rate.is_some());
                let message = format!(
                    "{name} holds {}, the first at row {}, column {}; everything behind this layer is lost{}",
                    found.label(),
                    row + 1,
                    column + 1,
                    trained.map_or(String::new(), |objective| format!("; it was trained by {objective}"))
                );
                let rows = (0..part.weight.nrows()).filter(|row| {
                    let in_bias = part.bias.is_some_and(|bias| !bias[*row].is_finite());
                    in_bias || part.weight.row(*row).iter().any(|value| !value.is_finite())
                });
                findings.push(
                    Finding::new("not_finite", Severity::Error, message)
                        .in_layer(index)
                        .at(subject.matrix_moment(index))
                        .of_units(rows.take(MAX_UNITS).collect())
                        .measured(found.count() as f64, 0.0)
                        .try_this("go back to the last checkpoint without NaN, and train on with a lower rate or clipped gradients")
                        .from_source(SAGEMAKER),
                );
            }
        }
    }
    let overflow = subject.sample().and_then(|sample| sample.overflow);
    if let Some((index, unit, row, value)) = overflow
        && is_sound
        && subject.network().layers()[..=index].iter().all(values::is_finite)
    {
        let message = format!(
            "unit {} gives {value} for row {} of the data: the forward pass of finite weights overflows",
            unit + 1,
            row + 1
        );
        findings.push(
            Finding::new("not_finite", Severity::Error, message)
                .in_layer(index)
                .at(subject.matrix_moment(index))
                .of_units(vec![unit])
                .of_rows(vec![row])
                .measured(value, f64::MAX)
                .try_this("bring the weights of the layers up to here, or the data, to a smaller scale")
                .from_source(SAGEMAKER),
        );
    }
    findings
}
