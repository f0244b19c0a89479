//! The number of outputs against the number of classes, and a single output that reads as no probability.

use super::finding::Severity;
use super::mismatch::{Mismatch, last_activation};
use super::subject::Subject;
use crate::dataset::Labels;
use crate::network::{Activation, OutputFunction};

/// Beyond these a single answer is a logit, not a probability.
const PROBABLE: (f64, f64) = (-0.5, 1.5);
/// From this share of such answers on the sigmoid is missing.
const MANY: f64 = 0.2;
/// A network whose answers are right this often as logits is meant so.
const RIGHT: f64 = 0.9;

pub(super) fn mismatches(subject: &Subject<'_>) -> Vec<Mismatch> {
    let Some(Labels::Classes { of_sample, names }) = subject.data().map(|data| &data.labels) else { return Vec::new() };
    let outputs = subject.network().outputs();
    let mut present = vec![false; names.len()];
    of_sample
        .iter()
        .filter_map(|class| Some((class, names.get(*class)?)))
        .for_each(|(class, _)| present[*class] = true);
    let classes = names.len();
    let some = present.iter().filter(|present| **present).count();
    let mut found = Vec::new();
    let mut add = |severity, message: String, remedy| {
        found.push(Mismatch { severity, message, value: outputs as f64, threshold: classes as f64, remedy });
    };
    if outputs == 1 && some > 2 {
        let message = format!("one output for {some} classes: it can tell only two apart");
        add(Severity::Error, message, "give the last layer an output for each class, with softmax");
    } else if outputs > 1 && outputs < some {
        let message = format!("{outputs} outputs for {some} classes: some can never be answered");
        add(Severity::Error, message, "give the last layer an output for each class");
    } else if outputs > classes && classes > 1 && some == classes && outputs > 2 {
        let message = format!("{outputs} outputs for {classes} classes: some stand for nothing in this data");
        add(Severity::Warning, message, "give the last layer an output for each class, or check the labels");
    }
    if let Some((share, right)) = unsure(subject) {
        let message = format!(
            "{:.0} % of the answers of the single output are no probabilities: its sigmoid is missing",
            100.0 * share
        );
        found.push(Mismatch {
            // Logits are what many frameworks leave to the loss.
            severity: if right < RIGHT { Severity::Warning } else { Severity::Note },
            message,
            value: share,
            threshold: MANY,
            remedy: "take sigmoid as output function",
        });
    }
    found
}

/// The share of answers of a single output without sigmoid that are far from 0 … 1, where they are many and reading them as
/// logits is right more often; with how often that is.
fn unsure(subject: &Subject<'_>) -> Option<(f64, f64)> {
    let network = subject.network();
    let is_plain = network.outputs() == 1
        && network.output() == OutputFunction::Identity
        && last_activation(network) == Activation::Identity;
    let sample = subject.sample().filter(|sample| is_plain && sample.overflow.is_none())?;
    let (labels, _) = subject.classes()?;
    let answers: Vec<f64> = sample.layers.last()?.output().iter().copied().collect();
    let beyond = answers.iter().filter(|answer| !(PROBABLE.0..=PROBABLE.1).contains(*answer)).count();
    let right = |threshold: f64| {
        answers.iter().zip(labels).filter(|(answer, label)| usize::from(**answer >= threshold) == **label).count()
    };
    let share = beyond as f64 / answers.len().max(1) as f64;
    let right_as_logits = right(0.0) as f64 / answers.len().max(1) as f64;
    (share > MANY && right(0.0) > right(0.5)).then_some((share, right_as_logits))
}
