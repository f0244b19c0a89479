//! How the points are drawn: where they fall on the screen, in which order and style, by the GPU or as triangles.

pub(super) mod cloud;
pub(super) mod cloud_style;
pub(super) mod depth;
pub(super) mod gpu_points;
pub(super) mod mesh_points;
pub(super) mod parallel;
pub(super) mod pictures;
#[allow(unsafe_code, reason = "the graphics library checks nothing of what it is given")]
pub(super) mod point_shader;
pub(super) mod shade;
pub(super) mod sprites;
pub(super) mod stamps;
pub(super) mod styles;
pub(super) mod thinned;
pub(super) mod triangles;
