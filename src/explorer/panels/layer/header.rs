//! The head of the layer panel: which layer, its shape, its phases, and whether the panel follows the time.

use egui::{RichText, Sense, Ui, vec2};

use super::Shown;
use crate::explorer::theme::{self, CORNER, Palette, SMALL};
use crate::flow::PhaseKind;
use crate::session::{ViewCommand, ViewSettings};

pub(super) fn show(ui: &mut Ui, shown: &Shown<'_>, view: &ViewSettings, commands: &mut Vec<ViewCommand>) {
    let layer = shown.layer;
    ui.horizontal(|ui| {
        let pinned = view.pinned_layer.is_some();
        let tip = if pinned {
            "Let the panel follow the time again."
        } else {
            "Keep the panel at this layer whatever the time."
        };
        let name = if layer.name.is_empty() {
            format!("Layer {}", layer.index)
        } else {
            format!("Layer {} · {}", layer.index, layer.name)
        };
        let button = egui::Button::selectable(pinned, "Pin");
        let width = ui.available_width();
        ui.allocate_ui_with_layout(
            vec2(width, ui.spacing().interact_size.y),
            egui::Layout::right_to_left(egui::Align::Center),
            |ui| {
                if ui.add(button).on_hover_text(tip).clicked() {
                    commands.push(ViewCommand::PinLayer((!pinned).then_some(shown.index)));
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    ui.add(egui::Label::new(RichText::new(name).heading()).truncate());
                });
            },
        );
    });
    let shape = format!("{} → {}, {}", layer.inputs, layer.outputs, layer.activation.name());
    ui.label(shape).on_hover_text("The width of the layer's input and of its output, and its activation σ.");
    phases(ui, shown);
}

/// The layer's phases in their colours, the present one strong.
fn phases(ui: &mut Ui, shown: &Shown<'_>) {
    if shown.layer.phases.is_empty() {
        ui.label(theme::note(ui, "This layer is the identity: nothing moves."));
        return;
    }
    let palette = Palette::of(ui);
    ui.horizontal_wrapped(|ui| {
        for (index, phase) in shown.layer.phases.iter().enumerate() {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 3.0;
                let (swatch, _) = ui.allocate_exact_size(vec2(SMALL * 0.7, SMALL * 0.7), Sense::hover());
                ui.painter().rect_filled(swatch, CORNER, palette.phase(phase.kind));
                // The colour alone changes: a bolder word would be wider and push the others along.
                let colour = if shown.phase == Some(index) { palette.ink } else { palette.faint_ink };
                ui.label(RichText::new(phase.kind.words()).small().color(colour)).on_hover_text(meaning(phase.kind));
            });
        }
    });
}

/// What a phase does, in one sentence.
fn meaning(kind: PhaseKind) -> &'static str {
    match kind {
        PhaseKind::RotateIn => "Vᵀ turns the input so that the directions to be stretched lie along the axes.",
        PhaseKind::Compress => "Σ stretches or compresses along each axis by a singular value.",
        PhaseKind::RotateOut => "U turns the result to where the layer wants it.",
        PhaseKind::Stretch => "P = VΣVᵀ stretches or compresses along tilted axes.",
        PhaseKind::Rotate => "Q = UVᵀ is the one rotation of the polar decomposition.",
        PhaseKind::Shift => "The bias b moves everything by the same amount.",
        PhaseKind::Activate => "Each coordinate goes straight from y to σ(y).",
        PhaseKind::Residual => "The block's branch f(x) is added to its input.",
    }
}
