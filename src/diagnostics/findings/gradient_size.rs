//! Gradients that vanish or explode on their way back, in a network that has not learned.

use super::finding::{Finding, Severity};
use super::redundant_linear::is_scaling;
use super::subject::Subject;
use super::thresholds::{AUTOTRAINER, SAGEMAKER, Thresholds};
use crate::network::{Activation, Layer};

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let Some(backward) = subject.backward() else { return Vec::new() };
    let Some((last, others)) = backward.layers.split_last() else { return Vec::new() };
    // At the end of a training all gradients are small.
    let is_trained = backward.loss < thresholds.trained_loss_share * backward.guess_loss;
    let mut findings = Vec::new();
    for (index, gradient) in others.iter().enumerate() {
        let ratio = gradient.norm / last.norm.max(f64::MIN_POSITIVE);
        let moment = subject.moment(index, &[]);
        let is_tiny = gradient.mean_abs < thresholds.vanishing_gradient_mean && ratio < 1.0;
        let has_fallen =
            ratio < thresholds.vanishing_gradient_ratio && gradient.norm < thresholds.vanishing_gradient_norm;
        if !is_trained && (is_tiny || has_fallen) {
            let (value, limit, source) = if has_fallen {
                (ratio, thresholds.vanishing_gradient_ratio, AUTOTRAINER)
            } else {
                (gradient.mean_abs, thresholds.vanishing_gradient_mean, SAGEMAKER)
            };
            let message = format!(
                "the gradient of its weights is {:.1e} on average and {ratio:.1e} of the last layer's: the layer does not learn",
                gradient.mean_abs
            );
            findings.push(
                Finding::new("vanishing_gradient", Severity::Warning, message)
                    .in_layer(index)
                    .at(moment)
                    .measured(value, limit)
                    .try_this("use ReLU in place of sigmoid, He or Glorot initialisation, or residual blocks")
                    .from_source(source),
            );
        } else if !is_normalising(subject, index)
            && ratio > thresholds.exploding_gradient_ratio
            && gradient.norm > thresholds.exploding_gradient_norm
        {
            let message = format!(
                "the gradient of its weights has norm {:.1e}, {ratio:.0} times the last layer's: one step throws the weights far away",
                gradient.norm
            );
            findings.push(
                Finding::new("exploding_gradient", Severity::Warning, message)
                    .in_layer(index)
                    .at(moment)
                    .measured(ratio, thresholds.exploding_gradient_ratio)
                    .try_this("clip the gradients, lower the weights, or normalise the data")
                    .from_source(AUTOTRAINER),
            );
        }
    }
    findings
}

/// Whether a layer (from 0) only scales what comes in, as a normalisation that no training changes.
fn is_normalising(subject: &Subject<'_>, index: usize) -> bool {
    let Some(Layer::Dense(dense)) = subject.network().layers().get(index) else { return false };
    dense.activation == Activation::Identity && is_scaling(&dense.affine.weight)
}
