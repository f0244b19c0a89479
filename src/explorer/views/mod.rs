//! The stage: the data, moving.

mod areas;
mod axes;
mod centres;
mod choose;
mod cloud;
mod depth;
mod field;
mod frame_times;
mod gesture;
mod grid;
mod hover;
mod legend;
mod marks;
mod parallel;
mod pen;
mod pictures;
mod points;
mod polyline;
#[allow(unsafe_code, reason = "the graphics library checks nothing of what it is told")]
mod program;
mod projection;
mod screen_transform;
mod shade;
mod shown;
mod sprites;
pub mod stage;
mod strip;
mod styles;
mod trails;
mod triangles;
mod velocity;
mod view;
