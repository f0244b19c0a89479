//! What a person does to the network and the data by hand, with undo and redo.

use std::sync::Arc;

use super::ablation::{keep_ablation, part_label};
use super::history::put;
use super::{history, rebuild, train};
use crate::dataset::DataChoice;
use crate::diagnostics::probes::Ablation;
use crate::network::{Network, NetworkError};
use crate::session::document::changed;
use crate::session::history::{EditSnapshot, OngoingChange, Way};
use crate::session::{
    Ablated, Data, DataSource, EditCommand, Effect, FileContents, Fix, NetworkChange, PointChange, Session, Severity,
};
use crate::training::{NetworkPlan, TrainingOptions};

/// Carries out a command.
pub fn apply(session: &mut Session, command: &EditCommand, effects: &mut Vec<Effect>) {
    match command {
        EditCommand::Change(change) => change_network(session, change, effects),
        EditCommand::Points(change) => change_points(session, *change, effects),
        EditCommand::Fix(fix) => apply_fix(session, fix, effects),
        EditCommand::Ablate(ablation) => ablate(session, *ablation, effects),
        EditCommand::EndAblation => end_ablation(session, effects),
        EditCommand::Release => session.history.release(),
        EditCommand::Classes(order) => order_classes(session, order, effects),
        EditCommand::New => draw_for(session, session.wanted.data.clone(), effects),
        EditCommand::Preset(preset) => {
            let (network, mut data) = preset.draw(session.training.options().seed);
            let options = data.draw().map_or_else(TrainingOptions::default, |data| TrainingOptions::of_data(&data));
            begin_with(session, format!("New network: {}", preset.label()), network, Some(data), options, effects);
        }
        EditCommand::Undo => history::step(session, Way::Undo, effects),
        EditCommand::Redo => history::step(session, Way::Redo, effects),
        EditCommand::GoTo(position) => history::go_to(session, *position, effects),
    }
}

/// Draws a network with random weights for this data, which takes the place of what is open.
pub fn draw_for(session: &mut Session, mut data: Data, effects: &mut Vec<Effect>) {
    let Some(points) = data.draw() else { return };
    let seed = session.history.next_seed(session.training.options().seed);
    let (plan, options) = (NetworkPlan::of_data(&points), TrainingOptions::of_data(&points));
    begin_with(session, "New network".to_owned(), plan.draw(seed), Some(data), options, effects);
}

/// Puts the classes of the data in the order of the outputs that stand for them.
fn order_classes(session: &mut Session, order: &[String], effects: &mut Vec<Effect>) {
    let (Some(now), Some(dataset)) = (EditSnapshot::new(&session.wanted), session.wanted.data.draw()) else { return };
    let Some((ordered, order)) = dataset.in_class_order(order) else { return };
    session.history.remember(now, "Order of the classes".to_owned());
    train::change_data(session);
    let (data, ordered) = (&session.wanted.data, Arc::new(ordered));
    session.wanted.data = match &data.source {
        // Read again, the file gives the same order.
        DataSource::File(_) => {
            let choice = DataChoice { classes: Some(order), ..data.choice.clone().unwrap_or_default() };
            Data { dataset: Some(ordered), choice: Some(choice), ..data.clone() }
        }
        _ => data.changed(ordered, "classes put in another order"),
    };
    rebuild::grow(session, effects);
}

/// Keeps what is wanted now, before `next` takes the place of the data that is shown. Answers whether the network
/// that is wanted is the one that is shown.
pub fn remember_data(session: &mut Session, next: &Data) -> bool {
    let is_shown = session.shows_wanted_network();
    if let Some(moment) = EditSnapshot::new(&session.wanted).filter(|_| is_shown) {
        session.history.begin_data(moment, &next.source, format!("Data: {}", next.name()));
    }
    is_shown
}

fn change_network(session: &mut Session, change: &NetworkChange, effects: &mut Vec<Effect>) {
    let Some(now) = EditSnapshot::new(&session.wanted) else { return };
    let mut random = session.history.next_random(session.training.options().seed);
    let ongoing = OngoingChange::Network(change.clone());
    let base = session.history.base(&now, &ongoing);
    match changed(&base.network, change, &mut random) {
        Ok(next) if next == *now.network => {}
        Ok(next) => {
            session.history.begin(now, ongoing, change.label());
            session.training.end();
            keep_ablation(session);
            put(session, Arc::new(next), None, effects);
        }
        Err(error) => session.notices.add(Severity::Error, format!("{error}."), format!("{error:?}")),
    }
}

