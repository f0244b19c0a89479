//! The checkpoints of a training: opened, stepped through, watched.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{open, series, show};
use crate::formats::{Checkpoint, RunLog};
use crate::session::checkpoints::{AT_ONCE, KeptCheckpoint};
use crate::session::rebuild::{Rebuilt, VisibleOutputs};
use crate::session::{
    CheckpointCommand, CheckpointError, CheckpointRead, CheckpointRequest, CheckpointSeries, Document, Effect,
    Findings, History, Scene, Score, Session, Severity, SidePanel, StepDetail, StepMeasure, Task, UserError,
    shown_path,
};

/// Opens the checkpoints of a folder or a pattern, the newest first.
pub fn open(session: &mut Session, source: PathBuf, files: Vec<Checkpoint>, effects: &mut Vec<Effect>) {
    series::end(session, effects);
    session.recent.add(&source);
    let mut series = CheckpointSeries::new(source, files);
    if series.waits() {
        // Data that it was started with waits for it too, and not for the example that stands in.
        let data = session.waiting_data.take();
        series.data = (session.shown.is_none()).then(|| session.wanted.data.clone());
        open::fall_back(session, effects);
        session.waiting_data = data;
    }
    effects.extend(series.want_first().map(|path| open::read_network(session, path)));
    session.checkpoints = Some(series);
}

/// A network was opened: where it is none of the checkpoints, these are not open any more.
pub fn adopt(session: &mut Session, effects: &mut Vec<Effect>) {
    let Some(series) = &mut session.checkpoints else { return };
    let path = session.wanted.network_path.as_deref();
    let index = path.and_then(|path| series.position(path));
    match (index, session.wanted.network.clone()) {
        (Some(index), Some(network)) => {
            series.next_gauge += 1;
            let gauge = series.next_gauge;
            let data = series.data.take().filter(|data| data.dimension() == network.inputs());
            series.mark_shown(index, network, gauge);
            if let Some(data) = data {
                session.wanted.data = data;
            }
        }
        _ => series::end(session, effects),
    }
}

/// The first checkpoint cannot be read: the one before is. Whether the file is one of them.
pub fn refuse(session: &mut Session, path: &Path, trouble: &UserError, effects: &mut Vec<Effect>) -> bool {
    let Some(series) = session.checkpoints.as_mut().filter(|series| series.position(path).is_some()) else {
        return false;
    };
    if series.present().is_some() {
        return false;
    }
    series.mark_broken(path, trouble.sentence.clone());
    if series.waits() {
        // The run goes on, and its next checkpoint may be whole.
        session.notices.add(Severity::Warning, trouble.sentence.clone(), trouble.details.clone());
        effects.extend(begin(session));
        return true;
    }
    let next = series.want_first();
    session.notices.add(Severity::Warning, trouble.sentence.clone(), trouble.details.clone());
    match next {
        Some(path) => effects.push(open::read_network(session, path)),
        None => {
            let source = series_name(session);
            let sentence = format!("{source}: none of its checkpoints can be read; what was open stays.");
            session.notices.add(Severity::Error, sentence, "");
            series::end(session, effects);
            open::fall_back(session, effects);
        }
    }
    true
}

/// Reads the first checkpoint of a run that is waited for, when there is one.
fn begin(session: &mut Session) -> Option<Effect> {
    // Its tensors may leave a question open, which is answered first.
    let series = session.checkpoints.as_mut().filter(|_| session.import.is_none())?;
    let path = series.want_awaited()?;
    Some(open::read_network(session, path))
}

fn series_name(session: &Session) -> String {
    session.checkpoints.as_ref().map_or_else(String::new, |series| shown_path(series.source()))
}

