//! The graph of operators that ONNX and Keras files describe, and the layers of a network that it makes.
//!
//! A reader walks its file's operators in order and adds a value for each. A value is an expression of an earlier one, so
//! no graph can hold a cycle. `Graph::layers` then reads the expressions from the output back to the input: a run of
//! affine maps and the activation behind it are a dense layer; sums and concatenations of values that come from the same
//! one are residual layers, in which the values that are still needed travel beside each other. Diagonal maps
//! (normalisations, shifts) are folded into the matrix beside them, exactly.

mod block;
mod compose;
mod convolution;
mod cut;
mod dominators;
mod ends;
mod forms;
mod joins;
mod layers;
mod opened;
mod operators;
mod plan;
mod problem;
mod recurrent;
mod reduce;
mod resample;
mod scale;
#[cfg(test)]
mod tests;
mod values;
mod volumes;

pub use convolution::GraphConvolution;
pub(super) use ends::WIDEST_INPUT;
pub(super) use layers::GraphNetwork;
pub(super) use opened::opened;
pub(super) use operators::{Groups, Operator};
pub use problem::GraphProblem;
pub(super) use problem::is_recurrent;
pub(super) use recurrent::{Cell, Gate, Recurrence};
pub(super) use resample::{Around, LONGEST, Shares, Transposed, linear_shares, nearest_shares};
pub(super) use scale::Scale;
pub(super) use values::{Graph, ValueId};
