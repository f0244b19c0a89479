//! What the GPU is given of the points.

use std::sync::Arc;

use super::shade::Shade;
use crate::session::ScreenPoint;

/// Samples in a row of the table of looks, and rows at most: every driver takes a texture of this size.
pub const TABLE: usize = 2048;

/// What a frame asks the GPU to draw.
#[derive(Clone, Debug)]
pub struct Points {
    /// Where, in this order.
    pub placed: Arc<Vec<ScreenPoint>>,
    /// What each sample looks like, as [`crate::explorer::stage::points::styles::PointStyles::table`] gives it.
    pub styles: Arc<Vec<[u32; 2]>>,
    /// How depth changes it.
    pub shade: Shade,
}
