//! The activation of the layer: its curve, how far it has come, and whether its flow folds.

use egui::Ui;

use super::shown::Shown;
use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::{curve::Curve, spread};
use crate::flow::PhaseKind;
use crate::network::Activation;
use crate::session::{counted, phase_time};

pub(super) fn show(ui: &mut Ui, shown: &Shown<'_>) {
    let activation = shown.layer.activation;
    if activation == Activation::Identity {
        ui.label(theme::note(ui, "The identity: this layer is affine and moves nothing here."));
        return;
    }
    if activation.is_coordinatewise() {
        curve(ui, shown, activation);
    } else {
        ui.label(theme::note(
            ui,
            "softmax acts on all coordinates together, so it has no curve; its outputs sum to 1.",
        ));
    }
    data(ui, shown);
}

fn curve(ui: &mut Ui, shown: &Shown<'_>, activation: Activation) {
    let palette = Palette::from_ui(ui);
    let phase = shown.layer.phases.iter().find(|phase| phase.kind == PhaseKind::Activate);
    let s = phase.map_or(1.0, |phase| phase_time(shown.flow, phase, shown.t));
    let name = format!("Activation {} of layer {}", activation.name(), shown.layer.index);
    let folded = shown.layer.fold.is_some_and(|fold| s > fold);
    Curve { name: &name, activation, s, folded, colour: palette.phase(PhaseKind::Activate) }.show(ui);
}

/// What the activation does to the data.
fn data(ui: &mut Ui, shown: &Shown<'_>) {
    let Some(detail) = shown.detail(ui) else { return };
    let Some(found) = &detail.activation else {
        ui.label(theme::note(ui, "Without data there are no values to show."));
        return;
    };
    let name = format!("The data before and after the activation of layer {}", shown.layer.index);
    spread::show(ui, &name, &found.before, &found.after, Palette::from_ui(ui).phase(PhaseKind::Activate));
    let mut text = Vec::new();
    if let Some(dead) = found.dead {
        text.push(format!("dead {dead} of {} units", found.units));
    }
    if let Some(saturated) = found.saturated {
        text.push(format!("saturated {} % of values", theme::figure(100.0 * saturated, 1)));
    }
    text.push(format!("{} measured", counted(found.samples, "point")));
    ui.label(theme::note(ui, text.join(" · "))).on_hover_text(
        "A dead unit gives the same for all but one in a hundred points: its slope σ' is below a thousandth of the \
         steepest there. A \
         saturated value is where the slope is below a twentieth of it.",
    );
}
