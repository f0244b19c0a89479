//! Units whose activation is flat where the data is.

use super::finding::{Finding, Severity, listed};
use super::subject::Subject;
use super::thresholds::{OWN, SAGEMAKER, Thresholds};
use super::values::count_in_rows;
use crate::network::Activation;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, layer, values) in subject.layer_values() {
        let activation = layer.activation();
        let Some((low, high)) = bounds(activation, thresholds) else { continue };
        let (units, samples) = values.before.shape();
        let share_above = |counts: Vec<usize>| -> Vec<usize> {
            let limit = thresholds.saturated_value_share * samples as f64;
            counts.into_iter().enumerate().filter(|(_, count)| *count as f64 > limit).map(|(unit, _)| unit).collect()
        };
        let hard = share_above(count_in_rows(&values.before, |y| y < low || y > high));
        let steepest = activation.steepest_slope();
        let flat = |y: f64| activation.slope(y).abs() < thresholds.soft_saturated_slope * steepest;
        let soft: Vec<usize> =
            share_above(count_in_rows(&values.before, flat)).into_iter().filter(|unit| !hard.contains(unit)).collect();
        let warned = hard.len() as f64 >= thresholds.saturated_layer_warning * units as f64;
        let kinds = [
            (hard, if warned { Severity::Warning } else { Severity::Note }, "saturated", SAGEMAKER),
            (soft, Severity::Note, "nearly saturated, with a slope below a hundredth of the steepest,", OWN),
        ];
        for (found, severity, text, source) in kinds {
            if found.is_empty() {
                continue;
            }
            let share = found.len() as f64 / units as f64;
            let message = format!(
                "{} of {units} units ({}) {} {text} for more than {} % of the samples: the answer hardly depends on what comes in",
                found.len(),
                listed(&found),
                if found.len() == 1 { "is" } else { "are" },
                100.0 * thresholds.saturated_value_share
            );
            findings.push(
                Finding::new("saturated_units", severity, message)
                    .in_layer(index)
                    .at(subject.activation_moment(index))
                    .of_units(found)
                    .measured(share, thresholds.saturated_layer_warning)
                    .try_this("normalise the data, lower the weights of the layer, or train with a lower rate")
                    .from_source(source),
            );
        }
    }
    findings
}

/// Between which pre-activations an activation that has two flat ends is not saturated.
fn bounds(activation: Activation, thresholds: &Thresholds) -> Option<(f64, f64)> {
    match activation {
        Activation::Tanh => Some((-thresholds.saturated_tanh, thresholds.saturated_tanh)),
        Activation::Sigmoid => Some((thresholds.saturated_sigmoid_low, thresholds.saturated_sigmoid_high)),
        // ReLU6 is off below 0, which is no saturation.
        Activation::RELU6 => Some((f64::NEG_INFINITY, 6.0)),
        Activation::HardTanh { low, high } => Some((low, high)),
        Activation::HardSigmoid { slope, shift } if slope > 0.0 => Some((-shift / slope, (1.0 - shift) / slope)),
        _ => None,
    }
}
