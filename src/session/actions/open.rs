//! Networks and data are opened: what is wanted changes, and its scene is built.

use std::path::PathBuf;
use std::sync::Arc;

use super::{edit, history, rebuild, series, train};
use crate::dataset::DataChoice;
use crate::flow::FlowOptions;
use crate::session::{Data, Effect, Example, FileContents, Session, Severity, Task, counted};

/// Reads a network.
pub fn read_network(session: &mut Session, path: PathBuf) -> Effect {
    session.path_prompt = None;
    Effect::ReadNetwork(path)
}

/// Reads data, as soon as the network's inputs are known.
pub fn read_data(session: &mut Session, path: PathBuf, choice: Option<DataChoice>, effects: &mut Vec<Effect>) {
    session.path_prompt = None;
    match session.inputs() {
        Some(inputs) => effects.push(reading(path, choice, inputs)),
        None => session.waiting_data = Some((path, choice)),
    }
}

/// Opens the files again that were open last, or offers them no longer.
pub fn open_last(session: &mut Session, opens: bool, effects: &mut Vec<Effect>) {
    if session.offered_last().is_some() && opens {
        effects.push(Effect::ReadFiles(session.kept.last.paths(), session.inputs()));
    }
    session.offers_last = false;
}

/// What reads data for this number of inputs.
pub fn reading(path: PathBuf, choice: Option<DataChoice>, inputs: usize) -> Effect {
    match choice {
        Some(choice) => Effect::ReadColumns(path, Some(inputs), choice),
        None => Effect::ReadData(path, Some(inputs)),
    }
}

/// Opens a network that comes with the program.
pub fn open_example(session: &mut Session, example: Example, effects: &mut Vec<Effect>) {
    match example.load() {
        Ok((network, data)) => {
            session.replaced_data = None;
            history::begin_opening(session, format!("Open example {}", example.label()));
            let network = Arc::new(network);
            session.example = Some((example, network.clone()));
            session.wanted.network = Some(network);
            session.wanted.network_path = None;
            session.wanted.ablated = None;
            session.wanted.file = FileContents::default();
            session.wanted.data = data;
            session.unsaved.keep(&session.wanted);
            effects.push(Effect::Cancel(Task::Read));
            series::end(session, effects);
            rebuild::build(session, effects);
            let waiting = session.waiting_data.take().zip(session.inputs());
            effects.extend(waiting.map(|((path, choice), inputs)| reading(path, choice, inputs)));
        }
        Err(error) => session.notices.add(Severity::Error, error.to_string(), format!("{error:?}")),
    }
}

/// The window is never left empty: where the first file could not be opened, an example stands in for it.
pub fn fall_back(session: &mut Session, effects: &mut Vec<Effect>) {
    if session.shown.is_none() && session.wanted.network.is_none() && session.import.is_none() {
        open_example(session, Example::Spiral, effects);
    }
}

/// Lets other data flow, if it fits.
pub fn want_data(session: &mut Session, data: Data, effects: &mut Vec<Effect>) {
    if session.inputs().is_none_or(|inputs| inputs == data.dimension()) {
        session.replaced_data = None;
        let grows = edit::remember_data(session, &data);
        train::change_data(session);
        session.wanted.data = data;
        return if grows { rebuild::grow(session, effects) } else { rebuild::build(session, effects) };
    }
    let sentence = format!(
        "{} does not fit: it has {} of values, but the network takes {}; the data shown stays.",
        data.name(),
        counted(data.dimension(), "column"),
        counted(session.inputs().unwrap_or(0), "input")
    );
    session.notices.add(Severity::Error, sentence, "");
}

/// Builds the flow otherwise.
pub fn set_options(session: &mut Session, options: FlowOptions, effects: &mut Vec<Effect>) {
    if options != session.wanted.options {
        session.wanted.options = options;
        rebuild::build(session, effects);
    }
}
