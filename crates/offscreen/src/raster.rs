//! Triangles into pixels: which pixels, and with which interpolated colour and texture coordinate.
//!
//! **Which pixels.** Corners are snapped to 1/256 pixel and everything after is integer arithmetic, so two triangles that
//! share an edge decide about each pixel centre on it by the same numbers. A pixel belongs to a triangle if its centre
//! lies inside, or on a *top* or *left* edge. A shared edge is a left (or top) edge of exactly one of its two triangles;
//! no pixel of a mesh is drawn twice or missed.
//!
//! **Spans.** With y downwards and positive area, the edge from a to b has the inside where
//!
//! E(x, y) = (b.x − a.x)(y − a.y) − (b.y − a.y)(x − a.x) ≥ 0,
//!
//! which in a given row is a bound on x: from the left for an edge going up, from the right for one going down. The bound
//! is a quotient whose numerator grows by a constant from row to row, so it is walked with a remainder, without division.

use super::{
    blend::Rgba,
    corner::{Corner, SUBPIXEL},
    guard,
    shading::Shading,
    texture::Texture,
};

/// Pixels that may be drawn: columns `left..right` of rows `top..bottom`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clip {
    pub(super) left: i64,
    pub(super) top: i64,
    pub(super) right: i64,
    pub(super) bottom: i64,
}

/// A picture being drawn: `width` pixels a row, and the part of it that is open for drawing.
pub(super) struct Canvas<'a> {
    pub(super) pixels: &'a mut [Rgba],
    pub(super) width: usize,
    pub(super) clip: Clip,
}

impl Canvas<'_> {
    /// Draws one triangle of either winding. Corners that are not finite draw nothing.
    pub(super) fn triangle(&mut self, texture: &Texture, corners: [Corner; 3]) {
        if !corners.iter().all(|corner| corner.x.is_finite() && corner.y.is_finite()) || self.misses(&corners) {
            return;
        }
        if corners.iter().all(guard::holds) {
            self.snapped_triangle(texture, corners);
        } else {
            for part in guard::triangles(corners) {
                self.snapped_triangle(texture, part);
            }
        }
    }

    fn misses(&self, corners: &[Corner; 3]) -> bool {
        let all = |outside: &dyn Fn(&Corner) -> bool| corners.iter().all(outside);
        let Clip { left, top, right, bottom } = self.clip;
        all(&|c| c.x < left as f64)
            || all(&|c| c.x > right as f64)
            || all(&|c| c.y < top as f64)
            || all(&|c| c.y > bottom as f64)
    }

    fn snapped_triangle(&mut self, texture: &Texture, mut corners: [Corner; 3]) {
        let mut points = corners.map(|corner| [snap(corner.x), snap(corner.y)]);
        let double_area = edge_function(points[0], points[1], points[2]);
        if double_area == 0 {
            return;
        }
        if double_area < 0 {
            points.swap(1, 2);
            corners.swap(1, 2);
        }
        let rows = self.rows(&points);
        let Some(first_row) = rows.clone().next() else { return };
        let mut edges = [(0, 1), (1, 2), (2, 0)].map(|(a, b)| EdgeWalk::new(points[a], points[b], first_row));
        let shading = Shading::new(texture, &corners, &points);
        for row in rows {
            let (mut start, mut end) = (self.clip.left, self.clip.right);
            for edge in &mut edges {
                edge.bound(&mut start, &mut end);
                edge.next_row();
            }
            if start < end {
                let offset = row as usize * self.width;
                shading.run(&mut self.pixels[offset + start as usize..offset + end as usize], start, row);
            }
        }
    }

    /// Rows of the clip whose pixel centres the triangle's height covers.
    fn rows(&self, points: &[[i64; 2]; 3]) -> std::ops::Range<i64> {
        let heights = points.map(|[_, y]| y);
        let (top, bottom) = (heights.into_iter().min().unwrap_or(0), heights.into_iter().max().unwrap_or(0));
        let centre = SUBPIXEL / 2;
        let first = (top - centre).div_euclid(SUBPIXEL);
        let last = (bottom - centre).div_euclid(SUBPIXEL);
        first.max(self.clip.top)..(last + 1).min(self.clip.bottom)
    }
}

fn snap(pixels: f64) -> i64 {
    (pixels * SUBPIXEL as f64).round() as i64
}

fn edge_function(a: [i64; 2], b: [i64; 2], point: [i64; 2]) -> i64 {
    (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])
}

