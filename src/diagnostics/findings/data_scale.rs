//! Columns of very different, or very large, sizes.

use super::finding::{Finding, Severity, counted, listed};
use super::subject::Subject;
use super::thresholds::{Thresholds, UMLAUT};
use super::values::moments_of_rows;
use crate::linalg::median;
use crate::network::{Activation, Layer, Network};

/// A network that is right this often copes with the size of its data.
const RIGHT: f64 = 0.9;
/// The usual deviation before an activation is some units; beyond this it is large.
const USUAL: f64 = 10.0;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let Some(data) = subject.data().filter(|_| normalisation(subject.network()).is_none()) else { return Vec::new() };
    // Of columns that vary: the largest value, so that a pixel that is seldom lit counts as one that often is.
    let varies = |column: usize| data.points.row(column).iter().any(|value| *value != data.points[(column, 0)]);
    let sizes: Vec<(usize, f64)> = (0..data.dimension())
        .filter(|column| varies(*column))
        .map(|column| (column, data.points.row(column).amax()))
        .collect();
    let largest = sizes.iter().map(|(_, size)| *size).fold(0.0, f64::max);
    let smallest = sizes.iter().map(|(_, size)| *size).fold(f64::INFINITY, f64::min);
    if sizes.is_empty() {
        return Vec::new();
    }
    let spread = largest / smallest.max(f64::MIN_POSITIVE);
    let finding = |severity, message: String, columns: Vec<usize>, value, limit| {
        Finding::new("data_scale", severity, message)
            .of_columns(columns)
            .measured(value, limit)
            .try_this("standardise the columns, in training and here")
            .from_source(UMLAUT)
    };
    if spread > thresholds.data_scale_spread {
        let mut sorted: Vec<f64> = sizes.iter().map(|(_, size)| *size).collect();
        sorted.sort_by(f64::total_cmp);
        // Of two in the middle, that which is nearer to 1 is taken for the usual size.
        let middles = [sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]];
        let [one, other] = middles.map(|size| size.ln().abs());
        let middle = if one <= other { middles[0] } else { middles[1] };
        let reach = thresholds.data_scale_spread.sqrt();
        let is_far = |size: f64| size > middle * reach || size < middle / reach;
        let columns: Vec<usize> = sizes.iter().filter(|(_, size)| is_far(*size)).map(|(column, _)| *column).collect();
        let message = format!(
            "the largest column is {spread:.1e} times the smallest ({}: {}): the network sees the large ones only",
            counted(columns.len(), "column"),
            listed(&columns)
        );
        let severity = if is_evened(subject, &sizes, reach) { Severity::Note } else { Severity::Warning };
        return vec![finding(severity, message, columns, spread, thresholds.data_scale_spread)];
    }
    if largest > thresholds.data_scale_size {
        let is_large = |size: f64| size > thresholds.data_scale_size;
        let columns: Vec<usize> = sizes.iter().filter(|(_, size)| is_large(*size)).map(|(column, _)| *column).collect();
        let message =
            format!("values up to {largest:.1e} in {}: the data is not normalised", counted(columns.len(), "column"));
        // Where the network is wrong as well, that may be why.
        let is_wrong = subject.accuracy().is_some_and(|accuracy| accuracy < RIGHT) && !is_tamed(subject);
        let severity = if is_wrong { Severity::Warning } else { Severity::Note };
        return vec![finding(severity, message, columns, largest, thresholds.data_scale_size)];
    }
    Vec::new()
}

/// Whether the first layer weights the columns so that all of them count: a normalisation that became part of it.
fn is_evened(subject: &Subject<'_>, sizes: &[(usize, f64)], most: f64) -> bool {
    let (Some(Layer::Dense(dense)), Some(data)) = (subject.network().layers().first(), subject.data()) else {
        return false;
    };
    let weight = &dense.affine.weight;
    let reaches: Vec<f64> = sizes
        .iter()
        .filter(|(column, _)| *column < weight.ncols())
        .map(|(column, _)| weight.column(*column).norm() * data.points.row(*column).variance().sqrt())
        .collect();
    let (least, largest) = reaches
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(least, largest), reach| (least.min(*reach), largest.max(*reach)));
    least > 0.0 && largest.is_finite() && largest <= most * least
}

/// Whether large data is of a usual size before the first activation.
fn is_tamed(subject: &Subject<'_>) -> bool {
    let Some((_, _, first)) = subject.layer_values().next() else { return false };
    let mut deviations: Vec<f64> = moments_of_rows(&first.before).1.into_iter().map(f64::sqrt).collect();
    deviations.sort_by(f64::total_cmp);
    median(&deviations) <= USUAL
}

/// The mean and deviation of each column that the network itself subtracts and divides by: its first layer only scales and
/// shifts.
pub(super) fn normalisation(network: &Network) -> Option<Vec<(f64, f64)>> {
    let Some(Layer::Dense(dense)) = network.layers().first() else { return None };
    let (weight, bias) = (&dense.affine.weight, dense.affine.bias.as_ref()?);
    let is_diagonal = weight.is_square()
        && (0..weight.ncols())
            .all(|column| (0..weight.nrows()).all(|row| (row == column) == (weight[(row, column)] != 0.0)));
    let is_scaling = dense.activation == Activation::Identity && is_diagonal && weight.nrows() > 1;
    is_scaling
        .then(|| (0..weight.nrows()).map(|at| (-bias[at] / weight[(at, at)], 1.0 / weight[(at, at)].abs())).collect())
}
