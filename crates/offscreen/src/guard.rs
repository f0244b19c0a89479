//! Triangles that reach far outside the picture are cut to a large square around it, so that the rasteriser's integers
//! cannot overflow. A deep zoom into a scene gives such triangles.

use super::corner::Corner;

/// Half the side of the square in pixels. With 8 bits below the pixel, products of two coordinates stay below 2⁵⁸.
const REACH: f64 = 1_048_576.0;

/// Whether the corner needs no cutting.
pub(super) fn holds(corner: &Corner) -> bool {
    corner.x.abs() <= REACH && corner.y.abs() <= REACH
}

/// The part of the triangle inside the square, as triangles around the first corner of the cut polygon.
pub(super) fn triangles(corners: [Corner; 3]) -> Vec<[Corner; 3]> {
    let mut polygon = corners.to_vec();
    // Sutherland and Hodgman: cut by one side of the square after the other.
    for (axis, limit) in [(Axis::X, REACH), (Axis::X, -REACH), (Axis::Y, REACH), (Axis::Y, -REACH)] {
        polygon = cut(&polygon, axis, limit);
    }
    for corner in &mut polygon {
        // Corners at 10³⁰ leave no digits for a place in the square; what counts is that they stay inside it.
        corner.x = corner.x.clamp(-REACH, REACH);
        corner.y = corner.y.clamp(-REACH, REACH);
    }
    let first = polygon.first().copied();
    polygon.windows(2).skip(1).filter_map(|pair| Some([first?, pair[0], pair[1]])).collect()
}

#[derive(Clone, Copy)]
enum Axis {
    X,
    Y,
}

/// Keeps the part of the polygon on the origin's side of the line where the coordinate `axis` equals `limit`.
fn cut(polygon: &[Corner], axis: Axis, limit: f64) -> Vec<Corner> {
    let inside_distance = |corner: &Corner| match axis {
        Axis::X => (limit - corner.x) * limit.signum(),
        Axis::Y => (limit - corner.y) * limit.signum(),
    };
    let mut kept = Vec::with_capacity(polygon.len() + 1);
    for (from, to) in polygon.iter().zip(polygon.iter().cycle().skip(1)) {
        let (distance_from, distance_to) = (inside_distance(from), inside_distance(to));
        if distance_from >= 0.0 {
            kept.push(*from);
        }
        if (distance_from < 0.0) != (distance_to < 0.0) {
            let mut crossing = between(from, to, distance_from / (distance_from - distance_to));
            match axis {
                Axis::X => crossing.x = limit,
                Axis::Y => crossing.y = limit,
            }
            kept.push(crossing);
        }
    }
    kept
}

fn between(from: &Corner, to: &Corner, share: f64) -> Corner {
    let mix = |a: f64, b: f64| a + (b - a) * share;
    let mix_f32 = |a: f32, b: f32| mix(f64::from(a), f64::from(b)) as f32;
    Corner {
        x: mix(from.x, to.x),
        y: mix(from.y, to.y),
        uv: std::array::from_fn(|axis| mix_f32(from.uv[axis], to.uv[axis])),
        ink: std::array::from_fn(|channel| mix_f32(from.ink[channel], to.ink[channel])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corner(x: f64, y: f64) -> Corner {
        Corner { x, y, uv: [0.0; 2], ink: [(x / 1e9) as f32; 4] }
    }

    fn double_area([a, b, c]: [Corner; 3]) -> f64 {
        ((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)).abs()
    }

    #[test]
    fn a_triangle_over_the_whole_square_becomes_the_square() {
        let parts = triangles([corner(-1e9, -1e9), corner(3e9, -1e9), corner(-1e9, 3e9)]);
        let area: f64 = parts.into_iter().map(double_area).sum();
        assert!((area / (8.0 * REACH * REACH) - 1.0).abs() < 1e-9, "{area}");
    }

    #[test]
    fn cut_corners_stay_on_the_triangle_and_keep_its_colours() {
        for part in triangles([corner(0.0, 0.0), corner(1e9, 0.0), corner(1e9, 10.0)]) {
            for cut in part {
                assert!(cut.x.abs() <= REACH && (0.0..=10.0 * cut.x / 1e9 + 1e-6).contains(&cut.y), "{cut:?}");
                assert!((f64::from(cut.ink[0]) - cut.x / 1e9).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn corners_at_the_end_of_the_numbers_come_back_inside() {
        let far = f64::from(f32::MAX);
        for part in triangles([corner(-far, -far), corner(far, 0.3 * far), corner(0.7 * far, far)]) {
            assert!(part.iter().all(holds), "{part:?}");
        }
    }

    #[test]
    fn a_triangle_beyond_the_square_vanishes() {
        assert!(triangles([corner(2e6, 0.0), corner(3e6, 0.0), corner(2e6, 5.0)]).is_empty());
    }
}
