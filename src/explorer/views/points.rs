//! The data as one mesh: a textured quad a point, far ones first.

use egui::{Color32, ColorImage, Context, Mesh, Pos2, Rect, Shape, TextureHandle, TextureOptions, pos2, vec2};

use super::mapping::Mapping;
use crate::dataset::Labels;
use crate::explorer::theme::{DATA_COLOURS, POINT_RADIUS, Palette};

/// Screen pixels a shape has in the texture, and how many shapes there are side by side.
const TILE: usize = 32;
const SHAPES: usize = 4;
/// The radius of a shape in its tile, as a share of half the tile; the rest is the soft edge.
const SHAPE_RADIUS: f32 = 0.75;
/// Depths are sorted into this many slices; within one the order cannot be seen.
const DEPTH_SLICES: usize = 1024;
/// How much of its colour the farthest point loses to the background, and how much smaller it is than the nearest.
const DEPTH_FADE: f32 = 0.4;
const DEPTH_SHRINK: f32 = 0.25;

/// What each point looks like, whatever its place.
#[derive(Clone, Debug)]
pub struct Looks {
    /// The colour of each sample.
    pub colours: Vec<Color32>,
    /// The tile of each sample in the texture.
    shapes: Vec<u8>,
}

impl Looks {
    /// Colours by class (then shapes, where there are more classes than colours), or by value.
    pub fn of(labels: &Labels, samples: usize, palette: &Palette) -> Looks {
        match labels {
            Labels::None => Looks { colours: vec![palette.unlabelled; samples], shapes: vec![0; samples] },
            Labels::Classes { of_sample, .. } => Looks {
                colours: of_sample.iter().map(|class| class_look(*class, palette).0).collect(),
                shapes: of_sample.iter().map(|class| class_look(*class, palette).1).collect(),
            },
            Labels::Values(values) => {
                let (low, high) = range(values);
                let share = |value: &f64| if high > low { ((value - low) / (high - low)) as f32 } else { 0.5 };
                Looks {
                    colours: values.iter().map(|value| palette.value(share(value))).collect(),
                    shapes: vec![0; values.len()],
                }
            }
        }
    }
}

/// A colour, and a tile of the texture.
pub type Look = (Color32, u8);

/// What the points of a class look like.
pub fn class_look(class: usize, palette: &Palette) -> Look {
    (palette.class(class), (class / DATA_COLOURS % SHAPES) as u8)
}

/// Single points outside the data, as in a legend.
pub fn marks(texture: &TextureHandle, marks: &[(Pos2, Color32, u8)]) -> Shape {
    let mut mesh = Mesh::with_texture(texture.id());
    marks.iter().for_each(|(at, colour, shape)| add(&mut mesh, *at, POINT_RADIUS, (*colour, *shape)));
    Shape::mesh(mesh)
}

/// Adds one quad.
fn add(mesh: &mut Mesh, at: Pos2, radius: f32, (colour, shape): Look) {
    let half = radius / SHAPE_RADIUS;
    let tile = 1.0 / SHAPES as f32;
    let left = tile * f32::from(shape);
    let uv = Rect::from_min_max(pos2(left, 0.0), pos2(left + tile, 1.0));
    mesh.add_rect_with_uv(Rect::from_center_size(at, vec2(2.0 * half, 2.0 * half)), uv, colour);
}

