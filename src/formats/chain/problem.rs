//! Why tensors do not make a chain of layers.

use thiserror::Error;

use crate::network::ConvolutionError;

/// Why tensors do not make a chain.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum ChainProblem {
    /// No tensor has two axes, and none is a kernel.
    #[error("holds no matrix of numbers, so no dense layer{}", if *.objects { "; its Python objects are never loaded, save numbers instead" } else { "; give a file with weights" })]
    NoMatrix { objects: bool },
    /// Neighbours that do not fit.
    #[error(
        "`{first}` ({first_shape}) gives {outputs} values, but `{second}` ({second_shape}) takes {inputs}; choose the \
         chain by hand or correct the file"
    )]
    Break { first: String, first_shape: String, outputs: usize, second: String, second_shape: String, inputs: usize },
    /// A first layer that does not take the input shape that was given.
    #[error("`{name}` ({shape}) takes {inputs} inputs, but the input shape {given} has {values}; give another shape")]
    Input { name: String, shape: String, inputs: usize, given: String, values: usize },
    /// A convolution whose input's shape is not known.
    #[error(
        "`{name}` ({shape}) is a convolution, so the shape of the network's input is needed: give channels, height and \
         width, on the command line as --input-shape C,H,W (C,W for a signal)"
    )]
    InputShape { name: String, shape: String },
    /// A convolution that does not fit what comes before it.
    #[error("`{name}` ({shape}): {source}")]
    Convolution { name: String, shape: String, source: ConvolutionError },
    /// A convolution behind a layer without a shape.
    #[error(
        "`{name}` ({shape}) is a convolution behind a dense layer, whose output has no shape; choose the chain by hand"
    )]
    NoShape { name: String, shape: String },
    /// Convolutions whose matrices together are too large.
    #[error(
        "the matrices of the convolutions up to `{name}` have more than {most} entries, too many for a flow; their \
         spectra can be shown"
    )]
    TooMany { name: String, most: usize },
    /// Strides, paddings and pooling that the shapes do not decide.
    #[error(
        "the file does not tell how its convolutions move, and {fits}; give it, on the command line as --convolutions \
         with one of the form stride=1,padding=0,pool=none (for each convolution, between semicolons, or one for all)"
    )]
    Undetermined { fits: String },
    /// Names of residual blocks.
    #[error(
        "`{name}` belongs to a residual block, and tensors do not tell where its shortcut goes, so there is no flow; its \
         spectra are shown, and an ONNX or Keras file would tell the whole graph"
    )]
    Residual { name: String },
    /// Names of a recurrent layer.
    #[error(
        "`{name}` belongs to a recurrent layer, which is given what it gave before, where each point of a flow goes its own \
         way once; its matrices have spectra all the same, and each can be opened alone, on the command line by its name \
         with --tensors"
    )]
    Recurrent { name: String },
    /// Names of an attention.
    #[error(
        "`{name}` belongs to an attention, which multiplies values that both depend on the input, so that no one flow leads \
         through it; open a block on its own, on the command line with --tensors and the names of its matrices"
    )]
    Attention { name: String },
    /// A bias that does not fit its weight.
    #[error("bias `{bias}` has {found}, but `{weight}` ({shape}) gives {outputs} outputs; choose another bias or none")]
    Bias { weight: String, shape: String, outputs: usize, bias: String, found: String },
    /// A tensor that was asked for and is not there.
    #[error("has no tensor `{name}`; `layerflow inspect FILE --tensors` lists what it has")]
    Missing { name: String },
    /// The end of a name that several tensors have.
    #[error("{count} tensors end in `{name}`, `{first}` and `{second}` among them; give more of the name")]
    Ambiguous { name: String, count: usize, first: String, second: String },
    /// A tensor that was asked for as a weight and is no matrix.
    #[error(
        "tensor `{name}` ({shape}, {dtype}) is not a matrix or a kernel of numbers; choose one with two axes or more"
    )]
    NotAMatrix { name: String, shape: String, dtype: String },
    /// A batch normalisation that is part of a layer; not fatal.
    #[error("batch normalisation `{name}` is folded into `{weight}`, {position}, with ε = {epsilon}")]
    Folded { name: String, weight: String, position: &'static str, epsilon: f64 },
    /// A repeated pattern that may be residual blocks.
    #[error(
        "the layers `{pattern}` repeat and keep their width, so they may be residual blocks, which tensors alone do not tell; \
         give --residual-blocks \"{pattern}\" if they are, or --plain if they follow each other"
    )]
    Blocks { pattern: String },
    /// A pattern that no layers fit.
    #[error(
        "no layers fit the pattern `{pattern}` of the residual blocks; give one that names what stands before their last part, as blocks.*"
    )]
    NoBlocks { pattern: String },
    /// A block of more layers than two.
    #[error(
        "the residual block `{name}` has {count} of the chain's layers, but a block of a flow has two at most, an inner and an outer one; \
         save the model as ONNX, which tells its graph"
    )]
    BlockLayers { name: String, count: usize },
    /// A block that does not keep the width.
    #[error(
        "the residual block `{name}` does not give as many values as it takes, so nothing can be added to it; leave it out of the pattern"
    )]
    BlockWidth { name: String },
    /// Names of a branch that goes past a block.
    #[error(
        "`{name}` goes past a residual block, and tensors do not tell where; choose the chain by hand, or save the model as ONNX, \
         which tells its graph"
    )]
    Shortcut { name: String },
    /// Tensors that the chain leaves out.
    #[error(
        "{count} of the file's tensors {} not part of the chain: {named}; only matrices and kernels with their biases are \
         understood",
        if *.count == 1 { "is" } else { "are" }
    )]
    Unused { count: usize, named: String },
}

