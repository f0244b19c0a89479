//! What comes back from outside: files that were read, scenes that were built, dialogs that were answered.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{
    checkpoints, columns, compare, derive, edit, history, import, leave, open, paths, picture, rebuild, series,
    session_file, show, stop, train,
};
use crate::dataset::Dataset;
use crate::formats::{FormatError, GraphFile, OpenedNetwork};
use crate::network::Network;
use crate::session::document::flowing_part;
use crate::session::unsaved::Leaving;
use crate::session::{
    Data, DropAnswer, DroppedNetwork, Effect, FileContents, Import, Outcome, Session, Severity, UserError, counted,
    file_name,
};

/// Takes what came back; what would take unsaved work away is asked about first.
pub fn accept(session: &mut Session, outcome: Outcome, effects: &mut Vec<Effect>) {
    let Some(outcome) = ask_of_drop(session, outcome) else { return };
    if let Some(outcome) = leave::admit(session, outcome) {
        accept_admitted(session, outcome, effects);
    }
}

/// A whole network of the same inputs that is dropped alone on the network of another file may be meant to be compared with it:
/// it waits for the answer.
fn ask_of_drop(session: &mut Session, outcome: Outcome) -> Option<Outcome> {
    let Outcome::Files(mut outcomes) = outcome else { return Some(outcome) };
    let is_asked = match (&outcomes[..], session.wanted.network_path.as_ref(), session.inputs()) {
        ([Outcome::Network(path, opened)], Some(own), Some(inputs)) => {
            session.shown.is_some()
                && path != own
                && opened.network.inputs() == inputs
                && opened.account.missing_text().is_none()
        }
        _ => false,
    };
    match outcomes.pop() {
        Some(Outcome::Network(path, opened)) if is_asked => {
            session.dropped = Some(DroppedNetwork { path, opened });
            None
        }
        last => {
            outcomes.extend(last);
            Some(Outcome::Files(outcomes))
        }
    }
}

/// What becomes of the network that was dropped.
pub fn answer_drop(session: &mut Session, answer: DropAnswer, effects: &mut Vec<Effect>) {
    let Some(DroppedNetwork { path, opened }) = session.dropped.take() else { return };
    match answer {
        DropAnswer::Replace => accept(session, Outcome::Network(path, opened), effects),
        DropAnswer::Compare => compare::read(session, path, effects),
        DropAnswer::Cancel => {}
    }
}

/// Does what waited for an answer about unsaved work, which goes now.
pub fn go_on(session: &mut Session, leaving: Leaving, effects: &mut Vec<Effect>) {
    session.unsaved.let_go(&session.wanted);
    match leaving {
        Leaving::Quit => effects.push(Effect::Quit),
        Leaving::Example(example) => open::open_example(session, example, effects),
        Leaving::Outcome(outcome) => accept_admitted(session, *outcome, effects),
    }
}

