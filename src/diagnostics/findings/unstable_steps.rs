//! Compressions that few Euler steps cannot follow.

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{OWN, Thresholds};

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, _) in subject.finite_layers() {
        let values = subject.singular_values(index).unwrap_or_default();
        let needed = values.iter().filter(|sigma| **sigma > 0.0).map(|sigma| sigma.ln().abs()).fold(0.0, f64::max);
        if needed <= thresholds.euler_steps {
            continue;
        }
        let message = format!(
            "a singular value is so far from 1 that Euler needs {:.0} steps or more to follow its compression",
            needed.ceil()
        );
        findings.push(
            Finding::new("unstable_steps", Severity::Note, message)
                .in_layer(index)
                .at(subject.matrix_moment(index))
                .measured(needed, thresholds.euler_steps)
                .try_this("refine with more steps")
                .from_source(OWN),
        );
    }
    findings
}
