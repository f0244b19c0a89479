//! Layers that do not separate the classes as the others do.

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{OWN, Thresholds};
use crate::diagnostics::measures::Separation;

/// A line through fewer points tells nothing.
const MIN_LAYERS: usize = 4;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let (Some(_), Some((labels, classes))) = (subject.sample(), subject.classes()) else { return Vec::new() };
    let fuzziness: Vec<f64> = subject
        .layer_values()
        .map_while(|(_, _, values)| Separation::measure(values.output(), labels, classes))
        .map(|found| found.equi_separation)
        .collect();
    if fuzziness.len() < MIN_LAYERS || fuzziness.iter().any(|value| !(value.is_finite() && *value > 0.0)) {
        return Vec::new();
    }
    let logarithms: Vec<f64> = fuzziness.iter().map(|value| value.ln()).collect();
    let count = logarithms.len() as f64;
    let (mean_place, mean) = ((count - 1.0) / 2.0, logarithms.iter().sum::<f64>() / count);
    let (mut along, mut squares) = (0.0, 0.0);
    for (position, value) in logarithms.iter().enumerate() {
        along += (position as f64 - mean_place) * (value - mean);
        squares += (position as f64 - mean_place).powi(2);
    }
    let slope = along / squares;
    let mut findings = Vec::new();
    for (index, value) in logarithms.iter().enumerate() {
        let off = (value - mean - slope * (index as f64 - mean_place)).abs();
        if off > thresholds.idle_depth_factor.ln() {
            let message = format!(
                "separates {:.0} times off the line along which the layers part the classes by equal factors",
                off.exp()
            );
            findings.push(note(subject, index, message, off.exp(), thresholds.idle_depth_factor));
        }
    }
    // The last layer after which the separation still fell.
    let still = 1.0 - thresholds.idle_depth_fall;
    let best_after = |index: usize| fuzziness[index + 1..].iter().copied().fold(f64::INFINITY, f64::min);
    if let Some(index) = (0..fuzziness.len() - 2).find(|index| best_after(*index) > still * fuzziness[*index]) {
        let message =
            format!("after layer {} the classes are parted no further: the depth from here on is idle", index + 1);
        let ratio = best_after(index) / fuzziness[index];
        findings.push(note(subject, index + 1, message, ratio, still));
    }
    findings
}

fn note(subject: &Subject<'_>, index: usize, message: String, value: f64, threshold: f64) -> Finding {
    Finding::new("idle_depth", Severity::Note, message)
        .in_layer(index)
        .at(subject.moment(index, &[]))
        .measured(value, threshold)
        .try_this("use fewer layers")
        .from_source(OWN)
}
