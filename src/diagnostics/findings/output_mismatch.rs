//! A last layer that does not go with what it should answer.

use super::finding::{Finding, Severity};
use super::mismatch::{Mismatch, last_activation};
use super::output_shape;
use super::subject::Subject;
use super::thresholds::{NEURALINT, OWN, Thresholds};
use crate::dataset::Labels;
use crate::network::{Activation, OutputFunction};

/// Where a network is right this often its unusual last layer does no harm.
const RIGHT: f64 = 0.9;

pub(super) fn check(subject: &Subject<'_>, _: &Thresholds) -> Vec<Finding> {
    let network = subject.network();
    let Some(last) = network.layers().len().checked_sub(1).filter(|_| !subject.is_part()) else { return Vec::new() };
    let mut found = output_shape::mismatches(subject);
    found.extend(of_functions(subject));
    let finding = |mismatch: Mismatch| {
        Finding::new("output_mismatch", mismatch.severity, mismatch.message)
            .in_layer(last)
            .at(subject.activation_moment(last))
            .measured(mismatch.value, mismatch.threshold)
            .try_this(mismatch.remedy)
            .from_source(if mismatch.severity == Severity::Note { OWN } else { NEURALINT })
    };
    found.into_iter().map(finding).collect()
}

/// Mismatches of the last activation and the output function with each other and with the labels.
fn of_functions(subject: &Subject<'_>) -> Option<Mismatch> {
    let network = subject.network();
    let activation = last_activation(network);
    let (output, outputs) = (network.output(), network.outputs());
    let is_probability =
        |output| matches!(output, OutputFunction::Softmax | OutputFunction::LogSoftmax | OutputFunction::Sigmoid);
    let softens = matches!(activation, Activation::Softmax | Activation::Sigmoid | Activation::LogSigmoid);
    let labels = subject.data().map_or(&Labels::None, |data| &data.labels);
    let classes = matches!(labels, Labels::Classes { .. });
    let mismatch = |severity, message: String, remedy| {
        Some(Mismatch { severity, message, value: outputs as f64, threshold: outputs as f64, remedy })
    };
    let softmax_alone =
        activation == Activation::Softmax || matches!(output, OutputFunction::Softmax | OutputFunction::LogSoftmax);
    if outputs == 1 && softmax_alone {
        let message = "softmax over one output is 1 whatever the input: the network cannot tell anything apart";
        return Some(Mismatch {
            severity: Severity::Error,
            message: message.into(),
            value: 1.0,
            threshold: 2.0,
            remedy: "use sigmoid, or one output for each class",
        });
    }
    if softens && is_probability(output) {
        let message = format!(
            "{} follows {}: probabilities of probabilities are all nearly alike, and learn slowly",
            output.name(),
            activation.name()
        );
        return mismatch(Severity::Warning, message, "leave one of the two out");
    }
    if let Labels::Values(values) = labels {
        let probabilities = softens || is_probability(output);
        let (low, high) = values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
        let range = range_of(activation, output);
        if probabilities && softmax_alone {
            let message = "softmax gives shares of 1, but the labels are values".to_owned();
            return mismatch(Severity::Error, message, "leave the softmax out");
        }
        if low < range.0 || high > range.1 {
            let message = format!(
                "the last layer gives values from {} to {}, but the labels go from {low:.3} to {high:.3}",
                range.0, range.1
            );
            return mismatch(Severity::Warning, message, "use no activation on the last layer");
        }
        return None;
    }
    // A last layer that is off below 0 hides everything that speaks against a class.
    let is_rectifier = matches!(activation, Activation::Relu | Activation::RELU6 | Activation::ThresholdedRelu { .. });
    if is_rectifier {
        let severity = if classes || is_probability(output) { Severity::Warning } else { Severity::Note };
        let message = format!(
            "{} stands on the last layer: what is below 0 is all the same, and a dead output never comes back",
            activation.name()
        );
        return mismatch(severity, message, "use no activation on the last layer, and softmax or sigmoid as output");
    }
    let is_squashed = matches!(activation, Activation::Tanh | Activation::HardTanh { .. } | Activation::Softsign);
    if is_squashed {
        let is_wrong = subject.accuracy().is_some_and(|accuracy| accuracy < RIGHT);
        let harms = is_probability(output) || classes && (outputs > 1 || is_wrong);
        let severity = if harms { Severity::Warning } else { Severity::Note };
        let message = format!(
            "{} stands on the last layer: the answers stay within narrow bounds, and as a classifier's they never get sure",
            activation.name()
        );
        return mismatch(severity, message, "use no activation on the last layer");
    }
    let says_sigmoid = activation == Activation::Sigmoid || output == OutputFunction::Sigmoid;
    if classes && outputs > 2 && says_sigmoid {
        let is_right = subject.accuracy().is_some_and(|accuracy| accuracy >= RIGHT);
        let severity = if is_right { Severity::Note } else { Severity::Warning };
        let message =
            "sigmoid answers each class by itself, but every sample has just one: nothing makes the answers add up";
        return mismatch(severity, message.into(), "use softmax with cross-entropy");
    }
    None
}

/// What the last layer can give at all.
fn range_of(activation: Activation, output: OutputFunction) -> (f64, f64) {
    match (activation, output) {
        (_, OutputFunction::Sigmoid | OutputFunction::Softmax | OutputFunction::Argmax) => (0.0, 1.0),
        (_, OutputFunction::LogSoftmax) => (f64::NEG_INFINITY, 0.0),
        (Activation::Sigmoid | Activation::Softmax | Activation::HardSigmoid { .. }, _) => (0.0, 1.0),
        (Activation::Tanh | Activation::Softsign, _) => (-1.0, 1.0),
        (Activation::Relu | Activation::Softplus | Activation::SparsePlus, _) => (0.0, f64::INFINITY),
        (Activation::HardTanh { low, high }, _) => (low, high),
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    }
}
