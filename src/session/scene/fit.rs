//! How much of the projected space is in sight: one scale for the whole flow, or one that lets the data fill the view.
//!
//! The scale rests while the data fills most of what is in sight, so that growth and shrinkage are seen. Where the data would
//! leave it, or become small in it, the window goes along as little as it can: along each direction of the screen it holds
//! the data and is at most 1 ⁄ [`TIGHTEST`] times as large. That window follows from the flow up to t and from the direction
//! of the look, and not from what was looked at before: at one time there is one picture.

use std::sync::{Arc, Mutex, PoisonError};

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

/// The data fills at least this share of the window along each direction.
const TIGHTEST: f64 = 0.86;
/// The data may be smaller than this share of the largest that it becomes without being magnified further: it is a point.
const SMALLEST: f64 = 1e-6;
/// Positions are known to this share of themselves.
const ROUNDING: f64 = 1e-5;
/// A direction along which the window is smaller than this share of the other does not decide the scale.
const DECISIVE: f64 = 0.25;
/// The window's way is smoothed over this span of its own clock, which goes as the time does while the window rests …
const SMOOTHED: f64 = 0.08;
/// … and by so much more for each e-fold of its change: smoothing moves its size and its middle by about 3 % each.
const CHANGE: f64 = 1.2;
/// Half the time over which the growth of the window is measured, in layers.
const MOMENT: f64 = 0.01;
/// A window of this size shows a single point.
const NOTHING: f64 = 1e-300;
/// The directions, and their opposites, along which the outermost positions of a picture in space are kept: neighbours are
/// about a quarter of a radian apart, so that what is kept reaches as far as all positions to 2 %.
const DIRECTIONS: usize = 48;
/// The angle by which each of them is turned from the one before around the axis; it never repeats.
const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653;

/// The outermost projected positions at many times.
#[derive(Clone, Debug)]
pub(super) struct DataBounds {
    moments: Arc<[Moment]>,
    /// The way of the window for the direction that was looked from last.
    known: Arc<Mutex<Option<Arc<WindowPath>>>>,
}

#[derive(Clone, Debug)]
struct Moment {
    t: f64,
    outermost: Vec<[f64; 3]>,
}

/// The window at many times, looked at from one direction.
#[derive(Debug)]
struct WindowPath {
    orientation: Orientation,
    times: Vec<f64>,
    /// The window's own clock at each time.
    clock: Vec<f64>,
    /// Middle and half size along right, up and toward the viewer.
    windows: Vec<[Span; 3]>,
}

/// The middle of a span, and the logarithm of half its length.
#[derive(Clone, Copy, Debug)]
struct Span {
    middle: f64,
    log_half: f64,
}

/// From and to along right, up and toward the viewer.
type Sides = [[f64; 2]; 3];

impl DataBounds {
    /// `times` holds the time of each column of `points` (1 to 3 coordinates × positions), ascending.
    pub(super) fn new(points: DMatrixView<'_, f64>, times: &[f64], space: bool) -> DataBounds {
        let directions = if space { directions() } else { vec![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]] };
        let mut moments = Vec::new();
        let mut start = 0;
        for group in times.chunk_by(|one, other| one == other) {
            let outermost = outermost(points.columns(start, group.len()), &directions);
            start += group.len();
            if let (Some(t), false) = (group.first(), outermost.is_empty()) {
                moments.push(Moment { t: *t, outermost });
            }
        }
        DataBounds { moments: moments.into(), known: Arc::default() }
    }

    /// What holds the data of the whole flow, looked at with `orientation`.
    pub(super) fn whole(&self, orientation: Orientation) -> Fit {
        let all = self.moments.iter().filter_map(|moment| sides(&moment.outermost, orientation));
        let union = all.reduce(|one, other| {
            [0, 1, 2].map(|axis| [one[axis][0].min(other[axis][0]), one[axis][1].max(other[axis][1])])
        });
        let middle_and_half = |[low, high]: [f64; 2]| (low / 2.0 + high / 2.0, high / 2.0 - low / 2.0);
        fit(union.unwrap_or([[0.0; 2]; 3]).map(middle_and_half), orientation)
    }

    /// What is in sight at time t, looked at with `orientation`.
    pub(super) fn at(&self, t: f64, orientation: Orientation) -> Fit {
        let path = self.path(orientation);
        fit(path.at(t).map(|span| (span.middle, span.log_half.exp())), orientation)
    }

    /// How fast the window grows at time t, in e-folds a layer; 0 while it rests.
    pub(super) fn growth(&self, t: f64, orientation: Orientation) -> f64 {
        let path = self.path(orientation);
        let log_size = |t: f64| path.at(t)[..2].iter().map(|span| span.log_half).fold(f64::NEG_INFINITY, f64::max);
        let grown = (log_size(t + MOMENT) - log_size(t - MOMENT)) / (2.0 * MOMENT);
        if grown.is_finite() { grown } else { 0.0 }
    }

    fn path(&self, orientation: Orientation) -> Arc<WindowPath> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some(path) if path.orientation == orientation => path.clone(),
            _ => {
                let path = Arc::new(WindowPath::new(&self.moments, orientation));
                *known = Some(path.clone());
                path
            }
        }
    }
}

