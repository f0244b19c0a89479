//! How much of the projected space is in sight: one scale for the whole flow, or one for each layer.
//!
//! Within a layer the scale stays, so that growth and shrinkage are seen. It changes around the layer's ends only: a side of
//! the picture that moves outward has arrived when the next layer begins, one that moves inward sets out there. What is in
//! sight thus holds the data at every time.

use nalgebra::DMatrixView;

use crate::session::Orientation;

/// A part of the projected space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Its middle.
    pub centre: [f64; 3],
    /// Half its width and height as they are seen. Positive.
    pub half: [f64; 2],
}

/// How long before and after a layer's end the scale changes, in layers.
pub const SCALE_CHANGE: f64 = 0.12;
/// The directions, and their opposites, along which the outermost positions of a picture in space are kept: neighbours are
/// about a quarter of a radian apart, so that what is kept reaches as far as all positions to 2 %.
const DIRECTIONS: usize = 48;
/// The angle by which each of them is turned from the one before around the axis; it never repeats.
const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653;

/// The outermost projected positions of every layer.
#[derive(Clone, Debug)]
pub(super) struct LayerBounds {
    layers: Vec<Vec<[f64; 3]>>,
}

/// From and to along right, up and toward the viewer.
type Sides = [[f64; 2]; 3];

impl LayerBounds {
    /// `times` holds the time of each column of `points` (1 to 3 coordinates × positions), ascending; a position at a
    /// layer's end belongs to both layers.
    pub(super) fn new(points: DMatrixView<'_, f64>, times: &[f64], space: bool) -> LayerBounds {
        let last = times.last().copied().unwrap_or(0.0).ceil().max(1.0) as usize;
        let mut layers = vec![Vec::new(); last];
        let directions = if space { directions() } else { vec![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]] };
        for (layer, kept) in layers.iter_mut().enumerate() {
            let start = times.partition_point(|t| *t < layer as f64);
            let end = times.partition_point(|t| *t <= (layer + 1) as f64);
            *kept = outermost(points.columns(start, end - start), &directions);
        }
        // Of a very long flow not every layer is followed: those between are like the one before.
        for layer in 1..layers.len() {
            if layers[layer].is_empty() {
                layers[layer] = layers[layer - 1].clone();
            }
        }
        LayerBounds { layers }
    }

    /// What holds the data of the whole flow, looked at with `orientation`.
    pub(super) fn whole(&self, orientation: Orientation) -> Fit {
        let all = self.layers.iter().filter_map(|layer| sides(layer, orientation));
        let union = all.reduce(|one, other| {
            [0, 1, 2].map(|axis| [one[axis][0].min(other[axis][0]), one[axis][1].max(other[axis][1])])
        });
        fit(union, orientation)
    }

    /// What holds the data of the layer at time t, looked at with `orientation`; around the layer's ends on the way to that
    /// of its neighbour.
    pub(super) fn at(&self, t: f64, orientation: Orientation) -> Fit {
        let last = self.layers.len().saturating_sub(1);
        let sides_of = |layer: usize| self.layers.get(layer).and_then(|layer| sides(layer, orientation));
        let layer = (t.max(0.0).floor() as usize).min(last);
        let Some(here) = sides_of(layer) else { return fit(None, orientation) };
        let since = t - layer as f64;
        let until = 1.0 - since;
        // The sides on which the neighbour reaches farther, on the way there.
        let widened = |other: Sides, share: f64| {
            let share = share.clamp(0.0, 1.0);
            let share = share * share * (3.0 - 2.0 * share);
            [0, 1, 2].map(|axis| {
                let ([low, high], [farther_low, farther_high]) = (here[axis], other[axis]);
                [low + share * (farther_low - low).min(0.0), high + share * (farther_high - high).max(0.0)]
            })
        };
        let sides = if until < SCALE_CHANGE && layer < last {
            sides_of(layer + 1).map(|next| widened(next, 1.0 - until / SCALE_CHANGE))
        } else if since < SCALE_CHANGE && layer > 0 {
            sides_of(layer - 1).map(|before| widened(before, 1.0 - since / SCALE_CHANGE))
        } else {
            None
        };
        fit(Some(sides.unwrap_or(here)), orientation)
    }
}

/// Unit vectors spread over half of the sphere.
fn directions() -> Vec<[f64; 3]> {
    let direction = |index: usize| {
        let z = (index as f64 + 0.5) / DIRECTIONS as f64;
        let (sin, cos) = (index as f64 * GOLDEN_ANGLE).sin_cos();
        let across = (1.0 - z * z).sqrt();
        [across * cos, across * sin, z]
    };
    (0..DIRECTIONS).map(direction).collect()
}

/// Those of `points` that reach farthest along each direction and against it.
fn outermost(points: DMatrixView<'_, f64>, directions: &[[f64; 3]]) -> Vec<[f64; 3]> {
    let mut farthest: Vec<[Option<(f64, usize)>; 2]> = vec![[None; 2]; directions.len()];
    for (index, point) in points.column_iter().enumerate() {
        for (ends, direction) in farthest.iter_mut().zip(directions) {
            let along: f64 = point.iter().zip(direction).map(|(x, n)| x * n).sum();
            for (end, along) in ends.iter_mut().zip([along, -along]) {
                if along.is_finite() && end.is_none_or(|(most, _)| along > most) {
                    *end = Some((along, index));
                }
            }
        }
    }
    let mut kept: Vec<usize> = farthest.into_iter().flatten().flatten().map(|(_, index)| index).collect();
    kept.sort_unstable();
    kept.dedup();
    let position = |index: usize| {
        let mut position = [0.0; 3];
        position.iter_mut().zip(points.column(index).iter()).for_each(|(to, from)| *to = *from);
        position
    };
    kept.into_iter().map(position).collect()
}

