//! Operators of TensorFlow, as TensorFlow Lite and the graph models of TensorFlow.js have them, as values of a graph.
//!
//! Both formats describe the same operators in other words. Each reader turns a file into a [`Program`]: steps in their
//! order, and what each does, settings and all, in terms of [`Trace`]. What is common stands here: pictures whose
//! channels come last, broadcasting, shapes that are computed from shapes, and the account of every step and constant.

mod array;
mod elementwise;
mod lengths;
mod linear;
mod parts;
mod program;
mod resampled;
mod settings;
mod shapes;
mod spelled;
#[cfg(test)]
mod tests;
mod trace;
mod volumes;

pub(super) use array::Array;
pub(super) use linear::Normalization;
pub(super) use parts::Cuts;
pub(super) use program::{Ends, Followed, Input, Program, Step, run};
pub(super) use resampled::{Reduction, Resizing};
pub(super) use settings::Settings;
pub(super) use trace::{Operand, Trace, setting, unknown};
pub(super) use volumes::{Geometry, Padded, Weights};