/// Carries out a command.
pub fn apply(session: &mut Session, command: CheckpointCommand, effects: &mut Vec<Effect>) {
    if command == CheckpointCommand::ToggleCurves {
        session.checkpoints.iter_mut().for_each(|series| series.apply(command));
        return;
    }
    if command == CheckpointCommand::StopWaiting {
        if session.checkpoints.as_ref().is_some_and(CheckpointSeries::waits) {
            series::end(session, effects);
        }
        return;
    }
    if let Some(refusal) = session.checkpoint_refusal() {
        return session.notices.add(Severity::Warning, refusal, "");
    }
    let Some(series) = &mut session.checkpoints else { return };
    series.apply(command);
    // A step that is known to be broken is tried again: its file may be another one by now.
    go_on(session, effects);
}

/// Plays, lists and reads what is due.
pub fn watch(session: &mut Session, seconds: f64) -> Vec<Effect> {
    let mut effects = Vec::new();
    measure_present(session);
    let may_move = session.checkpoint_refusal().is_none();
    let Some(series) = &mut session.checkpoints else { return effects };
    if series.is_due(seconds) {
        effects.push(Effect::ListCheckpoints(series.source().to_owned(), series.log().cloned()));
    }
    if may_move {
        series.advance(seconds);
        go_on(session, &mut effects);
    }
    effects
}

/// Takes the files as they are now.
pub fn accept_listing(
    session: &mut Session,
    source: &Path,
    (result, log): (Result<Vec<Checkpoint>, UserError>, Option<Arc<RunLog>>),
    effects: &mut Vec<Effect>,
) {
    let Some(series) = session.checkpoints.as_mut().filter(|series| series.source() == source) else { return };
    match result {
        Ok(files) => {
            series.accept_listing(files);
            series.accept_log(log);
        }
        // A folder that is away for a moment, as on a network, is not the end of the run.
        Err(_) => series.fail_listing(),
    }
    effects.extend(begin(session));
    if session.checkpoint_refusal().is_none() {
        go_on(session, effects);
    }
}

/// Shows the step that is wanted, or reads it; then those around it.
fn go_on(session: &mut Session, effects: &mut Vec<Effect>) {
    let Some(series) = session.checkpoints.as_mut().filter(|series| series.under_way.is_none()) else { return };
    // The first comes the way of every network, and waits for the answers that a file may need.
    let (Some(present), Some(document)) = (series.present(), session.shown.as_ref().map(|shown| &shown.document))
    else {
        return;
    };
    let Some(network) = series.network.as_ref() else { return };
    if document.network.as_ref().is_none_or(|shown| !Arc::ptr_eq(shown, network)) {
        return;
    }
    let document = document.clone();
    if let Some(index) = series.due() {
        let Some(step) = series.steps().get(index) else { return };
        let file = step.file.clone();
        // The step beside the one on show goes on from it; after a leap any gauge will do.
        let is_beside = series.toward(index, present) == present;
        let gauge = series.gauge;
        let kept = series.cache.take_up(&file);
        let kept = kept.filter(|kept| kept.suits(&document) && (!is_beside || kept.gauge == gauge));
        if let Some(kept) = kept {
            let rebuilt = Rebuilt { scene: kept.scene, refined: None, detail: None };
            show_step(session, &kept.file, kept.document, rebuilt, kept.gauge, effects);
            return go_on_reading(session, effects);
        }
        read(session, index, false, effects);
        return;
    }
    go_on_reading(session, effects);
}

/// Reads the steps around the one on show, one after the other.
fn go_on_reading(session: &mut Session, effects: &mut Vec<Effect>) {
    let Some(series) = session.checkpoints.as_ref() else { return };
    let Some(document) = session.document() else { return };
    let ahead = series.wanted_ahead();
    let is_missing = |index: &usize| {
        let Some(step) = series.steps().get(*index) else { return false };
        let kept = series.cache.get(&step.file.path);
        kept.is_none_or(|kept| kept.file != step.file || !kept.suits(document) || kept.gauge != series.gauge)
    };
    let next = ahead.iter().position(|index| !series.was_tried_ahead(*index) && is_missing(index));
    // What would only push out what was read a moment ago is not read ahead.
    if let Some(position) = next.filter(|position| series.cache.has_room_for(position + 2))
        && let Some(index) = ahead.get(position).copied()
    {
        read(session, index, true, effects);
    }
}

