//! Work is stopped or fails: what was open stays.

use super::{derive, history, open, view};
use crate::session::derived::is_cancelled;
use crate::session::{
    CheckpointSeries, Compare, DerivedKind, Document, Effect, SceneError, Session, Severity, Side, Task, ViewCommand,
};

/// Stops work as a person asks.
pub fn cancel(session: &mut Session, task: Task, effects: &mut Vec<Effect>) {
    effects.push(Effect::Cancel(task));
    give_up(session, task);
    match task {
        Task::Build => derive::refine(session, effects),
        // Without the ResNet that was asked for the plain net remains to be shown.
        Task::Derive(DerivedKind::Refined) if session.refined().is_none() => {
            if session.window.refinement_panel() {
                session.window.side = Side::Layer;
            }
            view::apply(session, ViewCommand::Compare(Compare::Plain), effects);
        }
        _ => {}
    }
    open::fall_back(session, effects);
}

/// A worker failed in a way that was not foreseen.
pub fn fail(session: &mut Session, task: Task, why: String, effects: &mut Vec<Effect>) {
    let sentence = format!("{} stopped because of a fault in layerflow; what was open stays.", task.label());
    session.notices.add(Severity::Error, sentence, why);
    give_up(session, task);
    open::fall_back(session, effects);
}

/// A document has no scene.
pub fn refuse(session: &mut Session, document: &Document, error: &SceneError, effects: &mut Vec<Effect>) {
    give_up(session, Task::Build);
    derive::refine(session, effects);
    if !is_cancelled(error) {
        let sentence = format!("{}: {error}.", document.network_name());
        session.notices.add(Severity::Error, sentence, format!("{error:?}"));
    }
    open::fall_back(session, effects);
}

/// What is not done yet is not waited for any more.
fn give_up(session: &mut Session, task: Task) {
    if task == Task::Build {
        session.replaced_data = None;
        if session.restoring.take().is_some() {
            session.session_file = None;
        }
        session.rebuild.stop();
    }
    match task {
        Task::Build => {
            session.wanted = session.shown.as_ref().map(|shown| shown.document.clone()).unwrap_or_default();
            session.training.stay_with(session.wanted.network.as_ref());
            history::cancel_opening(session);
        }
        Task::Derive(kind) => session.derived.give_up(kind),
        Task::Train => session.training.stop(),
        Task::ReadCheckpoint => session.checkpoints.iter_mut().for_each(CheckpointSeries::give_up),
        Task::Preview => session.previews.give_up(),
        Task::ListCheckpoints => session.checkpoints.iter_mut().for_each(CheckpointSeries::fail_listing),
        Task::Read
        | Task::ReadData
        | Task::TryScalings
        | Task::ReadCounterpart
        | Task::Spectrum
        | Task::Save
        | Task::Export
        | Task::Dialog
        | Task::KeepSettings
        | Task::Unsaved => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::session::testing::session;
    use crate::session::{Command, EditCommand, TrainCommand};

    #[test]
    fn a_training_of_a_network_that_was_never_shown_ends_with_its_scene() {
        let mut session = session();
        let network = session.wanted().network.clone().unwrap();
        // That of the one on show goes on.
        session.apply(Command::Train(TrainCommand::Play));
        session.apply(Command::Cancel(Task::Build));
        assert!(session.training.running());
        session.apply(Command::Edit(EditCommand::New));
        session.apply(Command::Train(TrainCommand::Play));
        assert!(session.training.running() && !session.shows_wanted_network());
        session.apply(Command::Cancel(Task::Build));
        assert!(!session.training.running());
        assert!(Arc::ptr_eq(session.wanted().network.as_ref().unwrap(), &network));
    }
}
