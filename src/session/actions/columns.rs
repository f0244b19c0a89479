//! The choice of columns: it begins with a file, and ends with its data or without.

use std::path::PathBuf;

use super::{open, rebuild};
use crate::dataset::ColumnOutline;
use crate::session::{
    ColumnCommand, ColumnImport, DataSource, Effect, ScalingCheck, ScalingRequest, Session, Task, UserError,
};

/// Begins to choose, with what was chosen last where the file is the same.
pub fn begin(
    session: &mut Session,
    path: PathBuf,
    columns: Vec<ColumnOutline>,
    trouble: Option<UserError>,
    effects: &mut Vec<Effect>,
) {
    let before = [session.columns.take(), session.chosen_columns.clone()].into_iter().flatten();
    let inputs = session.inputs();
    let same = before.into_iter().find(|before| before.is_of(&path, &columns));
    let mut chosen = same.unwrap_or_else(|| ColumnImport::new(path, columns, inputs));
    chosen.inputs = inputs;
    let shown = &session.wanted.data;
    if matches!(&shown.source, DataSource::File(path) if *path == chosen.path) {
        chosen.classes = shown.choice.as_ref().and_then(|choice| choice.classes.clone());
    }
    chosen.trouble = trouble.map(|trouble| trouble.sentence);
    session.columns = Some(chosen);
    try_scalings(session, effects);
    if session.shown.is_none() {
        rebuild::build(session, effects);
    }
}

/// Carries out a command.
pub fn apply(session: &mut Session, command: ColumnCommand, effects: &mut Vec<Effect>) {
    if let ColumnCommand::Choose(path) = command {
        effects.push(Effect::ListColumns(path));
        return;
    }
    let Some(columns) = &mut session.columns else { return };
    match command {
        ColumnCommand::Open if columns.obstacle().is_some() => {}
        ColumnCommand::Open => {
            effects.push(Effect::ReadColumns(columns.path.clone(), columns.inputs, columns.choice()));
            session.chosen_columns = Some(columns.clone());
        }
        ColumnCommand::DrawNetwork if columns.count() == 0 => {}
        ColumnCommand::DrawNetwork => {
            effects.push(Effect::ReadColumns(columns.path.clone(), None, columns.choice()));
            session.network_for = Some(columns.path.clone());
            session.chosen_columns = Some(columns.clone());
        }
        ColumnCommand::Close => {
            session.network_for = None;
            session.columns = None;
            effects.push(Effect::Cancel(Task::ReadData));
            effects.push(Effect::Cancel(Task::TryScalings));
            open::fall_back(session, effects);
        }
        command => {
            let is_tried = matches!(command, ColumnCommand::Scaling(_));
            columns.apply(command);
            if !is_tried {
                try_scalings(session, effects);
            }
        }
    }
}

/// Asks how many answers of the open network are right under each scaling of the columns that are chosen.
fn try_scalings(session: &mut Session, effects: &mut Vec<Effect>) {
    let network = session.wanted.network.clone();
    let Some(columns) = &mut session.columns else { return };
    columns.check = None;
    match network.filter(|_| columns.obstacle().is_none() && columns.label.is_some()) {
        Some(network) => {
            let (path, choice, own) = (columns.path.clone(), columns.choice(), columns.own_scaling_of_coordinates());
            effects.push(Effect::TryScalings(ScalingRequest { path, choice, own, network }));
        }
        None => effects.push(Effect::Cancel(Task::TryScalings)),
    }
}

/// Keeps what was found, where it is still asked for.
pub fn accept_scalings(session: &mut Session, request: &ScalingRequest, check: Option<ScalingCheck>) {
    if let Some(columns) = session.columns.as_mut().filter(|columns| request.is_of(&columns.path, &columns.choice())) {
        columns.check = check;
    }
}
