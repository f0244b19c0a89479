//! Paths: asked for in a dialog or in a field, and read from or written to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{compare, open, picture, session_file};
use crate::formats::{NetworkKind, SESSION_EXTENSION};
use crate::session::{
    ChartFile, DialogAnswer, DialogPurpose, Document, Effect, Findings, LayerMeasures, NumberKind, NumberRequest,
    PathPrompt, Session, SessionCommand, Severity, file_name,
};

/// Asks for a path.
pub fn ask(session: &Session, purpose: DialogPurpose, effects: &mut Vec<Effect>) {
    let name = match purpose {
        DialogPurpose::SaveNetwork(_) if session.shown.is_none() => return,
        DialogPurpose::SaveNetwork(kind) => {
            session.document().map_or_else(String::new, |document| proposed_file_name(document, kind))
        }
        DialogPurpose::SaveMeasures => {
            let is_ablated = session.document().is_some_and(|document| document.ablated.is_some());
            if is_ablated { "measures-ablated.csv" } else { "measures.csv" }.to_owned()
        }
        DialogPurpose::SavePicture(_) | DialogPurpose::SaveNumbers(_) if session.shown.is_none() => return,
        DialogPurpose::SaveChart(_) => session.chart.as_ref().map(ChartFile::file_name).unwrap_or_default(),
        DialogPurpose::SaveNumbers(kind) => format!("{}.csv", kind.file_stem()),
        DialogPurpose::SavePicture(kind) => {
            let extension = kind.extension();
            let stem = session.document().map_or_else(String::new, file_stem);
            if extension.is_empty() { stem } else { format!("{stem}.{extension}") }
        }
        DialogPurpose::SaveSession { .. } if session.shown.is_none() => return,
        DialogPurpose::SaveSession { .. } => {
            let own = session.session_path().map(file_name);
            own.or_else(|| Some(file_stem(session.document()?) + "." + SESSION_EXTENSION)).unwrap_or_default()
        }
        DialogPurpose::OpenNetwork
        | DialogPurpose::CompareWith
        | DialogPurpose::OpenCheckpoints
        | DialogPurpose::OpenData
        | DialogPurpose::OpenSession
        | DialogPurpose::FindFile(_) => String::new(),
    };
    effects.push(Effect::ShowDialog(purpose, name));
}

/// Takes the answer to a dialog.
pub fn answer(session: &mut Session, purpose: DialogPurpose, answer: DialogAnswer, effects: &mut Vec<Effect>) {
    match answer {
        DialogAnswer::Chosen(path) => choose(session, purpose, path, effects),
        DialogAnswer::Cancelled => session.unsaved.ask_again(),
        DialogAnswer::Unavailable => session.path_prompt = Some(PathPrompt::new(purpose)),
    }
}

/// Changes the text of the path field.
pub fn edit(session: &mut Session, text: String) {
    if let Some(prompt) = &mut session.path_prompt {
        prompt.overwrites = false;
        prompt.text = text;
    }
}

/// Takes the path in the path field.
pub fn accept(session: &mut Session, effects: &mut Vec<Effect>) {
    let Some(prompt) = session.path_prompt.take() else { return };
    let path = PathBuf::from(prompt.text.trim());
    let writes = prompt.purpose.writes();
    // The dialogs of desktops ask as well.
    let overwrites = writes && path.exists();
    if path.as_os_str().is_empty() || (overwrites && !prompt.overwrites) {
        session.path_prompt = Some(PathPrompt { overwrites, ..prompt });
        return;
    }
    choose(session, prompt.purpose, path, effects);
}

/// Closes the path field.
pub fn close(session: &mut Session) {
    session.path_prompt = None;
    session.unsaved.ask_again();
}

/// The network that is shown, to be written to a file of the kind that its name asks for.
pub fn save(session: &mut Session, path: PathBuf) -> Option<Effect> {
    let document = session.document()?;
    let network = document.network.clone()?;
    // What is saved before it would be lost is the work itself, and that is whole.
    let Some(ablated) = document.ablated.as_ref().filter(|_| !session.unsaved.saves_to_leave()) else {
        let whole = document.whole_network()?.clone();
        session.unsaved.begin_writing(whole.clone());
        return Some(Effect::Save(whole, path));
    };
    // The file itself says what it is without; what is whole is still not saved.
    let name = format!("{} without {}", ablated.base.name(), ablated.label());
    Some(Effect::Save(Arc::new(network.as_ref().clone().with_name(name.trim().to_owned())), path))
}

