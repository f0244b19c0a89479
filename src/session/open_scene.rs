//! What is on show: a document with its scene.

use std::sync::Arc;

use super::{Document, Scene};
use crate::flow::Flow;

/// A document with everything that is drawn of it.
#[derive(Clone, Debug)]
pub(super) struct OpenScene {
    /// The document.
    pub document: Document,
    /// Its scene.
    pub scene: Arc<Scene>,
    /// The phase boundaries in increasing order, 0 and L among them.
    pub boundaries: Vec<f64>,
}

impl OpenScene {
    /// A document with its scene.
    pub fn new(document: Document, scene: Arc<Scene>) -> OpenScene {
        OpenScene { document, boundaries: boundaries(&scene.flow), scene }
    }
}

/// The phase boundaries of a flow in increasing order, 0 and L among them.
fn boundaries(flow: &Flow) -> Vec<f64> {
    let phases = flow.layers().iter().flat_map(|layer| &layer.phases).map(|phase| phase.end);
    let layers = flow.layers().iter().map(|layer| layer.index as f64);
    let mut times: Vec<f64> = std::iter::once(0.0).chain(phases).chain(layers).collect();
    times.sort_by(f64::total_cmp);
    times.dedup_by(|later, earlier| (*later - *earlier).abs() < 1e-9);
    times
}
