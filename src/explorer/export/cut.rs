//! Parts of pictures.

use egui::Rect;
use layerflow_offscreen::Picture;

use crate::media::Frame;

/// A part of a picture, given in layout points.
pub(super) fn cut(picture: &Picture, part: Rect, pixels_per_point: f32) -> Option<Frame> {
    let [left, top, right, bottom] =
        [part.left(), part.top(), part.right(), part.bottom()].map(|side| (side * pixels_per_point).round() as u32);
    let (right, bottom) = (right.min(picture.width()), bottom.min(picture.height()));
    let rgba = picture.to_rgba();
    let row = |y: u32| {
        let start = |x: u32| 4 * (y as usize * picture.width() as usize + x as usize);
        rgba.get(start(left)..start(right)).unwrap_or_default()
    };
    let size = [right.checked_sub(left)?, bottom.checked_sub(top)?];
    Some(Frame { size, rgba: (top..bottom).flat_map(row).copied().collect() }).filter(|_| size[0] > 0 && size[1] > 0)
}
