//! What all points of a frame share.

use std::sync::Arc;

use egui::TextureHandle;

use super::pictures::Atlas;
use super::sprites::Sprites;
use super::styles::PointStyles;
use crate::explorer::theme::Palette;

/// What all points of a frame share.
#[derive(Clone, Copy)]
pub struct CloudStyle<'a> {
    /// What each point looks like.
    pub styles: &'a PointStyles,
    /// The point shapes.
    pub texture: &'a TextureHandle,
    /// The pictures of points that are drawn as such.
    pub atlas: Option<&'a Atlas>,
    /// What the GPU draws these points by, where it does.
    pub sprites: Option<&'a Arc<Sprites>>,
    /// What far points fade into.
    pub palette: &'a Palette,
    /// The radius of a point at the front.
    pub radius: f32,
    /// Whether the points are faint, because others are compared to them.
    pub ghost: bool,
}
