//! A linear layer directly before a linear layer: the two are one.

use nalgebra::DMatrix;

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{NEURALINT, Thresholds};
use crate::network::{Activation, Layer};

pub(super) fn check(subject: &Subject<'_>, _: &Thresholds) -> Vec<Finding> {
    let layers = subject.network().layers();
    let mut findings = Vec::new();
    for (index, pair) in layers.windows(2).enumerate() {
        let [Layer::Dense(dense), Layer::Dense(next)] = pair else { continue };
        let is_made = subject.is_structured(index) || subject.is_structured(index + 1);
        if dense.activation != Activation::Identity || is_made || is_scaling(&dense.affine.weight) {
            continue;
        }
        let (inputs, width, outputs) = (dense.affine.inputs(), dense.affine.outputs(), next.affine.outputs());
        let is_bottleneck = width < inputs.min(outputs);
        let (severity, why) = if is_bottleneck {
            (Severity::Note, "together they are one matrix of low rank")
        } else {
            (Severity::Warning, "together they are one matrix, so that one of them learns nothing more")
        };
        let message =
            format!("no activation stands between this layer and layer {}, which is linear too: {why}", index + 2);
        findings.push(
            Finding::new("redundant_linear", severity, message)
                .in_layer(index)
                .at(subject.matrix_moment(index))
                .try_this("give the layer an activation, or drop it")
                .from_source(NEURALINT),
        );
    }
    findings
}

/// Whether a matrix only scales, picks or repeats coordinates, as a normalisation of the inputs does.
pub(super) fn is_scaling(weight: &DMatrix<f64>) -> bool {
    weight.row_iter().all(|row| row.iter().filter(|value| **value != 0.0).count() <= 1)
}
