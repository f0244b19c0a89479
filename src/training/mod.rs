//! Training: the inverse problem of the transport equation. The ends of the flow are given, the data and its classes; find
//! the velocity.
//!
//! A [`LayerPlan`] draws a layer by an [`Initialisation`]; a [`Trainer`] then moves the parameters down the gradient of an
//! [`Objective`], batch by batch, with an [`Optimiser`]. Everything is decided by the seed: the same network, data,
//! options and seed give the same bits on every run.

mod activate;
mod buffers;
mod data;
mod error;
mod gradient;
mod initialisation;
mod kernels;
mod layout;
mod loss;
mod objective;
mod optimiser;
mod options;
mod plan;
#[cfg(test)]
mod tests;
mod trainer;

pub use data::{Targets, TrainingData};
pub use error::TrainingError;
pub use gradient::{Gradient, gradient};
pub use initialisation::Initialisation;
pub use loss::Loss;
pub use objective::Objective;
pub use optimiser::{DEFAULT_MOMENTUM, Optimiser};
pub use options::{Schedule, TrainingOptions};
pub use plan::{LayerPlan, NetworkPlan, PlanKind};
pub use trainer::{EpochReport, Evaluation, Trainer, TrainingState};
