//! The choices that the flow model leaves open: decomposition, compression, time.

use egui::Ui;

use crate::flow::{CompressionLaw, Decomposition, FlowOptions, TimeLaw};
use crate::session::{Command, Session};

/// Draws the section and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let now = session.wanted().options;
    let mut options = now;
    egui::Grid::new("flow options").num_columns(2).show(ui, |ui| {
        ui.label("Decomposition").on_hover_text("How a layer's W is split into motions");
        choices(ui, &mut options.decomposition, Decomposition::ALL.map(|value| (value, decomposition(value))));
        ui.end_row();
        ui.label("Compression").on_hover_text("How a singular value σ acts while its phase runs, s from 0 to 1");
        choices(ui, &mut options.compression, CompressionLaw::ALL.map(|value| (value, compression(value))));
        ui.end_row();
        ui.label("Time").on_hover_text("How a phase runs; this moves nothing to another place");
        choices(ui, &mut options.time, TimeLaw::ALL.map(|value| (value, time(value))));
        ui.end_row();
    });
    changed(now, options)
}

fn changed(now: FlowOptions, options: FlowOptions) -> Vec<Command> {
    if options == now { Vec::new() } else { vec![Command::Flow(options)] }
}

fn choices<T: PartialEq + Copy>(ui: &mut Ui, now: &mut T, values: [(T, [&'static str; 2]); 2]) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (value, [words, tip]) in values {
            ui.selectable_value(now, value, words).on_hover_text(tip);
        }
    });
}

fn decomposition(value: Decomposition) -> [&'static str; 2] {
    match value {
        Decomposition::Svd => ["SVD", "W = UΣVᵀ: rotate in, compress along the axes, rotate out"],
        Decomposition::Polar => ["Polar", "W = QP: stretch along tilted axes, then one rotation"],
    }
}

fn compression(value: CompressionLaw) -> [&'static str; 2] {
    match value {
        CompressionLaw::Geometric => ["Geometric", "The factor is σ^s; its velocity does not depend on time"],
        CompressionLaw::Straight => ["Straight", "The factor is 1 + s(σ − 1); Euler steps reproduce it exactly"],
    }
}

fn time(value: TimeLaw) -> [&'static str; 2] {
    match value {
        TimeLaw::Smooth => ["Smooth", "s = 3τ² − 2τ³: at rest where phases are glued"],
        TimeLaw::Linear => ["Linear", "s = τ: the same speed all through a phase"],
    }
}
