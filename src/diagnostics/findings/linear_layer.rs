//! Activations that never bend: each unit stays where its slope is the same for all samples.

use super::dead_units::dead_units;
use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{OWN, Thresholds};
use crate::network::Activation;

/// Fewer samples than this tell nothing.
const MIN_SAMPLES: usize = 10;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, layer, values) in subject.layer_values() {
        let activation = layer.activation();
        let (units, samples) = values.before.shape();
        let is_bent = activation != Activation::Identity && activation.is_coordinatewise();
        if !is_bent || samples < MIN_SAMPLES || !activation.steepest_slope().is_finite() {
            continue;
        }
        let dead = dead_units(layer, values, thresholds.dead_active_share).unwrap_or_default();
        if dead.len() == units {
            continue;
        }
        let steepest = activation.steepest_slope();
        let mut range = vec![(f64::INFINITY, f64::NEG_INFINITY); units];
        for column in values.before.column_iter() {
            for ((low, high), y) in range.iter_mut().zip(column.iter()) {
                let slope = activation.slope(*y) / steepest;
                (*low, *high) = (low.min(slope), high.max(slope));
            }
        }
        let live = range.iter().enumerate().filter(|(unit, _)| !dead.contains(unit)).map(|(_, range)| range);
        let (widest, any_slope) = live.fold((0.0_f64, 0.0_f64), |(widest, any_slope), (low, high)| {
            (widest.max(high - low), any_slope.max(high.abs()).max(low.abs()))
        });
        // Units that are flat everywhere are saturated, not linear.
        if widest >= thresholds.linear_slope_range || any_slope < thresholds.soft_saturated_slope {
            continue;
        }
        let is_sharp = activation.is_piecewise_linear();
        let message = format!(
            "{} never bends: every unit has the same slope for all samples, so that the layer is linear on this data",
            activation.name()
        );
        findings.push(
            Finding::new("linear_layer", if is_sharp { Severity::Warning } else { Severity::Note }, message)
                .in_layer(index)
                .at(subject.activation_moment(index))
                .measured(widest, thresholds.linear_slope_range)
                .try_this("shift the biases so that the data lies on both sides of the bend, or drop the activation")
                .from_source(OWN),
        );
    }
    findings
}
