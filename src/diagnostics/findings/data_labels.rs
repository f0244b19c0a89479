//! Labels that are numbered, spread or placed wrongly.

use super::finding::{Finding, Severity, listed};
use super::mismatch::last_activation;
use super::subject::Subject;
use super::thresholds::{OWN, Thresholds};
use super::underfit::is_dear;
use crate::dataset::Labels;
use crate::network::{Activation, OutputFunction};

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let Some(data) = subject.data() else { return Vec::new() };
    let Labels::Classes { of_sample, names } = &data.labels else { return Vec::new() };
    let mut counts = vec![0_usize; names.len()];
    for class in of_sample {
        if let Some(count) = counts.get_mut(*class) {
            *count += 1;
        }
    }
    let mut findings = Vec::new();
    let mut add = |severity, message: String, value: f64, limit: f64, remedy| {
        findings.push(
            Finding::new("data_labels", severity, message).measured(value, limit).try_this(remedy).from_source(OWN),
        );
    };
    let outputs = subject.network().outputs();
    let room = if outputs == 1 { 2 } else { outputs };
    let empty: Vec<usize> = (0..counts.len()).filter(|class| counts[*class] == 0).collect();
    let from_one = counts.len() > 2 && empty == [0] && names.first().is_some_and(|name| name == "0");
    let predictions = subject.sample().and_then(|sample| sample.predictions.as_deref()).unwrap_or_default();
    let every_row = if predictions.len() == of_sample.len() { predictions } else { &[] };
    let matched = data.match_classes(outputs, every_row);
    let beyond = matched
        .filter(|_| !subject.is_part())
        .map_or(0, |matched| matched.of_sample.iter().filter(|output| **output >= room).count());
    if from_one {
        let message = format!(
            "the classes are numbered from 1 to {}: class 0 has no sample, and the network's first output stands for it",
            counts.len() - 1
        );
        add(Severity::Warning, message, 1.0, 0.0, "number the classes from 0");
    }
    if beyond > 0 {
        let largest = of_sample.iter().max().copied().unwrap_or(0);
        let message = format!(
            "{beyond} samples have labels beyond the {outputs} outputs, the largest {largest}: the network can never be right on them"
        );
        add(
            Severity::Error,
            message,
            largest as f64,
            (room - 1) as f64,
            "number the classes from 0, or give the network an output for each class",
        );
    }
    if let Some((low, high)) = misread(subject, names, &counts)
        && !from_one
    {
        let message = format!(
            "the two classes are the numbers {low} and {high}, but the sigmoid of the single output answers between 0 and 1, and the network has not learned them"
        );
        add(Severity::Warning, message, high, 1.0, "number the classes 0 and 1, and train anew");
    }
    if !from_one && !empty.is_empty() && of_sample.len() >= counts.len() {
        let message = format!("classes without a sample (by their place): {}", listed(&empty));
        add(
            Severity::Note,
            message,
            empty.len() as f64,
            0.0,
            "add samples of these classes, or leave their outputs out",
        );
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    let share = most as f64 / of_sample.len().max(1) as f64;
    if share > thresholds.class_share && of_sample.len() >= 10 {
        let class = counts.iter().position(|count| *count == most).unwrap_or(0);
        let name = names.get(class).map_or("", String::as_str);
        let message = if share == 1.0 {
            format!("every sample is of class {name}: there is nothing to learn")
        } else {
            format!("{:.1} % of the samples are of class {name}: always answering it would be as right", 100.0 * share)
        };
        add(Severity::Warning, message, share, thresholds.class_share, "balance the classes, or weight their losses");
    }
    findings
}

/// The numbers that stand for two classes where a single sigmoid can never give them, and where the answers cost as much as
/// guesses do: the training took the numbers as they are.
fn misread(subject: &Subject<'_>, names: &[String], counts: &[usize]) -> Option<(f64, f64)> {
    let network = subject.network();
    let is_sigmoid = network.output() == OutputFunction::Sigmoid || last_activation(network) == Activation::Sigmoid;
    if network.outputs() != 1 || !is_sigmoid || subject.is_part() {
        return None;
    }
    let present = names.iter().zip(counts).filter(|(_, count)| **count > 0);
    let numbers: Option<Vec<f64>> = present.map(|(name, _)| name.parse().ok()).collect();
    let [one, other] = numbers?[..] else { return None };
    let (low, high) = (one.min(other), one.max(other));
    let is_within = low >= 0.0 && high <= 1.0;
    (!is_within && is_dear(subject)).then_some((low, high))
}
