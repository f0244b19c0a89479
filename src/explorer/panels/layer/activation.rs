//! The activation of the layer: its curve, how far it has come, and whether its flow folds.

use egui::Ui;

use super::Shown;
use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::curve::Curve;
use crate::flow::PhaseKind;
use crate::network::Activation;
use crate::session::phase_time;

pub(super) fn show(ui: &mut Ui, shown: &Shown<'_>) {
    let activation = shown.layer.activation;
    if activation == Activation::Identity {
        ui.label(theme::note(ui, "The identity: this layer is affine and moves nothing here."));
        return;
    }
    if !activation.is_coordinatewise() {
        ui.label(theme::note(
            ui,
            "softmax acts on all coordinates together, so it has no curve; its outputs sum to 1.",
        ));
        return;
    }
    let palette = Palette::of(ui);
    let phase = shown.layer.phases.iter().find(|phase| phase.kind == PhaseKind::Activate);
    let s = phase.map_or(1.0, |phase| phase_time(shown.flow, phase, shown.t));
    let name = format!("Activation {} of layer {}", activation.name(), shown.layer.index);
    let folded = shown.layer.fold.is_some_and(|fold| s > fold);
    Curve { name: &name, activation, s, folded, colour: palette.phase(PhaseKind::Activate) }.show(ui);
}
