//! Units that are off for all but a few samples.

use super::finding::{Finding, Severity, counted, listed};
use super::subject::Subject;
use super::thresholds::{SAGEMAKER, Thresholds};
use super::values::{LayerValues, count_in_rows};
use crate::network::{Activation, Layer};

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, layer, values) in subject.layer_values() {
        let Some(dead) = dead_units(layer, values, thresholds.dead_active_share) else { continue };
        let units = values.before.nrows();
        if dead.is_empty() {
            continue;
        }
        let share = dead.len() as f64 / units as f64;
        let severity = match share {
            share if share > thresholds.dead_layer_error => Severity::Error,
            share if share >= thresholds.dead_layer_warning && dead.len() as f64 >= thresholds.dead_units_warning => {
                Severity::Warning
            }
            _ => Severity::Note,
        };
        let message = format!(
            "{} of {units} ({}) active for less than {} % of the samples: nothing passes through, and no gradient comes back",
            counted(dead.len(), "unit") + if dead.len() == 1 { " is" } else { " are" },
            listed(&dead),
            100.0 * thresholds.dead_active_share
        );
        findings.push(
            Finding::new("dead_units", severity, message)
                .in_layer(index)
                .at(subject.activation_moment(index))
                .of_units(dead)
                .measured(share, thresholds.dead_layer_warning)
                .try_this(
                    "initialise the dead units anew with a bias above 0, train with a lower rate, or use leaky ReLU",
                )
                .from_source(SAGEMAKER),
        );
    }
    findings
}

/// The units that are on for less than a share of the samples; `None` for an activation that is never off.
pub(super) fn dead_units(layer: &Layer, values: &LayerValues, least_share: f64) -> Option<Vec<usize>> {
    let is_on = on(layer.activation())?;
    let samples = values.before.ncols();
    let counts = count_in_rows(&values.before, is_on);
    let is_dead = |(unit, count): (usize, usize)| ((count as f64) < least_share * samples as f64).then_some(unit);
    Some(counts.into_iter().enumerate().filter_map(is_dead).collect())
}

/// Where an activation that is 0 on one side is on.
fn on(activation: Activation) -> Option<fn(f64) -> bool> {
    Some(match activation {
        Activation::Relu | Activation::RELU6 => |y| y > 0.0,
        Activation::ThresholdedRelu { .. } => |y| y > 1.0,
        Activation::SparsePlus => |y| y > -1.0,
        Activation::HardSwish => |y| y > -3.0,
        // Below these the value and the slope are under a thousandth.
        Activation::Gelu | Activation::GeluTanh => |y| y > -4.0,
        Activation::Silu | Activation::Mish | Activation::Softplus => |y| y > -10.0,
        _ => return None,
    })
}
