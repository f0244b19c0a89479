//! A loss, as the file tells it, that does not go with the last layer.

use super::finding::Severity;
use super::mismatch::{Mismatch, last_activation};
use super::subject::Subject;
use crate::dataset::Labels;
use crate::network::{Activation, Loss, OutputFunction};

/// What the last layer gives.
#[derive(Clone, Copy, PartialEq)]
enum Answers {
    /// Shares of 1.
    Shares,
    /// Probabilities, each by itself.
    Probabilities,
    /// Any values.
    Values,
}

pub(super) fn mismatch(subject: &Subject<'_>) -> Option<Mismatch> {
    let network = subject.network();
    let objective = network.objective()?;
    let loss = objective.loss?;
    let outputs = network.outputs();
    let answers = match (network.output(), last_activation(network)) {
        (OutputFunction::Softmax, _) | (_, Activation::Softmax) => Answers::Shares,
        (OutputFunction::Sigmoid, _) | (_, Activation::Sigmoid | Activation::HardSigmoid { .. }) => {
            Answers::Probabilities
        }
        // What else bends the answers is told of by itself.
        (OutputFunction::Identity, Activation::Identity) => Answers::Values,
        _ => return None,
    };
    let is_of_values = subject.data().is_some_and(|data| matches!(data.labels, Labels::Values(_)));
    let name = loss.name();
    let mismatch = |severity, message: String, remedy| {
        Some(Mismatch { severity, message, value: outputs as f64, threshold: outputs as f64, remedy })
    };
    if loss.takes_shares() && outputs == 1 {
        let message = format!("{name} over one output is 0 whatever the answer: nothing can be learned");
        return mismatch(
            Severity::Error,
            message,
            "use sigmoid with binary cross-entropy, or one output for each class",
        );
    }
    if objective.of_logits && answers != Answers::Values {
        let kind = if answers == Answers::Shares { "softmax" } else { "sigmoid" };
        let message = format!(
            "the file says that {name} was trained on logits, but {kind} stands before it: what the loss applies is applied twice"
        );
        return mismatch(
            Severity::Warning,
            message,
            "take the activation off the last layer, or from_logits out of the loss",
        );
    }
    match (loss, answers) {
        (Loss::CategoricalCrossEntropy | Loss::SparseCrossEntropy, Answers::Probabilities) => {
            let message = format!(
                "the file says that {name} was made small, which takes the answers for shares of 1, but sigmoid gives each by itself"
            );
            mismatch(Severity::Warning, message, "use softmax with this loss, or binary cross-entropy with sigmoid")
        }
        (Loss::CategoricalCrossEntropy | Loss::SparseCrossEntropy | Loss::BinaryCrossEntropy, Answers::Values)
            if !objective.of_logits =>
        {
            let missing = if loss == Loss::BinaryCrossEntropy { "sigmoid" } else { "softmax" };
            let message = format!(
                "the file says that {name} was made small, which takes logarithms of the answers, but the last layer gives values of any sign: {missing} is missing"
            );
            mismatch(Severity::Warning, message, "end with softmax or sigmoid, or let the loss read logits")
        }
        // Of two shares each tells the other, and the two losses are the same.
        (Loss::BinaryCrossEntropy, Answers::Shares) if outputs > 2 => {
            let message = format!(
                "the file says that {name} was made small, which takes each answer by itself, but softmax gives shares of 1"
            );
            mismatch(Severity::Warning, message, "use categorical cross-entropy with softmax")
        }
        (Loss::SquaredError | Loss::AbsoluteError, Answers::Shares) if !is_of_values => {
            let message = format!(
                "the file says that {name} of softmax was made small: where an answer is wrong and sure there is hardly a gradient"
            );
            mismatch(Severity::Warning, message, "use categorical cross-entropy with softmax")
        }
        _ => None,
    }
}

/// Whether the file says that the single answer is a logit.
pub(super) fn is_of_logits(subject: &Subject<'_>) -> bool {
    subject.network().objective().is_some_and(|objective| objective.of_logits)
}
