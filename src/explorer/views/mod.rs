//! The stage: the data, moving.

mod areas;
mod axes;
mod centres;
mod choose;
mod cloud;
mod field;
mod frame_times;
mod gesture;
mod grid;
mod hand;
mod hover;
mod legend;
mod looks;
mod mapping;
mod marks;
mod pictures;
mod points;
mod projection;
mod shown;
pub mod stage;
mod strip;
mod trails;
mod velocity;
mod view;