fn sides(points: &[[f64; 3]], orientation: Orientation) -> Option<Sides> {
    let rows = orientation.rows();
    let along = |point: &[f64; 3], row: &[f64; 3]| row.iter().zip(point).map(|(a, b)| a * b).sum::<f64>();
    let first = points.first()?;
    let mut sides = rows.map(|row| [along(first, &row); 2]);
    for point in points {
        for ([low, high], row) in sides.iter_mut().zip(&rows) {
            let at = along(point, row);
            (*low, *high) = (low.min(at), high.max(at));
        }
    }
    Some(sides)
}

/// A single point, or points that never part, are shown in a window of their own size.
fn fit(sides: Option<Sides>, orientation: Orientation) -> Fit {
    let sides = sides.unwrap_or([[0.0; 2]; 3]);
    let middle = sides.map(|[low, high]| low / 2.0 + high / 2.0);
    let half = [0, 1].map(|axis: usize| sides[axis][1] / 2.0 - sides[axis][0] / 2.0);
    let rows = orientation.rows();
    let centre = [0, 1, 2].map(|axis| rows.iter().zip(middle).map(|(row, at)| row[axis] * at).sum());
    let largest = half[0].max(half[1]);
    let fallback = if largest > 0.0 { largest } else { middle.iter().fold(0.0, |a: f64, b| a.max(b.abs())) };
    let fallback = if fallback > 0.0 { fallback } else { 1.0 };
    Fit { centre, half: half.map(|half| if half > 1e-9 * fallback { half } else { fallback }) }
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;

    fn times() -> Vec<f64> {
        (0..=60).map(|step| f64::from(step) / 20.0).collect()
    }

    /// Small in the first layer, large in the second, small again.
    fn radius(t: f64) -> f64 {
        if t <= 1.0 {
            1.0 + t
        } else if t <= 2.0 {
            2.0 + 3.0 * (std::f64::consts::PI * (t - 1.0)).sin()
        } else {
            2.0 - 0.5 * (t - 2.0)
        }
    }

    fn bounds() -> LayerBounds {
        let times = times();
        let doubled: Vec<f64> = times.iter().flat_map(|t| [*t, *t]).collect();
        let points = DMatrix::from_fn(2, doubled.len(), |row, column| {
            let side = if column % 2 == 0 { -1.0 } else { 1.0 };
            side * radius(doubled[column]) * if row == 0 { 1.0 } else { 0.4 }
        });
        LayerBounds::new(points.as_view(), &doubled, false)
    }

    #[test]
    fn the_scale_stays_within_a_layer_and_the_data_in_sight() {
        let bounds = bounds();
        for t in times() {
            let fit = bounds.at(t, Orientation::FRONT);
            assert!(fit.half[0] >= radius(t) * 0.999_999, "at {t}: {:?}", fit.half);
            let inside = t.fract() > SCALE_CHANGE && t.fract() < 1.0 - SCALE_CHANGE;
            let middle = bounds.at(t.floor() + 0.5, Orientation::FRONT);
            assert!(!inside || fit == middle, "the scale changes at {t}");
        }
        for t in [0.5, 2.5] {
            assert!((bounds.at(t, Orientation::FRONT).half[0] - 2.0).abs() < 1e-12);
        }
        assert!(bounds.at(1.5, Orientation::FRONT).half[0] > 4.9);
        assert_eq!(bounds.whole(Orientation::FRONT), bounds.at(1.5, Orientation::FRONT));
    }

    #[test]
    fn the_scale_never_jumps() {
        let bounds = bounds();
        let mut before = bounds.at(0.0, Orientation::FRONT).half[0];
        for step in 1..=3000 {
            let now = bounds.at(f64::from(step) / 1000.0, Orientation::FRONT).half[0];
            assert!((now / before).ln().abs() < 0.03, "at step {step}: {before} to {now}");
            before = now;
        }
    }

    #[test]
    fn what_is_kept_of_a_cloud_in_space_reaches_as_far_as_the_cloud() {
        let points = DMatrix::from_fn(3, 3000, |row, column| {
            let hash = ((column * 7919 + row * 104_729) % 10_007) as f64 / 10_007.0;
            (hash - 0.5) * [4.0, 2.0, 1.0][row]
        });
        let times = vec![0.0; 3000];
        let bounds = LayerBounds::new(points.as_view(), &times, true);
        assert!(bounds.layers[0].len() <= 2 * DIRECTIONS);
        for (sideways, downward) in [(0.0, 0.0), (0.7, -0.3), (2.1, 1.0)] {
            let orientation =
                Orientation::about([0.0, 1.0, 0.0], sideways).after(Orientation::about([1.0, 0.0, 0.0], downward));
            let rows = orientation.rows();
            let fit = bounds.at(0.0, orientation);
            for (row, half) in rows.iter().zip(fit.half) {
                let reach =
                    points.column_iter().map(|p| (0..3).map(|i| row[i] * (p[i] - fit.centre[i])).sum::<f64>().abs());
                let reach = reach.fold(0.0, f64::max);
                assert!((half / reach - 1.0).abs() < 0.05, "{half} for {reach}");
            }
        }
    }

    #[test]
    fn a_point_and_nothing_still_have_a_size() {
        let far = LayerBounds::new(DMatrix::from_element(2, 1, 1e30).as_view(), &[0.0], false);
        assert_eq!(far.at(0.0, Orientation::FRONT).half, [1e30, 1e30]);
        let none = LayerBounds::new(DMatrix::zeros(2, 0).as_view(), &[], false);
        assert_eq!(none.at(0.3, Orientation::FRONT).half, [1.0, 1.0]);
    }
}
