//! The raised T of Vᵀ: none of the fonts has it, so it is drawn here.

use egui::epaint::text::{GlyphBitmap, GlyphRasterizer, GlyphRasterizerRequest, RasterizedGlyph};
use egui::{Color32, ColorImage, Vec2, vec2};

/// The character: MODIFIER LETTER CAPITAL T.
const CHARACTER: &str = "\u{1D40}";
/// Its width and height, the room after it, its top above the baseline and its strokes, in shares of the font's size.
const SIZE: Vec2 = Vec2::new(0.38, 0.40);
const SPACE: f32 = 0.06;
const TOP: f32 = 0.74;
const STROKE: f32 = 0.07;

/// What draws it.
pub fn rasterizer() -> GlyphRasterizer {
    GlyphRasterizer::new("layerflow::raised_t", rasterize)
}

fn rasterize(request: &GlyphRasterizerRequest<'_>) -> Option<RasterizedGlyph> {
    if request.cluster != CHARACTER {
        return None;
    }
    let em = request.font_size_px;
    let (size, stroke) = (SIZE * em, (STROKE * em).max(1.0));
    let [width, height] = [size.x, size.y].map(|side| side.ceil().max(1.0) as usize);
    // How much of a pixel an interval covers.
    let share = |pixel: usize, from: f32, to: f32| {
        let pixel = pixel as f32;
        (to.min(pixel + 1.0) - from.max(pixel)).clamp(0.0, 1.0)
    };
    let middle = size.x / 2.0;
    let coverage = |column: usize, row: usize| {
        let beam = share(column, 0.0, size.x) * share(row, 0.0, stroke);
        let stem = share(column, middle - stroke / 2.0, middle + stroke / 2.0) * share(row, 0.0, size.y);
        beam.max(stem)
    };
    let pixels = (0..height).flat_map(|row| (0..width).map(move |column| (column, row)));
    let pixels = pixels.map(|(column, row)| Color32::from_white_alpha((255.0 * coverage(column, row)) as u8));
    let image = ColorImage::new([width, height], pixels.collect());
    let bitmap = GlyphBitmap { image, offset_px: vec2(0.0, -(TOP * em).round()), is_color: false };
    Some(RasterizedGlyph { bitmap, advance_px: (SIZE.x + SPACE) * em })
}

#[cfg(test)]
mod tests {
    use egui::FontFamily;

    use super::*;

    #[test]
    fn the_raised_t_has_a_beam_and_a_stem_and_nothing_else_is_drawn() {
        let request = |cluster| {
            let family = &FontFamily::Proportional;
            rasterize(&GlyphRasterizerRequest { cluster, family, font_size_px: 50.0, subpixel_offset_px: 0.0 })
        };
        assert!(request("T").is_none());
        let glyph = request(CHARACTER).unwrap();
        let [width, height] = glyph.bitmap.image.size;
        let alpha = |column: usize, row: usize| glyph.bitmap.image.pixels[row * width + column].a();
        assert!(alpha(0, 0) == 255 && alpha(width / 2, height - 1) > 200 && alpha(0, height - 1) == 0);
        assert!(glyph.advance_px > width as f32 - 1.0);
    }
}
