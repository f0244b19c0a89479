//! Residual blocks that are no small step of a flow.

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{OWN, Thresholds};
use crate::resnet::{Criterion, measure_blocks};

pub(super) fn check(subject: &Subject<'_>, _: &Thresholds) -> Vec<Finding> {
    let Some(sample) = subject.sample().filter(|sample| sample.overflow.is_none()) else { return Vec::new() };
    let blocks = measure_blocks(subject.network(), &sample.inputs).unwrap_or_default();
    let mut findings = Vec::new();
    for block in &blocks {
        for criterion in block.fails() {
            let (value, text) = match criterion {
                Criterion::SmallResidual => (block.mean_residual, "its residual is large beside its input"),
                Criterion::SlowChange => {
                    (block.change_to_next.unwrap_or(0.0), "its parameters are far from those of the next block")
                }
                Criterion::Invertible => {
                    (block.lipschitz_bound, "its branch may stretch by more than 1, so that it may not be invertible")
                }
            };
            let limit = if criterion == Criterion::Invertible { 1.0 } else { 0.25 };
            let index = block.layer - 1;
            findings.push(
                Finding::new("not_a_flow", Severity::Note, format!("{text}: the block is no small step of a flow"))
                    .in_layer(index)
                    .at(subject.activation_moment(index))
                    .measured(value, limit)
                    .try_this("train with a cost of transport, or with more and smaller blocks")
                    .from_source(OWN),
            );
        }
    }
    findings
}
