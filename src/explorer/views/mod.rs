//! The stage: the data, moving.

mod axes;
mod field;
mod grid;
mod hover;
mod legend;
mod mapping;
mod marks;
mod points;
pub mod stage;
mod strip;
mod trails;
mod view;
