//! The story of a selection: how far apart its points are along the whole flow, and which phase parts or gathers them.
//!
//! For two points it is their distance in the whole space; for more, their spread √(Σ‖x − x̄‖²/n), x̄ their mean.

use nalgebra::DMatrix;

use super::{Derivation, Situation, Source};
use crate::flow::{ExactScheme, FlowCursor, PhaseKind};
use crate::linalg::{evenly_spaced, interpolate};
use crate::session::Selection;
use crate::session::scene::{Progress, Scene, SceneError, go_on};

/// Times within a phase at which the distance is measured, where there is room for them.
const TIMES_A_PHASE: usize = 12;
/// Times over the whole flow, at most about this many.
const MAX_TIMES: usize = 720;
/// Points that are followed, at most; of more, as many evenly chosen ones.
const MAX_POINTS: usize = 2000;
/// A point costs about d² multiplications at each time; this many in all take a second or two.
const MAX_WORK: usize = 2_000_000_000;
/// Changes below this share of the largest length are rounding.
const ROUNDING: f64 = 1e-9;

/// How far apart the points of a selection are, along the exact flow.
#[derive(Clone, Debug, PartialEq)]
pub struct SeparationProfile {
    /// The selection.
    pub selection: Selection,
    /// How many of its points were followed.
    pub followed: usize,
    /// (t, distance or spread), t ascending from 0 to L.
    pub lengths: Vec<(f64, f64)>,
    /// What each phase does, in their order.
    pub changes: Vec<Change>,
}

/// What a phase does to the distance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The layer, from 1.
    pub layer: usize,
    /// The phase.
    pub kind: PhaseKind,
    /// The times at which it starts and ends.
    pub times: [f64; 2],
    /// The distance at its start and at its end.
    pub lengths: [f64; 2],
}

impl Change {
    /// By how much the distance grows.
    pub fn growth(&self) -> f64 {
        self.lengths[1] - self.lengths[0]
    }
}

impl SeparationProfile {
    /// Follows the selected points of `scene` through its exact flow, in f64.
    ///
    /// # Errors
    /// If `progress` answers false.
    pub fn measure(
        scene: &Scene,
        selection: &Selection,
        progress: &mut Progress<'_>,
    ) -> Result<SeparationProfile, SceneError> {
        let flow = &scene.flow;
        let phases: usize = flow.layers().iter().map(|layer| layer.phases.len()).sum();
        let times_a_phase = (MAX_TIMES / phases.max(1)).clamp(1, TIMES_A_PHASE);
        let dimension = flow.ambient_dimension().max(1);
        let work_a_point = dimension * dimension * times_a_phase * phases.max(1);
        let most = MAX_POINTS.min(MAX_WORK / work_a_point).max(2);
        let known = |index: usize| selection.samples().get(index).copied().filter(|s| *s < scene.dataset.samples());
        let followed: Vec<usize> = evenly_spaced(selection.len(), most).into_iter().filter_map(known).collect();
        let inputs = scene.dataset.points.select_columns(&followed);
        let mut cursor = FlowCursor::new(flow, &inputs, &ExactScheme, &ExactScheme)?;
        let mut now = length(cursor.phase_start());
        let mut lengths = vec![(0.0, now)];
        let mut changes = Vec::with_capacity(phases);
        for (index, layer) in flow.layers().iter().enumerate() {
            go_on(progress, index as f32 / flow.layers().len() as f32, "following the selected points")?;
            for phase in &layer.phases {
                let before = now;
                for step in 1..=times_a_phase {
                    let clock = step as f64 / times_a_phase as f64;
                    let s = flow.options().time.phase_time(clock);
                    now = length(&cursor.at(s)?);
                    lengths.push((phase.start + clock * (phase.end - phase.start), now));
                }
                let (layer, kind) = (layer.index, phase.kind);
                changes.push(Change { layer, kind, times: [phase.start, phase.end], lengths: [before, now] });
                cursor.next_phase()?;
            }
            cursor.next_layer()?;
        }
        if lengths.last().is_some_and(|(t, _)| *t < flow.duration()) {
            lengths.push((flow.duration(), now));
        }
        Ok(SeparationProfile { selection: selection.clone(), followed: followed.len(), lengths, changes })
    }

    /// The phase that parts the points most, by the growth of their distance; `None` where none does.
    pub fn parting(&self) -> Option<&Change> {
        let grows = |change: &&Change| change.growth() > ROUNDING * self.largest();
        self.changes.iter().filter(grows).max_by(|a, b| a.growth().total_cmp(&b.growth()))
    }

    /// The phase that brings the points together most; `None` where none does.
    pub fn gathering(&self) -> Option<&Change> {
        let shrinks = |change: &&Change| change.growth() < -ROUNDING * self.largest();
        self.changes.iter().filter(shrinks).min_by(|a, b| a.growth().total_cmp(&b.growth()))
    }

    /// The largest distance.
    pub fn largest(&self) -> f64 {
        self.lengths.iter().map(|(_, length)| *length).filter(|length| length.is_finite()).fold(0.0, f64::max)
    }

    /// The distance at time t, interpolated.
    pub fn at(&self, t: f64) -> f64 {
        interpolate(&self.lengths, |point| *point, t)
    }
}