/// Reads the step at `index`. Its flow continues that of the step beside it toward the one on show, if that is there.
fn read(session: &mut Session, index: usize, is_ahead: bool, effects: &mut Vec<Effect>) {
    let in_sight = if is_ahead { VisibleOutputs::default() } else { in_sight(session) };
    let Some((document, scene)) = session.document().cloned().zip(session.scene().cloned()) else { return };
    let Some(series) = &mut session.checkpoints else { return };
    let Some(present) = series.present() else { return };
    if is_ahead {
        series.try_ahead(index);
    }
    let toward = series.toward(index, present);
    let (neighbour, gauge) = if toward == present {
        (scene.flow.clone(), series.gauge)
    } else {
        let beside = series.steps().get(toward).and_then(|step| series.cache.get(&step.file.path));
        match beside.filter(|kept| kept.gauge == series.gauge && kept.suits(&document)) {
            Some(kept) => (kept.scene.flow.clone(), kept.gauge),
            // A leap: as near to what is on show as it can be, and the beginning of a gauge of its own.
            None => {
                series.next_gauge += 1;
                (scene.flow.clone(), series.next_gauge)
            }
        }
    };
    let Some(step) = series.steps().get(index) else { return };
    let file = step.file.clone();
    series.under_way = Some(file.path.clone());
    let request = CheckpointRequest { file, document, neighbour: Some(neighbour), gauge, in_sight, is_ahead };
    effects.push(Effect::ReadCheckpoint(Box::new(request)));
}

/// What the window shows beside the stage of the network on show.
fn in_sight(session: &Session) -> VisibleOutputs {
    let shows_layer = session.window.is_in_sight(SidePanel::Layer) && !session.window.refinement_panel();
    VisibleOutputs {
        refinement: session.view.refinement_in_sight(&session.window),
        layer: shows_layer.then(|| session.panel_layer()).flatten(),
        projection: Some(session.view.projection),
    }
}

/// Takes a step that was read: it is shown if a step is wanted, else kept.
pub fn accept(session: &mut Session, read: CheckpointRead, effects: &mut Vec<Effect>) {
    let CheckpointRead { file, gauge, detail, result } = read;
    let refusal = session.checkpoint_refusal();
    let Some(series) = session.checkpoints.as_mut() else { return };
    if series.under_way.take_if(|path| *path == file.path).is_none() {
        return;
    }
    if let Some(detail) = detail {
        series.describe(&file, detail);
    }
    match result {
        Err(CheckpointError::Cancelled) => series.give_up(),
        Err(error) => {
            let is_wanted =
                series.wanted().and_then(|index| series.steps().get(index)).is_some_and(|step| step.file == file);
            let trouble = UserError::new(&error);
            series.mark_broken(&file.path, trouble.sentence.clone());
            if is_wanted {
                session.notices.add(Severity::Warning, trouble.sentence, trouble.details);
            }
        }
        Ok((document, rebuilt)) => {
            series.cache.keep(KeptCheckpoint::new(file.clone(), document.clone(), rebuilt.scene.clone(), gauge));
            let suits = session.shown.as_ref().is_some_and(|shown| same_scene(&shown.document, &document));
            // While many are asked for in a row those on the way are shown: the picture follows.
            let is_wanted = series.due().is_some() && !lies_beyond(series, &file);
            if suits && is_wanted && refusal.is_none() {
                show_step(session, &file, document, rebuilt, gauge, effects);
            }
        }
    }
    if refusal.is_none() {
        go_on(session, effects);
    }
}

/// Whether the step lies beyond the one that is wanted, seen from the one on show.
fn lies_beyond(series: &CheckpointSeries, file: &Checkpoint) -> bool {
    let (Some(present), Some(wanted), Some(index)) = (series.present(), series.wanted(), series.position(&file.path))
    else {
        return true;
    };
    let (low, high) = (present.min(wanted), present.max(wanted));
    index < low || index > high || index == present && !series.is_present_stale()
}