fn accept_admitted(session: &mut Session, outcome: Outcome, effects: &mut Vec<Effect>) {
    match outcome {
        Outcome::Network(path, network) => adopt(session, path, network, effects),
        Outcome::Tensors(path, tensors) => import::begin(session, Import::new(path, tensors)),
        Outcome::Graph(path, graph) => accept_graph(session, path, graph, effects),
        Outcome::Checkpoints(path, files) => checkpoints::open(session, path, files, effects),
        Outcome::CheckpointsListed(path, result, log) => {
            checkpoints::accept_listing(session, &path, (result, log), effects);
        }
        Outcome::Checkpoint(read) => checkpoints::accept(session, *read, effects),
        Outcome::Counterpart(result) => compare::accept(session, result, effects),
        Outcome::Data(path, dataset, choice) => {
            session.columns = None;
            session.recent_data.add(&path);
            if !dataset.notes.is_empty() {
                let sentence = format!("{}: {}.", file_name(&path), dataset.notes.join("; "));
                session.notices.add(Severity::Warning, sentence, "");
            }
            let is_for_new = session.network_for.take().is_some_and(|of| of == path);
            let data = Data::read(path, Arc::new(dataset), choice);
            if is_for_new { edit::draw_for(session, data, effects) } else { open::want_data(session, data, effects) }
        }
        Outcome::Columns(path, columns, trouble) => columns::begin(session, path, columns, trouble, effects),
        Outcome::Preview(example, preview) => session.previews.accept(example, preview),
        Outcome::ScalingsTried(request, check) => columns::accept_scalings(session, &request, check),
        Outcome::Files(outcomes) => accept_all(session, outcomes, effects),
        Outcome::Unreadable(path, trouble) => refuse_file(session, &path, trouble, effects),
        Outcome::Built(document, Ok(scene)) => show::show(session, document, scene, effects),
        Outcome::Rebuilt(document, result) => show::accept_rebuilt(session, document, result, effects),
        Outcome::Built(document, Err(error)) => stop::refuse(session, &document, &error, effects),
        Outcome::Derived(output) => {
            derive::accept(session, output);
            // A flow that was due may have waited for this field.
            rebuild::go_on(session, effects);
        }
        Outcome::Spectrum(file, result) => import::accept_spectrum(session, &file, result),
        Outcome::Saved(path, Ok(())) => {
            paths::saved(session, path);
            end_writing(session, true, effects);
        }
        Outcome::Saved(_, Err(trouble)) => {
            session.notices.add(Severity::Error, trouble.sentence, trouble.details);
            end_writing(session, false, effects);
        }
        Outcome::PictureWritten(path, result) => picture::written(session, path, result),
        Outcome::PictureDrawn(result) => picture::drawn(session, result.map(drop)),
        Outcome::Session(opened) => session_file::adopt(session, *opened, effects),
        Outcome::SessionFiles(path, problems, sources) => {
            session_file::ask_for_files(session, path, problems, sources);
        }
        Outcome::SessionSaved(path, embeds, shown, Ok(left_out)) => {
            session_file::saved(session, path, embeds, *shown);
            left_out.into_iter().for_each(|sentence| session.notices.add(Severity::Warning, sentence, ""));
            end_writing(session, true, effects);
        }
        Outcome::SessionSaved(_, _, _, Err(trouble)) => {
            session.notices.add(Severity::Error, trouble.sentence, trouble.details);
            end_writing(session, false, effects);
        }
        Outcome::Recovered(folder, work) => recover(session, folder, *work, effects),
        Outcome::UnsavedKept(Ok(())) => {}
        Outcome::Written(path, Ok(())) => {
            paths::written(session, &path);
        }
        Outcome::SettingsKept(Ok(())) => {}
        Outcome::SettingsKept(Err(trouble))
        | Outcome::UnsavedKept(Err(trouble))
        | Outcome::Written(_, Err(trouble)) => {
            session.notices.add(Severity::Error, trouble.sentence, trouble.details);
        }
        Outcome::Trained(feed, result) => train::finish(session, &feed, result, effects),
        Outcome::Answer(purpose, answer) => paths::answer(session, purpose, answer, effects),
        Outcome::Failed(task, why) => stop::fail(session, task, why, effects),
    }
}

/// As much as is understood, with a word about the rest; else the tensors, to choose a chain by hand.
fn accept_graph(session: &mut Session, path: PathBuf, graph: GraphFile, effects: &mut Vec<Effect>) {
    let GraphFile { network, account, problem, convolutions, tensors } = graph;
    // A network too wide for a flow would only be refused later on; its weights can be looked at now.
    let network = network.filter(|_| !problem.leaves_network_whole());
    let error = FormatError::Graph { path: path.clone(), source: Box::new(problem.clone()) };
    let trouble = UserError::new(&error);
    let has_matrix = tensors.tensors().iter().any(|tensor| tensor.is_numeric && tensor.shape.len() >= 2);
    match network {
        Some(network) => {
            // The account says above the stage what is missing, and where.
            adopt(session, path, OpenedNetwork { network, account }, effects);
        }
        None if has_matrix => {
            let sentence = format!("Its tensors can be put together by hand. {}", trouble.sentence);
            session.notices.add(Severity::Warning, sentence, trouble.details);
            import::begin(session, Import::of_graph(path, tensors, convolutions, &problem));
        }
        None => refuse_file(session, &path, trouble, effects),
    }
}