impl WindowPath {
    fn new(moments: &[Moment], orientation: Orientation) -> WindowPath {
        let seen: Vec<(f64, Sides)> =
            moments.iter().filter_map(|moment| Some((moment.t, sides(&moment.outermost, orientation)?))).collect();
        let half = |[low, high]: [f64; 2]| high / 2.0 - low / 2.0;
        let largest = seen.iter().flat_map(|(_, sides)| sides.map(half)).fold(0.0, f64::max);
        let mut windows: Vec<[Span; 3]> = Vec::with_capacity(seen.len());
        for (_, sides) in &seen {
            let before = windows.last().copied();
            windows.push([0, 1, 2].map(|axis| {
                let least = smallest(sides[axis], largest);
                followed(before.map(|before: [Span; 3]| before[axis]), sides[axis], least)
            }));
        }
        let times: Vec<f64> = seen.iter().map(|(t, _)| *t).collect();
        let mut clock = Vec::with_capacity(times.len());
        let mut now = 0.0;
        for (index, window) in windows.iter().enumerate() {
            if let Some(before) = index.checked_sub(1) {
                now += times[index] - times[before] + CHANGE * change(&windows[before], window);
            }
            clock.push(now);
        }
        WindowPath { orientation, times, clock, windows }
    }

    /// The window at time t, its way smoothed over a span of its own clock.
    fn at(&self, t: f64) -> [Span; 3] {
        let still = Span { middle: 0.0, log_half: f64::NEG_INFINITY };
        let (Some(first), Some(last)) = (self.windows.first(), self.windows.last()) else { return [still; 3] };
        let after = self.times.partition_point(|known| *known <= t);
        let now = match (after.checked_sub(1), self.times.get(after)) {
            (Some(before), Some(next)) => {
                let share = (t - self.times[before]) / (next - self.times[before]).max(f64::MIN_POSITIVE);
                self.clock[before] + share * (self.clock[after] - self.clock[before])
            }
            (Some(before), None) => self.clock[before],
            (None, _) => 0.0,
        };
        let end = self.clock.last().copied().unwrap_or(0.0);
        let (from, to) = (now - SMOOTHED / 2.0, now + SMOOTHED / 2.0);
        // The mean of a way of straight pieces: each with its middle. Before its start and behind its end it rests.
        let mut sum = [Span { middle: 0.0, log_half: 0.0 }; 3];
        let mut add = |window: &[Span; 3], weight: f64| {
            for (sum, span) in sum.iter_mut().zip(window) {
                sum.middle += weight * span.middle;
                sum.log_half += weight * span.log_half;
            }
        };
        add(first, (-from).clamp(0.0, SMOOTHED) / SMOOTHED);
        add(last, (to - end).clamp(0.0, SMOOTHED) / SMOOTHED);
        let begin = self.clock.partition_point(|clock| *clock <= from).saturating_sub(1);
        for index in begin..self.clock.len().saturating_sub(1) {
            let (start, stop) = (self.clock[index], self.clock[index + 1]);
            if start >= to {
                break;
            }
            let (low, high) = (start.max(from), stop.min(to));
            if high > low {
                let share = ((low + high) / 2.0 - start) / (stop - start);
                add(&between(&self.windows[index], &self.windows[index + 1], share), (high - low) / SMOOTHED);
            }
        }
        sum
    }
}

