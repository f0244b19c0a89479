//! What in a graph of operators cannot be made into layers.

use thiserror::Error;

use crate::formats::PartName;

use crate::network::{ConvolutionError, MAX_FLOW_DIMENSIONS, Network};

/// Why a graph, or the rest of it, is not a network of dense layers and residual blocks. Each names its node.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum GraphProblem {
    /// An operator or a kind of layer that is not known.
    #[error("`{node}` ({operator}) {}", why_not(.operator))]
    Operator { node: String, operator: String },
    /// A known operator with a setting that is not known.
    #[error("`{node}`: {setting} {value}; save the model without it")]
    Setting { node: String, setting: String, value: String },
    /// Values that an operator does not take.
    #[error("`{node}` takes {takes} values along its axis, but is given {given}; the file does not fit together")]
    Widths { node: String, takes: usize, given: usize },
    /// An operator whose weights are absent or of another shape.
    #[error("`{node}`: {problem}; save the model again with its weights")]
    Weights { node: String, problem: String },
    /// The shape of the input is needed and not told.
    #[error("`{node}` needs the shape of its input, which the file does not tell; give --input-shape")]
    InputShape { node: String },
    /// The shape of the input is needed and not told, and none of those that were guessed will do.
    #[error(
        "`{node}` needs the shape of its input, which the file does not tell; give --input-shape; with {length} for each open \
         length, {last}"
    )]
    NoGuess { node: String, length: usize, last: Box<GraphProblem> },
    /// A sum or concatenation of what has no common origin.
    #[error("`{node}` joins values that do not come from the same input")]
    Branch { node: String },
    /// A matrix that would be too large.
    #[error("`{node}` as a matrix would be {rows}×{columns}, too large for a flow")]
    TooLarge { node: String, rows: usize, columns: usize },
    /// A whole network, of which only a flow cannot be made.
    #[error(
        "`{layer}` as a matrix is {rows}×{columns}, and a flow is made of up to {most} dimensions; the network can be run and \
         its weights have spectra, but there is no flow"
    )]
    TooWide { layer: String, rows: usize, columns: usize, most: usize },
    /// A convolution or pooling that does not fit, or is too large to become a matrix.
    #[error("`{node}`: {source}")]
    Convolution { node: String, source: ConvolutionError },
    /// A graph that is not a path from one input to one output.
    #[error("{problem}; a network with one input and one output is needed")]
    Ends { problem: String },
}

impl GraphProblem {
    /// The part of the file at which it lies, and the words behind its name.
    pub(in crate::formats) fn part(&self) -> (PartName, String) {
        let text = self.to_string();
        let (node, rest) = match text.strip_prefix('`').and_then(|rest| rest.split_once('`')) {
            Some((node, rest)) => (node.to_owned(), rest.trim_start_matches(':').trim_start().to_owned()),
            None => ("graph".to_owned(), text),
        };
        (PartName::Node(node), rest)
    }

    /// Whether the network is whole in spite of it.
    pub fn leaves_network_whole(&self) -> bool {
        matches!(self, GraphProblem::TooWide { .. })
    }

    /// Whether a shape of the input, told by a person, may be all that is missing.
    pub fn needs_input_shape(&self) -> bool {
        matches!(self, GraphProblem::InputShape { .. } | GraphProblem::NoGuess { .. })
    }

    /// Whether a longer input may be without it.
    pub(in crate::formats) fn may_be_of_length(&self) -> bool {
        matches!(self, GraphProblem::Convolution { .. } | GraphProblem::Widths { .. })
    }

    /// What keeps a whole network from flowing.
    pub(super) fn of_width(network: &Network) -> Option<GraphProblem> {
        let (_, layer) = network.too_wide_layer()?;
        let (rows, columns, most) = (layer.outputs(), layer.inputs(), MAX_FLOW_DIMENSIONS);
        Some(GraphProblem::TooWide { layer: layer.name().to_owned(), rows, columns, most })
    }
}

/// What can still be done with a file of which no flow can be made.
const INSTEAD: &str = "its matrices have spectra all the same, and each can be opened alone, on the command line by its \
                       name with --tensors";

/// Operators whose result at one time depends on those at other times.
const RECURRENT: [&str; 7] = ["LSTM", "GRU", "RNN", "Recurrent", "Loop", "Scan", "Bidirectional"];
/// Operators that multiply what depends on the input by what depends on the input.
const ATTENTION: [&str; 3] = ["Attention", "of two values that both come from the input", "SelfAttention"];
/// Operators that divide by a deviation of their own input.
const NORMALISATIONS: [&str; 6] = [
    "LayerNormalization",
    "InstanceNormalization",
    "GroupNormalization",
    "RMSNormalization",
    "LpNormalization",
    "UnitNormalization",
];

/// Whether this operator has a memory of other times.
pub(in crate::formats) fn is_recurrent(operator: &str) -> bool {
    RECURRENT.iter().any(|word| operator.contains(word))
}

/// Why an operator is no layer, and what to do instead, in words that follow its name.
fn why_not(operator: &str) -> String {
    let names = |text: &[&str]| text.iter().any(|word| operator.contains(word));
    if is_recurrent(operator) {
        format!(
            "is recurrent: it is given what it gave before, where each point of a flow goes its own way once; {INSTEAD}"
        )
    } else if names(&ATTENTION) {
        format!("multiplies values that both depend on the input, which no layer of a flow does; {INSTEAD}")
    } else if names(&NORMALISATIONS) {
        format!("divides by a deviation of its own input, which is neither linear nor of single coordinates; {INSTEAD}")
    } else if operator == "If" {
        format!("chooses between two graphs while it runs, so that no one flow leads through it; {INSTEAD}")
    } else {
        "is not understood; cut the model before it, or save it without it".into()
    }
}