/// One edge's bound on the columns of a row, walked down row by row.
struct EdgeWalk {
    side: Side,
    /// ⌊value / divisor⌋ and the rest, value = E at the centre of column 0 of the row.
    quotient: i64,
    rest: i64,
    /// What both grow by from row to row.
    quotient_step: i64,
    rest_step: i64,
    /// How much E changes from column to column, without sign.
    divisor: i64,
}

enum Side {
    /// E grows to the right: the inside begins at column −⌊value/divisor⌋.
    Left,
    /// E falls to the right: the inside ends with column ⌊value/divisor⌋.
    Right,
    /// E is the same along the row, which is inside wherever value ≥ 0.
    Level,
}

impl EdgeWalk {
    fn new(a: [i64; 2], b: [i64; 2], first_row: i64) -> Self {
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        // Centres that lie exactly on an edge count for left and top edges only: E ≥ 0 there, E ≥ 1 elsewhere.
        let is_top_left = dy < 0 || (dy == 0 && dx > 0);
        let centre = [SUBPIXEL / 2, first_row * SUBPIXEL + SUBPIXEL / 2];
        let value = edge_function(a, b, centre) - i64::from(!is_top_left);
        let side = match dy.signum() {
            -1 => Side::Left,
            1 => Side::Right,
            _ => Side::Level,
        };
        let divisor = (dy.abs() * SUBPIXEL).max(1);
        let step = dx * SUBPIXEL;
        Self {
            side,
            quotient: value.div_euclid(divisor),
            rest: value.rem_euclid(divisor),
            quotient_step: step.div_euclid(divisor),
            rest_step: step.rem_euclid(divisor),
            divisor,
        }
    }

    fn bound(&self, start: &mut i64, end: &mut i64) {
        match self.side {
            Side::Left => *start = (*start).max(-self.quotient),
            Side::Right => *end = (*end).min(self.quotient + 1),
            Side::Level if self.quotient < 0 => *end = *start,
            Side::Level => {}
        }
    }

