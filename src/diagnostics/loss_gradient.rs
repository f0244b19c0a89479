//! The gradient of the loss at the last layer's end, and the loss of a guess.

use nalgebra::DMatrix;
use thiserror::Error;

use super::findings::LayerValues;
use crate::dataset::Labels;
use crate::network::{Activation, Layer, Network, OutputFunction};
use crate::training::{Loss, Targets};

/// Why there are no gradients.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum BackwardError {
    /// No labels that the network could be wrong about.
    #[error("the labels do not fit the network's {outputs} outputs")]
    Labels { outputs: usize },
    /// A value on the way is not finite.
    #[error("the forward pass is not finite")]
    NotFinite,
}

/// The gradients at the last layer's end, outputs × samples, each of its sample's own loss.
pub(super) struct Start {
    pub lambda: DMatrix<f64>,
    /// The mean loss.
    pub loss: f64,
    /// The mean loss of a guess.
    pub guess_loss: f64,
}

impl Start {
    pub(super) fn new(network: &Network, values: &[LayerValues], labels: &Labels) -> Result<Start, BackwardError> {
        let outputs = network.outputs();
        let failed = BackwardError::Labels { outputs };
        let Some(last) = values.last() else { return Err(failed) };
        let room = if outputs == 1 { 2 } else { outputs };
        let targets = match labels {
            Labels::Classes { of_sample, .. } if of_sample.iter().all(|class| *class < room) => {
                Targets::Classes(of_sample.clone())
            }
            Labels::Values(values) if outputs == 1 => Targets::Values(values.clone()),
            _ => return Err(failed),
        };
        // Logits of several classes are what softmax and cross-entropy are taken of in training.
        let is_logits = outputs > 1 && matches!(targets, Targets::Classes(_));
        let output = match network.output() {
            OutputFunction::Identity | OutputFunction::Argmax if is_logits && !is_probability(network) => {
                OutputFunction::Softmax
            }
            OutputFunction::Argmax => OutputFunction::Identity,
            output => output,
        };
        let loss = if matches!(targets, Targets::Values(_)) { Loss::SquaredError } else { Loss::of_output(output) };
        if loss.check(output).is_err() {
            return Err(failed);
        }
        let mut lambda = last.output().clone();
        let mut sum = 0.0;
        for (sample, mut column) in lambda.column_iter_mut().enumerate() {
            sum += loss.backward(output, &targets, sample, column.as_mut_slice());
        }
        let samples = lambda.ncols().max(1) as f64;
        Ok(Start { lambda, loss: sum / samples, guess_loss: guess_loss(&targets, loss, output, outputs) })
    }
}

fn is_probability(network: &Network) -> bool {
    let Some(Layer::Dense(last)) = network.layers().last() else { return false };
    matches!(last.activation, Activation::Softmax | Activation::Sigmoid | Activation::LogSigmoid)
}

/// The mean loss of the network on some data; `None` where the labels do not fit, or a value is not finite.
pub(super) fn mean_loss(network: &Network, inputs: &DMatrix<f64>, labels: &Labels) -> Option<f64> {
    let (values, overflow) = super::findings::follow(network, inputs);
    if overflow.is_some() {
        return None;
    }
    Start::new(network, &values, labels).ok().map(|start| start.loss)
}

/// The loss of always answering the same, as well as that can be done.
fn guess_loss(targets: &Targets, loss: Loss, output: OutputFunction, outputs: usize) -> f64 {
    let shares: Vec<f64> = match targets {
        Targets::Values(values) => {
            let count = values.len().max(1) as f64;
            let mean = values.iter().sum::<f64>() / count;
            return 0.5 * values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        }
        Targets::Classes(classes) => {
            let mut shares = vec![0.0; outputs.max(2)];
            for class in classes {
                shares[*class] += 1.0 / classes.len() as f64;
            }
            if outputs == 1 { vec![shares[1]] } else { shares }
        }
    };
    let entropy = |share: f64| if share > 0.0 { -share * share.ln() } else { 0.0 };
    match (loss, output) {
        (Loss::SquaredError, _) => shares.iter().map(|share| 0.5 * share * (1.0 - share)).sum(),
        (_, OutputFunction::Sigmoid) => shares.iter().map(|share| entropy(*share) + entropy(1.0 - share)).sum(),
        _ => shares.into_iter().map(entropy).sum(),
    }
}
