//! All layers at once: their spectra and rotations, and what becomes of the data along t. Made in a worker.

use nalgebra::DMatrix;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Derivation, Situation, Source};
use crate::dataset::Labels;
use crate::diagnostics::{Separability, TrajectoryMetrics};
use crate::flow::{Flow, PhaseKind};
use crate::session::scene::{Progress, Scene, SceneError, go_on};

/// Points that are followed for lengths, energy and volume, at most.
const MAX_FOLLOWED: usize = 400;
/// Points that the probe and the neighbours are measured on, at most.
const MAX_CLASSIFIED: usize = 400;
/// Multiplications for following the points, about: a few seconds.
const MAX_WORK: usize = 4_000_000_000;
/// Fewer points would say nothing.
const MIN_POINTS: usize = 24;
/// Times at which the classes are measured, at most.
const MAX_TIMES: usize = 96;
/// Values that stand for a spectrum, at most: thousands of singular values become so many.
const MAX_VALUES: usize = 48;
/// Any seed will do; the same points are taken every time.
const SEED: u64 = 1;

/// What the strip of all layers shows.
#[derive(Clone, Debug)]
pub struct LayerOverview {
    /// For each layer ln σ at places spread evenly over its singular values, the largest first; `None` where a direction
    /// is lost. Empty for a residual block.
    pub spectra: Vec<Vec<Option<f32>>>,
    /// The total rotation of each layer in radians; NaN for a residual block.
    pub rotations: Vec<f64>,
    /// Lengths, energy and volume along t.
    pub trajectory: TrajectoryMetrics,
    /// How well the classes are apart along t; `None` for data without classes.
    pub classes: Option<ClassesApart>,
}

/// How well the classes are apart, at some times.
#[derive(Clone, Debug, Default)]
pub struct ClassesApart {
    /// The times t, ascending.
    pub times: Vec<f64>,
    /// The probe's accuracy at each time, 0 to 1.
    pub probe_accuracy: Vec<f64>,
    /// The neighbours' purity at each time, 0 to 1.
    pub neighbour_purity: Vec<f64>,
    /// The number of points measured.
    pub samples: usize,
}

impl LayerOverview {
    /// Makes the survey of a scene.
    ///
    /// # Errors
    /// If the data cannot be followed or `progress` answers false.
    pub fn build(scene: &Scene, progress: &mut Progress<'_>) -> Result<LayerOverview, SceneError> {
        let flow = &scene.flow;
        go_on(progress, 0.0, "the spectra")?;
        let spectrum = |layer: &crate::flow::LayerFlow| match &layer.spectrum {
            Some(spectrum) => spread(&spectrum.singular_values, spectrum.rank),
            None => Vec::new(),
        };
        let spectra: Vec<Vec<Option<f32>>> = flow.layers().iter().map(spectrum).collect();
        let rotations =
            flow.layers().iter().map(|layer| layer.spectrum.as_ref().map_or(f64::NAN, |s| s.total_rotation));
        let rotations = rotations.collect();

        let order = shuffled(scene.dataset.samples());
        let phases: usize = flow.layers().iter().map(|layer| layer.phases.len()).sum();
        // A phase costs about 4d² multiplications a point.
        let work = 4 * phases.max(1) * flow.ambient_dimension().pow(2);
        let affordable = (MAX_WORK / work.max(1)).max(MIN_POINTS);
        let chosen = |most: usize| scene.dataset.points.select_columns(order.iter().take(most.min(affordable)));
        let layers = flow.layers().len().max(1);
        let trajectory = TrajectoryMetrics::measure(flow, &chosen(MAX_FOLLOWED), &mut |layer| {
            progress(0.5 * layer as f32 / layers as f32, "lengths, energy and volume")
        })?;
        let classes = match &scene.dataset.labels {
            Labels::Classes { of_sample, names } => {
                let points = chosen(MAX_CLASSIFIED);
                let classes: Vec<usize> =
                    order.iter().take(points.ncols()).filter_map(|sample| of_sample.get(*sample).copied()).collect();
                let count = names.len().max(classes.iter().max().map_or(0, |class| class + 1));
                Some(apart(flow, &points, &classes, count, &mut |share| {
                    progress(0.5 + 0.5 * share, "how well the classes are apart")
                })?)
            }
            Labels::None | Labels::Values(_) => None,
        };
        Ok(LayerOverview { spectra, rotations, trajectory, classes: classes.filter(|found| !found.times.is_empty()) })
    }
}

/// ln σ at evenly spread places of the sorted singular values.
fn spread(values: &[f64], rank: usize) -> Vec<Option<f32>> {
    let count = values.len().min(MAX_VALUES);
    let position = |index: usize| ((index as f64 + 0.5) / count as f64 * values.len() as f64) as usize;
    (0..count).map(position).map(|position| (position < rank).then(|| values[position].ln() as f32)).collect()
}

