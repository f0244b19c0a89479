//! The state of a slot, and what the session asks for.

use std::sync::Arc;

use super::slot::{Demand, Slot, State};
use super::*;
use crate::flow::FlowOptions;
use crate::session::{
    Command, Document, Effect, Example, Outcome, PlaybackCommand, Progress, Scene, SceneError, Session, Task,
};

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

fn session() -> Session {
    let (network, mut data) = Example::Spiral.load().unwrap();
    data.draw().unwrap();
    let document = Document { network: Some(Arc::new(network)), data, ..Document::default() };
    let mut session = Session::default();
    session.receive(Outcome::Built(document, Ok(scene())));
    session
}

/// What the session asks for now, of this kind.
fn asked(session: &mut Session, kind: DerivedKind) -> Option<DerivedJob> {
    session.watch_derived(1.0).into_iter().find_map(|effect| match effect {
        Effect::Derive(job) if job.kind == kind => Some(job),
        _ => None,
    })
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

#[test]
fn a_detail_is_asked_for_once_and_kept() {
    let mut session = session();
    let job = asked(&mut session, DerivedKind::LayerDetail).unwrap();
    assert_eq!(job.title, "Preparing layer 1 for the panel");
    assert!(asked(&mut session, DerivedKind::LayerDetail).is_none() && session.detail(0).is_none());
    session.receive(Outcome::Derived(job.run(&mut |_, _| true)));
    assert!(session.detail(0).is_some() && asked(&mut session, DerivedKind::LayerDetail).is_none());
    // Another layer is asked for when the panel comes to it.
    session.apply(Command::Playback(PlaybackCommand::Seek(2.5)));
    let job = asked(&mut session, DerivedKind::LayerDetail).unwrap();
    assert_eq!(job.title, "Preparing layer 3 for the panel");
    session.receive(Outcome::Derived(job.run(&mut |_, _| true)));
    assert!(session.detail(0).is_some() && session.detail(2).is_some());
}

#[test]
fn what_was_stopped_is_not_begun_again() {
    let mut session = session();
    assert!(asked(&mut session, DerivedKind::LayerDetail).is_some());
    session.apply(Command::Cancel(Task::Derive(DerivedKind::LayerDetail)));
    assert!(session.is_given_up::<LayerDetail>() && asked(&mut session, DerivedKind::LayerDetail).is_none());
}

#[test]
fn the_overview_is_made_while_its_panel_is_open() {
    let mut session = session();
    assert!(asked(&mut session, DerivedKind::LayerOverview).is_none());
    session.view.panel.all_layers = true;
    assert!(asked(&mut session, DerivedKind::LayerOverview).is_some());
    assert!(asked(&mut session, DerivedKind::LayerOverview).is_none());
    session.view.panel.all_layers = false;
    let task = Task::Derive(DerivedKind::LayerOverview);
    assert!(session.watch_derived(1.0).iter().any(|effect| matches!(effect, Effect::Cancel(ended) if *ended == task)));
    session.view.panel.all_layers = true;
    assert!(asked(&mut session, DerivedKind::LayerOverview).is_some());
    session.apply(Command::Cancel(task));
    assert!(session.is_given_up::<LayerOverview>() && asked(&mut session, DerivedKind::LayerOverview).is_none());
}

#[test]
fn a_result_that_was_cancelled_inside_its_work_is_not_told_as_an_error() {
    let mut session = session();
    let job = asked(&mut session, DerivedKind::LayerDetail).unwrap();
    session.receive(Outcome::Derived(job.run(&mut |_, _| false)));
    assert!(session.notices.shown().is_empty() && session.is_given_up::<LayerDetail>());
}
