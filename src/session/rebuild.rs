//! A document that grows out of the one on show, by training or by hand: its flow follows as fast as flows can be built.
//!
//! One flow is under way at a time. What changes meanwhile only makes the next one due, so that neither a drag nor a fast
//! training keeps beginning again. What is in sight (the ResNet, the layer in the panel) is made together with the flow
//! and arrives with it: nothing on the screen is of one network while the rest is of another.

use std::sync::Arc;

use super::view::Projection;
use super::{Document, LayerDetail, Progress, Refined, Scene, SceneError};
use crate::flow::Flow;
use crate::resnet::Refinement;

/// What has to be made together with the flow.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VisibleOutputs {
    /// The ResNet on the stage or in its panel.
    pub refinement: Option<Refinement>,
    /// The index of the layer in the panel.
    pub layer: Option<usize>,
    /// Which directions the stage draws.
    pub projection: Option<Projection>,
}

/// A scene with what is in sight of it.
#[derive(Debug)]
pub struct Rebuilt {
    /// The scene.
    pub scene: Arc<Scene>,
    /// Its ResNet.
    pub refined: Option<Arc<Refined>>,
    /// A layer as the panel shows it.
    pub detail: Option<Arc<LayerDetail>>,
}

/// Whether a flow is under way, and whether another is due after it.
#[derive(Debug, Default)]
pub(super) struct IncrementalRebuild {
    building: bool,
    due: bool,
}

impl IncrementalRebuild {
    /// The wanted document has changed: its flow is built now, or as soon as the one under way is there.
    pub fn request(&mut self) {
        self.due = true;
    }

    /// Whether a flow is due and none is under way.
    pub fn can_begin(&self) -> bool {
        self.due && !self.building
    }

    /// The flow that is due is under way.
    pub fn begin(&mut self) {
        *self = IncrementalRebuild { building: true, due: false };
    }

    /// The flow under way has come, or cannot.
    pub fn finish(&mut self) {
        self.building = false;
    }

    /// Another document takes the place of the one that grew, or what was under way was stopped.
    pub fn stop(&mut self) {
        *self = IncrementalRebuild::default();
    }

    /// Whether the document wanted is already another one than the one being built.
    pub fn due(&self) -> bool {
        self.due
    }

    /// Whether nothing is under way and nothing is due.
    pub fn rests(&self) -> bool {
        !self.building && !self.due
    }
}

impl Rebuilt {
    /// Builds the scene of `document` and what is in sight of it. `known` is a flow of the same network.
    ///
    /// # Errors
    /// If the scene or its ResNet cannot be built, or `progress` answers false; `None` without a network or data.
    pub fn build(
        document: &mut Document,
        known: Option<Arc<Flow>>,
        in_sight: VisibleOutputs,
        progress: &mut Progress<'_>,
    ) -> Option<Result<Rebuilt, SceneError>> {
        let (network, dataset) = (document.network.clone()?, document.data.draw()?);
        let scene = Scene::build(&network, &dataset, document.options, known, progress).map(Arc::new);
        Some(scene.and_then(|scene| {
            // Fitting the picture takes a good part of a frame's time.
            in_sight.projection.iter().for_each(|projection| scene.extent.prepare_frame(*projection));
            let refined = in_sight.refinement.map(|refinement| Refined::build(&scene, refinement, progress));
            let layer = in_sight.layer.filter(|layer| *layer < scene.flow.layers().len());
            let detail = layer.map(|layer| LayerDetail::build(&scene, layer, progress));
            Ok(Rebuilt {
                refined: refined.transpose()?.map(Arc::new),
                detail: detail.transpose()?.map(Arc::new),
                scene,
            })
        }))
    }
}

/// Whether two flows have the same layers and phases, so that what is drawn of one can stand in for the other.
pub(super) fn same_shape(one: &Flow, other: &Flow) -> bool {
    one.ambient_dimension() == other.ambient_dimension()
        && one.layers().len() == other.layers().len()
        && one.layers().iter().zip(other.layers()).all(|(one, other)| {
            (one.inputs, one.outputs) == (other.inputs, other.outputs)
                && one.phases.iter().map(|phase| phase.kind).eq(other.phases.iter().map(|phase| phase.kind))
        })
}
