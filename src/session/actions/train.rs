//! Training in the window: play, pause, one step, one epoch, and back to an earlier epoch, while the flow follows.

use std::sync::Arc;

use super::ablation::keep_ablation;
use super::rebuild;
use crate::session::history::EditSnapshot;
use crate::session::{Effect, Goal, Session, Severity, Task, TrainCommand, TrainingChannel, UserError};

/// Carries out a command.
pub fn apply(session: &mut Session, command: TrainCommand, effects: &mut Vec<Effect>) {
    let was_running = session.training.running();
    match command {
        TrainCommand::Play => run(session, Goal::End, effects),
        TrainCommand::Step => run(session, Goal::Step, effects),
        TrainCommand::Epoch => run(session, Goal::Epoch, effects),
        TrainCommand::Pause => session.training.pause(),
        TrainCommand::Return(position) => return_to(session, position, effects),
        TrainCommand::Options(options) => session.training.set_options(options),
        TrainCommand::Pace(pace) => session.training.set_pace(pace),
    }
    if was_running && matches!(command, TrainCommand::Options(_) | TrainCommand::Pace(_)) {
        run(session, Goal::End, effects);
    }
}

/// Takes what the run has told since the last call and asks for the flow of its newest network. One flow is under way at a
/// time; `seconds` have passed since the last call.
pub fn watch(session: &mut Session, seconds: f64) -> Vec<Effect> {
    let mut effects = Vec::new();
    if session.training.watch(seconds) {
        show_progress(session, &mut effects);
    }
    rebuild::go_on(session, &mut effects);
    let run = session.training.resume(session.wanted.network.as_ref(), session.wanted.data.dataset.as_ref());
    effects.extend(run.map(Effect::Train));
    effects
}

/// The data is about to change: the network that training has reached stays, and a run begins again.
pub fn change_data(session: &mut Session) {
    if let Some(reached) = session.training.change_data() {
        session.wanted.network = Some(reached);
    }
}

/// A run has ended.
pub fn finish(
    session: &mut Session,
    feed: &Arc<TrainingChannel>,
    result: Result<(), UserError>,
    effects: &mut Vec<Effect>,
) {
    if !session.training.finish(feed) {
        return;
    }
    show_progress(session, effects);
    if let Err(trouble) = result {
        session.notices.add(Severity::Error, format!("{}.", trouble.sentence), trouble.details);
    }
}

fn run(session: &mut Session, goal: Goal, effects: &mut Vec<Effect>) {
    let Some(network) = session.wanted.network.clone() else { return };
    if !session.training.continue_from(&network) || session.wanted.ablated.is_some() {
        keep_moment(session);
    }
    let Some(dataset) = session.wanted.data.draw() else { return };
    effects.push(Effect::Train(session.training.begin(network, dataset, goal)));
}

/// What is wanted now is kept before training changes it.
fn keep_moment(session: &mut Session) {
    EditSnapshot::new(&session.wanted)
        .into_iter()
        .for_each(|moment| session.history.remember(moment, "Train".to_owned()));
    keep_ablation(session);
}

fn return_to(session: &mut Session, position: usize, effects: &mut Vec<Effect>) {
    let is_found = session.training.return_to(position);
    effects.push(Effect::Cancel(Task::Train));
    if is_found {
        if session.wanted.ablated.is_some() {
            keep_moment(session);
        }
        show_progress(session, effects);
    }
}

/// Asks for the flow of the network reached, if nothing else is being built.
fn show_progress(session: &mut Session, effects: &mut Vec<Effect>) {
    let Some(reached) = session.training.unseen_network().cloned() else { return };
    if !session.shows_wanted_network() || !session.rebuild.rests() || session.field_is_under_way() {
        return;
    }
    session.wanted.network = Some(reached);
    session.training.mark_seen();
    rebuild::grow(session, effects);
}
