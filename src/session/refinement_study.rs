//! What the refinement panel tells beyond the ResNet on the stage: how its error falls with N, and whether trained
//! blocks are steps of a flow. Made once for a part and a method, whatever N is.

use std::sync::Arc;

use super::made::Made;
use super::scene::{Progress, Scene, SceneError, go_on};
use super::{Effect, Session, Task};
use crate::resnet::{
    BlockMeasure, Convergence, FinerAnswers, Integrator, RefinementKind, compare_smaller_steps, measure_blocks,
};

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

/// The studies of a scene.
pub(super) type Studies = Made<StudyRequest, Arc<RefinementStudy>>;

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
        let convergence = Convergence::study(&scene.flow, request, points, scene.output, &mut |share| {
            progress(share, "measuring the error against N")
        })?;
        Ok(RefinementStudy { convergence, blocks, finer })
    }

    /// Which study this is.
    pub fn request(&self) -> StudyRequest {
        (self.convergence.kind, self.convergence.integrator)
    }
}

impl Session {
    /// The newest study that is ready.
    pub fn study(&self) -> Option<&Arc<RefinementStudy>> {
        self.shown.as_ref().and_then(|shown| shown.studies.newest())
    }

    /// Whether the study that the panel shows was given up.
    pub fn study_given_up(&self) -> bool {
        let request = self.study_request();
        self.shown.as_ref().is_some_and(|shown| shown.studies.gave_up(&request))
    }

    /// Asks for the study that the refinement panel needs now, if it is neither there nor under way. What is under way
    /// for other choices is cancelled by the new one.
    pub fn watch_study(&mut self) -> Option<Effect> {
        let request = self.study_request();
        let open = self.window.refinement_panel();
        let shown = self.shown.as_mut()?;
        if !open {
            return shown.studies.leave().then_some(Effect::Cancel(Task::RefinementStudy));
        }
        shown.studies.ask(&shown.scene, &request).then(|| Effect::RefinementStudy(shown.scene.clone(), request))
    }

    pub(super) fn take_study(&mut self, scene: &Arc<Scene>, result: Result<Arc<RefinementStudy>, SceneError>) {
        if let Some(shown) = &mut self.shown {
            shown.studies.take(&shown.scene, scene, result.ok());
        }
    }

    pub(super) fn give_up_study(&mut self) {
        if let Some(shown) = &mut self.shown {
            shown.studies.give_up();
        }
    }

    fn study_request(&self) -> StudyRequest {
        (self.view.refinement.kind, self.view.refinement.integrator)
    }
}
