//! Sessions are saved and opened: the file, what it names, and what is put back.

use std::path::PathBuf;

use super::{history, open, rebuild, series};
use crate::session::file::{
    FileProblem, Look, OpenSessionFile, OpenedSession, Relocation, Restoring, SessionPart, SessionSources, snapshot,
};
use crate::session::{Effect, Session, SessionCommand, Severity, Task, file_name};

/// Carries out a command.
pub fn apply(session: &mut Session, command: SessionCommand, effects: &mut Vec<Effect>) {
    match command {
        SessionCommand::Open(path) => {
            session.path_prompt = None;
            effects.push(Effect::ReadSession(path, SessionSources::default()));
        }
        SessionCommand::Save { path, embeds } => effects.extend(save(session, path, embeds)),
        SessionCommand::Take(part, path) => {
            let Some(relocation) = &mut session.relocation else { return };
            match part {
                SessionPart::Network => relocation.sources.network = Some(path),
                SessionPart::Data => relocation.sources.data = Some(path),
            }
            read_again(session, effects);
        }
        SessionCommand::TakeChanged => {
            if let Some(relocation) = &mut session.relocation {
                relocation.sources.accept_changed = true;
                read_again(session, effects);
            }
        }
        SessionCommand::Leave => {
            session.relocation = None;
            open::fall_back(session, effects);
        }
    }
}

/// The session that is shown, to be written to a file.
pub fn save(session: &mut Session, path: PathBuf, embeds: bool) -> Option<Effect> {
    let snapshot = snapshot(session, embeds)?;
    session.unsaved.begin_writing(snapshot.network()?.clone());
    Some(Effect::SaveSession(Box::new(snapshot), path))
}

fn read_again(session: &mut Session, effects: &mut Vec<Effect>) {
    if let Some(relocation) = session.relocation.take() {
        effects.push(Effect::ReadSession(relocation.path, relocation.sources));
    }
}

/// A session was written.
pub fn saved(session: &mut Session, path: PathBuf, embeds: bool, shown: Look) {
    session.recent.add(&path);
    let curves = if session.training.history().is_empty() { "" } else { " The curves of the training are not in it." };
    session.notices.add(Severity::Done, format!("Session saved as {}.{curves}", path.display()), "");
    session.kept.view = session.view_to_keep();
    session.session_file = Some(OpenSessionFile { path, embeds, saved: Some(shown) });
}

/// Files that a session names are not as they were: a person is asked what takes their place.
pub fn ask_for_files(session: &mut Session, path: PathBuf, problems: Vec<FileProblem>, sources: SessionSources) {
    session.relocation = Some(Relocation { path, problems, sources });
}

/// Takes a session that was read.
pub fn adopt(session: &mut Session, opened: OpenedSession, effects: &mut Vec<Effect>) {
    let OpenedSession { path, document, look, notes, embeds, is_in_file, checkpoints, comparison } = opened;
    let Some(network) = document.network.clone() else { return };
    notes.into_iter().for_each(|note| session.notices.add(Severity::Warning, note, ""));
    for sentence in document.file.account.assumed() {
        session.notices.add(Severity::Warning, format!("{}: assumed: {sentence}.", file_name(&path)), "");
    }
    session.recent.add(&path);
    (session.import, session.columns, session.relocation) = (None, None, None);
    session.kept.view = session.view_to_keep();
    (session.waiting_data, session.replaced_data) = (None, None);
    history::begin_opening(session, format!("Open session {}", file_name(&path)));
    session.wanted = document;
    session.unsaved.keep(&session.wanted);
    if is_in_file {
        session.unsaved.mark_in_file(&session.wanted);
    }
    session.session_file = Some(OpenSessionFile { path, embeds, saved: None });
    session.restoring = Some(Restoring { network: Some(network), look });
    session.hint = false;
    series::end(session, effects);
    session.checkpoints = checkpoints;
    super::checkpoints::adopt(session, effects);
    if let Some(comparison) = comparison {
        session.counterpart = None;
        (session.view.pairing, session.view.morph) = (comparison.pairing, comparison.morph);
        effects.push(Effect::ReadCounterpart(comparison.path));
    }
    effects.push(Effect::Cancel(Task::ReadData));
    rebuild::build(session, effects);
}
