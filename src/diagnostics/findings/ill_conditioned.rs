//! A layer whose smallest direction is lost in rounding.

use super::finding::{Finding, Severity};
use super::rank_deficient::{lost_below, unit_roundoff};
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
        // The condition number of what is left: what is lost altogether is told as a lost rank.
        let least = lost_below(weight, values, subject.network().stored(index));
        let condition = |values: &[f64]| {
            let smallest = values.iter().rev().find(|sigma| **sigma > least)?;
            Some(values.first()? / smallest)
        };
        let Some(whole) = condition(values) else { continue };
        let is_single = unit_roundoff(weight) > 2.0_f64.powi(-53);
        let limit = if is_single { thresholds.condition_single } else { thresholds.condition_double };
        if whole <= limit {
            continue;
        }
        // Directions that weight decay has taken with their units are not missed.
        let live = values.get(..live_rank(weight).min(values.len())).unwrap_or_default();
        let is_lost = condition(live).is_some_and(|condition| condition > limit);
        let severity = if is_lost && !subject.is_structured(index) { Severity::Warning } else { Severity::Note };
        let condition = whole;
        let message = format!(
            "condition number {condition:.1e}: the smallest direction is all but lost in the rounding of {}",
            if is_single { "32 bits" } else { "64 bits" }
        );
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
