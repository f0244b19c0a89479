//! W_B − W_A of one layer as a heat map, beside the table of the comparison.

use egui::{ComboBox, Sense, Ui, Vec2};

use super::super::theme;
use crate::explorer::widgets::heat_map::Heat;
use crate::session::{HeatWindow, NetworkComparison, WeightDifference};

/// The side of the picture.
const SIDE: f32 = 150.0;

/// Which layer is in sight: the one that has changed most where nobody has chosen.
#[derive(Default)]
pub(super) struct ComparedWeights {
    chosen: Option<(usize, Option<&'static str>)>,
}

impl ComparedWeights {
    /// Draws the map with a choice of layers.
    pub fn show(&mut self, ui: &mut Ui, compared: &NetworkComparison) {
        let differences = &compared.differences;
        let is_chosen = |difference: &&WeightDifference| Some((difference.layer, difference.part)) == self.chosen;
        let Some(shown) = differences.iter().find(is_chosen).or_else(|| most_changed(compared)) else {
            ui.label(theme::note(ui, "No two matrices have one shape: W_B − W_A is not drawn."));
            return;
        };
        ui.vertical(|ui| {
            ui.set_width(SIDE);
            ComboBox::from_id_salt("difference of weights").selected_text(name(shown)).width(SIDE).show_ui(ui, |ui| {
                for difference in differences {
                    let is_shown = (difference.layer, difference.part) == (shown.layer, shown.part);
                    if ui.selectable_label(is_shown, name(difference)).clicked() {
                        self.chosen = Some((difference.layer, difference.part));
                    }
                }
            });
            let map = &shown.map;
            let longer = map.rows.max(map.columns).max(1) as f32;
            let size = Vec2::new(map.columns as f32, map.rows as f32) * (SIDE / longer);
            let label = format!("W_B − W_A of {}", name(shown));
            let size = size.max(Vec2::splat(12.0));
            Heat { name: &label, map, size, window: HeatWindow::default(), entry: None }.show(ui, Sense::hover());
            let block =
                if map.block > 1 { format!("; a cell is the largest of {0} × {0}", map.block) } else { String::new() };
            let text = format!("W_B − W_A, up to {}{block}", theme::significant(map.largest));
            ui.label(theme::note(ui, text));
            let matrices: usize = compared.comparison.layers.iter().map(|layer| layer.matrices.len()).sum();
            if differences.len() < matrices {
                let left_out = matrices - differences.len();
                let tip = "They have two shapes, or there is no room for their pictures.";
                ui.label(theme::note(ui, format!("{left_out} others are not drawn"))).on_hover_text(tip);
            }
        });
    }
}

/// The pair of matrices with the largest ‖ΔW‖/‖W‖, else the first.
fn most_changed(compared: &NetworkComparison) -> Option<&WeightDifference> {
    let change = |difference: &WeightDifference| {
        let layers = compared.comparison.layers.iter().filter(|layer| layer.a == difference.layer);
        let mut matrices = layers.flat_map(|layer| &layer.matrices);
        matrices.find(|matrix| matrix.part == difference.part).and_then(|matrix| matrix.relative_change).unwrap_or(0.0)
    };
    let better = |best: Option<(&'_ WeightDifference, f64)>, next: f64| best.is_none_or(|(_, value)| next > value);
    let mut best = None;
    for difference in &compared.differences {
        let value = change(difference);
        if better(best, value) {
            best = Some((difference, value));
        }
    }
    best.map(|(difference, _)| difference)
}

fn name(difference: &WeightDifference) -> String {
    let part = difference.part.map(|part| format!(" ({part})")).unwrap_or_default();
    format!("layer {}{part}", difference.layer + 1)
}
