//! The points nearest to one of them, in the whole space and not only on the stage.

use super::{Derivation, Situation, Source};
use crate::flow::FlowError;
use crate::session::scene::{Progress, Scene, SceneError};
use crate::session::{Compare, Refined};

/// How many neighbours are named.
const MAX: usize = 5;

/// Whose neighbours are asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NeighbourRequest {
    /// The sample.
    pub sample: usize,
    /// The time.
    pub t: f64,
    /// Among the places of the ResNet rather than of the exact flow.
    pub resnet: bool,
}

/// The nearest points at one time, the nearest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbours {
    /// What was asked.
    pub request: NeighbourRequest,
    /// Samples with their distances.
    pub nearest: Vec<(usize, f32)>,
}

impl Neighbours {
    /// Measures the distances to all points of `scene`, or of its ResNet where the request says so and there is one.
    ///
    /// # Errors
    /// If `go_on` answers false, or there is no such sample.
    pub fn find(
        scene: &Scene,
        refined: Option<&Refined>,
        request: NeighbourRequest,
        go_on: &mut Progress<'_>,
    ) -> Result<Neighbours, SceneError> {
        let path = refined.filter(|_| request.resnet).map_or(&scene.data, |refined| &refined.data);
        let distances = path.distances(&scene.flow, request.t, request.sample, go_on).ok_or(FlowError::Cancelled)?;
        Ok(Neighbours { request, nearest: nearest(&distances, request.sample) })
    }
}

impl Derivation for Neighbours {
    type Request = NeighbourRequest;

    const LABEL: &'static str = "Finding neighbours";
    const INTERVAL: f64 = 0.25;

    fn wanted(situation: &Situation<'_>) -> Option<NeighbourRequest> {
        let sample = situation.view.points.resting?;
        let resnet = situation.view.compare == Compare::ResNet && situation.refined.is_some();
        Some(NeighbourRequest { sample, t: situation.playback.t(), resnet })
    }

    fn build(
        source: &Source,
        request: NeighbourRequest,
        progress: &mut Progress<'_>,
    ) -> Result<Option<Neighbours>, SceneError> {
        Neighbours::find(&source.scene, source.refined.as_deref(), request, progress).map(Some)
    }

    // The same point at another time waits for the search under way, another point does not.
    fn replaces(under_way: &NeighbourRequest, wanted: &NeighbourRequest) -> bool {
        (under_way.sample, under_way.resnet) != (wanted.sample, wanted.resnet)
    }
}

/// The least of `distances` but that of `sample`, in one pass; of equal ones the first.
fn nearest(distances: &[f32], sample: usize) -> Vec<(usize, f32)> {
    let mut found: Vec<(usize, f32)> = Vec::with_capacity(MAX + 1);
    for (other, &distance) in distances.iter().enumerate() {
        let is_near = found.len() < MAX || found.last().is_some_and(|(_, farthest)| distance < *farthest);
        if other == sample || !distance.is_finite() || !is_near {
            continue;
        }
        let position = found.partition_point(|(_, nearer)| *nearer <= distance);
        found.insert(position, (other, distance));
        found.truncate(MAX);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_without_the_point_itself() {
        let distances = [3.0, 0.0, 1.0, f32::NAN, 2.0, 1.0, 9.0, 4.0, 0.5];
        assert_eq!(nearest(&distances, 1), [(8, 0.5), (2, 1.0), (5, 1.0), (4, 2.0), (0, 3.0)]);
        assert!(nearest(&[0.0], 0).is_empty());
    }
}