/// The least and the largest finite value.
pub fn range(values: &[f64]) -> (f64, f64) {
    let finite = values.iter().copied().filter(|x| x.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
}

/// The texture with all point shapes, made once.
pub fn texture(context: &Context) -> TextureHandle {
    let mut image = ColorImage::filled([TILE * SHAPES, TILE], Color32::TRANSPARENT);
    for shape in 0..SHAPES {
        for row in 0..TILE {
            for column in 0..TILE {
                let half = TILE as f32 / 2.0;
                let (x, y) = ((column as f32 + 0.5 - half) / half, (row as f32 + 0.5 - half) / half);
                let softness = 4.0 / TILE as f32;
                let cover = ((SHAPE_RADIUS - distance(shape, x, y)) / softness + 0.5).clamp(0.0, 1.0);
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

/// Draws every point that falls into the view. `order` is a buffer kept from frame to frame.
pub fn mesh(
    mapping: &Mapping,
    positions: &[[f32; 3]],
    looks: &Looks,
    texture: &TextureHandle,
    (palette, order): (&Palette, &mut Vec<Placed>),
) -> Shape {
    place_all(mapping, positions, order);
    let mut mesh = Mesh::with_texture(texture.id());
    mesh.reserve_triangles(2 * order.len());
    mesh.reserve_vertices(4 * order.len());
    for placed in order.iter() {
        let sample = placed.sample as usize;
        let (Some(&colour), Some(&shape)) = (looks.colours.get(sample), looks.shapes.get(sample)) else { continue };
        let near = if mapping.space { (0.5 + 0.5 * placed.depth).clamp(0.0, 1.0) } else { 1.0 };
        let colour = palette.stage.lerp_to_gamma(colour, 1.0 - DEPTH_FADE * (1.0 - near));
        let radius = POINT_RADIUS * (1.0 - DEPTH_SHRINK * (1.0 - near));
        add(&mut mesh, placed.at, radius, (colour, shape));
    }
    Shape::mesh(mesh)
}

/// A point on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// Where.
    pub at: Pos2,
    /// 1 at the front, −1 at the back.
    pub depth: f32,
    /// Which.
    pub sample: u32,
}

/// Puts the points that fall into the view into `order`, far ones first.
fn place_all(mapping: &Mapping, positions: &[[f32; 3]], order: &mut Vec<Placed>) {
    let seen = mapping.rect.expand(2.0 * POINT_RADIUS);
    let places = positions.iter().zip(0..).filter_map(|(position, sample)| {
        let (at, depth) = mapping.place_f32(*position)?;
        seen.contains(at).then_some(Placed { at, depth, sample })
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

/// The point nearest to `at` among those drawn, within `reach` screen points; of equally near ones the front one.
pub fn nearest(order: &[Placed], at: Pos2, reach: f32) -> Option<Placed> {
    let mut found: Option<(f32, Placed)> = None;
    for placed in order {
        let distance = placed.at.distance_sq(at);
        if distance <= reach * reach && found.is_none_or(|(least, _)| distance <= least) {
            found = Some((distance, *placed));
        }
    }
    found.map(|(_, placed)| placed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Camera, Fit, Orientation};

    fn mapping(space: bool) -> Mapping {
        let fit = Fit { centre: [0.0; 3], half: [1.0, 1.0] };
        let camera = Camera { orientation: Orientation::FRONT, ..Camera::default() };
        Mapping::new(fit, space, &camera, Rect::from_min_size(pos2(0.0, 0.0), vec2(200.0, 200.0)))
    }

    #[test]
    fn far_points_come_first_and_wild_ones_not_at_all() {
        let positions = [[0.0, 0.0, 0.9], [0.1, 0.0, -0.9], [f32::NAN, 0.0, 0.0], [0.2, 0.0, 0.0], [90.0, 0.0, 0.0]];
        let mut order = Vec::new();
        place_all(&mapping(true), &positions, &mut order);
        assert_eq!(order.iter().map(|placed| placed.sample).collect::<Vec<_>>(), [1, 3, 0]);
        place_all(&mapping(false), &positions, &mut order);
        assert_eq!(order.iter().map(|placed| placed.sample).collect::<Vec<_>>(), [0, 1, 3]);
        place_all(&mapping(true), &[], &mut order);
        assert!(order.is_empty());
    }

    #[test]
    fn the_front_one_of_equal_points_is_picked() {
        let mut order = Vec::new();
        place_all(&mapping(true), &[[0.0, 0.0, 0.5], [0.0, 0.0, -0.5], [0.5, 0.0, 0.0]], &mut order);
        let picked = nearest(&order, pos2(101.0, 100.0), 8.0);
        assert_eq!(picked.map(|placed| placed.sample), Some(0));
        assert_eq!(nearest(&order, pos2(10.0, 10.0), 8.0), None);
    }

    #[test]
    fn looks_tell_many_classes_apart() {
        let classes = 3 * DATA_COLOURS;
        let labels = Labels::Classes {
            of_sample: (0..classes).collect(),
            names: (0..classes).map(|class| class.to_string()).collect(),
        };
        let looks = Looks::of(&labels, classes, Palette::for_dark(false));
        for first in 0..classes {
            for second in 0..first {
                let same = looks.colours[first] == looks.colours[second] && looks.shapes[first] == looks.shapes[second];
                assert!(!same, "classes {first} and {second} look the same");
            }
        }
    }

    #[test]
    fn equal_and_missing_values_have_a_colour() {
        let palette = Palette::for_dark(true);
        assert_eq!(Looks::of(&Labels::Values(vec![2.0, 2.0]), 2, palette).colours, [palette.unlabelled; 2]);
        assert_eq!(range(&[f64::NAN, 3.0, -1.0]), (-1.0, 3.0));
    }
}
