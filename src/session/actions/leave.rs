//! What would take unsaved work away asks before.

use crate::formats::NetworkKind;
use crate::session::unsaved::Leaving;
use crate::session::{DialogPurpose, Effect, LeaveAnswer, Outcome, RecoverAnswer, Session};

/// Closes the window, unless that has to be asked.
pub fn quit(session: &mut Session, effects: &mut Vec<Effect>) {
    if session.has_unsaved_work() {
        session.unsaved.ask(Leaving::Quit);
    } else {
        effects.push(Effect::Quit);
    }
}

/// What came back, unless it would take work away, which is asked then.
pub fn admit(session: &mut Session, outcome: Outcome) -> Option<Outcome> {
    if takes_over(&outcome) && session.has_unsaved_work() {
        session.unsaved.ask(Leaving::Outcome(Box::new(outcome)));
        return None;
    }
    Some(outcome)
}

/// Takes the answer; gives what is to go on.
pub fn answer(session: &mut Session, answer: LeaveAnswer, effects: &mut Vec<Effect>) -> Option<Leaving> {
    match answer {
        LeaveAnswer::Stay => session.unsaved.stay(),
        LeaveAnswer::Discard => return session.unsaved.go(),
        LeaveAnswer::Save => {
            session.unsaved.go_on_when_saved();
            match session.session_path() {
                Some(_) => super::save::save_as_opened(session, effects),
                None => super::paths::ask(session, DialogPurpose::SaveNetwork(NetworkKind::Layerflow), effects),
            }
        }
    }
    None
}

/// Opens or removes what was found.
pub fn recover(session: &mut Session, answer: RecoverAnswer, effects: &mut Vec<Effect>) {
    if session.unsaved.found.is_empty() {
        return;
    }
    let found = session.unsaved.found.remove(0);
    match answer {
        RecoverAnswer::Open => effects.push(Effect::ReadUnsaved(found.folder)),
        RecoverAnswer::Remove => effects.push(Effect::RemoveUnsaved(found.folder)),
        RecoverAnswer::Later => session.unsaved.found.clear(),
    }
}

/// Whether another network takes the place of the one that is open.
fn takes_over(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Network(..) | Outcome::Checkpoints(..) | Outcome::Recovered(..) | Outcome::Session(..) => true,
        Outcome::Graph(_, graph) => graph.network.is_some(),
        Outcome::Files(outcomes) => outcomes.iter().any(takes_over),
        _ => false,
    }
}
