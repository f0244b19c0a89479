//! What each layer contributes: its error, its slope, and the steps that its compression needs.

use egui::{Grid, Ui};

use super::heading::{layer_text, section};
use super::input::RefinementInput;
use crate::explorer::theme::{self, Palette};

pub(super) fn show(ui: &mut Ui, input: &RefinementInput<'_>) {
    let (Some(study), Some(scene)) = (input.study, input.scene) else { return };
    section(
        ui,
        "Layer by layer",
        "The error grows from layer to layer; a slope of −1 says that each is of first order.",
    );
    let study = &study.convergence;
    let steps = input.view.refinement.steps;
    // The measured N that is nearest to the present one.
    let nearest = study.errors.iter().min_by_key(|at| at.steps.abs_diff(steps));
    let warning = Palette::from_ui(ui).warning;
    Grid::new("refined layers").num_columns(4).striped(true).show(ui, |ui| {
        let at = nearest.map_or(0, |at| at.steps);
        for (head, tip) in [
            ("layer", "The layer of the plain net.".to_owned()),
            ("error", format!("The largest distance at the layer's end with N = {at}.")),
            ("slope", "The slope of ln error against ln N at the layer's end.".to_owned()),
            ("stable from", "The smallest N that its compression needs: Euler needs N > |ln σ|.".to_owned()),
        ] {
            ui.label(theme::note(ui, head)).on_hover_text(tip);
        }
        ui.end_row();
        for (index, slope) in study.layer_slopes.iter().enumerate() {
            ui.label((index + 1).to_string()).on_hover_text(layer_text(&scene.flow, index + 1));
            let error = nearest.and_then(|at| at.layers.get(index));
            ui.label(error.map_or_else(String::new, |error| theme::significant(*error)));
            ui.label(slope.map_or_else(|| "–".to_owned(), |slope| theme::figure(slope.exponent, 2)));
            match study.stable_steps.iter().find(|layer| layer.layer == index + 1) {
                Some(stable) => {
                    let text = format!("N = {}", stable.least_steps);
                    let tip = format!("σ = {} asks for it.", theme::significant(stable.sigma));
                    if stable.least_steps > steps {
                        ui.colored_label(warning, text)
                            .on_hover_text(format!("{tip} Now N = {steps}: it comes out wrong."));
                    } else {
                        ui.label(text).on_hover_text(tip);
                    }
                }
                None => {
                    ui.label("N = 1").on_hover_text("Nothing shrinks here, or it is kept whole.");
                }
            }
            ui.end_row();
        }
    });
}
