//! Small moving pictures of the examples for the start page: some of the data at some times of the flow.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::document::Example;
use super::scene::{Progress, Scene};
use crate::dataset::Labels;
use crate::flow::FlowOptions;
use crate::linalg::principal_components;

/// The most points in a picture.
const POINTS: usize = 160;
/// The times at which they are known.
const TIMES: usize = 97;
/// The size of the picture follows the data over so many times to either side.
const EVEN: usize = 12;

/// A moving picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// Where the points are, by time; the data fills −1 to 1 along the direction in which it reaches furthest.
    times: Vec<Vec<[f32; 2]>>,
    /// The class of each point.
    pub classes: Vec<usize>,
    /// The duration of the flow: its number of layers.
    pub duration: f64,
}

/// The pictures that are there.
#[derive(Debug, Default)]
pub struct Previews {
    /// The examples that were tried, in the order in which they came; `None` for one without a picture.
    tried: Vec<(Example, Option<Arc<Preview>>)>,
    under_way: Option<Example>,
}

impl Preview {
    /// Follows some of an example's data through its network, seen in the plane of its greatest variance over all times.
    /// `None` where the flow cannot be built, or `progress` answers false.
    pub fn of(example: Example, progress: &mut Progress<'_>) -> Option<Preview> {
        let (network, mut data) = example.load().ok()?;
        let drawn = data.draw()?;
        let some = Arc::new(drawn.every(drawn.samples().div_ceil(POINTS)));
        let scene = Scene::build(&Arc::new(network), &some, FlowOptions::default(), None, progress).ok()?;
        let all: Vec<usize> = (0..scene.data.samples()).collect();
        let duration = scene.flow.duration();
        let at = |time: usize| scene.data.positions(&scene.flow, duration * time as f64 / (TIMES - 1) as f64, &all);
        let positions: Vec<DMatrix<f64>> = (0..TIMES).map(at).collect();
        let dimension = scene.flow.ambient_dimension();
        let pooled: Vec<f64> = positions.iter().flat_map(|at| at.iter().copied()).collect();
        let pooled = DMatrix::from_vec(dimension, all.len() * TIMES, pooled);
        let plane = principal_components(&pooled, 2).ok()?;
        let shadow = |at: &DMatrix<f64>| -> Vec<[f64; 2]> {
            let seen = &plane.directions * at;
            let row = |row: usize, column: usize| seen.get((row, column)).copied().unwrap_or(0.0);
            (0..seen.ncols()).map(|column| [row(0, column), row(1, column)]).collect()
        };
        let classes = match &scene.dataset.labels {
            Labels::Classes { of_sample, .. } => of_sample.clone(),
            _ => vec![0; all.len()],
        };
        let times = filled(positions.iter().map(shadow).collect());
        Some(Preview { times, classes, duration })
    }

    /// Where the points are at a share of the duration from 0 to 1.
    pub fn at(&self, share: f64) -> impl Iterator<Item = [f32; 2]> {
        let last = self.times.len().saturating_sub(1);
        let time = share.clamp(0.0, 1.0) * last as f64;
        let before = (time.floor() as usize).min(last);
        let part = (time - before as f64) as f32;
        let pair = [before, (before + 1).min(last)].map(|time| self.times.get(time).map_or(&[][..], Vec::as_slice));
        pair[0]
            .iter()
            .zip(pair[1])
            .map(move |(from, to)| [0, 1].map(|axis| from[axis] + part * (to[axis] - from[axis])))
    }
}

/// Moves each time's points into the middle and scales them so that they fill −1 to 1; middle and scale are means over
/// the times around, so that neither jumps.
fn filled(times: Vec<Vec<[f64; 2]>>) -> Vec<Vec<[f32; 2]>> {
    let bounds = |points: &Vec<[f64; 2]>| {
        let range = |axis: usize| {
            let values = points.iter().map(|at| at[axis]);
            [values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max)]
        };
        let [across, up] = [range(0), range(1)];
        let middle = [0.5 * (across[0] + across[1]), 0.5 * (up[0] + up[1])];
        (middle, 0.5 * (across[1] - across[0]).max(up[1] - up[0]))
    };
    let bounds: Vec<([f64; 2], f64)> = times.iter().map(bounds).collect();
    let even = |time: usize| {
        let around = &bounds[time.saturating_sub(EVEN)..(time + EVEN + 1).min(bounds.len())];
        let sum =
            around.iter().fold([0.0; 3], |sum, (middle, size)| [sum[0] + middle[0], sum[1] + middle[1], sum[2] + size]);
        let [x, y, size] = sum.map(|sum| sum / around.len() as f64);
        ([x, y], size)
    };
    let scaled = |(time, points): (usize, &Vec<[f64; 2]>)| {
        let (middle, size) = even(time);
        let scale = if size > 0.0 { 1.0 / size } else { 1.0 };
        points.iter().map(|at| [0, 1].map(|axis| (scale * (at[axis] - middle[axis])) as f32)).collect()
    };
    times.iter().enumerate().map(scaled).collect()
}

impl Previews {
    /// The picture of an example, once it is there.
    pub fn of(&self, example: Example) -> Option<&Arc<Preview>> {
        self.tried.iter().find(|(tried, _)| *tried == example).and_then(|(_, preview)| preview.as_ref())
    }

    /// Takes a picture, or that there is none.
    pub(super) fn accept(&mut self, example: Example, preview: Option<Arc<Preview>>) {
        self.under_way.take_if(|under_way| *under_way == example);
        if !self.tried.iter().any(|(tried, _)| *tried == example) {
            self.tried.push((example, preview));
        }
    }

    /// The next example whose picture is to be drawn, which counts as under way from now on.
    pub(super) fn next(&mut self) -> Option<Example> {
        let is_missing = |example: &Example| !self.tried.iter().any(|(tried, _)| tried == example);
        let next = Example::ALL.into_iter().find(is_missing).filter(|_| self.under_way.is_none())?;
        self.under_way = Some(next);
        Some(next)
    }

    /// The work was stopped, or failed: there is no picture of that example.
    pub(super) fn give_up(&mut self) {
        if let Some(example) = self.under_way {
            self.accept(example, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_moves_and_fills_its_picture() {
        for example in Example::ALL {
            let preview = Preview::of(example, &mut |_, _| true).unwrap();
            assert!(preview.classes.len() <= POINTS && preview.classes.len() > 30, "{example:?}");
            let reach = |share| preview.at(share).flatten().fold(0.0_f32, |most, value| most.max(value.abs()));
            for share in [0.0, 0.31, 0.5, 1.0] {
                assert_eq!(preview.at(share).count(), preview.classes.len());
                assert!((0.6..1.6).contains(&reach(share)), "{example:?} at {share}: {}", reach(share));
            }
            let moved = preview.at(0.0).zip(preview.at(1.0)).any(|(from, to)| (from[0] - to[0]).abs() > 0.3);
            assert!(moved, "{example:?}");
        }
    }
}
