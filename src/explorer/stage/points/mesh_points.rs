//! The points back from the triangles that they were made into: for formats that draw shapes rather than textures.

use egui::epaint::Vertex;
use egui::{Color32, Mesh, Pos2, Vec2, vec2};

use super::stamps::{self, SHAPES};

/// A point as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct MeshPoint {
    /// Its place.
    pub at: Pos2,
    /// The radius of its shape.
    pub radius: f32,
    /// Its colour.
    pub colour: Color32,
    /// The corners of its shape in radii; none for a disc.
    pub outline: &'static [Vec2],
    /// The width of the line, where only a ring is drawn.
    pub ring: Option<f32>,
}

/// The shapes that `stamps` paints into its texture, in radii: what each norm there calls 1.
const DIAMOND: [Vec2; 4] = [vec2(0.0, -1.25), vec2(1.25, 0.0), vec2(0.0, 1.25), vec2(-1.25, 0.0)];
const SQUARE_SIDE: f32 = 1.0 / 1.15;
const SQUARE: [Vec2; 4] = [
    vec2(-SQUARE_SIDE, -SQUARE_SIDE),
    vec2(SQUARE_SIDE, -SQUARE_SIDE),
    vec2(SQUARE_SIDE, SQUARE_SIDE),
    vec2(-SQUARE_SIDE, SQUARE_SIDE),
];
const TRIANGLE: [Vec2; 3] = [vec2(0.0, -1.2727), vec2(1.1803, 0.7692), vec2(-1.1803, 0.7692)];

/// The points of a mesh of the texture of points, in their order.
pub fn mesh_points(mesh: &Mesh) -> impl Iterator<Item = MeshPoint> + '_ {
    mesh.indices.as_chunks::<3>().0.iter().filter_map(|corners| {
        let corner = |index: u32| mesh.vertices.get(index as usize);
        Some(point([corner(corners[0])?, corner(corners[1])?, corner(corners[2])?]))
    })
}

fn point(corners: [&Vertex; 3]) -> MeshPoint {
    let middle =
        |of: fn(&Vertex) -> Pos2| corners.iter().fold(Vec2::ZERO, |sum, corner| sum + of(corner).to_vec2()) / 3.0;
    let (at, uv) = (middle(|corner| corner.pos).to_pos2(), middle(|corner| corner.uv));
    let radius = stamps::radius_of((corners[0].pos - at).length());
    let shape = stamps::shape_at(uv.x);
    let outline: &[Vec2] = match shape {
        1 => &DIAMOND,
        2 => &SQUARE,
        3 => &TRIANGLE,
        _ => &[],
    };
    let ring = (shape == SHAPES).then(|| stamps::ring_width(radius));
    MeshPoint { at, radius, colour: corners[0].color, outline, ring }
}

#[cfg(test)]
mod tests {
    use egui::{Context, Shape, pos2};

    use super::*;
    use crate::explorer::theme::POINT_RADIUS;

    #[test]
    fn every_point_comes_back() {
        let texture = stamps::texture(&Context::default());
        let marks: Vec<_> = (0..4).map(|shape| (pos2(10.0 * f32::from(shape), 7.0), Color32::RED, shape)).collect();
        let Shape::Mesh(mesh) = stamps::marks(&texture, &marks) else { panic!("points are a mesh") };
        let points: Vec<_> = mesh_points(&mesh).collect();
        assert_eq!(points.len(), 4);
        for (point, (at, colour, shape)) in points.iter().zip(&marks) {
            assert!((point.at - *at).length() < 1e-3 && (point.radius - POINT_RADIUS).abs() < 1e-3);
            assert_eq!((point.colour, point.outline.is_empty()), (*colour, *shape == 0));
        }
    }
}
