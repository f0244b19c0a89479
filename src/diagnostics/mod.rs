//! Measures of a network and its data, and what they tell that is wrong: what an activation does to the data it gets, how
//! far the data goes, how well its classes are apart, what the loss asks of every layer, and the findings made of them.

mod activation;
mod backward;
pub mod compare;
pub mod findings;
mod layer_gradient;
mod layer_path;
mod loss_gradient;
pub mod measures;
pub mod probes;
mod separability;
mod speeds;
mod survey;
mod trajectory;

pub use activation::{ActivationUse, Histogram};
pub use backward::{Backward, LayerGradient};
pub use layer_path::{LayerPath, PhasePath};
pub use loss_gradient::BackwardError;
pub use separability::Separability;
pub use survey::{ClassesApart, DataSurvey};
pub use trajectory::TrajectoryMetrics;
