//! Two networks compared as flows: their layers pair by pair, and the data under both on one clock.

mod kernel_alignment;
mod layers;
mod matching;
mod networks;
mod parting;
mod permutation;
mod subspaces;

pub use kernel_alignment::kernel_alignment;
pub use layers::{LayerComparison, MAX_DIRECTIONS, MatrixComparison};
pub use matching::{Matching, match_layers};
pub use networks::{CompareError, Comparison, PointComparison};
pub use parting::path_distances;
pub use permutation::{Permutation, find_permutation};
pub use subspaces::{intruders, principal_angles};
