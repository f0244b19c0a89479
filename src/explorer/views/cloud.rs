//! The data on the stage, from the stored values to triangles in one pass: evaluated, placed on the screen, culled, and
//! written into a mesh whose memory stays from frame to frame. Where there is depth, a sort lies between.

use std::sync::Arc;

use egui::epaint::Vertex;
use egui::{Color32, Mesh, Rect, Shape, TextureHandle};

use super::looks::{Looks, Standing};
use super::mapping::Mapping;
use super::pictures::Atlas;
use super::points::{self, Stamps};
use crate::explorer::theme::{POINT_RADIUS, Palette};
use crate::flow::Projector;
use crate::session::Placed;

/// Points that are taken at a time: what is known of them stays in the processor's nearest cache.
const PART: usize = 1024;
/// Depths are sorted into this many slices; within one the order cannot be seen.
const DEPTH_SLICES: usize = 1024;
/// How much of its colour the farthest point loses to the background, and how much smaller it is than the nearest.
const DEPTH_FADE: f32 = 0.4;
const DEPTH_SHRINK: f32 = 0.25;
/// How strong the points are through which others are looked at.
const GHOST: f32 = 0.35;

/// The points of one source as they were drawn last, and the memory that the next frame writes over.
#[derive(Default)]
pub struct Cloud {
    places: Vec<[f32; 3]>,
    drawn: Vec<Placed>,
    unsorted: Vec<Placed>,
    front: Vec<Placed>,
    dots: Arc<Mesh>,
}

/// What all points of a frame share.
#[derive(Clone, Copy)]
pub struct Style<'a> {
    /// What each point looks like.
    pub looks: &'a Looks,
    /// The point shapes.
    pub texture: &'a TextureHandle,
    /// The pictures of points that are drawn as such.
    pub atlas: Option<&'a Atlas>,
    /// What far points fade into.
    pub palette: &'a Palette,
    /// Whether the points are faint, because others are compared to them.
    pub ghost: bool,
}

impl Cloud {
    /// The points that are drawn, far ones first.
    pub fn drawn(&self) -> &[Placed] {
        &self.drawn
    }

    /// Every point that falls into the view and is not hidden, those at the front over the others, and those that have a
    /// picture as such. `projector` gives places on the screen, as [`Mapping::on_screen`] wants them.
    pub fn shapes(&mut self, mapping: &Mapping, projector: &Projector<'_>, style: Style<'_>) -> [Shape; 2] {
        // By the next frame nothing else uses the mesh.
        let mut dots = Arc::try_unwrap(std::mem::take(&mut self.dots)).unwrap_or_default();
        dots.texture_id = style.texture.id();
        let pictures = style.atlas.map(Atlas::mesh).unwrap_or_default();
        let shade = Shade { depth: mapping.depth, background: style.palette.stage, ghost: style.ghost };
        let mut writer =
            Writer { vertices: &mut dots.vertices, triangles: 0, pictures, stamps: Stamps::new(), shade, style };
        let Cloud { places, drawn, unsorted, front, .. } = self;
        drawn.clear();
        unsorted.clear();
        front.clear();
        let seen = mapping.rect.expand(2.0 * POINT_RADIUS);
        places.resize(PART, [0.0; 3]);
        for first in (0..projector.samples()).step_by(PART) {
            let places = &mut places[..PART.min(projector.samples() - first)];
            projector.project(first, places);
            let standing = style.looks.standing.get(first..).unwrap_or_default();
            if mapping.space {
                cull(places, first, standing, seen, unsorted);
            } else {
                let done = drawn.len();
                cull(places, first, standing, seen, drawn);
                writer.draw(&drawn[done..], front);
            }
        }
        if mapping.space {
            sort(unsorted, drawn);
            writer.draw(drawn, front);
        }
        writer.draw_front(front);
        let (triangles, pictures) = (writer.triangles, writer.pictures);
        dots.vertices.truncate(3 * triangles);
        // Every triangle has corners of its own, so that the indices are always the same.
        let (present, count) = (dots.indices.len() as u32, 3 * triangles as u32);
        dots.indices.truncate(3 * triangles);
        dots.indices.extend(present..count);
        self.dots = Arc::new(dots);
        [Shape::Mesh(Arc::clone(&self.dots)), Shape::mesh(pictures)]
    }
}

