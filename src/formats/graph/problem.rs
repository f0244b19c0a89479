//! What in a graph of operators cannot be made into layers.

use thiserror::Error;

use crate::network::ConvolutionError;

/// Why a graph, or the rest of it, is not a network of dense layers and residual blocks. Each names its node.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum GraphProblem {
    /// An operator or a kind of layer that is not known.
    #[error("`{node}` ({operator}) is not understood; cut the model before it, or save it without it")]
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
    /// A sum whose operands are no residual block.
    #[error(
        "`{node}` adds values that do not make a residual block; understood is x + dense(activation(dense(x))), with or \
         without a projection of x"
    )]
    Branch { node: String },
    /// A matrix that would be too large.
    #[error("`{node}` as a matrix would be {rows}×{columns}, too large for a flow")]
    TooLarge { node: String, rows: usize, columns: usize },
    /// A convolution or pooling that does not fit, or is too large to become a matrix.
    #[error("`{node}`: {source}")]
    Convolution { node: String, source: ConvolutionError },
    /// Max pooling, for which the flow model has no phase.
    #[error(
        "`{node}` is a max pooling, which is neither linear nor an activation of single coordinates, so that no flow leads \
         through it; take average pooling or strides"
    )]
    MaxPooling { node: String },
    /// A graph that is not a path from one input to one output.
    #[error("{problem}; a network with one input and one output is needed")]
    Ends { problem: String },
}

impl GraphProblem {
    /// Whether convolutions before it or after it may still have spectra to show.
    pub fn leaves_spectra(&self) -> bool {
        matches!(
            self,
            GraphProblem::Convolution { .. } | GraphProblem::TooLarge { .. } | GraphProblem::MaxPooling { .. }
        )
    }
}
