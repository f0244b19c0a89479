//! The corner of a triangle, and the grid that corners are snapped to.

use super::blend::Ink;

/// Steps a pixel is divided into when corners are snapped; what most graphics hardware uses, or finer.
pub(super) const SUBPIXEL: i64 = 256;

/// A triangle's corner in pixels from the top left of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Corner {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) uv: [f32; 2],
    /// Premultiplied, 0 … 255.
    pub(super) ink: Ink,
}
