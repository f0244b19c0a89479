//! The state of one kind of result: missing, under way, ready, stale or failed.
//!
//! While a network is trained or edited one scene follows another. What was made of the scene before is stale: it stays
//! in sight until the same is made of a newer one, and a worker that is busy with it ends its work rather than begin again
//! at every scene, because otherwise a fast training would never let it end.

use std::sync::Arc;

use super::derivation::Derivation;
use crate::session::Scene;

/// What is known of one kind of result.
#[derive(Debug)]
pub struct Slot<D: Derivation> {
    /// The results, the newest last.
    ready: Vec<Ready<D>>,
    /// The request under way, and the scene that it is about.
    under_way: Option<(Arc<Scene>, D::Request)>,
    /// Requests that were stopped or failed; they are not made again.
    failed: Vec<D::Request>,
    /// The seconds since the last request.
    age: f64,
}

#[derive(Debug)]
struct Ready<D: Derivation> {
    request: D::Request,
    result: Arc<D>,
    /// Whether it is of a scene before the one on show.
    is_stale: bool,
}

/// The state of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not asked for, or asked for something else.
    Missing,
    /// Being worked on.
    UnderWay,
    /// There, and of the scene on show.
    Ready,
    /// There, but of a scene before the one on show.
    Stale,
    /// Stopped, or it could not be made.
    Failed,
}

/// What a demand leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Nothing: it is there, under way, given up, or has to wait.
    Met,
    /// The work has to be started.
    Start,
    /// The work under way is for a request that nobody makes any more, and what is wanted is there.
    Abandon,
}

impl<D: Derivation> Default for Slot<D> {
    fn default() -> Slot<D> {
        Slot { ready: Vec::new(), under_way: None, failed: Vec::new(), age: 0.0 }
    }
}

impl<D: Derivation> Slot<D> {
    /// The newest result; it may be stale.
    pub fn latest(&self) -> Option<&Arc<D>> {
        self.ready.last().map(|ready| &ready.result)
    }

    /// The result for a request; it may be stale.
    pub fn get(&self, request: &D::Request) -> Option<&Arc<D>> {
        self.ready.iter().rev().find(|ready| ready.request == *request).map(|ready| &ready.result)
    }

    /// The state of a request.
    pub fn state(&self, request: &D::Request) -> State {
        let ready = self.ready.iter().rev().find(|ready| ready.request == *request);
        if ready.is_some_and(|ready| !ready.is_stale) {
            State::Ready
        } else if self.failed.contains(request) {
            State::Failed
        } else if self.under_way.as_ref().is_some_and(|(_, under_way)| under_way == request) {
            State::UnderWay
        } else if ready.is_some() {
            State::Stale
        } else {
            State::Missing
        }
    }

    /// Whether anything is under way.
    pub fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// `request` is wanted of `scene`; `seconds` have passed since the last demand, and requests have to be `interval`
    /// seconds apart now. Where the answer is [`Demand::Start`] it counts as under way.
    pub fn demand(&mut self, scene: &Arc<Scene>, request: &D::Request, seconds: f64, interval: f64) -> Demand {
        self.age += seconds;
        let replaces = self.under_way.as_ref().is_none_or(|(_, under_way)| D::replaces(under_way, request));
        match self.state(request) {
            State::UnderWay => Demand::Met,
            State::Ready | State::Failed => {
                if replaces && self.under_way.take().is_some() {
                    Demand::Abandon
                } else {
                    Demand::Met
                }
            }
            State::Missing | State::Stale if !replaces || self.age < interval => Demand::Met,
            State::Missing | State::Stale => {
                self.under_way = Some((Arc::clone(scene), request.clone()));
                self.age = 0.0;
                Demand::Start
            }
        }
    }

    /// Nothing is wanted any more. Answers whether something was under way.
    pub fn release(&mut self) -> bool {
        if !D::OUTLIVES_DEMAND {
            self.ready.clear();
        }
        if D::RETRIED {
            self.failed.clear();
        }
        self.under_way.take().is_some()
    }

    /// Takes the result of the work for the scene `of`, while `shown` is on show; `None` where there is none.
    pub fn accept(&mut self, shown: &Arc<Scene>, of: &Arc<Scene>, result: Option<Arc<D>>) {
        let Some((_, request)) = self.under_way.take_if(|(scene, _)| Arc::ptr_eq(scene, of)) else { return };
        match result {
            Some(result) => self.insert(request, result, !Arc::ptr_eq(shown, of)),
            None => self.fail(request),
        }
    }

    /// Keeps a result of the scene on show that was made together with it.
    pub fn insert_fresh(&mut self, request: D::Request, result: Arc<D>) {
        self.insert(request, result, false);
    }

    fn insert(&mut self, request: D::Request, result: Arc<D>, is_stale: bool) {
        self.ready.retain(|ready| ready.request != request);
        if self.ready.len() >= D::KEPT.max(1) {
            self.ready.remove(0);
        }
        self.ready.push(Ready { request, result, is_stale });
    }

    fn fail(&mut self, request: D::Request) {
        if self.failed.len() >= D::KEPT.max(1) {
            self.failed.remove(0);
        }
        self.failed.push(request);
    }

    /// What is under way is not waited for any more, and not asked for again.
    pub fn give_up(&mut self) {
        if let Some((_, request)) = self.under_way.take() {
            self.fail(request);
        }
    }

    /// A scene like the one before takes its place. Answers whether work has to be cancelled.
    pub fn mark_stale(&mut self) -> bool {
        if !D::OUTLIVES_SCENE {
            return self.clear();
        }
        self.failed.clear();
        self.ready.iter_mut().for_each(|ready| ready.is_stale = true);
        false
    }

    /// A scene of the same network with other phases takes the place of the one before. Answers whether work has to be
    /// cancelled.
    pub fn mark_changed(&mut self) -> bool {
        if D::OUTLIVES_PHASES { self.mark_stale() } else { self.clear() }
    }

    /// Another scene takes the place of the one before. Answers whether work has to be cancelled.
    pub fn clear(&mut self) -> bool {
        std::mem::take(self).under_way.is_some()
    }
}
