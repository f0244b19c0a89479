//! The probes: a point that is moved a little, a point that was taken in mid-flow, and parts that are taken out.

pub mod ablate;
mod answer;
mod grabbed;
mod perturb;

use egui::{RichText, ScrollArea, Ui};

use crate::explorer::theme::{self, SECTION_GAP};
use crate::session::{Command, Session};

/// Draws the panel and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut commands = Vec::new();
    ui.take_available_width();
    let Some(scene) = session.scene() else {
        ui.label(theme::note(ui, "Open a network to probe it."));
        return commands;
    };
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.label(RichText::new("Perturb a point").strong());
        perturb::show(ui, session, scene, &mut commands);
        ui.add_space(SECTION_GAP);
        ui.label(RichText::new("Grab a point in mid-flow").strong());
        grabbed::show(ui, session, scene, &mut commands);
        ui.add_space(SECTION_GAP);
        ui.label(RichText::new("Take parts out").strong());
        ablate::show(ui, session, scene, &mut commands);
    });
    commands
}
