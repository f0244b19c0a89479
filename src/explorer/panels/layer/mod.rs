//! The layer panel: what the layer does at this moment, or the layer that it is pinned to.

mod activation;
mod branch;
pub mod choices;
mod findings;
mod glyph;
mod header;
mod number_change;
mod rotations;
mod shown;
mod spectrum;
mod weights;

use egui::{Align, CollapsingHeader, RichText, ScrollArea, Ui};

use crate::explorer::theme::{self, Palette, SECTION_GAP};
use crate::flow::{FlowOptions, LayerFlow, PhaseKind};
use crate::network::Activation;
use crate::network::Network;
use crate::resnet::has_steps;
use crate::session::{
    Command, FindingsView, Hovered, LayerDetail, PanelCommand, Scene, Section, ViewCommand, ViewSettings,
};
use shown::Shown;

/// What the layer panel shows.
#[derive(Debug)]
pub struct LayerInput<'a> {
    /// The open network and data; `None` before anything is open.
    pub scene: Option<&'a Scene>,
    /// The choices of the flow that were asked for last.
    pub options: FlowOptions,
    /// The network that was asked for last: edits go on from its numbers.
    pub wanted: Option<&'a Network>,
    /// What was made of the layer in a worker; `None` while it is under way.
    pub detail: Option<&'a LayerDetail>,
    /// Whether that work was given up.
    pub given_up: bool,
    /// What is wrong with the network.
    pub findings: &'a FindingsView,
    /// The view's settings.
    pub view: &'a ViewSettings,
    /// The time of the flow, 0 to L.
    pub t: f64,
}

/// Draws the panel into `ui` and tells what the user asked for.
pub fn show(ui: &mut Ui, input: &LayerInput<'_>) -> Vec<Command> {
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
    let detail = input.detail.filter(|detail| detail.layer == index);
    let LayerInput { view, findings, given_up, t, .. } = *input;
    let wanted = input.wanted.and_then(|network| network.layers().get(index));
    let shown = Shown { scene, flow, layer, findings, view, wanted, detail, given_up, index, phase, t };

    let mut hovered = None;
    // What layer it is, and what is wrong with it, stays in sight.
    header::show(ui, &shown, &mut commands);
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        sections(ui, &shown, &mut hovered, &mut commands);
        shown.section(ui, Section::Choices, CHOICES, &mut commands, |ui, commands| {
            commands.extend(choices::show(ui, input.options, has_steps(&scene.network)));
            choices::way(ui, layer, detail);
        });
    });
    if hovered != input.view.hovered {
        commands.push(Command::View(ViewCommand::Hover(hovered)));
    }
    commands
}

const SPECTRUM: &str = "The singular values σ of W: how much each direction is stretched or lost.";
const BRANCH: &str = "The singular values of the block's matrices: how much its branch can stretch a direction.";
const ROTATIONS: &str =
    "A rotation turns in separate planes, each by its own angle: one dial a plane, the hand where it is now.";
const GLYPH: &str = "What the rotations and the compression make of the unit ball, at this moment of the flow.";
const WEIGHTS: &str = "The matrix itself, and the factors whose product it is.";
const ACTIVATION: &str = "σ: each coordinate y goes straight to σ(y), along (1 − s)·y + s·σ(y).";
const CHOICES: &str = "What the flow model leaves open. Every choice but the continuous limit of blocks leads each layer to the same end by another way.";

fn sections(ui: &mut Ui, shown: &Shown<'_>, hovered: &mut Option<Hovered>, commands: &mut Vec<Command>) {
    match &shown.layer.spectrum {
        Some(spectrum) => {
            shown.section(ui, Section::Spectrum, SPECTRUM, commands, |ui, commands| {
                spectrum::show(ui, shown, spectrum, hovered, commands);
            });
            shown.section(ui, Section::Rotations, ROTATIONS, commands, |ui, commands| {
                rotations::show(ui, shown, spectrum, hovered, commands);
            });
            shown.section(ui, Section::Glyph, GLYPH, commands, |ui, commands| glyph::show(ui, shown, commands));
        }
        None => {
            ui.add_space(SECTION_GAP);
            if let Some(operator) = &shown.layer.operator {
                ui.label(operator_text(operator, shown.layer));
                // An operator without an activation of its own is not affine for that.
                if shown.layer.activation != Activation::Identity {
                    shown.section(ui, Section::Activation, ACTIVATION, commands, |ui, _| activation::show(ui, shown));
                }
                return;
            }
            ui.label(if shown.layer.is_limit() {
                "The continuous limit of a residual block: f(x) = W₂·σ(W₁x + b₁) + b₂ is the velocity, dx/ds = f(x)."
            } else {
                "A residual block adds f(x) = W₂·σ(W₁x + b₁) + b₂ to its input: x + s·f(x), one Euler step of its own."
            });
            shown.section(ui, Section::Spectrum, BRANCH, commands, |ui, _| branch::show(ui, shown));
        }
    }
    shown.section(ui, Section::Weights, WEIGHTS, commands, |ui, commands| weights::show(ui, shown, commands));
    shown.section(ui, Section::Activation, ACTIVATION, commands, |ui, _| activation::show(ui, shown));
}

/// What an operator of a graph is here: it has no spectrum, and each of its phases says what it does.
fn operator_text(operator: &str, layer: &LayerFlow) -> String {
    let is_direct = layer.phases.iter().any(|phase| phase.kind == PhaseKind::Direct);
    let way = if is_direct {
        "It moves straight from its input to its output: both ends are right, and there is no decomposition between them."
    } else {
        "It is no matrix: its phases above say how the points go, and there is no spectrum."
    };
    format!("The operator {operator}. {way}")
}

impl<'a> Shown<'a> {
    /// What was made of the layer in a worker; where there is nothing yet, a sentence stands in its place.
    fn detail(&self, ui: &mut Ui) -> Option<&'a LayerDetail> {
        if self.detail.is_none() {
            let text = if self.given_up { "This was stopped before it was ready." } else { "Being prepared …" };
            ui.label(theme::note(ui, text));
        }
        self.detail
    }

    /// A part of the panel under a heading that folds it away.
    fn section(
        &self,
        ui: &mut Ui,
        section: Section,
        tip: &str,
        commands: &mut Vec<Command>,
        add: impl FnOnce(&mut Ui, &mut Vec<Command>),
    ) {
        let open = self.view.panel.is_open(section);
        let title = RichText::new(section.label()).color(Palette::from_ui(ui).ink).strong();
        let header = CollapsingHeader::new(title).id_salt(section.label()).open(Some(open));
        // The rooms of the sections follow each other closely, so that more of them fit.
        let shown = header.show_unindented(ui, |ui| add(ui, commands));
        let response = shown.header_response.on_hover_text(tip);
        if response.clicked() {
            commands.push(Command::View(ViewCommand::Panel(PanelCommand::Toggle(section))));
        }
        if self.view.panel.focus == Some(section) {
            response.scroll_to_me(Some(Align::TOP));
            commands.push(Command::View(ViewCommand::Panel(PanelCommand::Focused)));
        }
    }
}
