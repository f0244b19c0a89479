//! The activation functions σ of a layer and their slopes.
//!
//! All of them act on one coordinate at a time, except softmax, which acts on the whole vector.

mod algebraic;
mod common;
mod elementary;
mod exponential;
mod gated;
mod hard;
mod linear;
mod shape;
mod shrink;
mod sigmoid;
mod softmax;
mod table;
#[cfg(test)]
mod tests;

pub use elementary::Elementary;
pub use exponential::{DEFAULT_ALPHA, SELU_ALPHA, SELU_LAMBDA};
pub use gated::{GELU_TANH_CUBIC, QUICK_GELU};
pub use linear::DEFAULT_NEGATIVE_SLOPE;
pub use shape::SlopeRange;
pub use sigmoid::sigmoid;
pub use softmax::softmax;
pub(crate) use softmax::softmax_pull_back;
pub use table::Activation;