    fn next_row(&mut self) {
        self.quotient += self.quotient_step;
        self.rest += self.rest_step;
        if self.rest >= self.divisor {
            self.rest -= self.divisor;
            self.quotient += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Color32, ColorImage, TextureOptions, epaint::ImageDelta};
    use proptest::prelude::*;

    const SIDE: usize = 24;
    const WHOLE: Clip = Clip { left: 0, top: 0, right: SIDE as i64, bottom: SIDE as i64 };

    fn white() -> Texture {
        Texture::new(&ImageDelta::full(ColorImage::filled([1, 1], Color32::WHITE), TextureOptions::LINEAR))
    }

    fn corner([x, y]: [f64; 2]) -> Corner {
        // One step of additive light: a pixel then counts how often it was drawn.
        Corner { x, y, uv: [0.0; 2], ink: [1.0, 0.0, 0.0, 0.0] }
    }

    fn counts(clip: Clip, triangles: &[[[f64; 2]; 3]]) -> Vec<u8> {
        let mut pixels = vec![[0; 4]; SIDE * SIDE];
        let mut canvas = Canvas { pixels: &mut pixels, width: SIDE, clip };
        for triangle in triangles {
            canvas.triangle(&white(), triangle.map(corner));
        }
        pixels.into_iter().map(|pixel| pixel[0]).collect()
    }

    fn drawn(counts: &[u8]) -> Vec<(usize, usize)> {
        (0..counts.len()).filter(|&i| counts[i] > 0).map(|i| (i % SIDE, i / SIDE)).collect()
    }

    #[test]
    fn centres_on_top_and_left_edges_belong_to_the_triangle_and_on_others_not() {
        let square = [[[2.5, 2.5], [4.5, 2.5], [4.5, 4.5]], [[2.5, 2.5], [4.5, 4.5], [2.5, 4.5]]];
        let counts = counts(WHOLE, &square);
        assert_eq!(drawn(&counts), [(2, 2), (3, 2), (2, 3), (3, 3)]);
        assert!(counts.iter().all(|&count| count <= 1));
    }

    #[test]
    fn both_windings_draw_the_same_pixels() {
        let [a, b, c] = [[1.2, 3.0], [17.9, 5.5], [6.5, 20.5]];
        assert_eq!(counts(WHOLE, &[[a, b, c]]), counts(WHOLE, &[[a, c, b]]));
    }

    #[test]
    fn nothing_is_drawn_outside_the_clip() {
        let clip = Clip { left: 3, top: 5, right: 7, bottom: 6 };
        let counts = counts(clip, &[[[-50.0, -50.0], [100.0, -50.0], [-50.0, 100.0]]]);
        assert_eq!(drawn(&counts), [(3, 5), (4, 5), (5, 5), (6, 5)]);
    }

    #[test]
    fn corners_without_a_place_and_triangles_without_area_draw_nothing() {
        let nowhere = [[f64::NAN, 0.0], [9.0, 0.0], [0.0, 9.0]];
        let endless = [[f64::INFINITY, 0.0], [9.0, 0.0], [0.0, 9.0]];
        let flat = [[0.0, 0.0], [5.0, 5.0], [20.0, 20.0]];
        assert_eq!(drawn(&counts(WHOLE, &[nowhere, endless, flat])), []);
    }

    #[test]
    fn triangles_far_larger_than_any_picture_cover_it_once() {
        let [a, b, c, d] = [[-3e12, -2e12], [4e12, -2e12], [4e12, 5e12], [-3e12, 5e12]];
        assert_eq!(counts(WHOLE, &[[a, b, c], [a, c, d]]), [1; SIDE * SIDE]);
        let far = 3e7;
        let half_plane = counts(WHOLE, &[[[-far, 10.0], [far, 10.0], [0.0, far]]]);
        assert!(half_plane.iter().enumerate().all(|(i, &count)| count == u8::from(i / SIDE >= 10)));
    }

    #[test]
    fn colours_are_interpolated_at_pixel_centres() {
        let mut pixels = vec![[0; 4]; SIDE * SIDE];
        let mut canvas = Canvas { pixels: &mut pixels, width: SIDE, clip: WHOLE };
        let graded = |x: f64, y: f64| Corner { x, y, uv: [0.0; 2], ink: [x as f32 * 10.0, y as f32 * 8.0, 0.0, 255.0] };
        canvas.triangle(&white(), [graded(0.0, 0.0), graded(24.0, 0.0), graded(0.0, 24.0)]);
        assert_eq!(pixels[0], [5, 4, 0, 255]);
        assert_eq!(pixels[3 * SIDE + 7], [75, 28, 0, 255]);
    }

    proptest! {
        /// A fan around any inner point covers exactly what the polygon's two halves cover, each pixel once.
        #[test]
        fn shared_edges_are_drawn_exactly_once(
            inner in prop::array::uniform2(4.0..20.0_f64),
            radii in prop::collection::vec(0.5..30.0_f64, 5..9),
        ) {
            let rim: Vec<[f64; 2]> = radii.iter().enumerate().map(|(i, radius)| {
                let angle = i as f64 / radii.len() as f64 * std::f64::consts::TAU;
                [inner[0] + radius * angle.cos(), inner[1] + radius * angle.sin()]
            }).collect();
            let fan: Vec<_> = (0..rim.len()).map(|i| [inner, rim[i], rim[(i + 1) % rim.len()]]).collect();
            let counts = counts(WHOLE, &fan);
            prop_assert!(counts.iter().all(|&count| count <= 1), "a pixel was drawn twice");
            // The pixel under the inner point is strictly inside the fan unless it touches the rim.
            let nearest = radii.iter().copied().fold(f64::MAX, f64::min);
            for (x, y) in (0..SIDE * SIDE).map(|i| (i % SIDE, i / SIDE)) {
                let distance = (x as f64 + 0.5 - inner[0]).hypot(y as f64 + 0.5 - inner[1]);
                // A star with at least five spikes contains the circle of half its smallest radius.
                if distance < nearest * 0.3 - 0.01 {
                    prop_assert_eq!(counts[y * SIDE + x], 1, "a pixel at {}, {} was missed", x, y);
                }
            }
        }

        /// The walked bounds agree with evaluating the three edge functions at each pixel centre.
        #[test]
        fn spans_agree_with_the_edge_functions(corners in prop::array::uniform3(prop::array::uniform2(-10.0..34.0_f64))) {
            let mut points = corners.map(|corner| corner.map(snap));
            if edge_function(points[0], points[1], points[2]) < 0 {
                points.swap(1, 2);
            }
            let has_area = edge_function(points[0], points[1], points[2]) > 0;
            let counts = counts(WHOLE, &[corners]);
            for (i, &count) in counts.iter().enumerate() {
                let centre = [i % SIDE, i / SIDE].map(|at| at as i64 * SUBPIXEL + SUBPIXEL / 2);
                let inside = has_area && [(0, 1), (1, 2), (2, 0)].iter().all(|&(a, b)| {
                    let (dx, dy) = (points[b][0] - points[a][0], points[b][1] - points[a][1]);
                    let value = edge_function(points[a], points[b], centre);
                    value > 0 || (value == 0 && (dy < 0 || (dy == 0 && dx > 0)))
                });
                prop_assert_eq!(count, u8::from(inside), "pixel {}", i);
            }
        }
    }
}
