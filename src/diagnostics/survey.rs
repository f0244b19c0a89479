//! What becomes of the data along t: lengths, energy, volume, and how far its classes are apart, on some of the points.

use nalgebra::DMatrix;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Separability, TrajectoryMetrics};
use crate::dataset::{Dataset, Labels};
use crate::flow::{Flow, FlowError, Phase, PhaseKind};
use crate::progress::{Progress, step};

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
/// Any seed will do; the same points are taken every time.
const SEED: u64 = 1;

/// What becomes of the data along t.
#[derive(Clone, Debug)]
pub struct DataSurvey {
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

impl DataSurvey {
    /// Follows some of `dataset` through `flow`, the same every time. `progress` is told the share of the work done and what
    /// is being done, and answers whether to go on.
    ///
    /// # Errors
    /// If the data cannot be followed or `progress` answers false.
    pub fn measure(flow: &Flow, dataset: &Dataset, progress: &mut Progress<'_>) -> Result<DataSurvey, FlowError> {
        let order = shuffled(dataset.samples());
        let phases: usize = flow.layers().iter().map(|layer| layer.phases.len()).sum();
        // A phase costs about 4d² multiplications a point.
        let work = 4 * phases.max(1) * flow.ambient_dimension().pow(2);
        let affordable = (MAX_WORK / work.max(1)).max(MIN_POINTS);
        let chosen = |most: usize| dataset.points.select_columns(order.iter().take(most.min(affordable)));
        let trajectory = TrajectoryMetrics::measure(flow, &chosen(MAX_FOLLOWED), &mut |done, _| {
            progress(0.5 * done, "lengths, energy and volume")
        })?;
        let classes = match &dataset.labels {
            Labels::Classes { of_sample, names } => {
                let points = chosen(MAX_CLASSIFIED);
                let classes: Vec<usize> =
                    order.iter().take(points.ncols()).filter_map(|sample| of_sample.get(*sample).copied()).collect();
                let count = names.len().max(classes.iter().max().map_or(0, |class| class + 1));
                Some(ClassesApart::measure(flow, &points, &classes, count, &mut |share, _| {
                    progress(0.5 + 0.5 * share, "how well the classes are apart")
                })?)
            }
            Labels::None | Labels::Values(_) => None,
        };
        Ok(DataSurvey { trajectory, classes: classes.filter(|found| !found.times.is_empty()) })
    }
}

impl ClassesApart {
    fn measure(
        flow: &Flow,
        points: &DMatrix<f64>,
        of_sample: &[usize],
        classes: usize,
        progress: &mut Progress<'_>,
    ) -> Result<ClassesApart, FlowError> {
        let times = times(flow);
        let mut found = ClassesApart { samples: points.ncols(), ..ClassesApart::default() };
        let mut go_on = |done: usize| progress(step(done, times.len()), "");
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
    let within = |phase: &Phase| -> Vec<f64> {
        inner.iter().map(|share| phase.start + share * (phase.end - phase.start)).collect()
    };
    let mut times: Vec<f64> = std::iter::once(0.0).chain(chosen.flat_map(within)).collect();
    times.push(flow.duration());
    times.dedup_by(|later, earlier| (*later - *earlier).abs() < 1e-9);
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_holds_every_sample_once() {
        let mut order = shuffled(100);
        assert_ne!(order[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
        assert!(shuffled(0).is_empty());
    }
}