impl ChainProblem {
    /// Whether the account of the file tells the same.
    pub fn is_of_account(&self) -> bool {
        matches!(self, ChainProblem::Unused { .. } | ChainProblem::Folded { .. })
    }

    /// Whether no network can be built in spite of it.
    pub fn is_fatal(&self) -> bool {
        !matches!(self, ChainProblem::Unused { .. } | ChainProblem::Folded { .. })
    }

    /// Whether it may come from how the convolutions move, or is not fatal.
    pub(super) fn is_of_moves(&self) -> bool {
        use ChainProblem::{Break, Convolution};
        let channels =
            matches!(self, Convolution { source, .. } if matches!(source, ConvolutionError::Channels { .. }));
        (matches!(self, Convolution { .. } | Break { .. }) && !channels) || self.is_of_size()
    }

    /// Whether everything would fit if it were smaller, or nothing is wrong at all.
    pub(super) fn is_of_size(&self) -> bool {
        let too_large = matches!(self, ChainProblem::Convolution { source, .. } if matches!(source, ConvolutionError::TooLarge { .. }));
        too_large || matches!(self, ChainProblem::TooMany { .. }) || !self.is_fatal()
    }

    /// Whether the weights are sound and only make no flow, so that spectra are what can be shown.
    pub fn leaves_spectra(&self) -> bool {
        use ChainProblem::{
            Attention, Break, Convolution, InputShape, NoShape, Recurrent, Residual, TooMany, Undetermined,
        };
        matches!(
            self,
            Break { .. }
                | InputShape { .. }
                | Convolution { .. }
                | NoShape { .. }
                | TooMany { .. }
                | Undetermined { .. }
                | Residual { .. }
                | Recurrent { .. }
                | Attention { .. }
        )
    }

    /// The weight at which it lies.
    pub fn weight(&self) -> Option<&str> {
        match self {
            ChainProblem::Break { second: name, .. }
            | ChainProblem::Bias { weight: name, .. }
            | ChainProblem::Input { name, .. }
            | ChainProblem::InputShape { name, .. }
            | ChainProblem::Convolution { name, .. }
            | ChainProblem::NoShape { name, .. }
            | ChainProblem::Residual { name }
            | ChainProblem::Shortcut { name }
            | ChainProblem::Recurrent { name }
            | ChainProblem::Attention { name }
            | ChainProblem::TooMany { name, .. }
            | ChainProblem::Folded { weight: name, .. }
            | ChainProblem::Missing { name }
            | ChainProblem::Ambiguous { name, .. }
            | ChainProblem::NotAMatrix { name, .. } => Some(name),
            ChainProblem::NoMatrix { .. }
            | ChainProblem::Undetermined { .. }
            | ChainProblem::Blocks { .. }
            | ChainProblem::NoBlocks { .. }
            | ChainProblem::BlockLayers { .. }
            | ChainProblem::BlockWidth { .. }
            | ChainProblem::Unused { .. } => None,
        }
    }
}
