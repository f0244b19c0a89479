//! What is wrong with a network, and where: one registry of checks, each with a stable code.
//!
//! A check reads a [`Subject`], which works out what several checks need once and only when it is asked for, and a
//! [`Thresholds`]. Static checks need the network alone, the others say nothing without data. Precision comes first: a
//! healthy network has no finding above a note.

mod finding;
mod registry;
mod subject;
mod thresholds;
mod values;

mod classes_merge;
mod collapsed_directions;
mod constant_column;
mod data_labels;
mod data_scale;
mod dead_units;
mod dead_weights;
mod gradient_size;
mod idle_depth;
mod idle_layer;
mod ill_conditioned;
mod large_weights;
mod leak_column;
mod linear_layer;
mod mismatch;
mod not_a_flow;
mod not_finite;
mod out_of_range;
mod output_loss;
mod output_mismatch;
mod output_shape;
mod overfit;
mod rank_deficient;
mod redundant_linear;
mod reflection;
mod saturated_units;
mod signal_size;
mod twin_units;
mod unbroken_symmetry;
mod underfit;
mod unstable_steps;
mod untrained_layer;

#[cfg(test)]
mod tests;

pub use finding::{Finding, Severity};
pub use registry::{CODES, check_output, find, find_while};
pub use subject::Subject;
pub use thresholds::Thresholds;
pub(in crate::diagnostics) use values::follow;
pub use values::{LayerValues, NonFinite, Part, parts};
