//! How the spread of the data grows or dies along the depth.

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{CHECKER, Thresholds};
use super::values::moments_of_rows;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    // The standard deviation over the samples, not over the units: a constant carries no signal.
    let spread: Vec<f64> = subject
        .layer_values()
        .map(|(_, _, values)| {
            let (_, variances) = moments_of_rows(values.sum.as_ref().unwrap_or(&values.before));
            (variances.iter().sum::<f64>() / variances.len().max(1) as f64).sqrt()
        })
        .collect();
    let Some(first) = spread.first().copied().filter(|first| *first > 0.0) else { return Vec::new() };
    let mut findings = Vec::new();
    let mut worst = (1.0, 1.0);
    for (index, deviation) in spread.iter().enumerate().skip(1) {
        // Large or small data by itself is no fault of the layers.
        let (fallen, risen) = (deviation / first.min(1.0), deviation / first.max(1.0));
        let moment = subject.matrix_moment(index);
        if fallen < thresholds.vanishing_signal && fallen < 0.5 * worst.0 {
            worst.0 = fallen;
            let message = format!(
                "the data varies by {deviation:.1e} before the activation, {:.1e} of the first layer's: what tells the samples apart is lost",
                deviation / first
            );
            findings.push(
                Finding::new("vanishing_signal", Severity::Warning, message)
                    .in_layer(index)
                    .at(moment)
                    .measured(deviation / first, thresholds.vanishing_signal)
                    .try_this("use He or Glorot initialisation, ReLU or tanh in place of sigmoid, or residual blocks")
                    .from_source(CHECKER),
            );
        } else if risen > thresholds.exploding_signal && risen > 2.0 * worst.1 {
            worst.1 = risen;
            let message = format!(
                "the data varies by {deviation:.1e} before the activation, {:.1e} times the first layer's",
                deviation / first
            );
            findings.push(
                Finding::new("exploding_signal", Severity::Warning, message)
                    .in_layer(index)
                    .at(moment)
                    .measured(deviation / first, thresholds.exploding_signal)
                    .try_this("lower the weights of the layers up to here; normalise between layers")
                    .from_source(CHECKER),
            );
        }
    }
    findings
}
