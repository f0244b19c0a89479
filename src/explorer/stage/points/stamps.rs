//! What a point is drawn as: one triangle of a texture, whose shapes lie inside the circle that touches its sides.

use egui::epaint::Vertex;
use egui::{Color32, ColorImage, Context, Mesh, Pos2, Shape, TextureHandle, TextureOptions, Vec2, pos2, vec2};

use crate::explorer::theme::POINT_RADIUS;
use crate::session::{ScreenPoint, Selection};

/// A colour, and a tile of the texture.
pub type PointStyle = (Color32, u8);

/// How many shapes tell groups of one colour apart; the tile after them is a ring.
pub const SHAPES: usize = 4;
/// The tile of the ring around selected points.
const RING: u8 = SHAPES as u8;
const TILES: usize = SHAPES + 1;
/// The radius of the inscribed circle of a tile's triangle, in pixels of the texture.
const CIRCLE: f32 = 16.0;
/// √3: half a side of an equilateral triangle, in radii of its inscribed circle.
const HALF_SIDE: f32 = 1.732_050_8;
/// The size of a tile in pixels of the texture: the triangle's, rounded up.
const TILE: [usize; 2] = [56, 48];
/// The corners of the triangle in radii of its inscribed circle, from the centre of it, right and down.
const CORNERS: [Vec2; 3] = [vec2(0.0, -2.0), vec2(-HALF_SIDE, 1.0), vec2(HALF_SIDE, 1.0)];
/// The radius of a shape, as a share of the inscribed circle's; the rest is the soft edge.
pub const SHAPE_RADIUS: f32 = 0.75;
/// The radius of the ring around a selected point.
const RING_RADIUS: f32 = POINT_RADIUS + 3.0;
/// Half the width of the ring, as a share of the inscribed circle's radius.
const RING_WIDTH: f32 = 0.13;
/// A selection of more points than this is told apart by its colours alone; its rings would hide it.
const MAX_RINGS: usize = 60;

/// The triangles of all shapes at one place, to be drawn at others.
pub struct Stamps([[Vertex; 3]; TILES]);

impl Stamps {
    /// Those of the texture.
    pub fn new() -> Stamps {
        Stamps(std::array::from_fn(|shape| {
            CORNERS.map(|corner| {
                let at = centre(shape) + CIRCLE * corner;
                let uv = pos2(at.x / (TILE[0] * TILES) as f32, at.y / TILE[1] as f32);
                Vertex { pos: (corner / SHAPE_RADIUS).to_pos2(), uv, color: Color32::TRANSPARENT }
            })
        }))
    }

    /// The triangle of a shape of this radius.
    #[inline(always)]
    pub fn triangle(&self, at: [f32; 2], radius: f32, (color, shape): PointStyle) -> [Vertex; 3] {
        self.0[usize::from(shape).min(TILES - 1)].map(|Vertex { pos, uv, .. }| Vertex {
            pos: pos2(at[0] + radius * pos.x, at[1] + radius * pos.y),
            uv,
            color,
        })
    }

    fn add(&self, mesh: &mut Mesh, at: [f32; 2], radius: f32, style: PointStyle) {
        let first = mesh.vertices.len() as u32;
        mesh.vertices.extend(self.triangle(at, radius, style));
        mesh.indices.extend(first..first + 3);
    }
}

/// Single points outside the data, as in a legend.
pub fn marks(texture: &TextureHandle, marks: &[(Pos2, Color32, u8)]) -> Shape {
    let (mut mesh, stamps) = (Mesh::with_texture(texture.id()), Stamps::new());
    marks.iter().for_each(|(at, colour, shape)| stamps.add(&mut mesh, (*at).into(), POINT_RADIUS, (*colour, *shape)));
    Shape::mesh(mesh)
}

/// The radius of the shape in a triangle whose corners are so far from its middle.
pub fn radius_of(corner: f32) -> f32 {
    corner * SHAPE_RADIUS / 2.0
}

/// The tile of a place of the texture, by its share of the width.
pub fn shape_at(u: f32) -> usize {
    ((u * TILES as f32) as usize).min(TILES - 1)
}

/// The width of the line of a ring of this radius.
pub fn ring_width(radius: f32) -> f32 {
    2.0 * RING_WIDTH / SHAPE_RADIUS * radius
}

/// The middle of a tile's inscribed circle, in pixels of the texture.
fn centre(shape: usize) -> Pos2 {
    pos2((shape as f32 + 0.5) * TILE[0] as f32, 2.0 * CIRCLE)
}

/// The texture with all point shapes, made once.
pub fn texture(context: &Context) -> TextureHandle {
    let mut image = ColorImage::filled([TILE[0] * TILES, TILE[1]], Color32::TRANSPARENT);
    for shape in 0..TILES {
        for row in 0..TILE[1] {
            for column in shape * TILE[0]..(shape + 1) * TILE[0] {
                let offset = (pos2(column as f32 + 0.5, row as f32 + 0.5) - centre(shape)) / CIRCLE;
                let softness = 2.0 / CIRCLE;
                let inside = match shape {
                    SHAPES => RING_WIDTH - (offset.length() - SHAPE_RADIUS).abs(),
                    _ => SHAPE_RADIUS - distance(shape, offset.x, offset.y),
                };
                let cover = (inside / softness + 0.5).clamp(0.0, 1.0);
                image[(column, row)] = Color32::from_white_alpha((cover * 255.0) as u8);
            }
        }
    }
    context.load_texture("points", image, TextureOptions::LINEAR)
}

/// The size of (x, y) in the norm whose ball is the shape: disc, diamond, square, triangle.
fn distance(shape: usize, x: f32, y: f32) -> f32 {
    match shape {
        0 => x.hypot(y),
        1 => 0.8 * (x.abs() + y.abs()),
        2 => 1.15 * x.abs().max(y.abs()),
        _ => (1.3 * y).max(1.1 * (1.73 * x.abs() - y) / 1.4),
    }
}

/// A ring around each selected point that is drawn; none where there are too many of them.
pub fn rings(drawn: &[ScreenPoint], selection: &Selection, texture: &TextureHandle, colour: Color32) -> Option<Shape> {
    if selection.is_empty() || selection.len() > MAX_RINGS {
        return None;
    }
    let (mut mesh, stamps) = (Mesh::with_texture(texture.id()), Stamps::new());
    let selected = drawn.iter().filter(|placed| selection.contains(placed.sample as usize));
    selected.for_each(|placed| stamps.add(&mut mesh, placed.at, RING_RADIUS, (colour, RING)));
    Some(Shape::mesh(mesh))
}

/// Where a point is drawn.
pub fn screen_pos(placed: &ScreenPoint) -> Pos2 {
    placed.at.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_lies_around_its_place_and_inside_its_tile() {
        let stamps = Stamps::new();
        for shape in 0..TILES {
            let corners = stamps.triangle([40.0, 30.0], 3.0, (Color32::RED, shape as u8));
            let middle = corners.iter().fold(Vec2::ZERO, |sum, corner| sum + corner.pos.to_vec2()) / 3.0;
            assert!((middle - vec2(40.0, 30.0)).length() < 1e-4, "{middle}");
            // The inscribed circle of an equilateral triangle has half the radius of the one around it.
            assert!(corners.iter().all(|corner| ((corner.pos - pos2(40.0, 30.0)).length() - 8.0).abs() < 1e-4));
            let (left, right) = (shape as f32 / TILES as f32, (shape + 1) as f32 / TILES as f32);
            assert!(corners.iter().all(|corner| corner.uv.x > left && corner.uv.x < right && corner.uv.y <= 1.0));
        }
    }
}
