//! Points as egui's own triangles: what every renderer draws, at several times the memory of the points themselves.

use std::sync::Arc;

use egui::{Mesh, Shape};

use super::cloud_style::CloudStyle;
use super::pictures::Atlas;
use super::shade::Shade;
use super::stamps::{self, Stamps};
use crate::session::ScreenPoint;

/// The triangles of one source's points, and the memory that the next frame writes over.
#[derive(Default)]
pub struct Triangles(Arc<Mesh>);

impl Triangles {
    /// These points in their order, and those that have a picture as such over the others.
    pub fn shapes(&mut self, placed: &[ScreenPoint], shade: Shade, style: CloudStyle<'_>) -> [Shape; 2] {
        // By the next frame nothing else uses the mesh.
        let mut dots = Arc::try_unwrap(std::mem::take(&mut self.0)).unwrap_or_default();
        dots.texture_id = style.texture.id();
        let mut pictures = style.atlas.map(Atlas::mesh).unwrap_or_default();
        let (stamps, styles) = (Stamps::new(), style.styles);
        dots.vertices.clear();
        dots.vertices.reserve(3 * placed.len());
        for placed in placed {
            let sample = placed.sample as usize;
            let (Some(&colour), Some(&shape)) = (styles.colours.get(sample), styles.shapes.get(sample)) else {
                continue;
            };
            let (scale, colour) = shade.of(placed.depth, colour);
            match style.atlas.filter(|atlas| atlas.has(sample)) {
                Some(atlas) => atlas.add(&mut pictures, sample, stamps::screen_pos(placed), scale, colour),
                None => dots.vertices.extend(stamps.triangle(placed.at, style.radius * scale, (colour, shape))),
            }
        }
        // Every triangle has corners of its own, so that the indices are always the same.
        let (present, count) = (dots.indices.len() as u32, dots.vertices.len() as u32);
        dots.indices.truncate(dots.vertices.len());
        dots.indices.extend(present..count);
        self.0 = Arc::new(dots);
        [Shape::Mesh(Arc::clone(&self.0)), Shape::mesh(pictures)]
    }
}
