//! The table of all checks.

use super::*;
use crate::progress::{Progress, step};

/// One check: it names what is wrong with its subject.
type Check = fn(&Subject<'_>, &Thresholds) -> Vec<Finding>;

/// Every check with the codes that it may give.
const CHECKS: &[(&[&str], Check)] = &[
    (&["not_finite"], not_finite::check),
    (&["output_mismatch"], output_mismatch::check),
    (&["data_labels"], data_labels::check),
    (&["data_scale"], data_scale::check),
    (&["constant_column"], constant_column::check),
    (&["leak_column"], leak_column::check),
    (&["out_of_range"], out_of_range::check),
    (&["unbroken_symmetry"], unbroken_symmetry::check),
    (&["untrained_layer"], untrained_layer::check),
    (&["dead_weights"], dead_weights::check),
    (&["large_weights"], large_weights::check),
    (&["twin_units"], twin_units::check),
    (&["redundant_linear"], redundant_linear::check),
    (&["rank_deficient"], rank_deficient::check),
    (&["ill_conditioned"], ill_conditioned::check),
    (&["dead_units"], dead_units::check),
    (&["saturated_units"], saturated_units::check),
    (&["linear_layer"], linear_layer::check),
    (&["vanishing_signal", "exploding_signal"], signal_size::check),
    (&["vanishing_gradient", "exploding_gradient"], gradient_size::check),
    (&["collapsed_directions"], collapsed_directions::check),
    (&["classes_merge"], classes_merge::check),
    (&["idle_layer"], idle_layer::check),
    (&["idle_depth"], idle_depth::check),
    (&["underfit"], underfit::check),
    (&["overfit"], overfit::check),
    (&["not_a_flow"], not_a_flow::check),
    (&["unstable_steps"], unstable_steps::check),
    (&["reflection", "fold"], reflection::check),
];

/// Every code that a finding may have.
pub const CODES: &[&str] = &[
    "not_finite",
    "output_mismatch",
    "data_labels",
    "data_scale",
    "constant_column",
    "leak_column",
    "out_of_range",
    "unbroken_symmetry",
    "untrained_layer",
    "dead_weights",
    "large_weights",
    "twin_units",
    "redundant_linear",
    "rank_deficient",
    "ill_conditioned",
    "dead_units",
    "saturated_units",
    "linear_layer",
    "vanishing_signal",
    "exploding_signal",
    "vanishing_gradient",
    "exploding_gradient",
    "collapsed_directions",
    "classes_merge",
    "idle_layer",
    "idle_depth",
    "underfit",
    "overfit",
    "not_a_flow",
    "unstable_steps",
    "reflection",
    "fold",
];

/// Everything that is wrong with the subject, the worst first; of equal severity, layer after layer.
pub fn find(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    find_while(subject, thresholds, &mut |_, _| true).unwrap_or_default()
}

/// The same, where the work can be stopped: `go_on` is told the share of the checks that is done. `None` once it answers
/// false.
pub fn find_while(subject: &Subject<'_>, thresholds: &Thresholds, go_on: &mut Progress<'_>) -> Option<Vec<Finding>> {
    let mut findings = Vec::new();
    for (done, (_, check)) in CHECKS.iter().enumerate() {
        if !go_on(step(done, CHECKS.len()), "") {
            return None;
        }
        findings.extend(check(subject, thresholds));
    }
    findings.sort_by(|one, other| other.severity.cmp(&one.severity).then(one.layer.cmp(&other.layer)));
    Some(findings)
}

/// What speaks against the last layer alone.
pub fn check_output(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    output_mismatch::check(subject, thresholds)
}

#[cfg(test)]
pub(super) fn checked_codes() -> Vec<&'static str> {
    CHECKS.iter().flat_map(|(codes, _)| codes.iter().copied()).collect()
}
