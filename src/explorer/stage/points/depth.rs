//! The order in which points are drawn where there is depth: far ones first.

use super::parallel;
use crate::session::ScreenPoint;

/// Depths are told apart in this many slices; within one the order cannot be seen.
const SLICES: usize = 1024;

/// How many points of a part lie in each slice.
pub fn counts(part: &[ScreenPoint]) -> Vec<usize> {
    let mut counts = vec![0; SLICES];
    part.iter().for_each(|placed| counts[slice(placed)] += 1);
    counts
}

/// A counting sort of points whose parts are counted: each part goes to places of its own, all side by side.
pub fn sort(parts: &[(&[ScreenPoint], Vec<usize>)], sorted: &mut Vec<ScreenPoint>) {
    sorted.resize(parts.iter().map(|(part, _)| part.len()).sum(), ScreenPoint::default());
    let mut positions: Vec<Vec<_>> = parts.iter().map(|_| Vec::with_capacity(SLICES)).collect();
    let mut rest = sorted.as_mut_slice();
    for slice in 0..SLICES {
        for ((_, counts), positions) in parts.iter().zip(&mut positions) {
            // The counts are those of the parts, so that they never reach beyond the end.
            let here = counts[slice].min(rest.len());
            let (run, beyond) = rest.split_at_mut(here);
            positions.push(run.iter_mut());
            rest = beyond;
        }
    }
    let work = parts.iter().zip(positions).map(|((part, _), mut positions)| {
        move || {
            for placed in *part {
                if let Some(position) = positions[slice(placed)].next() {
                    *position = *placed;
                }
            }
        }
    });
    parallel::run_all(work.collect());
}

#[inline(always)]
fn slice(placed: &ScreenPoint) -> usize {
    (((placed.depth + 1.0) / 2.0 * SLICES as f32) as usize).min(SLICES - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::nearest;

    fn sorted(parts: &[&[ScreenPoint]]) -> Vec<ScreenPoint> {
        let mut sorted = vec![ScreenPoint { sample: 99, ..ScreenPoint::default() }; 2];
        sort(&parts.iter().map(|part| (*part, counts(part))).collect::<Vec<_>>(), &mut sorted);
        sorted
    }

    #[test]
    fn far_points_come_first_and_equal_ones_in_their_order() {
        let depths = [0.9, -0.9, 0.0, 7.0, -7.0, 0.0, f32::NAN, 0.9, 0.0];
        let placed =
            |(sample, depth): (usize, &f32)| ScreenPoint { at: [0.0; 2], depth: *depth, sample: sample as u32 };
        let points: Vec<ScreenPoint> = depths.iter().enumerate().map(placed).collect();
        let order = |points: Vec<ScreenPoint>| points.iter().map(|placed| placed.sample).collect::<Vec<_>>();
        let expected = [4, 6, 1, 2, 5, 8, 0, 7, 3];
        assert_eq!(order(sorted(&[&points])), expected);
        // However the points are divided, the order is the same.
        for first in 0..points.len() {
            let (first, second) = points.split_at(first);
            assert_eq!(order(sorted(&[first, second])), expected);
        }
        assert!(sorted(&[]).is_empty() && sorted(&[&[], &[]]).is_empty());
    }

    #[test]
    fn the_front_one_of_equal_points_is_picked() {
        let placed = |x: f32, depth, sample| ScreenPoint { at: [x, 100.0], depth, sample };
        let points = sorted(&[&[placed(100.0, 0.5, 0), placed(100.0, -0.5, 1)], &[placed(150.0, 0.0, 2)]]);
        assert_eq!(nearest(&points, [101.0, 100.0], 8.0).map(|placed| placed.sample), Some(0));
        assert_eq!(nearest(&points, [10.0, 10.0], 8.0), None);
    }
}
