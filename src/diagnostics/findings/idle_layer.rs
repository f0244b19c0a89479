//! Layers that leave everything as it is.

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{OWN, Thresholds};
use crate::network::{Activation, Layer};

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let limit = thresholds.idle_layer;
    let mut findings = Vec::new();
    let mut values = subject.layer_values();
    let mut input = subject.sample().map(|sample| &sample.inputs);
    for (index, layer) in subject.finite_layers() {
        let output = values.find(|(at, ..)| *at == index).map(|(_, _, values)| values.output());
        let moved = match (input, output) {
            (Some(input), Some(output)) if input.shape() == output.shape() && input.norm() > 0.0 => {
                Some((output - input).norm() / input.norm())
            }
            _ => None,
        };
        input = output;
        if layer.inputs() != layer.outputs() {
            continue;
        }
        let from_identity = match layer {
            Layer::Dense(dense) => {
                let width = dense.affine.inputs();
                let mut difference = dense.affine.weight.clone();
                (0..width).for_each(|position| difference[(position, position)] -= 1.0);
                difference.norm() / (width as f64).sqrt()
            }
            Layer::Residual(block) if block.shortcut.is_none() => 0.0,
            Layer::Residual(_) | Layer::Node(_) => f64::INFINITY,
        };
        let moves_alone = match layer {
            Layer::Dense(dense) => {
                let shift = dense.affine.bias.as_ref().map_or(0.0, |bias| bias.amax());
                if dense.activation == Activation::Identity { shift } else { f64::INFINITY }
            }
            Layer::Residual(block) => {
                block.outer.weight.amax().max(block.outer.bias.as_ref().map_or(0.0, |b| b.amax()))
            }
            Layer::Node(_) => f64::INFINITY,
        };
        let moved = moved.unwrap_or(moves_alone);
        if moved >= limit || from_identity >= limit {
            continue;
        }
        let message =
            format!("changes what it gets by {moved:.1e} and the identity by {from_identity:.1e}: it does nothing");
        findings.push(
            Finding::new("idle_layer", Severity::Note, message)
                .in_layer(index)
                .at(subject.moment(index, &[]))
                .measured(moved.max(from_identity), limit)
                .try_this("drop the layer")
                .from_source(OWN),
        );
    }
    findings
}
