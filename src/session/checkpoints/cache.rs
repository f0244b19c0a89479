//! The steps that are kept in memory: those around the one on show, within a bound.

use std::path::Path;
use std::sync::Arc;

use super::step::CheckpointStep;
use crate::formats::Checkpoint;
use crate::network::Layer;
use crate::session::document::Document;
use crate::session::scene::Scene;
use crate::system::memory;

/// What all kept steps take at most: a quarter of the memory that is free, and no more than this.
const MAX_BYTES: u64 = 512 << 20;
/// What a step takes beside its weights: the factors U and V of each, whole, and their rotations in planes.
const FACTORS: u64 = 4;

/// A step that was read, with its flow and what is drawn of it.
#[derive(Clone, Debug)]
pub(in crate::session) struct KeptCheckpoint {
    /// The file as it was read.
    pub file: Checkpoint,
    /// The network and the data.
    pub document: Document,
    /// What is drawn of them.
    pub scene: Arc<Scene>,
    /// Flows of one gauge continue each other.
    pub gauge: u64,
    bytes: u64,
}

/// The steps that are kept, the last used first.
#[derive(Debug, Default)]
pub(in crate::session) struct CheckpointCache {
    kept: Vec<KeptCheckpoint>,
}

impl KeptCheckpoint {
    pub fn new(file: Checkpoint, document: Document, scene: Arc<Scene>, gauge: u64) -> KeptCheckpoint {
        let bytes = bytes_of(&scene);
        KeptCheckpoint { file, document, scene, gauge, bytes }
    }

    /// Whether it was made with the data and the choices of `document`.
    pub fn suits(&self, document: &Document) -> bool {
        let data = |document: &Document| document.data.dataset.as_ref().map(Arc::as_ptr);
        data(&self.document) == data(document) && self.document.options == document.options
    }
}

/// About the bytes that a scene takes.
fn bytes_of(scene: &Scene) -> u64 {
    let square = |rows: usize, columns: usize| (rows * rows + columns * columns) as u64;
    let of_layer = |layer: &Layer| {
        let numbers = layer.parameters() as u64;
        let factors = match layer {
            Layer::Dense(_) => FACTORS * square(layer.outputs(), layer.inputs()),
            Layer::Residual(_) | Layer::Node(_) => numbers,
        };
        numbers + factors
    };
    let numbers: u64 = scene.network.layers().iter().map(of_layer).sum();
    let grid = scene.lattice.points.ncols().max(1) as u64;
    let points = scene.dataset.samples().max(1) as u64;
    // The grid's positions are as many a point as the data's.
    let positions = scene.memory.bytes as u64 / points * (points + grid);
    numbers * size_of::<f64>() as u64 + positions
}

impl CheckpointCache {
    /// Keeps a step; those that were used longest ago make room. One that fills all the room by itself is kept alone.
    pub fn keep(&mut self, step: KeptCheckpoint) {
        let most = memory::room().map_or(MAX_BYTES, |room| (room / 4).min(MAX_BYTES));
        self.keep_within(step, most);
    }

    fn keep_within(&mut self, step: KeptCheckpoint, most: u64) {
        self.kept.retain(|kept| kept.file.path != step.file.path);
        let mut left = most.saturating_sub(step.bytes);
        self.kept.insert(0, step);
        let mut fit = 1;
        for kept in self.kept.iter().skip(1) {
            let Some(rest) = left.checked_sub(kept.bytes) else { break };
            (left, fit) = (rest, fit + 1);
        }
        self.kept.truncate(fit);
    }

    /// Whether there is room for one more that takes as much as the largest, without one of `needed` steps giving way.
    pub fn has_room_for(&self, needed: usize) -> bool {
        let most = memory::room().map_or(MAX_BYTES, |room| (room / 4).min(MAX_BYTES));
        let largest = self.kept.iter().map(|kept| kept.bytes).max().unwrap_or(0);
        largest.saturating_mul(needed as u64) <= most
    }

    /// The step of this file, used now.
    pub fn take_up(&mut self, file: &Checkpoint) -> Option<KeptCheckpoint> {
        let position = self.kept.iter().position(|kept| kept.file == *file)?;
        let step = self.kept.remove(position);
        self.kept.insert(0, step.clone());
        Some(step)
    }

    /// The step of this file, which counts as used no later for it.
    pub fn get(&self, path: &Path) -> Option<&KeptCheckpoint> {
        self.kept.iter().find(|kept| kept.file.path == path)
    }

    /// Keeps only what is among `steps` as it is.
    pub fn retain(&mut self, steps: &[CheckpointStep]) {
        if !self.kept.is_empty() {
            self.kept.retain(|kept| steps.iter().any(|step| step.file == kept.file));
        }
    }

    /// What is kept, in bytes, and how many steps.
    pub fn kept(&self) -> (u64, usize) {
        (self.kept.iter().map(|kept| kept.bytes).sum(), self.kept.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::FlowOptions;
    use crate::session::document::Example;

    fn step(name: &str, bytes: u64) -> KeptCheckpoint {
        let (network, mut data) = Example::Moons.load().unwrap();
        let (network, points) = (Arc::new(network), data.draw().unwrap());
        let scene = Scene::build(&network, &points, FlowOptions::default(), None, &mut |_, _| true).unwrap();
        let file = Checkpoint { path: name.into(), step: None, bytes: 1, modified: None };
        let document = Document { network: Some(network), data, ..Document::default() };
        KeptCheckpoint { bytes, ..KeptCheckpoint::new(file, document, Arc::new(scene), 0) }
    }

    #[test]
    fn the_steps_used_longest_ago_make_room() {
        let mut cache = CheckpointCache::default();
        let (a, b) = (step("a", 40), step("b", 40));
        assert!(bytes_of(&a.scene) > 10_000);
        let files = [a.file.clone(), b.file.clone()];
        cache.keep_within(a, 100);
        cache.keep_within(b, 100);
        assert_eq!(cache.kept(), (80, 2));
        assert!(cache.take_up(&files[0]).is_some());
        cache.keep_within(step("c", 40), 100);
        assert!(cache.get(Path::new("b")).is_none() && cache.get(Path::new("a")).is_some());
        cache.keep_within(step("large", 1000), 100);
        assert_eq!(cache.kept(), (1000, 1));
        // A file that was written over is another one.
        let changed = Checkpoint { bytes: 2, ..step("large", 1).file };
        assert!(cache.take_up(&changed).is_none());
        cache.retain(&[CheckpointStep::new(changed)]);
        assert_eq!(cache.kept(), (0, 0));
    }
}
