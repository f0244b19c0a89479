//! Probes: what the network does to a point that is moved a little, and what is left of it when a part is taken out.

mod ablation;
mod covectors;
mod jacobian;
mod labels;
mod margin;
mod nearest_input;
mod perturbation;
mod stretch;
#[cfg(test)]
pub(in crate::diagnostics) mod testing;

pub use ablation::{Ablation, AblationEffect, AblationError};
pub use covectors::Covectors;
pub use jacobian::{Jacobian, TopDirection};
pub use labels::labels_of;
pub use margin::{Margin, smallest_change};
pub use nearest_input::NearestInput;
pub use perturbation::{Perturbation, PerturbationError, Perturbed};
pub use stretch::lipschitz_bounds;