/// All measures of the layers, to be written to a file.
pub fn write_measures(session: &Session, path: PathBuf) -> Option<Effect> {
    let table = session.latest::<LayerMeasures>()?;
    let text = table.csv(&table.sorted("", 0, false)).ok()?;
    Some(Effect::Write(text.into_bytes().into(), path))
}

/// Numbers of what is shown, to be written to a file.
pub fn write_numbers(session: &Session, kind: NumberKind, path: PathBuf) -> Option<Effect> {
    let scene = session.scene()?.clone();
    let findings = session.latest::<Findings>().cloned();
    let points = session.view.points.clone();
    Some(Effect::WriteNumbers(NumberRequest { kind, scene, t: session.playback.t(), points, findings }, path))
}

/// A text was written.
pub fn written(session: &mut Session, path: &Path) {
    let ablated = session.document().and_then(|document| document.ablated.as_ref());
    let of_what = ablated.map(|ablated| format!(", of the network without {}", ablated.label())).unwrap_or_default();
    session.notices.add(Severity::Done, format!("Written to {}{of_what}.", path.display()), "");
}

/// The network was written. Where it is not the whole one, the file is not the document's.
pub fn saved(session: &mut Session, path: PathBuf) {
    session.recent.add(&path);
    let is_whole = session.unsaved.is_writing();
    if let Some(ablated) = session.document().and_then(|document| document.ablated.as_ref()).filter(|_| !is_whole) {
        let sentence = format!("Saved as {}: the ablated network, without {}.", path.display(), ablated.label());
        return session.notices.add(Severity::Warning, sentence, "");
    }
    session.notices.add(Severity::Done, format!("Saved as {}.", path.display()), "");
    session.unsaved.mark_written(&path);
    let documents = [Some(&mut session.wanted), session.shown.as_mut().map(|shown| &mut shown.document)];
    documents.into_iter().flatten().for_each(|document| document.network_path = Some(path.clone()));
}

fn choose(session: &mut Session, purpose: DialogPurpose, path: PathBuf, effects: &mut Vec<Effect>) {
    match purpose {
        DialogPurpose::OpenNetwork | DialogPurpose::OpenCheckpoints => effects.push(open::read_network(session, path)),
        DialogPurpose::OpenData => open::read_data(session, path, None, effects),
        DialogPurpose::CompareWith => compare::read(session, path, effects),
        DialogPurpose::SaveNetwork(_) => effects.extend(save(session, path)),
        DialogPurpose::SaveMeasures => effects.extend(write_measures(session, path)),
        DialogPurpose::SaveChart(_) => {
            effects.extend(session.chart.take().map(|chart| Effect::Write(chart.bytes, path)));
        }
        DialogPurpose::SaveNumbers(kind) => effects.extend(write_numbers(session, kind, path)),
        DialogPurpose::SavePicture(_) => effects.extend(picture::write(session, path)),
        DialogPurpose::OpenSession => session_file::apply(session, SessionCommand::Open(path), effects),
        DialogPurpose::SaveSession { embeds } => {
            let path = with_extension(path);
            session_file::apply(session, SessionCommand::Save { path, embeds }, effects);
        }
        DialogPurpose::FindFile(part) => session_file::apply(session, SessionCommand::Take(part, path), effects),
    }
}

/// The path of a session's file: a name without an ending gets its own.
fn with_extension(path: PathBuf) -> PathBuf {
    if path.extension().is_some() { path } else { path.with_extension(SESSION_EXTENSION) }
}

/// A file name for a network.
fn proposed_file_name(document: &Document, kind: NetworkKind) -> String {
    format!("{}.{}", file_stem(document), kind.extension())
}

/// The network's own name with what file systems dislike replaced.
fn file_stem(document: &Document) -> String {
    let name = document.whole_name();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let stem = if document.ablated.is_some() { format!("{stem}-ablated") } else { stem.to_owned() };
    stem.chars().map(|c| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect()
}
