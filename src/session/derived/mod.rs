//! Results that are computed from the open scene in the background: the ResNet, the field, what the panels show.
//!
//! A result is a type with a [`Derivation`] in a file of its own and a line in the table of [`store`]. The trait says what
//! is wanted now and how it is computed; [`slot`] knows whether it is missing, under way, ready, stale or failed; the
//! session asks for what is wanted after every frame by one effect, and takes what comes back by one outcome ([`watch`]).
//! Nothing here knows the session: what is open and how it is looked at comes as a [`Situation`].

mod ablation;
mod block_detail;
mod comparison;
mod derivation;
mod errors;
mod field;
mod finding_key;
mod findings;
mod grabbed;
mod gradient_arrows;
mod gradients;
mod layer_detail;
mod measures;
mod neighbours;
mod overview;
mod pace;
mod perturbed;
mod resnet;
mod separation;
mod slot;
mod store;
mod study;
#[cfg(test)]
mod tests;
mod watch;

pub use ablation::{AblationReport, AblationRequest};
pub use block_detail::{BlockDetail, BlockMatrix, BlockRequest};
pub use comparison::{NetworkComparison, WeightDifference};
pub(in crate::session) use derivation::is_cancelled;
pub use derivation::{Derivation, Situation, Source};
pub use errors::{ErrorSlices, slice};
pub use field::{Answer, Answers, Areas, Arrow, Field, LARGEST_CHANGE, Particle, ParticleWindow, Particles};
pub use finding_key::FindingKey;
pub use findings::{FindingEntry, Findings};
pub use grabbed::{Grabbed, GrabbedPath};
pub use gradient_arrows::GradientArrows;
pub use gradients::Gradients;
pub use layer_detail::{BranchSpectrum, Glyph, HeatMap, LayerDetail, NamedMap, weight_matrices};
pub use measures::{LayerMeasures, MEASURES, Measure};
pub use neighbours::{NeighbourRequest, Neighbours};
pub use overview::LayerOverview;
pub use perturbed::{PerturbRequest, PerturbedPoint};
pub use separation::{Change, SeparationProfile};
pub(in crate::session) use slot::State;
pub use store::{DerivedKind, DerivedResults, Stored};
pub use study::{RefinementStudy, StudyRequest};
pub use watch::{DerivedFailure, DerivedJob, DerivedOutput, DerivedWork};