/// The least half size of a window for data that reaches so far: where it never parts, its distance from the origin.
fn smallest([low, high]: [f64; 2], largest: f64) -> f64 {
    let far = low.abs().max(high.abs());
    if largest <= ROUNDING * far { far } else { (SMALLEST * largest).max(ROUNDING * far) }
}

/// The window that follows `before` by as little as the data at `side` asks for.
fn followed(before: Option<Span>, [low, high]: [f64; 2], least: f64) -> Span {
    let half = (high / 2.0 - low / 2.0).max(least);
    let own = low / 2.0 + high / 2.0;
    if half <= 0.0 {
        return Span { middle: own, log_half: f64::MIN_POSITIVE.ln() };
    }
    let Some(before) = before else { return Span { middle: own, log_half: (half / TIGHTEST.sqrt()).ln() } };
    let size = before.log_half.exp().clamp(half, half / TIGHTEST);
    let room = size - half;
    Span { middle: before.middle.clamp(own - room, own + room), log_half: size.ln() }
}

/// How much of a change there is from one window to the next.
fn change(from: &[Span; 3], to: &[Span; 3]) -> f64 {
    let half = |window: &[Span; 3], axis: usize| window[axis].log_half.exp();
    let largest = [0, 1].map(|axis| half(from, axis).max(half(to, axis))).into_iter().fold(f64::MIN_POSITIVE, f64::max);
    let of_axis = |axis: usize| {
        let size = half(from, axis).max(half(to, axis));
        let weight = (size / (DECISIVE * largest)).min(1.0);
        let grown = (to[axis].log_half - from[axis].log_half).abs();
        let moved = (to[axis].middle - from[axis].middle).abs() / size.max(DECISIVE * largest);
        (weight * grown).max(moved)
    };
    of_axis(0).max(of_axis(1))
}

