//! Is the open network's own ResNet a flow? The measures of its blocks.

use egui::{Grid, Ui};

use super::{RefinementInput, section};
use crate::explorer::theme::{self, Palette};
use crate::resnet::Criterion;
use crate::session::Scene;

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
    let palette = Palette::of(ui);
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
            ("Lip", "‖W²‖·‖W¹‖·sup|σ′|, a bound of the branch's Lipschitz constant; below 1 the block is invertible."),
        ] {
            ui.label(theme::note(ui, head)).on_hover_text(tip);
        }
        ui.end_row();
        for block in &study.blocks {
            let fails = block.fails();
            let value = |ui: &mut Ui, words: String, criterion: Criterion, tip: &str| {
                if fails.contains(&criterion) {
                    ui.colored_label(palette.warning, words).on_hover_text(format!("{tip} It does not."));
                } else {
                    ui.label(words).on_hover_text(tip);
                }
            };
            ui.label(block.layer.to_string()).on_hover_text(super::layer_words(&scene.flow, block.layer));
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
}