/// Measures the step on show, where that was not done yet on this data.
fn measure_present(session: &mut Session) {
    let kind = session.scene().map(|scene| session.training.loss(scene.output));
    let data = session.document().and_then(|document| document.data.dataset.clone());
    if let (Some(series), Some(data), Some(kind)) = (&mut session.checkpoints, data, kind) {
        series.measure_by(data, kind);
    }
    count_findings(session);
    let is_measured = |series: &CheckpointSeries| series.present_step().is_none_or(|step| step.measure.is_some());
    if session.checkpoints.as_ref().is_none_or(is_measured) || session.checkpoint_refusal().is_some() {
        return;
    }
    let Some(scene) = session.scene().cloned() else { return };
    let is_of_step = session.wanted.network.as_ref().is_some_and(|wanted| Arc::ptr_eq(wanted, &scene.network));
    if is_of_step {
        let measure = measure(session, &scene);
        let Some(series) = &mut session.checkpoints else { return };
        series.measure_present(measure);
        let Some(step) = series.present_step().filter(|step| step.detail.is_none()) else { return };
        let file = step.file.clone();
        series.describe(&file, Arc::new(StepDetail::measure(&scene, AT_ONCE)));
    }
}

/// Counts the findings of the step on show, once it was checked.
fn count_findings(session: &mut Session) {
    let is_counted = |series: &CheckpointSeries| series.present_step().is_none_or(|step| step.findings.is_some());
    if session.checkpoints.as_ref().is_none_or(is_counted) || session.checkpoint_refusal().is_some() {
        return;
    }
    let is_shown = session
        .scene()
        .is_some_and(|scene| session.wanted.network.as_ref().is_some_and(|wanted| Arc::ptr_eq(wanted, &scene.network)));
    let count = session.current::<Findings>().filter(|_| is_shown).map(|findings| findings.entries().len());
    if let (Some(series), Some(count)) = (&mut session.checkpoints, count) {
        series.count_findings(count);
    }
}

/// How the network of a scene does on its data.
fn measure(session: &Session, scene: &Scene) -> StepMeasure {
    let kind = session.training.loss(scene.output);
    // Measured with the scene already, unless training was told to use another loss.
    let score = scene.score.filter(|score| score.measure == kind);
    let score = score.or_else(|| Score::measured_by(kind, scene.output, &scene.forward, &scene.dataset.labels));
    StepMeasure {
        loss: score.filter(|score| score.without == 0).and_then(|score| score.loss),
        accuracy: score.and_then(|score| score.accuracy()),
    }
}

/// Whether both have the same data and choices.
fn same_scene(one: &Document, other: &Document) -> bool {
    let data = |document: &Document| document.data.dataset.as_ref().map(Arc::as_ptr);
    data(one) == data(other) && one.options == other.options
}

/// A step takes the place of the one on show; time, view and selection stay.
fn show_step(
    session: &mut Session,
    file: &Checkpoint,
    document: Document,
    rebuilt: Rebuilt,
    gauge: u64,
    effects: &mut Vec<Effect>,
) {
    let Some(network) = document.network.clone() else { return };
    let Some(series) = &mut session.checkpoints else { return };
    let Some(index) = series.position(&file.path) else { return };
    series.mark_shown(index, network, gauge);
    let before = session.wanted.file.account.assumed().to_vec();
    for sentence in document.file.account.assumed().iter().filter(|sentence| !before.contains(sentence)) {
        session.notices.add(Severity::Warning, format!("{}: assumed: {sentence}.", document.network_name()), "");
    }
    session.training.leave();
    session.history = History::default();
    session.rebuild.stop();
    effects.push(Effect::Cancel(Task::Build));
    session.wanted = document.clone();
    session.unsaved.keep_network(&session.wanted);
    session.unsaved.mark_in_file(&session.wanted);
    show::show_rebuilt(session, document, rebuilt, effects);
    measure_present(session);
}
