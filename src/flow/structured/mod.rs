//! Structured phases: maps that are neither linear nor an activation of single coordinates, each with a motion of its own that
//! has a velocity field in closed form or by a scalar solve; and the straight motion of every other map.
//!
//! A motion moves the first `dimension()` coordinates of the ambient space in phase time s ∈ [0, 1]; the others rest.

mod centring;
mod direct;
mod gate;
mod motion;
mod normalise;
mod prelu;
mod softmax;
#[cfg(test)]
mod tests;
mod tournament;

pub use centring::CentringMotion;
pub use direct::StraightMotion;
pub use gate::GateMotion;
pub use motion::StructuredMotion;
pub use normalise::{NormaliseMotion, NormaliseSpectrum};
pub use prelu::PreluMotion;
pub use softmax::SoftmaxMotion;
pub use tournament::{Tournament, TournamentRound};
