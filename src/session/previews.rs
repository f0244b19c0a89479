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
/// The middle of the picture is that of the data over so many times to either side.
const EVEN: usize = 3;
/// The logarithm by which the size of the picture changes at most from one time to the next.
const RATE: f64 = 0.3;
/// How many times as wide as high a picture is.
pub const PREVIEW_ASPECT: f64 = 2.2;

/// A moving picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// Where the points are, by time: within −1 to 1 upwards, and [`PREVIEW_ASPECT`] times as far sideways.
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
        // Generated classes take turns: an even step would meet only some of them.
        let some = Arc::new(drawn.every(drawn.samples().div_ceil(POINTS) | 1));
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

/// Moves each time's points into the middle and scales them so that all lie within the picture; middle and scale change
/// evenly, so that neither jumps.
fn filled(times: Vec<Vec<[f64; 2]>>) -> Vec<Vec<[f32; 2]>> {
    let axis = |points: &Vec<[f64; 2]>, axis: usize| {
        let values = points.iter().map(|at| at[axis]);
        0.5 * (values.clone().fold(f64::INFINITY, f64::min) + values.fold(f64::NEG_INFINITY, f64::max))
    };
    let [x, y] = [0, 1].map(|at| evened(&times.iter().map(|points| axis(points, at)).collect::<Vec<f64>>()));
    let reach = |(points, (x, y)): (&Vec<[f64; 2]>, (&f64, &f64))| {
        points.iter().fold(0.0_f64, |most, at| most.max((at[0] - x).abs() / PREVIEW_ASPECT).max((at[1] - y).abs()))
    };
    let sizes: Vec<f64> = times.iter().zip(x.iter().zip(&y)).map(reach).collect();
    // The least that is nowhere less than the data reaches and grows and shrinks by no more than the rate from time to time.
    let at = |time: usize| {
        let from = |(other, size): (usize, &f64)| size * (-RATE * time.abs_diff(other) as f64).exp();
        sizes.iter().enumerate().map(from).fold(0.0, f64::max)
    };
    let sizes: Vec<f64> = (0..sizes.len()).map(at).collect();
    let scaled = |(time, points): (usize, &Vec<[f64; 2]>)| {
        let scale = if sizes[time] > 0.0 { 1.0 / sizes[time] } else { 1.0 };
        points.iter().map(|at| [(scale * (at[0] - x[time])) as f32, (scale * (at[1] - y[time])) as f32]).collect()
    };
    times.iter().enumerate().map(scaled).collect()
}

fn around(values: &[f64], time: usize) -> &[f64] {
    &values[time.saturating_sub(EVEN)..(time + EVEN + 1).min(values.len())]
}

/// The means over the times around each.
fn evened(values: &[f64]) -> Vec<f64> {
    let mean = |time| around(values, time).iter().sum::<f64>() / around(values, time).len() as f64;
    (0..values.len()).map(mean).collect()
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
            assert!(preview.classes.iter().any(|class| *class != preview.classes[0]), "{example:?}");
            let aspect = PREVIEW_ASPECT as f32;
            let furthest = |most: f32, [x, y]: [f32; 2]| most.max(x.abs() / aspect).max(y.abs());
            let reach = |share| preview.at(share).fold(0.0, furthest);
            for share in [0.0, 0.31, 0.5, 1.0] {
                assert_eq!(preview.at(share).count(), preview.classes.len());
                assert!((0.4..1.001).contains(&reach(share)), "{example:?} at {share}: {}", reach(share));
            }
            let moved = preview.at(0.0).zip(preview.at(1.0)).any(|(from, to)| (from[0] - to[0]).abs() > 0.3);
            assert!(moved, "{example:?}");
        }
    }
}
