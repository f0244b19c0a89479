//! Trails: where some of the points were at a row of times before now, fading backwards.

use std::collections::BTreeMap;

use egui::{Color32, Painter, Pos2, Shape, Stroke};
use nalgebra::DMatrix;

use super::polyline;
use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::explorer::stage::source::Source;
use crate::explorer::theme::THIN;
use crate::session::Scene;

/// Times at which a trail is drawn.
const KNOTS: i64 = 32;
/// The multiplications that are spent on them in one frame: a jump in time fills its trail over several frames, a
/// projection that turns needs all of them anew.
const FRAME_WORK: usize = 50_000_000;
/// Where a frame affords fewer than these, trails wait until time and projection stand still: what came out before would
/// be too short to be one, and take as long as the points.
const KNOTS_OF_A_STUB: usize = 4;
/// Pieces of a trail, each fainter than the one after it.
const PIECES: usize = 4;

/// How strong the newest piece is beside the point itself.
const STRENGTH: f32 = 0.4;

/// Projected positions at the knots of one source's trails, kept while they are in sight.
#[derive(Debug, Default)]
pub struct Trails {
    kept: Option<Kept>,
    now: Vec<[f32; 3]>,
}

#[derive(Debug)]
struct Kept {
    source: Source,
    samples: Vec<usize>,
    rows: DMatrix<f64>,
    t: f64,
    spacing: f64,
    knots: BTreeMap<i64, Vec<[f32; 3]>>,
}

impl Trails {
    /// Brings the knots up to the time t, for trails of `samples` that reach back by `length`. True where some are still
    /// missing.
    pub fn follow(
        &mut self,
        scene: &Scene,
        (source, samples): (&Source, &[usize]),
        rows: &DMatrix<f64>,
        t: f64,
        length: f64,
    ) -> bool {
        let spacing = length.max(1e-3) / KNOTS as f64;
        let same = |kept: &Kept| kept.source.is(source) && kept.spacing == spacing && kept.samples == samples;
        let affordable = affordable(scene.flow.ambient_dimension(), samples.len());
        let waits = affordable < KNOTS_OF_A_STUB;
        let (mut has_moved, mut fits) = (true, false);
        if let Some(kept) = self.kept.as_ref().filter(|kept| same(kept)) {
            has_moved = kept.t != t || kept.rows != *rows;
            fits = kept.rows == *rows && !(waits && has_moved);
        }
        if !fits {
            let (source, samples, rows) = (source.clone(), samples.to_vec(), rows.clone());
            self.kept = Some(Kept { source, samples, rows, t, spacing, knots: BTreeMap::new() });
        }
        if has_moved {
            self.now.clear();
        }
        if has_moved && waits {
            return true;
        }
        let Some(kept) = &mut self.kept else { return false };
        kept.t = t;
        let (first, last) = knot_range(t, spacing);
        kept.knots.retain(|knot, _| (first..=last).contains(knot));
        let mut computed = 0;
        if self.now.is_empty() {
            source.project_some(scene, t, rows, samples, &mut self.now);
            computed += usize::from(waits);
        }
        // The newest first, so that a trail grows from its point backwards.
        for knot in (first..=last).rev() {
            if kept.knots.contains_key(&knot) {
                continue;
            }
            if computed == affordable {
                return true;
            }
            let mut positions = Vec::new();
            source.project_some(scene, knot as f64 * spacing, rows, samples, &mut positions);
            kept.knots.insert(knot, positions);
            computed += 1;
        }
        false
    }

    /// Draws the trail of each followed sample in its colour.
    pub fn draw(&self, painter: &Painter, transform: &ScreenTransform, colours: impl Iterator<Item = Color32>) {
        let Some(kept) = &self.kept else { return };
        for (index, colour) in colours.enumerate() {
            let knots = kept.knots.values().rev().map_while(|positions| positions.get(index));
            let indices = self.now.get(index).into_iter().chain(knots).map_while(|at| transform.place_f32(*at));
            let indices: Vec<Pos2> = indices.map(|(at, _)| at).collect();
            let piece = indices.len().div_ceil(PIECES).max(2);
            for (age, start) in (0..indices.len().saturating_sub(1)).step_by(piece).enumerate() {
                let mut points = indices[start..indices.len().min(start + piece + 1)].to_vec();
                polyline::without_the_unseen(&mut points);
                let strength = STRENGTH * (1.0 - age as f32 / (PIECES + 1) as f32);
                painter.add(Shape::line(points, Stroke::new(THIN, colour.gamma_multiply(strength))));
            }
        }
    }
}

/// How many knots of trails of so many points a frame affords, one at least: the rows are carried back through a layer's
/// two rotations, the points are multiplied by them.
fn affordable(dimension: usize, samples: usize) -> usize {
    let knot = 3_usize.saturating_mul(dimension).saturating_mul(samples);
    let knot = knot.saturating_add(dimension.saturating_mul(dimension).saturating_mul(8));
    (FRAME_WORK / knot.max(1)).max(1)
}

/// The knots within a trail's length before t, none before the flow begins and none at t itself.
fn knot_range(t: f64, spacing: f64) -> (i64, i64) {
    let last = (t / spacing).ceil() as i64 - 1;
    ((last - KNOTS + 1).max(0), last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_affords_whole_trails_of_small_flows_and_stubs_of_wide_ones() {
        assert!(affordable(3, 500) >= KNOTS as usize);
        assert!((KNOTS_OF_A_STUB..KNOTS as usize).contains(&affordable(784, 500)));
        assert_eq!(affordable(2048, 500), 1);
        assert_eq!(affordable(usize::MAX, usize::MAX), 1);
    }

    #[test]
    fn knots_lie_before_now_and_within_the_flow() {
        assert_eq!(knot_range(0.0, 0.1), (0, -1));
        assert_eq!(knot_range(0.05, 0.1), (0, 0));
        assert_eq!(knot_range(0.1, 0.1), (0, 0));
        let (first, last) = knot_range(10.0, 0.1);
        assert_eq!(last - first + 1, KNOTS);
        assert!((last as f64) * 0.1 < 10.0);
    }
}
