//! What the command palette offers: all commands, recent files, layers, columns of the data.

use std::path::Path;

use egui::Context;

use super::fuzzy;
use crate::explorer::commands::{Action, Mark};
use crate::session::{
    Colouring, Command, Modal, PlaybackCommand, PointCommand, Session, ViewCommand, WindowCommand, column_text,
    file_name, own_name, shown_path,
};

/// One thing that the palette offers.
pub struct Entry {
    /// What it is called.
    pub label: String,
    /// Its keys, its state, or where it is.
    pub detail: String,
    /// What it does, in a sentence or less.
    pub tip: String,
    /// Why it is not available; `None` where it is.
    pub refusal: Option<&'static str>,
    /// What it does.
    pub command: Command,
}

/// Everything that fits the query, the best first; without a query everything in its order.
pub fn matching(ctx: &Context, session: &Session, query: &str) -> Vec<Entry> {
    let mut scored: Vec<(i32, Entry)> = entries(ctx, session)
        .filter_map(|entry| fuzzy::score(query, &entry.label).map(|score| (score, entry)))
        .collect();
    // Of those that fit alike the shorter is nearer to what was typed; without a query all fit alike.
    let length = |entry: &Entry| if query.trim().is_empty() { 0 } else { entry.label.chars().count() };
    scored.sort_by_key(|(score, entry)| (std::cmp::Reverse(*score), length(entry)));
    scored.into_iter().map(|(_, entry)| entry).collect()
}

fn entries<'a>(ctx: &'a Context, session: &'a Session) -> impl Iterator<Item = Entry> + 'a {
    let opens_palette = Command::Window(WindowCommand::Show(Some(Modal::Palette)));
    let actions = Action::all().into_iter().map(move |action| {
        let description = action.describe(session);
        let state = match description.mark {
            Mark::Toggle(true) => "on",
            Mark::Toggle(false) => "off",
            Mark::Choice(true) => "chosen",
            Mark::Choice(false) | Mark::None => "",
        };
        let keys = description.keys_text(ctx);
        let detail = [state, &keys].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("  ");
        let (tip, refusal) = (description.tip.to_owned(), description.refusal);
        Entry { label: description.label, detail, tip, refusal, command: description.command }
    });
    let actions = actions.filter(move |entry| entry.command != opens_palette);
    actions.chain(recent(session)).chain(layers(session)).chain(columns(session))
}

fn recent(session: &Session) -> impl Iterator<Item = Entry> + '_ {
    let entry = |what: &str, path: &Path, command| Entry {
        label: format!("{what}: {}", file_name(path)),
        detail: path.parent().map(shown_path).unwrap_or_default(),
        tip: shown_path(path),
        refusal: None,
        command,
    };
    let networks = session.recent.paths().iter();
    let networks = networks.map(move |path| entry("Open recent", path, Command::OpenNetwork(path.clone())));
    let data = session.recent_data.paths().iter();
    networks.chain(data.map(move |path| entry("Open recent data", path, Command::OpenData(path.clone()))))
}

fn layers(session: &Session) -> impl Iterator<Item = Entry> + '_ {
    session.scene().into_iter().flat_map(|scene| scene.flow.layers()).map(|layer| {
        let name = match layer.name.trim() {
            "" => String::new(),
            name => format!("  {}", own_name(name)),
        };
        Entry {
            label: format!("Go to layer {}{name}", layer.index),
            detail: format!("{} → {}", layer.inputs, layer.outputs),
            tip: format!("Show the flow at t = {}", layer.index.saturating_sub(1)),
            refusal: None,
            command: Command::Playback(PlaybackCommand::Seek(layer.index as f64 - 1.0)),
        }
    })
}

fn columns(session: &Session) -> impl Iterator<Item = Entry> + '_ {
    session.scene().into_iter().flat_map(|scene| {
        (0..scene.dataset.dimension()).map(|column| {
            let colouring = Colouring::Column(column);
            Entry {
                label: format!("Colour by column: {}", column_text(&scene.dataset, column)),
                detail: String::new(),
                tip: "One coordinate of the points as they were given".to_owned(),
                refusal: colouring.refusal(scene),
                command: Command::View(ViewCommand::Points(PointCommand::Colour(colouring))),
            }
        })
    })
}