/// Adds the points from sample `first` on that are within `seen` and not hidden.
fn cull(places: &[[f32; 3]], first: usize, standing: &[Standing], seen: Rect, drawn: &mut Vec<Placed>) {
    drawn.reserve(places.len());
    for ((&[x, y, depth], standing), sample) in places.iter().zip(standing).zip(first as u32..) {
        // A place that is not a number is nowhere.
        let inside = x >= seen.min.x && x <= seen.max.x && y >= seen.min.y && y <= seen.max.y;
        if inside && *standing != Standing::Hidden {
            drawn.push(Placed { at: [x, y], depth, sample });
        }
    }
}

/// A counting sort by slices of depth: one pass to count, one to place.
fn sort(unsorted: &[Placed], sorted: &mut Vec<Placed>) {
    let slice = |placed: &Placed| (((placed.depth + 1.0) / 2.0 * DEPTH_SLICES as f32) as usize).min(DEPTH_SLICES - 1);
    let mut starts = [0usize; DEPTH_SLICES + 1];
    unsorted.iter().for_each(|placed| starts[slice(placed) + 1] += 1);
    for index in 0..DEPTH_SLICES {
        starts[index + 1] += starts[index];
    }
    sorted.clear();
    sorted.extend_from_slice(unsorted);
    for placed in unsorted {
        let start = &mut starts[slice(placed)];
        sorted[*start] = *placed;
        *start += 1;
    }
}

/// How depth changes colours and sizes.
#[derive(Clone, Copy)]
struct Shade {
    /// How strongly depth is drawn, 0 to 1.
    depth: f32,
    background: Color32,
    ghost: bool,
}

impl Shade {
    /// The size and the colour of a point at a depth.
    #[inline(always)]
    fn of(self, depth: f32, mut colour: Color32) -> (f32, Color32) {
        let mut scale = 1.0;
        if self.depth > 0.0 {
            let far = self.depth * (0.5 - 0.5 * depth).clamp(0.0, 1.0);
            colour = mixed(colour, self.background, DEPTH_FADE * far);
            scale -= DEPTH_SHRINK * far;
        }
        if self.ghost {
            colour = mixed(Color32::TRANSPARENT, colour, GHOST);
        }
        (scale, colour)
    }
}

/// From one colour to another by a share, in steps of 1/256.
#[inline(always)]
fn mixed(from: Color32, to: Color32, share: f32) -> Color32 {
    let share = (share * 256.0) as u32;
    let (from, to) = (from.to_array(), to.to_array());
    let [r, g, b, a] = std::array::from_fn(|channel| {
        ((u32::from(from[channel]) * (256 - share) + u32::from(to[channel]) * share) >> 8) as u8
    });
    Color32::from_rgba_premultiplied(r, g, b, a)
}

/// Writes points into the meshes.
struct Writer<'a> {
    /// Three for each triangle; what is beyond those that are written is of the frame before.
    vertices: &'a mut Vec<Vertex>,
    triangles: usize,
    pictures: Mesh,
    stamps: Stamps,
    shade: Shade,
    style: Style<'a>,
}