fn change_points(session: &mut Session, change: PointChange, effects: &mut Vec<Effect>) {
    let (Some(now), Some(dataset)) = (EditSnapshot::new(&session.wanted), session.wanted.data.draw()) else { return };
    let mut random = session.history.next_random(session.training.options().seed);
    match change.apply(&dataset, &mut random) {
        Ok(Some(next)) => {
            session.history.begin(now, OngoingChange::Points(change), change.label());
            train::change_data(session);
            session.wanted.data = session.wanted.data.moved(Arc::new(next));
            rebuild::grow(session, effects);
        }
        Ok(None) => {}
        Err(error) => session.notices.add(Severity::Error, format!("{error}."), format!("{error:?}")),
    }
}

fn apply_fix(session: &mut Session, fix: &Fix, effects: &mut Vec<Effect>) {
    let Some(now) = EditSnapshot::new(&session.wanted) else { return };
    let dataset = session.wanted.data.draw();
    let mut random = session.history.next_random(session.training.options().seed);
    match fix.apply(&now.network, dataset.as_deref(), &mut random) {
        Ok(Some(fixed)) => {
            session.history.remember(now, fix.label());
            if fixed.data.is_some() {
                train::change_data(session);
            }
            let data = fixed.data.map(|(data, change)| session.wanted.data.changed(Arc::new(data), change));
            match fixed.network {
                Some(network) => {
                    session.training.end();
                    keep_ablation(session);
                    put(session, Arc::new(network), data, effects);
                }
                None => {
                    session.wanted.data = data.unwrap_or_else(|| session.wanted.data.clone());
                    rebuild::grow(session, effects);
                }
            }
        }
        Ok(None) => {}
        Err(error) => session.notices.add(Severity::Error, format!("{error}."), format!("{error:?}")),
    }
}

/// Takes a part out of the network.
fn ablate(session: &mut Session, ablation: Ablation, effects: &mut Vec<Effect>) {
    let Some(now) = EditSnapshot::new(&session.wanted) else { return };
    match ablation.apply(&now.network) {
        Ok(next) if next.layers() == now.network.layers() => {
            let sentence = format!("Without {} the network is as it was: it does nothing there.", ablation.label());
            session.notices.add(Severity::Warning, sentence, "");
        }
        Ok(next) => {
            let part = (ablation, part_label(session, ablation));
            let name = format!("Take out {}", part.1);
            session.wanted.ablated = Some(Arc::new(Ablated::with(now.ablated.as_ref(), &now.network, part)));
            session.history.remember(now, name);
            session.training.end();
            put(session, Arc::new(next), None, effects);
        }
        Err(error) => {
            let mut sentence = error.to_string();
            if let Some(first) = sentence.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            session.notices.add(Severity::Error, format!("{sentence}."), format!("{error:?}"));
        }
    }
}

/// Brings back all that was taken out.
fn end_ablation(session: &mut Session, effects: &mut Vec<Effect>) {
    let (Some(now), Some(ablated)) = (EditSnapshot::new(&session.wanted), session.wanted.ablated.take()) else {
        return;
    };
    session.history.remember(now, "End of the ablation".to_owned());
    session.training.end();
    put(session, Arc::clone(&ablated.base), None, effects);
}

fn begin_with(
    session: &mut Session,
    name: String,
    network: Result<Network, NetworkError>,
    data: Option<Data>,
    options: TrainingOptions,
    effects: &mut Vec<Effect>,
) {
    let Some(now) = EditSnapshot::new(&session.wanted) else { return };
    match network {
        Ok(network) => {
            // It is in no file, and least of all in that of the network before.
            let left = history::origin(session);
            session.history.open(now, left, name);
            (session.wanted.network_path, session.example) = (None, None);
            session.training.end();
            session.training.suit(options);
            session.wanted.file = FileContents::default();
            session.wanted.ablated = None;
            // What was just drawn by itself is no loss; what it takes the place of may be.
            let is_no_loss = !session.has_unsaved_work();
            put(session, Arc::new(network), data, effects);
            if is_no_loss {
                session.unsaved.keep(&session.wanted);
            }
        }
        Err(error) => session.notices.add(Severity::Error, format!("{error}."), format!("{error:?}")),
    }
}
