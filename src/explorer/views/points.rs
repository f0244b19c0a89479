//! The data as one mesh: a textured quad a point, far ones first.

use std::sync::Arc;

use egui::{Color32, ColorImage, Context, Mesh, Pos2, Rect, Shape, TextureHandle, TextureOptions, pos2, vec2};

use super::looks::{Look, Looks, Standing};
use super::mapping::Mapping;
use super::pictures::Atlas;
use crate::explorer::theme::{POINT_RADIUS, Palette};
use crate::session::{Placed, Selection};

/// Screen pixels a shape has in the texture, and how many shapes there are side by side.
const TILE: usize = 32;
/// How many shapes tell groups of one colour apart; the tile after them is a ring.
pub const SHAPES: usize = 4;
/// The tile of the ring around selected points.
const RING: u8 = SHAPES as u8;
const TILES: usize = SHAPES + 1;
/// The radius of the ring.
const RING_RADIUS: f32 = POINT_RADIUS + 3.0;
/// Half the width of the ring, as a share of half the tile.
const RING_WIDTH: f32 = 0.13;
/// A selection of more points than this is told apart by its colours alone; its rings would hide it.
const MOST_RINGS: usize = 60;
/// The radius of a shape in its tile, as a share of half the tile; the rest is the soft edge.
const SHAPE_RADIUS: f32 = 0.75;
/// Depths are sorted into this many slices; within one the order cannot be seen.
const DEPTH_SLICES: usize = 1024;
/// How much of its colour the farthest point loses to the background, and how much smaller it is than the nearest.
const DEPTH_FADE: f32 = 0.4;
const DEPTH_SHRINK: f32 = 0.25;

/// Single points outside the data, as in a legend.
pub fn marks(texture: &TextureHandle, marks: &[(Pos2, Color32, u8)]) -> Shape {
    let mut mesh = Mesh::with_texture(texture.id());
    marks.iter().for_each(|(at, colour, shape)| add(&mut mesh, *at, POINT_RADIUS, (*colour, *shape)));
    Shape::mesh(mesh)
}

/// Adds one quad.
fn add(mesh: &mut Mesh, at: Pos2, radius: f32, (colour, shape): Look) {
    let half = radius / SHAPE_RADIUS;
    let tile = 1.0 / TILES as f32;
    let left = tile * f32::from(shape);
    let uv = Rect::from_min_max(pos2(left, 0.0), pos2(left + tile, 1.0));
    mesh.add_rect_with_uv(Rect::from_center_size(at, vec2(2.0 * half, 2.0 * half)), uv, colour);
}