impl Writer<'_> {
    /// Draws these points, except for those at the front, which are kept for later.
    fn draw(&mut self, placed: &[Placed], front: &mut Vec<Placed>) {
        let standing = self.style.looks.standing.as_slice();
        let is_front = |placed: &Placed| standing.get(placed.sample as usize) == Some(&Standing::Front);
        self.make_room(placed.len());
        for placed in placed {
            if is_front(placed) {
                front.push(*placed);
            } else {
                self.point(placed);
            }
        }
    }

    fn draw_front(&mut self, front: &[Placed]) {
        self.make_room(front.len());
        front.iter().for_each(|placed| self.point(placed));
    }

    fn make_room(&mut self, points: usize) {
        let wanted = 3 * (self.triangles + points);
        if self.vertices.len() < wanted {
            self.vertices.resize(wanted, Vertex::default());
        }
    }

    #[inline(always)]
    fn point(&mut self, placed: &Placed) {
        let sample = placed.sample as usize;
        let looks = self.style.looks;
        let (Some(&colour), Some(&shape)) = (looks.colours.get(sample), looks.shapes.get(sample)) else { return };
        let (scale, colour) = self.shade.of(placed.depth, colour);
        if let Some(atlas) = self.style.atlas.filter(|atlas| atlas.has(sample)) {
            atlas.add(&mut self.pictures, sample, points::place(placed), scale, colour);
            return;
        }
        let (triangles, _) = self.vertices.as_chunks_mut::<3>();
        if let Some(triangle) = triangles.get_mut(self.triangles) {
            *triangle = self.stamps.triangle(placed.at, POINT_RADIUS * scale, (colour, shape));
            self.triangles += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};

    use super::*;
    use crate::session::nearest;

    fn culled(places: &[[f32; 3]], standing: &[Standing]) -> Vec<Placed> {
        let mut drawn = Vec::new();
        cull(places, 0, standing, Rect::from_min_size(pos2(0.0, 0.0), vec2(200.0, 200.0)), &mut drawn);
        drawn
    }

    #[test]
    fn far_points_come_first_and_wild_ones_not_at_all() {
        let wild = f32::NAN;
        let places = [[9.0, 9.0, 0.9], [8.0, 9.0, -0.9], [wild, 9.0, 0.0], [7.0, 9.0, 0.0], [300.0, 9.0, 0.0]];
        let drawn = culled(&places, &[Standing::Usual; 5]);
        assert_eq!(drawn.iter().map(|placed| placed.sample).collect::<Vec<_>>(), [0, 1, 3]);
        let mut sorted = Vec::new();
        sort(&drawn, &mut sorted);
        assert_eq!(sorted.iter().map(|placed| placed.sample).collect::<Vec<_>>(), [1, 3, 0]);
        sort(&[], &mut sorted);
        assert!(sorted.is_empty());
    }

    #[test]
    fn the_front_one_of_equal_points_is_picked() {
        let places = [[100.0, 100.0, 0.5], [100.0, 100.0, -0.5], [150.0, 100.0, 0.0], [101.0, 100.0, 0.9]];
        let mut standing = [Standing::Usual; 4];
        standing[3] = Standing::Hidden;
        let mut sorted = Vec::new();
        sort(&culled(&places, &standing), &mut sorted);
        let picked = nearest(&sorted, [101.0, 100.0], 8.0);
        assert_eq!(picked.map(|placed| placed.sample), Some(0));
        assert_eq!(nearest(&sorted, [10.0, 10.0], 8.0), None);
        assert_eq!(sorted.len(), 3);
    }

    #[test]
    fn colours_mix_from_one_end_to_the_other() {
        let (red, blue) = (Color32::from_rgb(255, 0, 0), Color32::from_rgb(0, 0, 255));
        assert_eq!([mixed(red, blue, 0.0), mixed(red, blue, 1.0)], [red, blue]);
        assert_eq!(mixed(red, blue, 0.5), Color32::from_rgb(127, 0, 127));
        let shade = Shade { depth: 1.0, background: blue, ghost: false };
        assert_eq!(shade.of(1.0, red), (1.0, red));
        assert_eq!(shade.of(-5.0, red).0, 1.0 - DEPTH_SHRINK);
    }
}
