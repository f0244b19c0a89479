//! The stage: the data, moving.

mod areas;
mod axes;
mod field;
mod grid;
mod hover;
mod legend;
mod mapping;
mod marks;
mod points;
mod shown;
pub mod stage;
mod strip;
mod trails;
mod velocity;
mod view;
