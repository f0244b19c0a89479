//! Why a convolution is none, does not fit its input, or is too large to become a matrix.

use thiserror::Error;

use crate::linalg::LinalgError;

/// Why a convolution or a pooling is none, does not fit its input, or is too large to become a matrix.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum ConvolutionError {
    /// A shape with an axis of no length, or with more values than can be counted on.
    #[error(
        "the shape {channels}×{height}×{width} is empty or too large; each axis must be at least 1, and all together at most {most}"
    )]
    ImageShape { channels: usize, height: usize, width: usize, most: usize },
    /// A kernel whose values do not fill its axes, or that has none.
    #[error("a kernel of the shape {shape} cannot have {found} values; every axis must be at least 1 and filled")]
    Kernel { shape: String, found: usize },
    /// A window with a stride or a dilation of 0, or a size of 0.
    #[error("the window's {part} is 0; it must be at least 1")]
    Zero { part: &'static str },
    /// Groups that do not divide the outputs.
    #[error("{groups} groups do not divide {outputs} output channels; give another number of groups")]
    Groups { groups: usize, outputs: usize },
    /// A bias that does not fit.
    #[error("there are {found} biases for {outputs} output channels; give one each")]
    Bias { outputs: usize, found: usize },
    /// An input with other channels than the kernel takes.
    #[error("the kernel takes {expected} channels, but its input is {input}; give another input shape")]
    Channels { expected: usize, input: String },
    /// A window that does not fit into the padded input.
    #[error(
        "a window of {span} does not fit into the {available} of its input with padding; give a larger input shape or more padding"
    )]
    Window { span: usize, available: usize },
    /// Too many sides or entries.
    #[error(
        "its matrix would be {rows}×{columns}; at most {side} on a side and {entries} entries are made, and larger ones \
         are shown by their spectrum only"
    )]
    TooLarge { rows: usize, columns: usize, side: usize, entries: usize },
    /// A spectrum that could not be found.
    #[error(transparent)]
    Spectrum(#[from] LinalgError),
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}
