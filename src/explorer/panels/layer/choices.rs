//! The choices that the flow model leaves open: decomposition, compression, time, and what residual blocks do.

use egui::Ui;

use crate::explorer::theme;
use crate::flow::{CompressionLaw, Decomposition, FlowOptions, LayerFlow, ResidualLaw, TimeLaw};
use crate::session::{Command, LayerDetail};

/// Draws the section and tells what was asked for. `has_steps`: the network has a residual block whose shortcut is the
/// identity.
pub(super) fn show(ui: &mut Ui, now: FlowOptions, has_steps: bool) -> Vec<Command> {
    let mut options = now;
    egui::Grid::new("flow options").num_columns(2).show(ui, |ui| {
        ui.label("Decomposition").on_hover_text("How every layer's W is split into motions");
        choices(ui, &mut options.decomposition, Decomposition::ALL.map(|value| (value, decomposition(value))));
        ui.end_row();
        ui.label("Compression").on_hover_text("How a singular value σ acts while its phase runs, s from 0 to 1");
        choices(ui, &mut options.compression, CompressionLaw::ALL.map(|value| (value, compression(value))));
        ui.end_row();
        ui.label("Time").on_hover_text("How a phase runs; this moves nothing to another place");
        choices(ui, &mut options.time, TimeLaw::ALL.map(|value| (value, time(value))));
        ui.end_row();
        ui.label("Blocks").on_hover_text("How a residual block moves the data while its phase runs, s from 0 to 1");
        blocks(ui, &mut options.residual, has_steps);
        ui.end_row();
    });
    if options == now { Vec::new() } else { vec![Command::Flow(options)] }
}

/// How far the layer moves the data under the choices that are shown, beside the straight way and the rotation.
pub(super) fn way(ui: &mut Ui, layer: &LayerFlow, detail: Option<&LayerDetail>) {
    let Some(path) = detail.and_then(|detail| detail.path.as_ref()) else { return };
    let turn = layer
        .spectrum
        .as_ref()
        .map_or_else(String::new, |spectrum| format!("; it turns {} rad", theme::significant(spectrum.total_rotation)));
    let (length, straight) = (theme::significant(path.length()), theme::significant(path.straight));
    ui.label(theme::note(ui, format!("The data goes {length} in this layer, {straight} straight{turn}.")))
        .on_hover_text("Means over some of the points. The measures of all layers tell the way under polar beside it.");
}

fn choices<T: PartialEq + Copy, const N: usize>(ui: &mut Ui, now: &mut T, values: [(T, [&'static str; 2]); N]) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (value, [text, tip]) in values {
            ui.selectable_value(now, value, text).on_hover_text(tip);
        }
    });
}

/// The choice between a residual block's step and its continuous limit.
pub fn blocks(ui: &mut Ui, now: &mut ResidualLaw, has_steps: bool) {
    let row =
        ui.add_enabled_ui(has_steps, |ui| choices(ui, now, ResidualLaw::ALL.map(|value| (value, residual(value)))));
    row.response.on_disabled_hover_text("This network has no residual block whose shortcut is the identity.");
}

fn residual(value: ResidualLaw) -> [&'static str; 2] {
    match value {
        ResidualLaw::Euler => [
            "Euler step",
            "x + s·f(x): each block is one step, straight from its input to its output, and the flow ends where the \
             network does.",
        ],
        ResidualLaw::Limit => [
            "Continuous limit",
            "dx/ds = f(x): where ever smaller steps lead. The paths bend and end elsewhere than the network does; the \
             refinement panel tells how far.",
        ],
    }
}

fn decomposition(value: Decomposition) -> [&'static str; 2] {
    match value {
        Decomposition::Svd => [
            "SVD",
            "W = U Σ Vᵀ: every layer turns in, compresses along the axes and turns out. The phases, the dials and the \
             paths change; where each layer ends does not.",
        ],
        Decomposition::Polar => [
            "Polar",
            "W = Q P: every layer stretches along tilted axes and then turns once. Fewer phases, less turning and no \
             freedom of choice where W is invertible; where each layer ends does not change.",
        ],
        Decomposition::LeastMotion => [
            "Least motion",
            "W = U Σ Vᵀ as well, but of all orders, signs and bases those by which this data goes least far, not those that \
             turn the whole space least. Where each layer ends does not change.",
        ],
    }
}

fn compression(value: CompressionLaw) -> [&'static str; 2] {
    match value {
        CompressionLaw::Geometric => [
            "Geometric",
            "The factor is σ^s: its velocity ln σ · x does not depend on time, and N Euler steps end at \
             (1 + ln σ/N)^N instead of σ.",
        ],
        CompressionLaw::Straight => [
            "Straight",
            "The factor is 1 + s(σ − 1): points go on straight lines at a steady speed, and Euler steps reproduce it \
             exactly, σ = 0 included.",
        ],
    }
}

fn time(value: TimeLaw) -> [&'static str; 2] {
    match value {
        TimeLaw::Smooth => [
            "Smooth",
            "s = 3τ² − 2τ³: each phase starts and ends at rest, so that the velocity is continuous in t; the paths stay \
             the same.",
        ],
        TimeLaw::Linear => [
            "Linear",
            "s = τ: the same speed all through a phase, with a jerk where phases are glued; the paths stay the same.",
        ],
    }
}
