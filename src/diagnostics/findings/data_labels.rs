//! Labels that are numbered, spread or placed wrongly.

use super::finding::{Finding, Severity, listed};
use super::subject::Subject;
use super::thresholds::{OWN, Thresholds};
use crate::dataset::{Labels, match_classes};

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
    let matched = match_classes(&data.labels, outputs, every_row);
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
