//! Another network is opened beside the one on show, to be compared with it.

use std::path::PathBuf;

use super::view;
use crate::session::{Counterpart, Effect, Pairing, Session, Severity, UserError, ViewCommand};

/// Reads the network to compare with.
pub fn read(session: &mut Session, path: PathBuf, effects: &mut Vec<Effect>) {
    session.path_prompt = None;
    effects.push(Effect::ReadCounterpart(path));
}

/// The other network was read, or not.
pub fn accept(session: &mut Session, result: Result<Counterpart, UserError>, effects: &mut Vec<Effect>) {
    let counterpart = match result {
        Ok(counterpart) => counterpart,
        Err(trouble) => return session.notices.add(Severity::Error, trouble.sentence, trouble.details),
    };
    for sentence in &counterpart.assumed {
        session.notices.add(Severity::Warning, format!("{}: assumed: {sentence}.", counterpart.name()), "");
    }
    session.counterpart = Some(counterpart);
    view::apply(session, ViewCommand::Pair(Some(session.view.pairing.unwrap_or(Pairing::SideBySide))), effects);
}

/// Goes back to the network on show alone.
pub fn end(session: &mut Session, effects: &mut Vec<Effect>) {
    session.counterpart = None;
    view::apply(session, ViewCommand::Pair(None), effects);
}
