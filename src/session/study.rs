//! What the refinement panel tells beyond the ResNet on the stage: how its error falls with N, and whether trained
//! blocks are steps of a flow. Made once for a part and a method, whatever N is.

use std::sync::Arc;

use super::scene::{Progress, Scene, SceneError, go_on};
use super::{Effect, Session, Task};
use crate::resnet::{
    BlockMeasure, Convergence, FinerAnswers, Integrator, RefinementKind, compare_smaller_steps, measure_blocks,
};

/// Which study: the part of each layer that is refined, and how a step is taken.
pub type StudyRequest = (RefinementKind, Integrator);

/// What is known of the refinements of a scene that differ in N alone.
#[derive(Debug)]
pub struct Study {
    /// The error against N.
    pub convergence: Convergence,
    /// The measures of the network's own residual blocks; empty for a plain net.
    pub blocks: Vec<BlockMeasure>,
    /// Whether its answers stay the same with smaller steps; empty for a plain net.
    pub finer: Vec<FinerAnswers>,
}

/// The studies of a scene: the newest, and what was asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Studies {
    newest: Option<Arc<Study>>,
    /// The one under way.
    pending: Option<StudyRequest>,
    /// The one that was cancelled or failed; it is not asked for again.
    given_up: Option<StudyRequest>,
}

impl Study {
    /// Measures the refinements of the scene on its data.
    ///
    /// # Errors
    /// If the data does not fit or `progress` answers false.
    pub fn build(scene: &Scene, request: StudyRequest, progress: &mut Progress<'_>) -> Result<Study, SceneError> {
        go_on(progress, 0.0, "measuring the residual blocks")?;
        let points = &scene.dataset.points;
        let blocks = measure_blocks(&scene.network, points)?;
        let finer = compare_smaller_steps(&scene.network, points)?;
        let convergence = Convergence::study(&scene.flow, request, points, scene.output, &mut |share| {
            progress(share, "measuring the error against N")
        })?;
        Ok(Study { convergence, blocks, finer })
    }

    /// Which study this is.
    pub fn request(&self) -> StudyRequest {
        (self.convergence.kind, self.convergence.integrator)
    }
}

impl Session {
    /// The newest study of the scene that is ready.
    pub fn study(&self) -> Option<&Arc<Study>> {
        self.shown.as_ref().and_then(|shown| shown.studies.newest.as_ref())
    }

    /// Whether the study that the panel shows was given up.
    pub fn study_given_up(&self) -> bool {
        let request = self.study_request();
        self.shown.as_ref().is_some_and(|shown| shown.studies.given_up == Some(request))
    }

    /// Asks for the study that the refinement panel needs now, if it is neither there nor under way. What is under way
    /// for other choices is cancelled by the new one.
    pub fn watch_study(&mut self) -> Option<Effect> {
        let request = self.study_request();
        let open = self.window.refinement_panel();
        let shown = self.shown.as_mut()?;
        let studies = &mut shown.studies;
        if !open {
            return studies.pending.take().map(|_| Effect::Cancel(Task::Study));
        }
        let known = studies.newest.as_ref().is_some_and(|study| study.request() == request);
        if known || studies.pending == Some(request) || studies.given_up == Some(request) {
            return None;
        }
        studies.pending = Some(request);
        Some(Effect::Study(shown.scene.clone(), request))
    }

    pub(super) fn take_study(&mut self, scene: &Arc<Scene>, result: Result<Arc<Study>, SceneError>) {
        let Some(shown) = self.shown.as_mut().filter(|shown| Arc::ptr_eq(&shown.scene, scene)) else { return };
        match result {
            Ok(study) => {
                shown.studies.newest = Some(study);
                shown.studies.pending = None;
            }
            Err(_) => shown.studies.given_up = shown.studies.pending.take(),
        }
    }

    pub(super) fn give_up_study(&mut self) {
        if let Some(shown) = &mut self.shown {
            shown.studies.given_up = shown.studies.pending.take();
        }
    }

    fn study_request(&self) -> StudyRequest {
        (self.view.refinement.kind, self.view.refinement.integrator)
    }
}
