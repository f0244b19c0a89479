//! What egui was asked to paint, as SVG: lines and points as vectors, text as text; what is neither (pictures, colours that
//! change from place to place, and more points than a reader of vectors bears) as an embedded picture.
//!
//! Colours are those of egui, blended in gamma space as SVG blends them. The same shapes give the same bytes.

mod attributes;
mod base64;
mod shapes;
mod text;

use std::fmt::Write;

use egui::epaint::ClippedShape;
use egui::{Rect, Shape, TextureId};

use attributes::sides;

use crate::explorer::stage::mesh_points;
use crate::media::{Frame, png_bytes};

/// More points than this are a picture.
const MAX_POINTS: usize = 20_000;

/// What SVG has no words for is painted by this: a shape, to the pixels of a part of the picture, in layout points.
pub(super) type Raster<'a> = dyn FnMut(&ClippedShape, Rect) -> Option<Frame> + 'a;

/// A document of so many layout points, shown at so many pixels.
pub(super) fn document(
    [width, height]: [u32; 2],
    pixels: [u32; 2],
    shapes: &[ClippedShape],
    points: Option<TextureId>,
    raster: &mut Raster<'_>,
) -> String {
    let canvas = Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(width as f32, height as f32));
    let mut writer = Writer { body: String::new(), clips: Vec::new(), canvas, points, as_picture: false, raster };
    let count = shapes.iter().map(|clipped| writer.count(&clipped.shape)).sum::<usize>();
    writer.as_picture = count > MAX_POINTS;
    shapes.iter().for_each(|clipped| writer.clipped(clipped));
    let Writer { body, clips, .. } = writer;
    let mut document = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"{}\" font-weight=\"300\">\n",
        pixels[0],
        pixels[1],
        text::FONTS
    );
    for (index, clip) in clips.iter().enumerate() {
        // Writing to a text never fails.
        let _ = writeln!(document, "<clipPath id=\"c{index}\"><rect {}/></clipPath>", sides(*clip));
    }
    document.push_str(&body);
    document.push_str("</svg>\n");
    document
}

/// The document as it grows.
struct Writer<'a, 'b> {
    body: String,
    /// The parts that shapes are confined to, each with its number.
    clips: Vec<Rect>,
    canvas: Rect,
    /// The texture of the points' shapes.
    points: Option<TextureId>,
    /// Whether points are a picture.
    as_picture: bool,
    raster: &'a mut Raster<'b>,
}

impl Writer<'_, '_> {
    /// How many points a shape has.
    fn count(&self, shape: &Shape) -> usize {
        match shape {
            Shape::Vec(shapes) => shapes.iter().map(|shape| self.count(shape)).sum(),
            Shape::Mesh(mesh) if Some(mesh.texture_id) == self.points => mesh.vertices.len() / 3,
            _ => 0,
        }
    }

    fn clipped(&mut self, clipped: &ClippedShape) {
        let clip = clipped.clip_rect.intersect(self.canvas);
        if !clip.is_positive() {
            return;
        }
        let before = self.body.len();
        let inner = clip != self.canvas;
        if inner {
            let index = self.clips.iter().position(|known| *known == clip).unwrap_or_else(|| {
                self.clips.push(clip);
                self.clips.len() - 1
            });
            let _ = writeln!(self.body, "<g clip-path=\"url(#c{index})\">");
        }
        let start = self.body.len();
        self.shape(&clipped.shape, clip);
        if self.body.len() == start {
            self.body.truncate(before);
        } else if inner {
            self.body.push_str("</g>\n");
        }
    }

    fn shape(&mut self, shape: &Shape, clip: Rect) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| self.shape(shape, clip)),
            Shape::Text(text) => text::text(&mut self.body, text),
            Shape::Mesh(mesh) if Some(mesh.texture_id) == self.points && !self.as_picture => {
                mesh_points(mesh).for_each(|point| shapes::point(&mut self.body, &point));
            }
            Shape::Mesh(_) => self.picture(shape, clip),
            Shape::Rect(rect) if rect.brush.is_some() || rect.blur_width > 0.0 => self.picture(shape, clip),
            _ if shapes::vector(&mut self.body, shape) => {}
            _ => self.picture(shape, clip),
        }
    }

    /// A shape as an embedded picture of the part that it fills.
    fn picture(&mut self, shape: &Shape, clip: Rect) {
        let part = shape.visual_bounding_rect().expand(1.0).intersect(clip);
        if !part.is_positive() || !part.is_finite() {
            return;
        }
        let part = Rect::from_min_max(part.min.floor(), part.max.ceil()).intersect(self.canvas);
        let clipped = ClippedShape::new(clip, shape.clone());
        let Some(bytes) = (self.raster)(&clipped, part).and_then(|frame| png_bytes(&frame).ok()) else { return };
        let data = base64::encode(&bytes);
        let _ = writeln!(
            self.body,
            "<image {} preserveAspectRatio=\"none\" href=\"data:image/png;base64,{data}\"/>",
            sides(part)
        );
    }
}

#[cfg(test)]
mod tests {
    use egui::{Color32, Mesh, Stroke, pos2, vec2};

    use super::*;

    fn written(shapes: Vec<Shape>) -> String {
        let clip_rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(100.0, 50.0));
        let shapes: Vec<ClippedShape> = shapes.into_iter().map(|shape| ClippedShape::new(clip_rect, shape)).collect();
        document([100, 50], [200, 100], &shapes, None, &mut |_, part| {
            let size = [part.width() as u32, part.height() as u32];
            Some(Frame { size, rgba: vec![9; 4 * (size[0] * size[1]) as usize] })
        })
    }

    #[test]
    fn shapes_become_elements_with_their_colours() {
        let red = Color32::from_rgba_unmultiplied(255, 0, 0, 128);
        let document = written(vec![
            Shape::circle_filled(pos2(10.0, 20.5), 3.0, Color32::BLACK),
            Shape::line_segment([pos2(0.0, 0.0), pos2(9.0, 1.25)], Stroke::new(2.0, red)),
            Shape::rect_filled(Rect::from_min_size(pos2(1.0, 2.0), vec2(3.0, 4.0)), 0.0, Color32::WHITE),
            Shape::line(vec![pos2(1.0, 1.0), pos2(2.0, 2.0), pos2(3.0, 1.0)], Stroke::new(1.0, Color32::BLACK)),
            Shape::circle_filled(pos2(10.0, 20.5), 3.0, Color32::TRANSPARENT),
        ]);
        assert!(document.contains("<circle cx=\"10\" cy=\"20.5\" r=\"3\" fill=\"#000000\"/>"), "{document}");
        assert!(document.contains("x2=\"9\" y2=\"1.25\"") && document.contains("stroke-opacity=\"0.5\""), "{document}");
        assert!(document.contains("<rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" fill=\"#ffffff\"/>"), "{document}");
        assert!(document.contains("points=\"1,1 2,2 3,1\"") && document.matches("<circle").count() == 1, "{document}");
        assert!(document.starts_with("<svg") && document.ends_with("</svg>\n"));
    }

    #[test]
    fn a_mesh_is_a_picture_of_its_part() {
        let mut mesh = Mesh::default();
        mesh.add_colored_rect(Rect::from_min_size(pos2(10.0, 10.0), vec2(20.0, 5.0)), Color32::RED);
        let document = written(vec![Shape::mesh(mesh)]);
        assert!(document.contains("<image x=\"9\" y=\"9\" width=\"22\" height=\"7\""), "{document}");
        assert!(document.contains("data:image/png;base64,iVBORw0KGgo"), "{document}");
    }
}
