//! The spectra of a residual block's matrices, and what they say of its step.

use egui::Ui;

use super::shown::Shown;
use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::bars::{Bar, Bars};
use crate::flow::PhaseKind;
use crate::session::{BranchSpectrum, subscript};

pub(super) fn show(ui: &mut Ui, shown: &Shown<'_>) {
    let Some(detail) = shown.detail(ui) else { return };
    let colour = Palette::from_ui(ui).phase(PhaseKind::Residual);
    for spectrum in &detail.branch {
        let BranchSpectrum { name, singular_values, rank, stable_rank } = spectrum;
        let full = singular_values.len();
        let text = format!("{name}: rank {rank} of {full}, stable rank {}", theme::significant(*stable_rank));
        ui.label(theme::note(ui, text)).on_hover_text("The stable rank is Σσ² / σ₁²: about how many directions count.");
        // A direction that is lost to rounding is shown as the zero that it acts as.
        let value = |(index, sigma): (usize, &f64)| if index < *rank { *sigma } else { 0.0 };
        let bar = |target: f64| Bar { target, now: target };
        let bars: Vec<Bar> = singular_values.iter().enumerate().map(|each| bar(value(each))).collect();
        let label = format!("Singular values of {name} of layer {}", shown.layer.index);
        let widget = Bars { name: &label, bars: &bars, rank: *rank, colour };
        let _hovered = widget.show(ui, |ui, index| {
            let sigma = bars.get(index).map_or(0.0, |bar| bar.target);
            ui.label(format!("σ{} = {}", subscript(index + 1), theme::significant(sigma)));
        });
    }
    if let Some(bound) = steepest(&detail.branch) {
        let text = format!("‖W₂‖·‖W₁‖ = {}", theme::significant(bound));
        let tip = "With |σ'| ≤ 1 the branch is no steeper than this. Below 1 the block has an inverse and cannot fold; far above, \
                   one Euler step is a coarse picture of a continuous flow.";
        ui.label(text).on_hover_text(tip);
    }
}

/// The product of the largest singular values of W₁ and W₂.
fn steepest(branch: &[BranchSpectrum]) -> Option<f64> {
    let largest = |wanted: &str| {
        let found = branch.iter().find(|spectrum| spectrum.name == wanted)?;
        found.singular_values.first().copied()
    };
    Some(largest("W₁")? * largest("W₂")?)
}
