//! Classes that run into each other and never part again.

use nalgebra::DMatrix;

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{OWN, Thresholds};
use crate::diagnostics::Separability;
use crate::flow::PhaseKind;

/// So many samples are enough to tell a fall of ten points.
const SAMPLES: usize = 400;
/// The test half of the probe is so small that its accuracy is known to about this.
const BY_CHANCE: f64 = 0.03;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let (Some(sample), Some((labels, classes))) = (subject.sample(), subject.classes()) else { return Vec::new() };
    // Any order would do that does not follow the classes.
    let count = labels.len().min(SAMPLES);
    let chosen: Vec<usize> = crate::dataset::Random::new(0).permutation(labels.len()).into_iter().take(count).collect();
    let labels: Vec<usize> = chosen.iter().map(|position| labels[*position]).collect();
    let measure = |points: &DMatrix<f64>| {
        let found = Separability::measure(&points.select_columns(&chosen), &labels, classes)?;
        Some([found.neighbour_purity, found.probe_accuracy])
    };
    // The moments between which the classes may merge: where a layer starts, before its activation, and at its end.
    let mut moments = vec![(0, PhaseKind::Compress, measure(&sample.inputs))];
    for (index, _, values) in subject.layer_values() {
        if values.sum.is_none() {
            moments.push((index, PhaseKind::Compress, measure(&values.before)));
            moments.push((index, PhaseKind::Activate, measure(&values.after)));
        } else {
            moments.push((index, PhaseKind::Residual, measure(values.output())));
        }
    }
    let names = ["the purity of nearest neighbours", "what a linear classifier gets right"];
    let mut findings = Vec::new();
    for (position, name) in names.into_iter().enumerate() {
        let values: Vec<f64> = moments.iter().map_while(|(_, _, found)| found.map(|found| found[position])).collect();
        for at in 1..values.len() {
            let later = values[at..].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let (fall, lost) = (values[at - 1] - values[at], values[at - 1] - later);
            if fall <= thresholds.classes_merge + BY_CHANCE || lost <= thresholds.classes_merge + BY_CHANCE {
                continue;
            }
            let (index, kind, _) = moments[at];
            let message = format!(
                "{name} falls from {:.0} % to {:.0} % in one phase and never returns: classes run into each other",
                100.0 * values[at - 1],
                100.0 * values[at]
            );
            findings.push(
                Finding::new("classes_merge", Severity::Warning, message)
                    .in_layer(index)
                    .at(subject.moment(index, &[kind]))
                    .measured(fall, thresholds.classes_merge)
                    .try_this("look at the phase on the stage: which direction is lost there; make the layer wider or train on")
                    .from_source(OWN),
            );
        }
    }
    findings.dedup_by(|one, other| one.layer == other.layer);
    findings
}
