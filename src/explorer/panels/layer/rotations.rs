//! The rotations of the layer: one dial for each plane, and a histogram where there are too many.

use std::sync::Arc;

use egui::{RichText, Sense, Ui, vec2};

use super::number_change::number;
use super::shown::Shown;
use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::dial::{DIAL_WIDTH, Dial};
use crate::explorer::widgets::heat_map::{self, Heat};
use crate::explorer::widgets::polar_histogram;
use crate::flow::{Motion, PhaseKind, Spectrum};
use crate::linalg::{Rotation, RotationFactor};
use crate::session::{Command, EditCommand, HeatMap, HeatWindow, Hovered, NumberChange, phase_time};

/// Up to this many planes have a dial each.
const MAX_DIALS: usize = 12;
/// Where there are more, this many have one and the rest are in the histogram.
const LARGEST_DIALS: usize = 8;

/// So few dials leave room for the angular velocity beside them.
const FEW_DIALS: usize = 1;
/// The side of a cell of the angular velocity, in points.
const CELL: f32 = 14.0;
/// The side of its map, at least and at most.
const MAP: (f32, f32) = (34.0, 84.0);

pub(super) fn show(
    ui: &mut Ui,
    shown: &Shown<'_>,
    spectrum: &Spectrum,
    hovered: &mut Option<Hovered>,
    commands: &mut Vec<Command>,
) {
    let mut any = false;
    for (position, phase) in shown.layer.phases.iter().enumerate() {
        if let Motion::Rotation(rotation) = &phase.motion {
            any = true;
            let s = phase_time(shown.flow, phase, shown.t);
            one(ui, shown, (position, phase.kind, rotation, s), hovered, commands);
        }
    }
    if !any {
        let text = if spectrum.rank == 0 {
            "W is zero: there is nothing to turn."
        } else {
            "Nothing turns: W acts along the axes."
        };
        ui.label(theme::note(ui, text));
    }
}

fn one(
    ui: &mut Ui,
    shown: &Shown<'_>,
    (position, kind, rotation, s): (usize, PhaseKind, &Rotation, f64),
    hovered: &mut Option<Hovered>,
    commands: &mut Vec<Command>,
) {
    let palette = Palette::from_ui(ui);
    let active = shown.phase == Some(position);
    let matrix = match kind {
        PhaseKind::RotateIn => "Vᵀ",
        PhaseKind::RotateOut => "U",
        _ => "Q",
    };
    let angles = rotation.angles();
    let planes = if angles.len() == 1 { "1 plane".to_owned() } else { format!("{} planes", angles.len()) };
    let title = RichText::new(format!("{}, {matrix}: {planes}", kind.label())).small();
    let colour = if active { palette.ink } else { palette.faint_ink };
    ui.label(title.color(colour))
        .on_hover_text("θ is the angle of a plane; the hand stands at s·θ, where s runs from 0 to 1 in this phase.");
    let velocity =
        shown.detail.and_then(|detail| detail.angular_velocities.iter().find(|(phase, _)| *phase == position));
    let dials = if angles.len() > MAX_DIALS { LARGEST_DIALS } else { angles.len() };
    let beside = dials <= FEW_DIALS;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = if beside { theme::GAP } else { dial_gap(ui.available_width()) };
        for (index, &angle) in angles.iter().enumerate().take(dials) {
            let name = format!("Plane {} of {matrix} in layer {}", index + 1, shown.layer.index);
            let dial = Dial { name: &name, angle, s, colour: palette.phase(kind), active };
            let (response, dragged) = dial.show(ui);
            if let Some(angle) = dragged {
                let factor = factor_of(kind);
                commands.push(number(shown.index, NumberChange::Angle { factor, plane: index, angle }));
            }
            if response.drag_stopped() {
                commands.push(Command::Edit(EditCommand::Release));
            }
            if response.hovered() {
                *hovered = Some(Hovered::Plane { layer: shown.index, phase: position, index });
            }
        }
        if let Some((_, map)) = velocity.filter(|_| beside) {
            angular_velocity(ui, shown, matrix, map);
        }
    });
    if let Some(rest) = angles.get(dials..).filter(|rest| !rest.is_empty()) {
        let name = format!("Angles of the other {} planes of {matrix}", rest.len());
        if let Some(index) = polar_histogram::show(ui, &name, rest, palette.phase(kind)) {
            *hovered = Some(Hovered::Plane { layer: shown.index, phase: position, index: dials + index });
        }
    }
    if let Some((_, map)) = velocity.filter(|_| !beside) {
        ui.horizontal(|ui| angular_velocity(ui, shown, matrix, map));
    }
}

/// Which factor of W a phase turns by.
fn factor_of(kind: PhaseKind) -> RotationFactor {
    match kind {
        PhaseKind::RotateIn => RotationFactor::In,
        PhaseKind::RotateOut => RotationFactor::Out,
        _ => RotationFactor::Polar,
    }
}

/// The matrix A with exp(A) = `matrix`, beside what its colours mean.
fn angular_velocity(ui: &mut Ui, shown: &Shown<'_>, matrix: &str, map: &Arc<HeatMap>) {
    let side = (CELL * map.size()[0] as f32).clamp(MAP.0, MAP.1);
    let name = format!("Angular velocity of {matrix} in layer {}", shown.layer.index);
    let heat = Heat { name: &name, map, size: vec2(side, side), window: HeatWindow::default(), entry: None };
    heat.show(ui, Sense::hover());
    ui.vertical(|ui| {
        let reduced = if map.block > 1 { format!(", {0} × {0} a cell", map.block) } else { String::new() };
        ui.label(theme::note(ui, format!("A, exp(A) = {matrix}, in rad{reduced}"))).on_hover_text(
            "The angular velocity: skew-symmetric, its entry in row i and column j turns axis j toward axis i.",
        );
        heat_map::legend(ui, map.largest);
    });
}

/// Spreads the dials over the width, so that the last column ends where the panel does.
fn dial_gap(width: f32) -> f32 {
    let columns = (width / (DIAL_WIDTH + 2.0)).floor().max(1.0);
    if columns < 2.0 { 2.0 } else { ((width - columns * DIAL_WIDTH) / (columns - 1.0)).clamp(2.0, 14.0) - 0.1 }
}
