//! The panels around the stage.

mod data;
pub mod layer;
mod network;

use egui::{ScrollArea, Ui};

use crate::session::{Command, Session};

/// Draws the panel on the left and tells what was asked for.
pub fn left(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut commands = Vec::new();
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        network::heading(ui, "Network");
        commands.extend(network::layers(ui, session));
        network::heading(ui, "Data");
        commands.extend(data::show(ui, session));
    });
    commands
}