/// The distance of two points (the columns of `points`), or the spread of more; 0 for fewer.
fn length(points: &DMatrix<f64>) -> f64 {
    match points.ncols() {
        0 | 1 => 0.0,
        2 => (points.column(0) - points.column(1)).norm(),
        count => {
            let mean = points.column_mean();
            let squares: f64 = points.column_iter().map(|point| (point - &mean).norm_squared()).sum();
            (squares / count as f64).sqrt()
        }
    }
}

/// A selection, which is the same only if it is the very same: comparing its samples would cost a pass over them.
#[derive(Clone, Debug)]
pub struct ThisSelection(Selection);

impl PartialEq for ThisSelection {
    fn eq(&self, other: &ThisSelection) -> bool {
        self.0.is(&other.0)
    }
}

impl Derivation for SeparationProfile {
    type Request = ThisSelection;

    const LABEL: &'static str = "Following the selected points";

    fn wanted(situation: &Situation<'_>) -> Option<ThisSelection> {
        // One point alone is not apart from anything.
        let selection = &situation.view.points.selection;
        (selection.len() > 1).then(|| ThisSelection(selection.clone()))
    }

    fn build(
        source: &Source,
        request: ThisSelection,
        progress: &mut Progress<'_>,
    ) -> Result<Option<SeparationProfile>, SceneError> {
        SeparationProfile::measure(&source.scene, &request.0, progress).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::dataset::{Dataset, Labels};
    use crate::flow::FlowOptions;
    use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};
    use crate::session::Pick;

    /// Layer 1 stretches the first axis four times, layer 2 clips what is negative, layer 3 turns by a quarter.
    fn scene() -> Scene {
        let layer = |weight: [f64; 4], activation| {
            let affine = Affine { weight: DMatrix::from_row_slice(2, 2, &weight), bias: None };
            Layer::Dense(Dense { name: String::new(), affine, activation })
        };
        let layers = vec![
            layer([4.0, 0.0, 0.0, 1.0], Activation::Identity),
            layer([1.0, 0.0, 0.0, 1.0], Activation::Relu),
            layer([0.0, -1.0, 1.0, 0.0], Activation::Identity),
        ];
        let network = Arc::new(Network::new(String::new(), layers, OutputFunction::Identity).unwrap());
        // The first two part along the first axis; the third lies where the second layer takes it to the first.
        let points = DMatrix::from_column_slice(2, 3, &[0.0, 0.0, 1.0, 0.0, 0.0, -3.0]);
        let dataset = Arc::new(Dataset { name: String::new(), points, labels: Labels::None, ..Dataset::default() });
        Scene::build(&network, &dataset, FlowOptions::default(), None, &mut |_, _| true).unwrap()
    }

    fn separation(scene: &Scene, samples: Vec<usize>) -> SeparationProfile {
        let mut selection = Selection::default();
        selection.change(Pick::Only, samples);
        SeparationProfile::measure(scene, &selection, &mut |_, _| true).unwrap()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn two_points_are_parted_by_the_stretch() {
        let scene = scene();
        let separation = separation(&scene, vec![0, 1]);
        let parting = separation.parting().unwrap();
        assert_eq!((parting.layer, parting.kind), (1, PhaseKind::Compress));
        assert!(close(parting.lengths[0], 1.0) && close(parting.lengths[1], 4.0));
        assert_eq!(separation.gathering(), None);
        assert!(close(separation.at(0.0), 1.0) && close(separation.at(3.0), 4.0) && close(separation.largest(), 4.0));
        // Half of a geometric stretch by 4 is a stretch by 2, and smooth time is half way at half time.
        let [start, end] = parting.times;
        assert!(close(separation.at(0.5 * (start + end)), 2.0));
    }

    #[test]
    fn two_points_are_merged_by_the_activation() {
        let scene = scene();
        let separation = separation(&scene, vec![0, 2]);
        let gathering = separation.gathering().unwrap();
        assert_eq!((gathering.layer, gathering.kind), (2, PhaseKind::Activate));
        assert!(close(gathering.lengths[0], 3.0) && close(gathering.lengths[1], 0.0));
        assert_eq!(separation.parting(), None);
        assert_eq!(separation.lengths.last().map(|(t, _)| *t), Some(3.0));
    }

    #[test]
    fn more_points_have_a_spread() {
        let scene = scene();
        let separation = separation(&scene, vec![0, 1, 2]);
        // Mean (1/3, −1); the squares are 1/9 + 1, 4/9 + 1 and 1/9 + 4.
        assert!(close(separation.at(0.0), (20.0f64 / 9.0).sqrt()));
        assert_eq!(separation.parting().map(|change| change.layer), Some(1));
        assert_eq!(separation.gathering().map(|change| change.kind), Some(PhaseKind::Activate));
        assert_eq!(separation.followed, 3);
    }

    #[test]
    fn one_point_has_no_distance_and_cancelling_ends_it() {
        let scene = scene();
        assert_eq!(separation(&scene, vec![1]).largest(), 0.0);
        let selection = Selection::default();
        assert!(SeparationProfile::measure(&scene, &selection, &mut |_, _| false).is_err());
    }
}
