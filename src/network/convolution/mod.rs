//! Convolutions and pooling: images and signals as volumes, the matrices that these maps are, and their spectra.
//!
//! A convolution is linear, so on inputs of a known shape it *is* a matrix, sparse and with equal entries along its
//! diagonals. Lowered to that matrix it is a dense layer like any other and flows like one. Matrices grow with the square
//! of the picture, so only small ones are lowered; of the others the spectrum is found without the matrix.
//! Average pooling is linear too; max pooling is an operator of its own (`network/node`).

mod decompose;
mod error;
mod frequencies;
mod kernel;
mod map;
mod pooling;
mod spectrum;
#[cfg(test)]
mod tests;
mod volume;
mod window;

pub use error::ConvolutionError;
pub use kernel::Kernel;
pub use map::Convolution;
pub use pooling::AveragePooling;
pub use spectrum::{ConvolutionSpectrum, SpectrumMethod};
pub use volume::{Flattening, ImageShape};
pub use window::{Padding, Window};
