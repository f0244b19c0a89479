//! Is the open network's own ResNet a flow? The measures of its blocks.

use egui::{Grid, Ui};

use super::heading::{layer_text, section};
use super::input::RefinementInput;
use crate::explorer::panels::layer::choices;
use crate::explorer::theme::{self, Palette};
use crate::flow::{FlowOptions, ResidualLaw};
use crate::resnet::{Criterion, has_steps};
use crate::session::{RefinementStudy, Scene, counted};

pub(super) fn show(ui: &mut Ui, scene: &Scene, input: &RefinementInput<'_>) {
    let Some(study) = input.study else { return };
    if study.blocks.is_empty() {
        return;
    }
    section(
        ui,
        "Are its blocks a flow?",
        "A trained ResNet is Euler's method for a flow where each residual is small beside its input and the parameters \
         change slowly from block to block.",
    );
    let palette = Palette::from_ui(ui);
    Grid::new("trained blocks").num_columns(4).striped(true).show(ui, |ui| {
        for (head, tip) in [
            ("block", "The layer."),
            (
                "‖f‖/‖x‖",
                "The mean of the residual's size over its input's, over the data; the flow model asks for up to 0.25.",
            ),
            (
                "change",
                "How much the parameters change to the next block, ‖θ′ − θ‖/‖θ‖; the flow model asks for up to 0.25.",
            ),
            (
                "Lipschitz ≤",
                "‖W₂‖·‖W₁‖·sup|σ′|, a bound of the branch's Lipschitz constant; below 1 the block is invertible.",
            ),
        ] {
            ui.label(theme::note(ui, head)).on_hover_text(tip);
        }
        ui.end_row();
        for block in &study.blocks {
            let fails = block.fails();
            let value = |ui: &mut Ui, text: String, criterion: Criterion, tip: &str| {
                if fails.contains(&criterion) {
                    ui.colored_label(palette.warning, text).on_hover_text(format!("{tip} It does not."));
                } else {
                    ui.label(text).on_hover_text(tip);
                }
            };
            ui.label(block.layer.to_string()).on_hover_text(layer_text(&scene.flow, block.layer));
            let largest = format!("At most {} of its input.", theme::significant(block.largest_residual));
            value(
                ui,
                theme::significant(block.mean_residual),
                Criterion::SmallResidual,
                &format!("{largest} A step of a flow is small."),
            );
            let change = block.change_to_next.map_or_else(|| "–".to_owned(), theme::significant);
            value(ui, change, Criterion::SlowChange, "A flow's velocity changes slowly in time.");
            value(ui, theme::significant(block.lipschitz_bound), Criterion::Invertible, "Below 1 no two points meet.");
            ui.end_row();
        }
    });
    finer(ui, study, scene.dataset.samples());
}

/// What the network's own blocks are taken for, if it has any that have a continuous limit; what was asked for instead.
pub(super) fn law(ui: &mut Ui, scene: &Scene, options: FlowOptions) -> Option<FlowOptions> {
    if !has_steps(&scene.network) {
        return None;
    }
    let mut chosen = options;
    ui.horizontal(|ui| {
        ui.label(theme::note(ui, "its own blocks")).on_hover_text(
            "A block x + f(x) is one Euler step. Its continuous limit dx/ds = f(x) is where ever smaller steps lead.",
        );
        choices::blocks(ui, &mut chosen.residual, true);
    });
    ui.label(theme::note(
        ui,
        match scene.flow.options().residual {
            ResidualLaw::Euler => "Each block is its own Euler step: N does not cut it.",
            ResidualLaw::Limit => {
                "The flow is the continuous limit of the blocks, and N cuts each into steps of length 1/N: N = 1 is the \
                 network itself."
            }
        },
    ));
    (chosen != options).then_some(chosen)
}

/// Whether the answers stay the same with smaller steps.
fn finer(ui: &mut Ui, study: &RefinementStudy, samples: usize) {
    if study.finer.is_empty() {
        return;
    }
    section(
        ui,
        "With smaller steps",
        "Each block in p parts of length 1/p. Where the answers stay the same, the ResNet stands for its continuous limit.",
    );
    Grid::new("smaller steps").num_columns(4).striped(true).show(ui, |ui| {
        for (head, tip) in [
            (
                "between blocks",
                "Repeated: each part has the block's own parameters. Interpolated: they go over to the next block's.",
            ),
            ("p", "Into so many parts each block is cut; the limit has parts without end."),
            ("same answer", "The share of the points for which both predict the same class."),
            ("error", "The largest distance between outputs over the largest norm of the network's own."),
        ] {
            ui.label(theme::note(ui, head)).on_hover_text(tip);
        }
        ui.end_row();
        for answer in &study.finer {
            ui.label(answer.between.name());
            ui.label(answer.parts.map_or_else(|| "limit".to_owned(), |parts| parts.to_string()));
            ui.label(format!("{} %", theme::figure(100.0 * answer.agreement, 1)));
            ui.label(theme::significant(answer.relative_error));
            ui.end_row();
        }
    });
    let compared = study.finer.first().map_or(0, |answer| answer.samples);
    if compared < samples {
        ui.label(theme::note(ui, format!("Compared on {compared} of {}, evenly spread.", counted(samples, "point"))));
    }
    if study.finer.iter().all(|answer| answer.parts.is_some()) {
        ui.label(theme::note(ui, "The velocity of a block changes too fast for its continuous limit to be followed."));
    }
}
