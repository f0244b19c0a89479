//! How much of the projected space is in sight: fixed for the whole flow, or following the data slowly.

use nalgebra::DMatrixView;

/// A part of the projected space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Its middle.
    pub centre: [f64; 3],
    /// Half its width and height in 2-D; in 3-D the radius of a ball, twice. Positive.
    pub half: [f64; 2],
}

/// How far before and after a time the data must be in sight, in layers. A shorter reach would undo on the screen what
/// a compression does: the picture would shrink just as the data grows.
const REACH: f64 = 0.3;
/// Entries of the table of sizes for each layer.
const ENTRIES_A_LAYER: f64 = 20.0;
/// Longer flows have a coarser table.
const MAX_ENTRIES: usize = 2000;

impl Fit {
    /// What holds all `points` (1 to 3 coordinates × points).
    pub(super) fn around(points: DMatrixView<'_, f64>, space: bool) -> Fit {
        let mut centre = [0.0; 3];
        let mut half = [0.0; 3];
        for (axis, row) in points.row_iter().enumerate().take(3) {
            let (low, high) = row.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(*x), b.max(*x)));
            if low <= high {
                centre[axis] = (low + high) / 2.0;
                half[axis] = (high - low) / 2.0;
            }
        }
        let half = if space { reach_from(points, &centre, true) } else { [half[0], half[1]] };
        let largest = half[0].max(half[1]);
        // A single point, or points that never part, are shown in a window of their own size.
        let fallback = if largest > 0.0 { largest } else { centre.iter().fold(0.0, |a: f64, b| a.max(b.abs())) };
        let fallback = if fallback > 0.0 { fallback } else { 1.0 };
        Fit { centre, half: half.map(|half| if half > 1e-9 * fallback { half } else { fallback }) }
    }
}

/// How far `points` reach from `centre`: sideways and upwards in 2-D, in any direction (twice) in 3-D.
fn reach_from(points: DMatrixView<'_, f64>, centre: &[f64; 3], space: bool) -> [f64; 2] {
    let mut reach = [0.0_f64; 2];
    for point in points.column_iter() {
        if space {
            let square: f64 = point.iter().zip(centre).map(|(x, c)| (x - c).powi(2)).sum();
            reach = [reach[0].max(square); 2];
        } else {
            for (reach, (x, c)) in reach.iter_mut().zip(point.iter().zip(centre)) {
                *reach = reach.max((x - c).abs());
            }
        }
    }
    if space { reach.map(f64::sqrt) } else { reach }
}

/// A table of sizes over time that changes slowly and never leaves the data out of sight.
#[derive(Clone, Debug)]
pub(super) struct Following {
    centre: [f64; 3],
    /// Time between the entries.
    spacing: f64,
    /// Natural logarithms of half the width and the height.
    sizes: Vec<[f64; 2]>,
}

impl Following {
    /// `times` holds the time of each column of `points`, ascending.
    pub(super) fn new(points: DMatrixView<'_, f64>, times: &[f64], whole: Fit, space: bool) -> Following {
        // Rotations turn about the origin; where the data is near it, the view should too.
        let offset = whole.centre.iter().map(|x| x * x).sum::<f64>().sqrt();
        let centre = if offset <= whole.half[0].max(whole.half[1]) { [0.0; 3] } else { whole.centre };
        let mut needed: Vec<(f64, [f64; 2])> = Vec::new();
        let mut start = 0;
        for group in times.chunk_by(|a, b| a == b) {
            let reach = reach_from(points.columns(start, group.len()), &centre, space);
            needed.extend(group.first().map(|t| (*t, reach)));
            start += group.len();
        }
        let end = times.last().copied().unwrap_or(0.0);
        let entries = ((end * ENTRIES_A_LAYER) as usize + 1).clamp(2, MAX_ENTRIES);
        let spacing = (end / (entries - 1) as f64).max(f64::MIN_POSITIVE);
        let floor = 1e-6 * whole.half[0].max(whole.half[1]);
        let largest = |t: f64| -> [f64; 2] {
            let near = needed.iter().filter(|(time, _)| (time - t).abs() <= REACH).map(|(_, reach)| reach);
            let found = near.fold([floor; 2], |[a, b], [c, d]| [a.max(*c), b.max(*d)]);
            found.map(f64::ln)
        };
        let highest: Vec<[f64; 2]> = (0..entries).map(|entry| largest(entry as f64 * spacing)).collect();
        let sizes = if needed.is_empty() { Vec::new() } else { smooth(&highest, (REACH / spacing) as usize) };
        Following { centre, spacing, sizes }
    }

    /// `None` where there is no data.
    pub(super) fn at(&self, t: f64) -> Option<Fit> {
        let last = self.sizes.len().checked_sub(1)?;
        let position = (t / self.spacing).clamp(0.0, last as f64);
        let (before, share) = (position.floor() as usize, position.fract());
        let (one, other) = (self.sizes.get(before)?, self.sizes.get((before + 1).min(last))?);
        let between = |axis: usize| (one[axis] + share * (other[axis] - one[axis])).exp();
        Some(Fit { centre: self.centre, half: [between(0), between(1)] })
    }
}

/// The mean of the entries within `reach` of each, the near ones weighing more. As every entry is the largest within
/// the same reach, no mean is below what is needed at its own time.
fn smooth(entries: &[[f64; 2]], reach: usize) -> Vec<[f64; 2]> {
    let reach = reach.min(entries.len());
    let mean = |at: usize| {
        let (mut sum, mut weights) = ([0.0; 2], 0.0);
        for (position, entry) in entries.iter().enumerate().take(at + reach + 1).skip(at.saturating_sub(reach)) {
            let distance = position.abs_diff(at) as f64 / (reach + 1) as f64;
            let weight = 1.0 + (std::f64::consts::PI * distance).cos();
            weights += weight;
            sum.iter_mut().zip(entry).for_each(|(sum, entry)| *sum += weight * entry);
        }
        sum.map(|sum| sum / weights)
    };
    (0..entries.len()).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;

    #[test]
    fn the_data_stays_in_sight_and_the_size_changes_slowly() {
        let times: Vec<f64> = (0..=60).map(|step| f64::from(step) / 10.0).collect();
        let radius = |t: f64| if (t % 1.0) > 0.4 { 5.0 } else { 1.0 + t / 6.0 };
        let points = DMatrix::from_fn(3, times.len(), |row, column| if row == 1 { radius(times[column]) } else { 0.0 });
        let whole = Fit { centre: [0.0; 3], half: [5.0; 2] };
        let principal_rows = Following::new(points.as_view(), &times, whole, true);
        let mut before = principal_rows.at(0.0).unwrap().half[0];
        assert!(before < 4.0, "the start is shown larger than the whole flow would be");
        for &t in &times {
            let half = principal_rows.at(t).unwrap().half[0];
            assert!(half >= radius(t) * 0.999, "at {t}: {half}");
            assert!((half / before).ln().abs() < 0.5);
            before = half;
        }
    }

    #[test]
    fn far_data_keeps_its_own_centre() {
        let points = DMatrix::from_row_slice(2, 2, &[100.0, 101.0, 50.0, 52.0]);
        let whole = Fit::around(points.as_view(), false);
        assert_eq!((whole.centre, whole.half), ([100.5, 51.0, 0.0], [0.5, 1.0]));
        let principal_rows = Following::new(points.as_view(), &[0.0, 0.0], whole, false);
        assert_eq!(principal_rows.at(0.0).unwrap().centre, whole.centre);
    }
}
