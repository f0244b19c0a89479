//! The state of a slot.

use std::sync::Arc;

use super::slot::{Demand, Slot, State};
use super::{Derivation, Situation, Source};
use crate::flow::FlowOptions;
use crate::session::{Example, Progress, Scene, SceneError};

/// A result that says which request it answers.
#[derive(Debug, PartialEq)]
struct Number(u8);

impl Derivation for Number {
    type Request = u8;

    const LABEL: &'static str = "Counting";
    const INTERVAL: f64 = 1.0;

    fn wanted(_: &Situation<'_>) -> Option<u8> {
        None
    }

    fn build(_: &Source, request: u8, _: &mut Progress<'_>) -> Result<Option<Number>, SceneError> {
        Ok(Some(Number(request)))
    }

    // Requests below 10 wait for each other.
    fn replaces(_: &u8, wanted: &u8) -> bool {
        *wanted >= 10
    }
}

fn scene() -> Arc<Scene> {
    let (network, mut data) = Example::Spiral.load().unwrap();
    let points = data.draw().unwrap();
    Arc::new(Scene::build(&Arc::new(network), &points, FlowOptions::default(), None, &mut |_, _| true).unwrap())
}

fn number(value: u8) -> Option<Arc<Number>> {
    Some(Arc::new(Number(value)))
}

#[test]
fn a_result_stays_until_the_same_is_made_of_a_newer_scene() {
    let [first, second] = [scene(), scene()];
    let mut slot = Slot::<Number>::default();
    assert_eq!(slot.state(&1), State::Missing);
    assert_eq!(slot.demand(&first, &1, 0.0, 0.0), Demand::Start);
    assert_eq!((slot.demand(&first, &1, 0.0, 0.0), slot.state(&1)), (Demand::Met, State::UnderWay));
    slot.accept(&first, &second, number(9));
    assert!(slot.latest().is_none(), "a result of a scene that nobody asked about");
    slot.accept(&first, &first, number(1));
    assert_eq!((slot.state(&1), slot.demand(&first, &1, 0.0, 0.0)), (State::Ready, Demand::Met));

    assert!(!slot.mark_stale());
    assert_eq!((slot.state(&1), slot.latest()), (State::Stale, number(1).as_ref()));
    // What is under way for the scene before is neither begun again nor thrown away.
    assert_eq!(slot.demand(&first, &1, 0.0, 0.0), Demand::Start);
    assert_eq!(slot.demand(&second, &1, 0.0, 0.0), Demand::Met);
    slot.accept(&second, &first, number(1));
    assert_eq!((slot.state(&1), slot.demand(&second, &1, 0.0, 0.0)), (State::Stale, Demand::Start));
    slot.accept(&second, &second, number(1));
    assert_eq!(slot.state(&1), State::Ready);
    assert!(!slot.clear() && slot.latest().is_none());
}

#[test]
fn what_was_given_up_is_not_asked_for_again() {
    let scene = scene();
    let mut slot = Slot::<Number>::default();
    assert_eq!(slot.demand(&scene, &11, 0.0, 0.0), Demand::Start);
    slot.give_up();
    assert_eq!((slot.state(&11), slot.demand(&scene, &11, 0.0, 0.0)), (State::Failed, Demand::Met));
    assert_eq!(slot.demand(&scene, &12, 0.0, 0.0), Demand::Start);
    slot.accept(&scene, &scene, None);
    assert_eq!(slot.state(&12), State::Failed);
    // A newer failure takes the place of the one before, and a newer scene is another chance.
    assert_eq!(slot.state(&11), State::Missing);
    slot.mark_stale();
    assert_eq!(slot.demand(&scene, &12, 0.0, 0.0), Demand::Start);
    assert!(slot.release() && !slot.release());
}

#[test]
fn a_request_replaces_another_or_waits_for_it() {
    let scene = scene();
    let mut slot = Slot::<Number>::default();
    assert_eq!(slot.demand(&scene, &1, 0.0, 0.0), Demand::Start);
    assert_eq!(slot.demand(&scene, &2, 0.0, 0.0), Demand::Met);
    assert_eq!(slot.demand(&scene, &10, 0.0, 0.0), Demand::Start);
    slot.accept(&scene, &scene, number(10));
    assert_eq!(slot.demand(&scene, &11, 0.0, 0.0), Demand::Start);
    // Back to what is there: nobody waits for what is under way.
    assert_eq!(slot.demand(&scene, &10, 0.0, 0.0), Demand::Abandon);
    assert!(!slot.is_under_way());
}

#[test]
fn a_result_that_is_wanted_in_every_frame_keeps_its_interval() {
    let scene = scene();
    let mut slot = Slot::<Number>::default();
    assert_eq!(slot.demand(&scene, &1, 0.6, 1.0), Demand::Met);
    assert_eq!(slot.demand(&scene, &2, 0.6, 1.0), Demand::Start);
    slot.accept(&scene, &scene, number(2));
    assert_eq!(slot.demand(&scene, &3, 0.6, 1.0), Demand::Met);
    assert_eq!(slot.demand(&scene, &3, 0.0, 0.0), Demand::Start);
}
