//! A layer whose smallest direction is lost in rounding.

use super::finding::{Finding, Severity};
use super::rank_deficient::{rounding_noise, unit_roundoff};
use super::subject::Subject;
use super::thresholds::{OWN, Thresholds};
use super::values::live_rank;
use crate::network::Layer;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, layer) in subject.finite_layers() {
        let Layer::Dense(dense) = layer else { continue };
        let Some(values) = subject.singular_values(index) else { continue };
        let weight = &dense.affine.weight;
        let noise = rounding_noise(weight);
        // The condition number of what is left: what is lost altogether is told as a lost rank.
        let live = values.get(..live_rank(weight).min(values.len())).unwrap_or_default();
        let (Some(largest), Some(smallest)) = (values.first(), live.iter().rev().find(|sigma| **sigma > noise)) else {
            continue;
        };
        let is_single = unit_roundoff(weight) > 2.0_f64.powi(-53);
        let limit = if is_single { thresholds.condition_single } else { thresholds.condition_double };
        let condition = largest / smallest;
        if condition <= limit {
            continue;
        }
        let message = format!(
            "condition number {condition:.1e}: the smallest direction is all but lost in the rounding of {}",
            if is_single { "32 bits" } else { "64 bits" }
        );
        let severity = if subject.is_structured(index) { Severity::Note } else { Severity::Warning };
        findings.push(
            Finding::new("ill_conditioned", severity, message)
                .in_layer(index)
                .at(subject.matrix_moment(index))
                .measured(condition, limit)
                .try_this("normalise the layer's inputs, or train on with weight decay")
                .from_source(OWN),
        );
    }
    findings
}
