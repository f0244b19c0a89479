//! Layers that mirror the space, and activations that fold it.

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{OWN, Thresholds};

pub(super) fn check(subject: &Subject<'_>, _: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    let layers = subject.flow().map_or(&[][..], |flow| flow.layers());
    for (index, layer) in layers.iter().enumerate() {
        if layer.spectrum.as_ref().is_some_and(|spectrum| spectrum.reflection) {
            let message = "the determinant is negative, so the flow turns through another dimension";
            findings.push(
                Finding::new("reflection", Severity::Note, message)
                    .in_layer(index)
                    .at(subject.matrix_moment(index))
                    .try_this("nothing: it is no fault, only worth knowing")
                    .from_source(OWN),
            );
        }
        if let Some(fold) = layer.fold {
            let name = layer.activation.name();
            let message = format!(
                "{name} is not monotone: past s = {fold:.3} the flow folds and has neither velocity nor inverse"
            );
            findings.push(
                Finding::new("fold", Severity::Note, message)
                    .in_layer(index)
                    .at(subject.activation_moment(index))
                    .measured(fold, 1.0)
                    .try_this("nothing: it is no fault, only worth knowing")
                    .from_source(OWN),
            );
        }
    }
    findings
}
