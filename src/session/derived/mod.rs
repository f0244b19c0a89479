//! Results that are computed from the open scene in the background: the ResNet, the field, what the panels show.
//!
//! A result is a type with a [`Derivation`] in a file of its own and a line in the table of [`store`]. The trait says what
//! is wanted now and how it is computed; [`slot`] knows whether it is missing, under way, ready, stale or failed; the
//! session asks for what is wanted after every frame ([`watch`]) by one effect, and takes what comes back by one outcome.

mod block_detail;
mod errors;
mod field;
mod findings;
mod gradients;
mod layer_detail;
mod measures;
mod neighbours;
mod overview;
mod resnet;
mod separation;
mod slot;
mod store;
mod study;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

pub use block_detail::{BlockDetail, BlockMatrix, BlockRequest};
pub use errors::{ErrorSlices, slice};
pub use field::{
    Answer, Answers, Areas, Arrow, Field, FieldRequest, LARGEST_CHANGE, Particle, ParticleWindow, Particles,
};
pub use findings::{FindingEntry, Findings};
pub use gradients::Gradients;
pub use layer_detail::{BranchSpectrum, Glyph, HeatMap, LayerDetail, NamedMap, weight_matrices};
pub use measures::{LayerMeasures, MEASURES, Measure};
pub use neighbours::{NeighbourRequest, Neighbours};
pub use overview::LayerOverview;
pub use resnet::Refined;
pub use separation::{Change, SeparationProfile};
use slot::Demand;
pub(super) use slot::State;
pub use store::{DerivedKind, DerivedResults, Stored};
pub use study::{RefinementStudy, StudyRequest};

use super::scene::{Progress, Scene, SceneError};
use super::{Effect, Session, Severity, Task};
use crate::dataset::Dataset;
use crate::flow::FlowError;
use crate::network::Network;

/// A result that is computed from the open scene in the background.
pub trait Derivation: Debug + Send + Sync + Sized + 'static {
    /// What is asked for: a result answers one request.
    type Request: Clone + PartialEq + Debug + Send + Sync + 'static;

    /// What is being done, as the start of a sentence.
    const LABEL: &'static str;
    /// The start of the sentence that tells of an error; without it an error is only marked where the result would be.
    const FAILURE: Option<&'static str> = None;
    /// How many results are kept, for as many requests.
    const KEPT: usize = 1;
    /// The least time between two requests while time runs, in seconds: a result that is wanted anew in every frame must
    /// not take a core for itself.
    const INTERVAL: f64 = 0.0;
    /// Whether a result of the scene before stays in sight until it is made of a scene like it, as while training.
    const OUTLIVES_SCENE: bool = true;
    /// Whether it does so even where the phases of the flow are others than before.
    const OUTLIVES_PHASES: bool = false;
    /// Whether a result stays when nothing wants it any more.
    const OUTLIVES_DEMAND: bool = true;
    /// Whether wanting it again after it was not wanted tries again what failed.
    const RETRIED: bool = false;

    /// The least time between two requests now, in seconds.
    fn interval(session: &Session) -> f64 {
        if session.playback.playing() { Self::INTERVAL } else { 0.0 }
    }

    /// The request that the view makes now; `None` while nothing shows the result.
    fn wanted(session: &Session) -> Option<Self::Request>;

    /// Computes the result; `None` where there is none for this request.
    ///
    /// # Errors
    /// If it cannot be computed or `progress` answers false.
    fn build(source: &Source, request: Self::Request, progress: &mut Progress<'_>) -> Result<Option<Self>, SceneError>;

    /// What the window calls the work for this request.
    fn title(_request: &Self::Request) -> String {
        Self::LABEL.to_owned()
    }

    /// Whether a new request ends the work for the one under way; otherwise it waits for that to end.
    fn replaces(_under_way: &Self::Request, _wanted: &Self::Request) -> bool {
        true
    }
}

/// What a result is computed from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The open scene.
    pub scene: Arc<Scene>,
    /// Its ResNet, if one is ready.
    pub refined: Option<Arc<Refined>>,
    /// The data as it was opened, before points were left out or classes numbered as outputs; `None` where points of the
    /// input space stand in for data.
    pub data: Option<Arc<Dataset>>,
    /// The network as its file has it, where numbers that are not finite end the one that flows before.
    pub whole: Option<Arc<Network>>,
}

