//! Measures of a network and its data that a person reads as findings: what an activation does to the data it gets, how far
//! the data goes, and how well its classes are apart.

mod activation;
mod journey;
mod separability;

pub use activation::{ActivationUse, Histogram};
pub use journey::Journey;
pub use separability::Separability;
