//! The panels around the stage.

pub mod all_layers;
mod answers;
mod build;
mod compared_point;
mod compared_weights;
pub mod comparison;
mod condition;
mod data;
mod draw_weights;
mod errors;
pub mod findings;
mod gradients;
pub mod layer;
mod layer_buttons;
pub mod measures;
mod network;
mod pen;
pub mod probes;
pub mod rail;
pub mod refinement;
mod selection;
pub mod table;
mod train;

use egui::{ScrollArea, Ui};

use crate::explorer::widgets::naming::name_toggle;
use crate::session::{Command, Session, Side, WindowCommand};

/// Draws the panel on the left and tells what was asked for.
pub fn left(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut commands = Vec::new();
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        network::heading(ui, "Network");
        commands.extend(network::layers(ui, session));
        network::heading(ui, "Data");
        commands.extend(data::show(ui, session));
        commands.extend(answers::show(ui, session));
        commands.extend(pen::show(ui, session));
        if session.scene().is_some() {
            network::heading(ui, "Selection");
            commands.extend(selection::show(ui, session));
            commands.extend(errors::show(ui, session));
        }
        commands.extend(train::show(ui, session));
        commands.extend(build::show(ui, session));
    });
    commands
}

/// Draws the tabs over the panel on the right, in one line.
pub fn tabs(ui: &mut Ui, shown: Side) -> Vec<Command> {
    let mut commands = Vec::new();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for side in Side::ALL {
            let tab = ui.selectable_label(shown == side, side.short_label());
            name_toggle(&tab, shown == side, side.label());
            if tab.on_hover_text(side_tip(side)).clicked() && shown != side {
                commands.push(Command::Window(WindowCommand::Side(side)));
            }
        }
    });
    ui.separator();
    commands
}

/// What a tab is about.
fn side_tip(side: Side) -> &'static str {
    match side {
        Side::Layer => "What the layer at the present time does.",
        Side::Probes => "What the network does to a point that is moved, and without one of its parts.",
        Side::Findings => "What is wrong with the network and the data, where it shows, and what to try.",
        Side::Refinement => {
            "ResNet refinement: the ResNet that the plain net becomes, its error, its depth, its blocks."
        }
    }
}
