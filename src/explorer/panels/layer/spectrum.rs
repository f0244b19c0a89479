//! The spectrum of the layer: its singular values as bars that grow while it compresses, and the numbers made of them.

use egui::{Grid, Ui};

use super::number_change::number;
use super::shown::Shown;
use crate::diagnostics::probes::Ablation;
use crate::explorer::panels::probes::ablate;
use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::bars::{Bar, Bars};
use crate::flow::{CompressionLaw, Motion, PhaseKind, Spectrum};
use crate::session::{Command, EditCommand, Hovered, NumberChange, phase_time, subscript};

pub(super) fn show(
    ui: &mut Ui,
    shown: &Shown<'_>,
    spectrum: &Spectrum,
    hovered: &mut Option<Hovered>,
    commands: &mut Vec<Command>,
) {
    let (law, s, kind) = moving(shown);
    let values = &spectrum.singular_values;
    let bar = |(index, sigma): (usize, &f64)| {
        // What is zero to rounding is shown as the zero that it acts as.
        let target = if index < spectrum.rank { *sigma } else { 0.0 };
        Bar { target, now: law.factor(target, s) }
    };
    let bars: Vec<Bar> = values.iter().enumerate().map(bar).collect();
    let palette = Palette::from_ui(ui);
    let name = format!("Singular values of layer {}", shown.layer.index);
    let widget = Bars { name: &name, bars: &bars, rank: spectrum.rank, colour: palette.phase(kind) };
    let (index, drag) = widget.edit(
        ui,
        |ui, index| tip(ui, index, &bars),
        |ui, index| {
            let ablation = Ablation::Direction { layer: shown.index, index };
            if let Some(command) = ablate::button(ui, &shown.scene.network, ablation) {
                commands.push(command);
                ui.close();
            }
        },
    );
    if let Some(index) = index {
        *hovered = Some(Hovered::SingularValue { layer: shown.index, index });
    }
    if let Some((index, value)) = drag.to {
        commands.push(number(shown.index, NumberChange::SingularValue { index, value }));
    }
    if drag.released {
        commands.push(Command::Edit(EditCommand::Release));
    }
    numbers(ui, spectrum);
}

/// The law of the compression, its phase time now and its kind. A layer that compresses nothing has no such phase.
fn moving(shown: &Shown<'_>) -> (CompressionLaw, f64, PhaseKind) {
    let found = shown.layer.phases.iter().find_map(|phase| match phase.motion {
        Motion::Compression { law, .. } => Some((law, phase_time(shown.flow, phase, shown.t), phase.kind)),
        _ => None,
    });
    found.unwrap_or((shown.flow.options().compression, 1.0, PhaseKind::Compress))
}

fn tip(ui: &mut Ui, index: usize, bars: &[Bar]) {
    let Some(bar) = bars.get(index) else { return };
    let name = subscript(index + 1);
    ui.label(format!("σ{name} = {}", theme::significant(bar.target)));
    ui.label(format!("now {}", theme::significant(bar.now)));
    let what = if bar.target == 0.0 {
        "This direction is lost: all that differs along it becomes the same."
    } else if bar.target < 1.0 {
        "The line on the stage shows the direction that is compressed."
    } else {
        "The line on the stage shows the direction that is stretched."
    };
    ui.label(theme::note(ui, what));
    ui.label(theme::note(ui, "Drag the end of its bar to change it, below the foot to lose it; W follows. A secondary click takes it out for a look."));
}

fn numbers(ui: &mut Ui, spectrum: &Spectrum) {
    let full = spectrum.singular_values.len();
    let condition = spectrum.condition_number.map_or("infinite".to_owned(), theme::significant);
    let sign = match spectrum.determinant_sign {
        None => "none",
        Some(0) => "0",
        Some(1..) => "+1",
        Some(_) => "\u{2212}1",
    };
    let rows = [
        [
            (
                "rank",
                format!("{} of {full}", spectrum.rank),
                "How many singular values are not zero: the dimensions that get through.",
            ),
            (
                "condition",
                condition,
                "The condition number σ₁/σ of the smallest σ: how unequally directions are treated; infinite where one is \
                 lost.",
            ),
        ],
        [
            (
                "stable rank",
                theme::significant(spectrum.stable_rank),
                "Σσ² / σ₁²: about how many directions carry what gets through.",
            ),
            (
                "sign of det",
                sign.to_owned(),
                "det W: +1 keeps the handedness of space, \u{2212}1 reflects it, 0 flattens it; only a square W has one.",
            ),
        ],
        [
            (
                "effective rank",
                theme::significant(spectrum.effective_rank),
                "exp of the entropy of σ/Σσ: how many directions of equal σ would be as spread out as these.",
            ),
            (
                "rotation",
                format!("{}°", theme::figure(spectrum.total_rotation.to_degrees(), 1)),
                "The total rotation √(Σθ²) over all planes of all rotations of the layer.",
            ),
        ],
    ];
    if let Some(stored) = &spectrum.stored_rank {
        let tip = format!(
            "Of {full} singular values {} are above {}, which is what rounding to {} may leave of 0.{}",
            stored.rank,
            theme::significant(stored.tolerance),
            stored.precision.name(),
            if stored.is_shown { " The flow takes the others as 0." } else { "" }
        );
        ui.label(theme::note(ui, stored.text())).on_hover_text(tip);
    }
    Grid::new("spectrum numbers").num_columns(4).min_row_height(theme::BODY).show(ui, |ui| {
        for row in rows {
            for (name, value, tip) in row {
                ui.label(theme::note(ui, name)).on_hover_text(tip);
                ui.label(value).on_hover_text(tip);
            }
            ui.end_row();
        }
    });
}
