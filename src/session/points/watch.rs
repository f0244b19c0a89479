//! What is worked out beside the frames for the points that the mouse chose: their neighbours and their story.

use std::sync::Arc;

use super::{NeighbourRequest, Neighbours, Selection, SeparationProfile};
use crate::session::{Compare, Effect, Scene, SceneError, Session, Task};

/// The least time between two searches for neighbours in play, in seconds: they must not take a core for themselves.
const INTERVAL: f64 = 0.25;

/// What is known, and what was asked for last.
#[derive(Debug, Default)]
pub(in crate::session) struct Watch {
    neighbours: Option<Arc<Neighbours>>,
    asked_neighbours: Option<NeighbourRequest>,
    /// Whether a search is under way.
    searching: bool,
    /// The seconds since a search was asked for.
    age: f64,
    separation: Option<Arc<SeparationProfile>>,
    asked_story: Option<Selection>,
}

impl Session {
    /// The neighbours of the point that the mouse rests on, once they are found; they may be those of a time before.
    pub fn neighbours(&self) -> Option<&Arc<Neighbours>> {
        let resting = self.view.points.resting;
        self.watch.neighbours.as_ref().filter(|found| Some(found.request.sample) == resting)
    }

    /// The story of the selection, once it is known.
    pub fn separation(&self) -> Option<&Arc<SeparationProfile>> {
        self.watch.separation.as_ref().filter(|separation| separation.selection.is(&self.view.points.selection))
    }

    /// Asks for what the selection and the point under the mouse need; `seconds` have passed since the last call.
    pub fn watch_points(&mut self, seconds: f64) -> Vec<Effect> {
        let Some(scene) = self.scene().cloned() else { return Vec::new() };
        let mut effects = Vec::new();
        effects.extend(self.wanted_neighbours(&scene, seconds));
        let selection = &self.view.points.selection;
        let asked = self.watch.asked_story.as_ref().is_some_and(|asked| asked.is(selection));
        if !asked {
            self.watch.asked_story = Some(selection.clone());
            // With fewer than two points there is nothing to tell, and what was asked for before is not wanted.
            effects.push(if selection.len() < 2 {
                Effect::Cancel(Task::SeparationProfile)
            } else {
                Effect::SeparationProfile(scene, selection.clone())
            });
        }
        effects
    }

    fn wanted_neighbours(&mut self, scene: &Arc<Scene>, seconds: f64) -> Option<Effect> {
        self.watch.age += seconds;
        let Some(sample) = self.view.points.resting else {
            self.watch.asked_neighbours = None;
            return std::mem::take(&mut self.watch.searching).then_some(Effect::Cancel(Task::Neighbours));
        };
        let resnet = self.view.compare == Compare::ResNet && self.refined().is_some();
        let request = NeighbourRequest { sample, t: self.playback.t(), resnet };
        let waits = self.playback.playing() && self.watch.age < INTERVAL;
        let asked = self.watch.asked_neighbours;
        let same_point = asked.is_some_and(|asked| asked.sample == sample && asked.resnet == resnet);
        if asked == Some(request) || (same_point && (self.watch.searching || waits)) {
            return None;
        }
        self.watch.asked_neighbours = Some(request);
        self.watch.searching = true;
        self.watch.age = 0.0;
        let refined = self.refined().filter(|_| resnet).cloned();
        Some(Effect::Neighbours(scene.clone(), refined, request))
    }

    pub(in crate::session) fn take_neighbours(&mut self, scene: &Arc<Scene>, result: Result<Neighbours, SceneError>) {
        if self.scene().is_some_and(|shown| Arc::ptr_eq(shown, scene)) {
            self.watch.searching = false;
            self.watch.neighbours = result.ok().map(Arc::new).or(self.watch.neighbours.take());
        }
    }

    pub(in crate::session) fn accept_separation(
        &mut self,
        scene: &Arc<Scene>,
        result: Result<SeparationProfile, SceneError>,
    ) {
        if self.scene().is_some_and(|shown| Arc::ptr_eq(shown, scene)) {
            self.watch.separation = result.ok().map(Arc::new);
        }
    }

    /// A scene that grew out of the one before is shown: what was found stays until it is found again.
    pub(in crate::session) fn look_again(&mut self) {
        self.watch.asked_neighbours = None;
        self.watch.searching = false;
        self.watch.asked_story = None;
    }

    /// Another scene is shown: nothing that was found holds for it.
    pub(in crate::session) fn forget_points(&mut self) -> [Effect; 2] {
        self.watch = Watch::default();
        [Effect::Cancel(Task::Neighbours), Effect::Cancel(Task::SeparationProfile)]
    }

    /// The work was given up; it is not asked for again before something else is looked at.
    pub(in crate::session) fn give_up_neighbours(&mut self) {
        self.watch.searching = false;
    }
}
