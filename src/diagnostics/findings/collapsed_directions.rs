//! Data that is flattened into too few directions.

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{OWN, Thresholds};
use crate::diagnostics::measures::participation_ratio;

/// A spread below this share of what it was is no spread at all.
const NOTHING: f64 = 1e-12;
/// Hardly more than the one direction that any spread has.
const BARELY: f64 = 1.05;
/// A network that is right this often has the directions that it needs.
const RIGHT: f64 = 0.9;
/// A layer flattens the data where it leaves so many times fewer directions.
const FALL: f64 = 1.5;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let Some(sample) = subject.sample().filter(|sample| sample.rows.len() > 1) else { return Vec::new() };
    let needed = subject.classes().map_or(0.0, |(_, classes)| classes as f64 - 1.0);
    // Classes that follow each other along a line need no more than the line.
    let is_right = subject.accuracy().is_some_and(|accuracy| accuracy >= RIGHT);
    let mut before = participation_ratio(&sample.inputs);
    let mut findings = Vec::new();
    for (index, layer, values) in subject.layer_values() {
        let ratio = participation_ratio(values.output());
        let width = layer.outputs() as f64;
        let spread = values.output().column_mean();
        let largest = values.output().amax().max(f64::MIN_POSITIVE);
        let moved = values.output().column_iter().map(|column| (column - &spread).norm()).fold(0.0, f64::max);
        let is_point = moved <= NOTHING * largest;
        // The last layer may be narrower than the classes ask for.
        let needed = needed.min(width);
        let narrow = thresholds.collapsed_width_share * width;
        // Only where it falls: what was flat before is no fault of this layer.
        let falls_below = |limit: f64| ratio < limit && before >= limit;
        let is_flat = needed >= 2.0 && !is_right && ratio < (thresholds.collapsed_class_share * needed).max(BARELY);
        let found = if is_point {
            (before > 0.0).then_some((
                1.0,
                Severity::Error,
                "all samples end in one point: nothing tells them apart any more",
            ))
        } else if is_flat && before >= FALL * ratio {
            Some((
                needed,
                Severity::Warning,
                "the data is all but flattened, and the classes need more directions than that",
            ))
        } else if falls_below(needed) {
            Some((needed, Severity::Note, "fewer than there are classes to tell apart"))
        } else {
            falls_below(narrow).then_some((narrow, Severity::Note, "a small part of the layer's width"))
        };
        if let Some((limit, severity, text)) = found {
            let message = format!("the data spreads along {ratio:.2} directions (participation ratio): {text}");
            findings.push(
                Finding::new("collapsed_directions", severity, message)
                    .in_layer(index)
                    .at(subject.matrix_moment(index))
                    .measured(ratio, limit)
                    .try_this("look at the layer's singular values and dead units; initialise it anew")
                    .from_source(OWN),
            );
        }
        before = if is_point { 0.0 } else { ratio };
    }
    findings
}
