//! What the refinement panel tells beyond the ResNet on the stage: how its error falls with N, and whether trained
//! blocks are steps of a flow. Made once for a part and a method, whatever N is.

use super::{Derivation, Situation, Source};
use crate::resnet::{
    BlockMeasure, Convergence, FinerAnswers, Integrator, RefinementKind, compare_smaller_steps, measure_blocks,
};
use crate::session::scene::{Progress, Scene, SceneError, go_on};

/// Which study: the part of each layer that is refined, and how a step is taken.
pub type StudyRequest = (RefinementKind, Integrator);

/// What is known of the refinements of a scene that differ in N alone.
#[derive(Debug)]
pub struct RefinementStudy {
    /// The error against N.
    pub convergence: Convergence,
    /// The measures of the network's own residual blocks; empty for a plain net.
    pub blocks: Vec<BlockMeasure>,
    /// Whether its answers stay the same with smaller steps; empty for a plain net.
    pub finer: Vec<FinerAnswers>,
}

impl RefinementStudy {
    /// Measures the refinements of the scene on its data.
    ///
    /// # Errors
    /// If the data does not fit or `progress` answers false.
    pub fn build(
        scene: &Scene,
        request: StudyRequest,
        progress: &mut Progress<'_>,
    ) -> Result<RefinementStudy, SceneError> {
        go_on(progress, 0.0, "measuring the residual blocks")?;
        let points = &scene.dataset.points;
        let blocks = measure_blocks(&scene.network, points)?;
        let finer = compare_smaller_steps(&scene.network, points)?;
        let convergence = Convergence::study(&scene.flow, request, points, scene.output, &mut |share, _| {
            progress(share, "measuring the error against N")
        })?;
        Ok(RefinementStudy { convergence, blocks, finer })
    }

    /// Which study this is.
    pub fn request(&self) -> StudyRequest {
        (self.convergence.kind, self.convergence.integrator)
    }
}

impl Derivation for RefinementStudy {
    type Request = StudyRequest;

    const LABEL: &'static str = "Measuring the refinement";
    const WAITS_FOR_REST: bool = true;

    fn wanted(situation: &Situation<'_>) -> Option<StudyRequest> {
        let refinement = situation.view.refinement;
        situation.window.refinement_panel().then_some((refinement.kind, refinement.integrator))
    }

    fn build(
        source: &Source,
        request: StudyRequest,
        progress: &mut Progress<'_>,
    ) -> Result<Option<RefinementStudy>, SceneError> {
        RefinementStudy::build(&source.scene, request, progress).map(Some)
    }
}