type AnyResult = Arc<dyn Any + Send + Sync>;
type Build = dyn Fn(&mut Progress<'_>) -> Result<Option<AnyResult>, SceneError> + Send + Sync;

/// The work for one request.
#[derive(Clone)]
pub struct DerivedJob {
    /// Which result.
    pub kind: DerivedKind,
    /// What the window calls the work.
    pub title: String,
    scene: Arc<Scene>,
    build: Arc<Build>,
}

/// What came of a [`DerivedJob`].
pub struct DerivedOutput {
    /// Which result.
    pub kind: DerivedKind,
    scene: Arc<Scene>,
    result: Result<Option<AnyResult>, SceneError>,
}

impl DerivedJob {
    fn new<D: Stored>(source: Source, request: D::Request) -> DerivedJob {
        let title = D::title(&request);
        let scene = Arc::clone(&source.scene);
        let build = move |progress: &mut Progress<'_>| {
            let built = D::build(&source, request.clone(), progress)?;
            Ok(built.map(|built| Arc::new(built) as AnyResult))
        };
        DerivedJob { kind: D::KIND, title, scene, build: Arc::new(build) }
    }

    /// Does the work.
    pub fn run(self, progress: &mut Progress<'_>) -> DerivedOutput {
        DerivedOutput { kind: self.kind, result: (self.build)(progress), scene: self.scene }
    }
}

impl Debug for DerivedJob {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("DerivedJob").field("kind", &self.kind).field("title", &self.title).finish()
    }
}

impl Debug for DerivedOutput {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("DerivedOutput").field("kind", &self.kind).finish()
    }
}

/// Asks for what is wanted now and cancels what is not any more; `seconds` have passed since the last call.
pub(super) fn watch(session: &mut Session, seconds: f64) -> Vec<Effect> {
    store::watch_all(session, seconds)
}

/// [`watch`] for one result.
pub(super) fn watch_one<D: Stored>(session: &mut Session, seconds: f64) -> Option<Effect> {
    let scene = Arc::clone(session.scene()?);
    let wanted = D::wanted(session);
    let interval = D::interval(session);
    let data = session.document().filter(|document| !document.data.is_stand_in());
    let data = data.and_then(|document| document.data.dataset.clone());
    let slot = D::slot_mut(&mut session.derived);
    let Some(request) = wanted else { return slot.release().then_some(Effect::Cancel(Task::Derive(D::KIND))) };
    match slot.demand(&scene, &request, seconds, interval) {
        Demand::Met => None,
        Demand::Abandon => Some(Effect::Cancel(Task::Derive(D::KIND))),
        Demand::Start => {
            let whole = session.document().and_then(|document| document.file.whole.clone());
            let source = Source { scene, refined: session.refined().cloned(), data, whole };
            Some(Effect::Derive(DerivedJob::new::<D>(source, request)))
        }
    }
}

/// Takes what came of the work.
pub(super) fn accept(session: &mut Session, output: DerivedOutput) {
    store::accept_any(session, output);
}

fn accept_one<D: Stored>(session: &mut Session, output: DerivedOutput) {
    let Some(shown) = session.scene().cloned() else { return };
    let DerivedOutput { scene, result, .. } = output;
    let built = match result {
        Ok(built) => built.and_then(|built| built.downcast::<D>().ok()),
        Err(error) => {
            let is_current = Arc::ptr_eq(&shown, &scene);
            if let (Some(failure), true, false) = (D::FAILURE, is_current, is_cancelled(&error)) {
                session.notices.add(Severity::Error, format!("{failure}: {error}."), format!("{error:?}"));
            }
            None
        }
    };
    D::slot_mut(&mut session.derived).accept(&shown, &scene, built);
}

/// Whether an error only says that the work was stopped.
pub(super) fn is_cancelled(error: &SceneError) -> bool {
    matches!(error, SceneError::Flow(FlowError::Cancelled))
}
