//! What has to be computed now, and what came of it.

use std::any::Any;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use super::derivation::{Situation, Source, is_cancelled};
use super::slot::{Demand, Slot};
use super::store::{DerivedKind, DerivedResults, SlotVisitor, Stored};
use crate::session::scene::{Progress, Scene, SceneError};

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

/// What has to be done outside for a result.
#[derive(Clone, Debug)]
pub enum DerivedWork {
    /// Its work begins.
    Start(DerivedJob),
    /// The work under way is not waited for any more.
    Cancel(DerivedKind),
}

/// Why a result could not be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivedFailure {
    /// In a sentence.
    pub sentence: String,
    /// What lies behind it.
    pub details: String,
}

impl DerivedResults {
    /// What has to be done for everything to be there that is wanted now; `seconds` have passed since the last call. Where
    /// it `rests`, the scene is one to look at, not one on the way to another.
    pub fn watch(&mut self, situation: &Situation<'_>, seconds: f64, rests: bool) -> Vec<DerivedWork> {
        let mut watch = Watch { situation, seconds, rests, work: Vec::new() };
        self.visit_all(&mut watch);
        watch.work
    }

    /// [`DerivedResults::watch`] for one result, while no time passes.
    pub fn watch_one(&mut self, kind: DerivedKind, situation: &Situation<'_>) -> Vec<DerivedWork> {
        let mut watch = Watch { situation, seconds: 0.0, rests: true, work: Vec::new() };
        self.visit(kind, &mut watch);
        watch.work
    }

    /// Takes what came of the work while `shown` is on show. Answers what is to be told of a failure.
    pub fn accept(&mut self, shown: &Arc<Scene>, output: DerivedOutput) -> Option<DerivedFailure> {
        let kind = output.kind;
        let mut accept = Accept { shown, output: Some(output), failure: None };
        self.visit(kind, &mut accept);
        accept.failure
    }
}

struct Watch<'a> {
    situation: &'a Situation<'a>,
    seconds: f64,
    rests: bool,
    work: Vec<DerivedWork>,
}

impl SlotVisitor for Watch<'_> {
    fn visit<D: Stored>(&mut self, slot: &mut Slot<D>) {
        let Some(request) = D::wanted(self.situation) else {
            self.work.extend(slot.release().then_some(DerivedWork::Cancel(D::KIND)));
            return;
        };
        if D::WAITS_FOR_REST && !self.rests {
            return;
        }
        let interval = D::interval(self.situation, slot.latest().map(Arc::as_ref));
        match slot.demand(self.situation.scene, &request, self.seconds, interval) {
            Demand::Met => {}
            Demand::Abandon => self.work.push(DerivedWork::Cancel(D::KIND)),
            Demand::Start => {
                self.work.push(DerivedWork::Start(DerivedJob::new::<D>(self.situation.source(), request)));
            }
        }
    }
}

struct Accept<'a> {
    shown: &'a Arc<Scene>,
    output: Option<DerivedOutput>,
    failure: Option<DerivedFailure>,
}

impl SlotVisitor for Accept<'_> {
    fn visit<D: Stored>(&mut self, slot: &mut Slot<D>) {
        let Some(DerivedOutput { scene, result, .. }) = self.output.take() else { return };
        let built = match result {
            Ok(built) => built.and_then(|built| built.downcast::<D>().ok()),
            Err(error) => {
                let is_current = Arc::ptr_eq(self.shown, &scene);
                if let (Some(failure), true, false) = (D::FAILURE, is_current, is_cancelled(&error)) {
                    let sentence = format!("{failure}: {error}.");
                    self.failure = Some(DerivedFailure { sentence, details: format!("{error:?}") });
                }
                None
            }
        };
        slot.accept(self.shown, &scene, built);
    }
}