fn between(from: &[Span; 3], to: &[Span; 3], share: f64) -> [Span; 3] {
    let mix = |from: f64, to: f64| from + share * (to - from);
    [0, 1, 2].map(|axis| Span {
        middle: mix(from[axis].middle, to[axis].middle),
        log_half: mix(from[axis].log_half, to[axis].log_half),
    })
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

/// A part with this middle and half size along right, up and toward the viewer. A single point, or points that never part,
/// are shown in a window of their own size.
fn fit(spans: [(f64, f64); 3], orientation: Orientation) -> Fit {
    let (middle, half) = (spans.map(|(middle, _)| middle), [spans[0].1, spans[1].1]);
    let rows = orientation.rows();
    let centre = [0, 1, 2].map(|axis| rows.iter().zip(middle).map(|(row, at)| row[axis] * at).sum());
    let largest = half[0].max(half[1]);
    let fallback = middle.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    let fallback = if fallback > 0.0 { fallback } else { 1.0 };
    let least = if largest > NOTHING { 1e-9 * largest } else { fallback };
    Fit { centre, half: half.map(|half| half.max(least)) }
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

    fn bounds(radius: impl Fn(f64) -> f64, shift: impl Fn(f64) -> f64) -> DataBounds {
        let times = times();
        let doubled: Vec<f64> = times.iter().flat_map(|t| [*t, *t]).collect();
        let points = DMatrix::from_fn(2, doubled.len(), |row, column| {
            let side = if column % 2 == 0 { -1.0 } else { 1.0 };
            let t = doubled[column];
            side * radius(t) * if row == 0 { 1.0 } else { 0.4 } + if row == 0 { shift(t) } else { 0.0 }
        });
        DataBounds::new(points.as_view(), &doubled, false)
    }

    /// e-folds that smoothing may move a window by.
    const TOLERANCE: f64 = 0.045;

    #[test]
    fn the_data_fills_most_of_the_window_at_every_time_and_stays_in_it() {
        type Way = fn(f64) -> f64;
        let ways: [(&str, Way, Way); 4] = [
            ("large in the middle", radius, |_| 0.0),
            ("shrinks", |t| 20.0_f64.powf(-t), |_| 2.0),
            ("swings", |t| 1.0 + 0.6 * (5.0 * t).sin(), |t| (4.0 * t).cos()),
            ("moves away", |_| 1.0, |t| 30.0 * t),
        ];
        for (what, radius, shift) in ways {
            let bounds = bounds(radius, shift);
            for step in 0..=600 {
                let t = f64::from(step) / 200.0;
                let (fit, size, at) = (bounds.at(t, Orientation::FRONT), radius(t), shift(t));
                let fills = size / fit.half[0];
                assert!(fills > TIGHTEST - TOLERANCE, "{what} at {t}: {fills}");
                let reaches = ((at - fit.centre[0]).abs() + size) / fit.half[0];
                assert!(reaches < 1.0 + 2.0 * TOLERANCE, "{what} at {t}: {reaches}");
            }
        }
    }

    #[test]
    fn the_window_rests_while_the_data_fills_it() {
        let bounds = bounds(|t| 1.0 + 0.05 * (3.0 * t).sin(), |t| 0.02 * t);
        let first = bounds.at(1.0, Orientation::FRONT);
        for t in times().into_iter().filter(|t| *t > 1.0) {
            assert_eq!(bounds.at(t, Orientation::FRONT).half, first.half, "at {t}");
        }
    }

    #[test]
    fn the_scale_never_jumps_and_depends_on_the_time_alone() {
        let bounds = bounds(radius, |_| 0.0);
        let halves = |steps: Vec<u32>| -> Vec<f64> {
            steps.into_iter().map(|step| bounds.at(f64::from(step) / 1000.0, Orientation::FRONT).half[0]).collect()
        };
        let forth = halves((0..=3000).collect());
        assert!(forth.windows(2).all(|pair| (pair[1] / pair[0]).ln().abs() < 0.03));
        let mut back = halves((0..=3000).rev().collect());
        back.reverse();
        assert_eq!(forth, back);
        assert!(bounds.whole(Orientation::FRONT).half[0] > 4.9);
    }

    #[test]
    fn what_is_kept_of_a_cloud_in_space_reaches_as_far_as_the_cloud() {
        let points = DMatrix::from_fn(3, 3000, |row, column| {
            let hash = ((column * 7919 + row * 104_729) % 10_007) as f64 / 10_007.0;
            (hash - 0.5) * [4.0, 2.0, 1.0][row]
        });
        let times = vec![0.0; 3000];
        let bounds = DataBounds::new(points.as_view(), &times, true);
        assert!(bounds.moments[0].outermost.len() <= 2 * DIRECTIONS);
        for (sideways, downward) in [(0.0, 0.0), (0.7, -0.3), (2.1, 1.0)] {
            let orientation =
                Orientation::about([0.0, 1.0, 0.0], sideways).after(Orientation::about([1.0, 0.0, 0.0], downward));
            let rows = orientation.rows();
            let fit = bounds.whole(orientation);
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
        let far = DataBounds::new(DMatrix::from_element(2, 1, 1e30).as_view(), &[0.0], false);
        assert_eq!(far.whole(Orientation::FRONT).half, [1e30, 1e30]);
        assert!(far.at(0.0, Orientation::FRONT).half.iter().all(|half| (1e30..1.2e30).contains(half)));
        let none = DataBounds::new(DMatrix::zeros(2, 0).as_view(), &[], false);
        assert_eq!(none.at(0.3, Orientation::FRONT).half, [1.0, 1.0]);
    }
}