/// A network was written, or not: what waited for it goes on, or asks again.
fn end_writing(session: &mut Session, is_written: bool, effects: &mut Vec<Effect>) {
    if session.unsaved.end_writing(is_written, &session.wanted)
        && let Some(leaving) = session.unsaved.go()
    {
        go_on(session, leaving, effects);
    }
}

/// Work that was kept takes the place of what is open, and is still work.
fn recover(
    session: &mut Session,
    folder: PathBuf,
    (network, data): (Network, Option<Dataset>),
    effects: &mut Vec<Effect>,
) {
    history::begin_opening(session, "Recover unsaved work".to_owned());
    session.wanted.network = Some(Arc::new(network));
    session.wanted.network_path = None;
    session.wanted.ablated = None;
    session.wanted.file = FileContents::default();
    if let Some(data) = data {
        session.wanted.data = session.wanted.data.moved(Arc::new(data));
    }
    if !session.wanted.data_fits() {
        session.wanted.data = Data::fitting(session.inputs().unwrap_or(1));
    }
    series::end(session, effects);
    session.unsaved.keep_nothing();
    session.unsaved.taken_up = Some(folder);
    session.hint = false;
    rebuild::build(session, effects);
}

/// Networks first, so that data dropped together with its network is measured against that one.
fn accept_all(session: &mut Session, outcomes: Vec<Outcome>, effects: &mut Vec<Effect>) {
    let (data, others): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|o| matches!(o, Outcome::Data(..)));
    for outcome in others {
        accept_admitted(session, outcome, effects);
    }
    for outcome in data {
        match outcome {
            // The network that it came with is not put together yet.
            Outcome::Data(path, ..) if session.import.is_some() => session.waiting_data = Some((path, None)),
            outcome => accept_admitted(session, outcome, effects),
        }
    }
}

fn adopt(session: &mut Session, path: PathBuf, opened: OpenedNetwork, effects: &mut Vec<Effect>) {
    let (OpenedNetwork { network, account }, whole) = match flowing_part(opened) {
        Ok(flowing) => flowing,
        Err(error) => return refuse_file(session, &path, UserError::new(&error), effects),
    };
    for sentence in account.assumed() {
        session.notices.add(Severity::Warning, format!("{}: assumed: {sentence}.", file_name(&path)), "");
    }
    session.recent.add(&path);
    // Without the assistant its answers are those of another reading.
    let answered = session.opened_by.take().filter(|(of, _)| *of == path && session.import.is_some());
    let opened_by = answered.map(|(_, opened_by)| opened_by);
    session.import = None;
    let inputs = network.inputs();
    history::begin_opening(session, format!("Open {}", file_name(&path)));
    session.wanted.network = Some(Arc::new(network));
    session.wanted.network_path = Some(path);
    session.wanted.ablated = None;
    session.wanted.file = FileContents { opened_by, ..FileContents::new(account, whole) };
    session.unsaved.keep(&session.wanted);
    session.unsaved.mark_in_file(&session.wanted);
    checkpoints::adopt(session, effects);
    session.hint = false;
    if !session.wanted.data_fits() {
        let before = std::mem::replace(&mut session.wanted.data, Data::fitting(inputs));
        let reason = match &before.dataset {
            Some(dataset) => format!("{} has {} of values", before.name(), counted(dataset.dimension(), "column")),
            None => "no data of that width is open".to_owned(),
        };
        session.replaced_data = Some(format!(
            "The network takes {} and {reason}, so {} is shown; choose other data on the left.",
            counted(inputs, "input"),
            session.wanted.data.name(),
        ));
    }
    match session.waiting_data.take() {
        // The network is built with the data that it was started with, not with other data first.
        Some((path, choice)) => effects.push(open::reading(path, choice, inputs)),
        None => rebuild::build(session, effects),
    }
}

fn refuse_file(session: &mut Session, path: &Path, trouble: UserError, effects: &mut Vec<Effect>) {
    if checkpoints::refuse(session, path, &trouble, effects) {
        return;
    }
    session.recent.forget(path);
    session.recent_data.forget(path);
    session.notices.add(Severity::Error, trouble.sentence, trouble.details);
    if session.shown.is_none() {
        rebuild::build(session, effects);
    }
    open::fall_back(session, effects);
}