/// The samples in a random order that is always the same (Fisher and Yates).
fn shuffled(samples: usize) -> Vec<usize> {
    let mut bits = ChaCha8Rng::seed_from_u64(SEED);
    let mut order: Vec<usize> = (0..samples).collect();
    for last in (1..samples).rev() {
        order.swap(last, (bits.next_u64() % (last as u64 + 1)) as usize);
    }
    order
}

/// Turning and shifting change neither distances nor angles between the points: only the other phases are measured.
fn times(flow: &Flow) -> Vec<f64> {
    let phases: Vec<_> = flow.layers().iter().flat_map(|layer| &layer.phases).collect();
    let rigid =
        |kind| matches!(kind, PhaseKind::RotateIn | PhaseKind::RotateOut | PhaseKind::Rotate | PhaseKind::Shift);
    let moving: Vec<_> = phases.into_iter().filter(|phase| !rigid(phase.kind)).collect();
    let inner: &[f64] = if 4 * moving.len() < MAX_TIMES { &[0.0, 0.35, 0.5, 0.65, 1.0] } else { &[0.0, 1.0] };
    let every = (inner.len() * moving.len()).div_ceil(MAX_TIMES).max(1);
    let chosen = moving.into_iter().step_by(every);
    let within = |phase: &crate::flow::Phase| -> Vec<f64> {
        inner.iter().map(|share| phase.start + share * (phase.end - phase.start)).collect()
    };
    let mut times: Vec<f64> = std::iter::once(0.0).chain(chosen.flat_map(within)).collect();
    times.push(flow.duration());
    times.dedup_by(|later, earlier| (*later - *earlier).abs() < 1e-9);
    times
}

fn apart(
    flow: &Flow,
    points: &DMatrix<f64>,
    of_sample: &[usize],
    classes: usize,
    progress: &mut dyn FnMut(f32) -> bool,
) -> Result<ClassesApart, SceneError> {
    let times = times(flow);
    let mut found = ClassesApart { samples: points.ncols(), ..ClassesApart::default() };
    let mut go_on = |done: usize| progress(done as f32 / times.len().max(1) as f32);
    flow.visit(points, &times, &mut |index, positions| {
        if let Some(separability) = Separability::measure(positions, of_sample, classes) {
            found.times.push(times[index]);
            found.probe_accuracy.push(separability.probe_accuracy);
            found.neighbour_purity.push(separability.neighbour_purity);
        }
        go_on(index + 1)
    })?;
    Ok(found)
}

impl Derivation for LayerOverview {
    type Request = ();

    const LABEL: &'static str = "Surveying all layers";
    // Opening the panel again is asking again.
    const RETRIED: bool = true;

    fn wanted(situation: &Situation<'_>) -> Option<()> {
        situation.view.panel.all_layers.then_some(())
    }

    fn build(source: &Source, (): (), progress: &mut Progress<'_>) -> Result<Option<LayerOverview>, SceneError> {
        LayerOverview::build(&source.scene, progress).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::flow::FlowOptions;
    use crate::formats::examples;

    #[test]
    fn the_spiral_comes_apart_along_its_flow() {
        let (network, data) = examples::spiral().unwrap();
        let scene =
            Scene::build(&Arc::new(network), &Arc::new(data), FlowOptions::default(), None, &mut |_, _| true).unwrap();
        let overview = LayerOverview::build(&scene, &mut |_, _| true).unwrap();
        assert_eq!(overview.spectra.len(), scene.flow.layers().len());
        let classes = overview.classes.unwrap();
        let (first, last) = (classes.probe_accuracy[0], *classes.probe_accuracy.last().unwrap());
        assert!(first < 0.8 && last > 0.95, "{first} {last}");
        assert!(*classes.neighbour_purity.last().unwrap() > 0.95);
        assert!(overview.trajectory.path_length.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(overview.trajectory.times.last(), Some(&scene.flow.duration()));
        assert!(LayerOverview::build(&scene, &mut |share, _| share < 0.6).is_err());
    }

    #[test]
    fn a_spectrum_of_thousands_becomes_a_few_and_keeps_its_ends() {
        let values: Vec<f64> = (0..3000).map(|index| 1.0 / (1.0 + f64::from(index))).collect();
        let found = spread(&values, 1500);
        assert_eq!(found.len(), MAX_VALUES);
        assert!(found[0].unwrap() > -4.0 && found[MAX_VALUES / 2 - 1].is_some() && found[MAX_VALUES / 2].is_none());
        assert_eq!(spread(&[2.0], 1), [Some(2.0_f32.ln())]);
        assert!(spread(&[], 0).is_empty());
    }

    #[test]
    fn the_order_holds_every_sample_once() {
        let mut order = shuffled(100);
        assert_ne!(order[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
        assert!(shuffled(0).is_empty());
    }
}
