//! A chain of layers proposed from the names and shapes of a file's tensors: matrices, and kernels of convolutions.

mod accounting;
mod activations;
mod assumptions;
mod basis;
mod block_choice;
mod build;
mod dense;
mod entry;
mod geometry;
mod kernel_axes;
mod layer_widths;
mod listed;
mod lookup;
mod normalisation;
mod order;
mod pairing;
mod problem;
mod proposal;
mod propose;
mod regularity;
mod residual;
mod sequential;
mod settings;
mod shapes;
mod slopes;
mod spectra;
#[cfg(test)]
mod tests;
mod weights;

pub use basis::{ActivationBasis, Doubt};
pub use block_choice::BlockChoice;
pub use build::build;
pub use entry::{ChainEntry, Normalisation, Slopes};
pub use geometry::label as convolution_text;
pub use pairing::is_layer_weight;
pub use problem::ChainProblem;
pub use proposal::ChainProposal;
pub use settings::{ConvolutionSettings, PaddingRule, PoolingRule, parse_input_shape};
pub use spectra::weight_spectrum;