/// The texture with all point shapes, made once.
pub fn texture(context: &Context) -> TextureHandle {
    let mut image = ColorImage::filled([TILE * TILES, TILE], Color32::TRANSPARENT);
    for shape in 0..TILES {
        for row in 0..TILE {
            for column in 0..TILE {
                let half = TILE as f32 / 2.0;
                let (x, y) = ((column as f32 + 0.5 - half) / half, (row as f32 + 0.5 - half) / half);
                let softness = 4.0 / TILE as f32;
                let inside = match shape {
                    SHAPES => RING_WIDTH - (x.hypot(y) - SHAPE_RADIUS).abs(),
                    _ => SHAPE_RADIUS - distance(shape, x, y),
                };
                let cover = (inside / softness + 0.5).clamp(0.0, 1.0);
                image[(shape * TILE + column, row)] = Color32::from_white_alpha((cover * 255.0) as u8);
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

/// Draws every point that falls into the view and is not hidden, those at the front over the others, and those that
/// have a picture as such. `order` and `kept` are buffers kept from frame to frame: by the next frame nothing else uses
/// the mesh, and its memory is written anew rather than asked for again.
pub fn meshes(
    mapping: &Mapping,
    positions: &[[f32; 3]],
    looks: &Looks,
    (texture, atlas): (&TextureHandle, Option<&Atlas>),
    (palette, order, kept): (&Palette, &mut Vec<Placed>, &mut Arc<Mesh>),
) -> [Shape; 2] {
    place_all(mapping, positions, &looks.standing, order);
    let mut dots = Arc::try_unwrap(std::mem::take(kept)).unwrap_or_default();
    dots.clear();
    dots.texture_id = texture.id();
    let mut pictures = atlas.map(Atlas::mesh).unwrap_or_default();
    let count = if atlas.is_some() { 0 } else { order.len() };
    dots.reserve_triangles(2 * count);
    dots.reserve_vertices(4 * count);
    let mut front: Vec<&Placed> = Vec::new();
    let mut draw = |placed: &Placed, sample: usize| {
        let (Some(&colour), Some(&shape)) = (looks.colours.get(sample), looks.shapes.get(sample)) else { return };
        let near = 1.0 - mapping.depth * (1.0 - (0.5 + 0.5 * placed.depth).clamp(0.0, 1.0));
        let fades = mapping.depth > 0.0;
        let colour = if fades { palette.stage.lerp_to_gamma(colour, 1.0 - DEPTH_FADE * (1.0 - near)) } else { colour };
        let scale = 1.0 - DEPTH_SHRINK * (1.0 - near);
        match atlas.filter(|atlas| atlas.has(sample)) {
            Some(atlas) => atlas.add(&mut pictures, sample, place(placed), scale, colour),
            None => add(&mut dots, place(placed), POINT_RADIUS * scale, (colour, shape)),
        }
    };
    for placed in order.iter() {
        let sample = placed.sample as usize;
        if looks.standing.get(sample) == Some(&Standing::Front) {
            front.push(placed);
        } else {
            draw(placed, sample);
        }
    }
    front.into_iter().for_each(|placed| draw(placed, placed.sample as usize));
    *kept = Arc::new(dots);
    [Shape::Mesh(Arc::clone(kept)), Shape::mesh(pictures)]
}

/// A ring around each selected point that is drawn; none where there are too many of them.
pub fn rings(drawn: &[Placed], selection: &Selection, texture: &TextureHandle, colour: Color32) -> Option<Shape> {
    if selection.is_empty() || selection.len() > MOST_RINGS {
        return None;
    }
    let mut mesh = Mesh::with_texture(texture.id());
    let selected = drawn.iter().filter(|placed| selection.contains(placed.sample as usize));
    selected.for_each(|placed| add(&mut mesh, place(placed), RING_RADIUS, (colour, RING)));
    Some(Shape::mesh(mesh))
}

/// Where a point is drawn.
pub fn place(placed: &Placed) -> Pos2 {
    placed.at.into()
}

/// Puts the points that fall into the view and are not hidden into `order`, far ones first.
fn place_all(mapping: &Mapping, positions: &[[f32; 3]], standing: &[Standing], order: &mut Vec<Placed>) {
    let seen = mapping.rect.expand(2.0 * POINT_RADIUS);
    let places = positions.iter().zip(standing).zip(0..).filter_map(|((position, standing), sample)| {
        let (at, depth) = mapping.place_f32(*position)?;
        let drawn = *standing != Standing::Hidden && seen.contains(at);
        drawn.then_some(Placed { at: at.into(), depth, sample })
    });
    order.clear();
    if !mapping.space {
        order.extend(places);
        return;
    }
    // A counting sort by slices of depth: one pass to count, one to place.
    let unsorted: Vec<Placed> = places.collect();
    let slice = |placed: &Placed| (((placed.depth + 1.0) / 2.0 * DEPTH_SLICES as f32) as usize).min(DEPTH_SLICES - 1);
    let mut starts = [0usize; DEPTH_SLICES + 1];
    unsorted.iter().for_each(|placed| starts[slice(placed) + 1] += 1);
    for index in 0..DEPTH_SLICES {
        starts[index + 1] += starts[index];
    }
    order.extend_from_slice(&unsorted);
    for placed in &unsorted {
        let start = &mut starts[slice(placed)];
        order[*start] = *placed;
        *start += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Camera, Fit, Orientation, nearest};

    fn mapping(space: bool) -> Mapping {
        let fit = Fit { centre: [0.0; 3], half: [1.0, 1.0] };
        let camera = Camera { orientation: Orientation::FRONT, ..Camera::default() };
        Mapping::new(fit, space, &camera, Rect::from_min_size(pos2(0.0, 0.0), vec2(200.0, 200.0)))
    }

    #[test]
    fn far_points_come_first_and_wild_ones_not_at_all() {
        let positions = [[0.0, 0.0, 0.9], [0.1, 0.0, -0.9], [f32::NAN, 0.0, 0.0], [0.2, 0.0, 0.0], [90.0, 0.0, 0.0]];
        let mut order = Vec::new();
        place_all(&mapping(true), &positions, &[Standing::Usual; 5], &mut order);
        assert_eq!(order.iter().map(|placed| placed.sample).collect::<Vec<_>>(), [1, 3, 0]);
        place_all(&mapping(false), &positions, &[Standing::Usual; 5], &mut order);
        assert_eq!(order.iter().map(|placed| placed.sample).collect::<Vec<_>>(), [0, 1, 3]);
        place_all(&mapping(true), &[], &[], &mut order);
        assert!(order.is_empty());
    }

    #[test]
    fn the_front_one_of_equal_points_is_picked() {
        let mut order = Vec::new();
        let positions = [[0.0, 0.0, 0.5], [0.0, 0.0, -0.5], [0.5, 0.0, 0.0], [0.1, 0.0, 0.9]];
        let mut standing = [Standing::Usual; 4];
        standing[3] = Standing::Hidden;
        place_all(&mapping(true), &positions, &standing, &mut order);
        let picked = nearest(&order, [101.0, 100.0], 8.0);
        assert_eq!(picked.map(|placed| placed.sample), Some(0));
        assert_eq!(nearest(&order, [10.0, 10.0], 8.0), None);
        assert_eq!(order.len(), 3);
    }
}
