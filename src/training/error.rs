//! Why a network cannot be trained, or training ended early.

use thiserror::Error;

use crate::network::NetworkError;
use crate::system::memory::NotEnough;

/// Why a network cannot be trained, or training ended early.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum TrainingError {
    /// Data without labels.
    #[error(
        "the dataset {name} has no labels to learn from; choose the column of its labels (--label), or data with classes or values"
    )]
    NoLabels { name: String },
    /// Too few samples to hold some back.
    #[error("{samples} samples leave {train} to train on after {test} are held back; give more data or hold back less")]
    TooFew { samples: usize, train: usize, test: usize },
    /// A class that no output stands for.
    #[error("the data has {classes} classes, but the network has {outputs} outputs; give the last layer {needed}")]
    Classes { classes: usize, outputs: usize, needed: usize },
    /// Values and a network of several outputs.
    #[error("the data has one value a sample, but the network has {outputs} outputs; give the last layer 1 output")]
    Values { outputs: usize },
    /// A loss that the output function has no gradient for.
    #[error("{loss} needs the output {needed}, but the network's is {output}; choose another loss or output")]
    Loss { loss: &'static str, needed: &'static str, output: &'static str },
    /// A number that makes no sense.
    #[error("the {option} is {value}, but must be {range}")]
    Option { option: &'static str, value: f64, range: &'static str },
    /// The network and its data, or a drawn layer, do not fit.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The loss or a parameter is not finite any more.
    #[error("training diverged in epoch {epoch} at a learning rate of {rate}; try a smaller one")]
    Diverged { epoch: usize, rate: f64 },
    /// An operator of a graph.
    #[error(
        "layer {layer} is the operator {operator}, which is not trained here; train the network where it comes from"
    )]
    Operator { layer: usize, operator: String },
    /// A state of another network.
    #[error("the saved state has {found} parameters, but the network has {expected}; choose a state of this network")]
    State { expected: usize, found: usize },
    /// More than there is memory for.
    #[error(transparent)]
    Memory(#[from] NotEnough),
    /// A network too large to be trained in memory.
    #[error("training {parameters} parameters takes more than {limit}; use a smaller network")]
    TooLarge { parameters: usize, limit: usize },
}
