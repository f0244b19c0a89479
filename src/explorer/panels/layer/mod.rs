//! The layer panel: what the layer does at this moment, or the layer that it is pinned to.

mod activation;
mod header;
mod rotations;
mod spectrum;

use egui::{RichText, ScrollArea, Ui};

use crate::explorer::theme::{self, Palette, SECTION_GAP};
use crate::flow::{Flow, LayerFlow};
use crate::session::{Hovered, Scene, ViewCommand, ViewSettings};

/// What the layer panel shows.
#[derive(Debug)]
pub struct LayerInput<'a> {
    /// The open network and data; `None` before anything is open.
    pub scene: Option<&'a Scene>,
    /// The view's settings.
    pub view: &'a ViewSettings,
    /// The time of the flow, 0 to L.
    pub t: f64,
}

/// The layer on show, for the sections of the panel.
struct Shown<'a> {
    flow: &'a Flow,
    layer: &'a LayerFlow,
    /// Its index from 0.
    index: usize,
    /// The phase that the time is in, an index into the layer's phases; `None` while the time is in another layer.
    phase: Option<usize>,
    t: f64,
}

/// Draws the panel into `ui` and tells what the user asked for.
pub fn show(ui: &mut Ui, input: &LayerInput<'_>) -> Vec<ViewCommand> {
    let mut commands = Vec::new();
    let Some(scene) = input.scene else {
        // Otherwise the panel would become as narrow as these words, and stay so for the layers to come.
        ui.take_available_width();
        ui.label(RichText::new("Layer").heading());
        ui.label(theme::note(ui, "Open a network to see what its layers do."));
        return commands;
    };
    let flow = scene.flow.as_ref();
    let moment = flow.moment(input.t);
    let index = input.view.panel_layer(moment.layer, flow.layers().len());
    let Some(layer) = flow.layers().get(index) else { return commands };
    let phase = if moment.layer == index { moment.phase } else { None };
    let shown = Shown { flow, layer, index, phase, t: input.t };

    let mut hovered = None;
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        header::show(ui, &shown, input.view, &mut commands);
        match &layer.spectrum {
            Some(spectrum) => {
                section(ui, "Spectrum", "The singular values σ of W: how much each direction is stretched or lost.");
                spectrum::show(ui, &shown, spectrum, &mut hovered);
                rotations::show(ui, &shown, spectrum, &mut hovered);
            }
            None => {
                ui.add_space(SECTION_GAP);
                ui.label("A residual block adds f(x) to its input: x + s·f(x), one Euler step of its own. It has no singular values.");
            }
        }
        activation::show(ui, &shown);
    });
    update_hover(input.view, hovered, &mut commands);
    commands
}

/// A heading of the panel with a sentence on hover.
fn section(ui: &mut Ui, title: &str, tip: &str) {
    ui.add_space(SECTION_GAP);
    ui.label(RichText::new(title).color(Palette::of(ui).ink).strong()).on_hover_text(tip);
}

fn update_hover(view: &ViewSettings, hovered: Option<Hovered>, commands: &mut Vec<ViewCommand>) {
    if hovered != view.hovered {
        commands.push(ViewCommand::Hover(hovered));
    }
}
