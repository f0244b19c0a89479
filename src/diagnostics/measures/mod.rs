//! Measures of the data along t, at the ends of layers, and of the weights' spectra.

mod alignment;
mod along;
mod lyapunov;
mod separation;
mod tail;
mod transport;

pub use alignment::{BlockAlignment, block_alignment};
pub use along::{AlongFlow, participation_ratio};
pub use separation::Separation;
pub use tail::{SpectrumTail, Tail};
