//! What is made beside the frames for the scene on show: the newest that is ready, and what is under way.
//!
//! While a network is trained or edited one scene follows another. What was made of the scene before stays in sight
//! until the same is made of a newer one, and a worker that is busy with it ends its work rather than begin again at
//! every scene, because otherwise a fast training would never let it end.

use std::sync::Arc;

use super::Scene;

/// The answers `T` to requests `R`: one is under way at a time.
#[derive(Clone, Debug)]
pub(super) struct Made<R, T> {
    newest: Option<T>,
    /// What `newest` answers, if it is of the scene on show.
    answered: Option<R>,
    /// The request under way, and the scene that it is about.
    pending: Option<(Arc<Scene>, R)>,
    /// The request that was stopped or failed; it is not made again.
    given_up: Option<R>,
}

impl<R, T> Default for Made<R, T> {
    fn default() -> Made<R, T> {
        Made { newest: None, answered: None, pending: None, given_up: None }
    }
}

impl<R: Clone + PartialEq, T> Made<R, T> {
    /// The newest that is ready; it may be of a scene before the one on show.
    pub fn newest(&self) -> Option<&T> {
        self.newest.as_ref()
    }

    /// Whether this request was given up.
    pub fn gave_up(&self, request: &R) -> bool {
        self.given_up.as_ref() == Some(request)
    }

    /// Whether `request` has to be worked on now; if so it counts as under way.
    pub fn ask(&mut self, scene: &Arc<Scene>, request: &R) -> bool {
        let under_way = self.pending.as_ref().is_some_and(|(_, pending)| pending == request);
        let wanted = self.answered.as_ref() != Some(request) && !under_way && !self.gave_up(request);
        if wanted {
            self.pending = Some((Arc::clone(scene), request.clone()));
        }
        wanted
    }

    /// Nothing is wanted any more. Answers whether something was under way.
    pub fn leave(&mut self) -> bool {
        self.pending.take().is_some()
    }

    /// Takes what was made of the scene `of`, while `shown` is on show; `None` where it failed.
    pub fn take(&mut self, shown: &Arc<Scene>, of: &Arc<Scene>, made: Option<T>) {
        let Some((_, request)) = self.pending.take_if(|(scene, _)| Arc::ptr_eq(scene, of)) else { return };
        match made {
            Some(made) => {
                self.newest = Some(made);
                self.answered = Arc::ptr_eq(shown, of).then_some(request);
            }
            None => self.given_up = Some(request),
        }
    }

    /// What is under way is not waited for any more, and not asked for again.
    pub fn give_up(&mut self) {
        self.given_up = self.pending.take().map(|(_, request)| request);
    }

    /// Forgets what was given up, so that it can be asked for again.
    pub fn forgive(&mut self) {
        self.given_up = None;
    }

    /// A scene like the one before takes its place.
    pub fn aged(self) -> Made<R, T> {
        Made { answered: None, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Example;
    use super::*;
    use crate::flow::FlowOptions;

    fn scenes() -> [Arc<Scene>; 2] {
        let (network, mut data) = Example::Spiral.load().unwrap();
        let (network, points) = (Arc::new(network), data.draw().unwrap());
        let build = || Scene::build(&network, &points, FlowOptions::default(), None, &mut |_, _| true).unwrap();
        [build(), build()].map(Arc::new)
    }

    #[test]
    fn what_was_made_stays_until_the_same_is_made_of_a_newer_scene() {
        let [first, second] = scenes();
        let mut made = Made::<u8, &str>::default();
        assert!(made.ask(&first, &1) && !made.ask(&first, &1));
        made.take(&first, &second, Some("of a scene that nobody asked about"));
        assert_eq!(made.newest(), None);
        made.take(&first, &first, Some("one"));
        assert!(made.newest() == Some(&"one") && !made.ask(&first, &1));

        let mut made = made.aged();
        assert_eq!(made.newest(), Some(&"one"));
        // What is under way for the scene before is neither begun again nor thrown away.
        assert!(made.ask(&first, &1) && !made.ask(&second, &1));
        made.take(&second, &first, Some("late"));
        assert!(made.newest() == Some(&"late") && made.ask(&second, &1));
    }

    #[test]
    fn what_was_given_up_is_not_asked_for_again_until_it_is_forgiven() {
        let [scene, _] = scenes();
        let mut made = Made::<u8, &str>::default();
        assert!(made.ask(&scene, &1));
        made.give_up();
        assert!(made.gave_up(&1) && !made.ask(&scene, &1) && made.ask(&scene, &2));
        made.take(&scene, &scene, None);
        assert!(made.gave_up(&2) && made.ask(&scene, &1) && made.leave() && !made.leave());
        made.forgive();
        assert!(made.ask(&scene, &2));
    }
}
