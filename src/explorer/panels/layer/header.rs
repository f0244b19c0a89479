//! The head of the layer panel: which layer, its shape, its phases, and whether the panel follows the time.

use egui::{Color32, Response, RichText, Sense, Ui, vec2};

use super::findings;
use super::shown::Shown;
use crate::explorer::theme::{self, CORNER, Palette, SMALL};
use crate::flow::{Event, EventKind, Motion, Phase, PhaseKind};
use crate::session::{Command, ViewCommand, coordinate_name, own_name};

pub(super) fn show(ui: &mut Ui, shown: &Shown<'_>, commands: &mut Vec<Command>) {
    let layer = shown.layer;
    ui.horizontal(|ui| {
        let pinned = shown.view.pinned_layer.is_some();
        let tip = if pinned {
            "Let the panel follow the time again."
        } else {
            "Keep the panel at this layer whatever the time."
        };
        let plain = format!("Layer {}", layer.index);
        let says_nothing_new = layer.name.is_empty() || layer.name.eq_ignore_ascii_case(&plain);
        let name = if says_nothing_new { plain } else { format!("{plain} · {}", own_name(layer.name.trim())) };
        let button = egui::Button::selectable(pinned, "Pin");
        let width = ui.available_width();
        ui.allocate_ui_with_layout(
            vec2(width, ui.spacing().interact_size.y),
            egui::Layout::right_to_left(egui::Align::Center),
            |ui| {
                if ui.add(button).on_hover_text(tip).clicked() {
                    let layer = (!pinned).then_some(shown.index);
                    commands.push(Command::View(ViewCommand::PinLayer(layer)));
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    ui.add(egui::Label::new(RichText::new(name).heading()).truncate());
                });
            },
        );
    });
    let what = layer.operator.as_deref().unwrap_or_else(|| layer.activation.name());
    let shape = format!("{} → {}, {what}", layer.inputs, layer.outputs);
    ui.label(shape).on_hover_text("The width of the layer's input and of its output, and its activation σ.");
    if let Some(origin) = &layer.origin {
        let tip =
            "What the layer is in its file. It is linear, so on inputs of this shape it is the matrix shown here.";
        ui.label(theme::note(ui, origin)).on_hover_text(tip);
    }
    findings::line(ui, shown, commands);
    phases(ui, shown);
    let events = || shown.scene.events.iter().filter(|event| event.layer == layer.index);
    // Vᵀ and U may both turn through the extra dimension; it is one reflection.
    let reflection = events().find(|event| matches!(event.kind, EventKind::Reflection { .. }));
    let fold = events().find(|event| matches!(event.kind, EventKind::Fold { .. }));
    for event in reflection.into_iter().chain(fold) {
        happening(ui, event, shown.t);
    }
}

/// A reflection or a fold of the layer, in a sentence.
fn happening(ui: &mut Ui, event: &Event, t: f64) {
    let (text, tip, strong) = match event.kind {
        EventKind::Reflection { coordinate } => (
            format!("Reflection: turns through an extra dimension, {}.", coordinate_name(coordinate)),
            "det W < 0: W turns left into right. No rotation of its own coordinates does that; a half-turn through one \
             more does.",
            true,
        ),
        EventKind::Fold { s } => (
            format!(
                "Past s* = {} the flow folds: no velocity field, no inverse; the paths stay right.",
                theme::figure(s, 3)
            ),
            "The activation is not monotone: from s* = 1/(1 \u{2212} min σ') on, different values of y are in one place.",
            t >= event.t,
        ),
    };
    let ink = if strong { Palette::from_ui(ui).warning } else { Palette::from_ui(ui).faint_ink };
    ui.colored_label(ink, text).on_hover_text(tip);
}

/// The layer's phases in their colours, the present one strong.
fn phases(ui: &mut Ui, shown: &Shown<'_>) {
    if shown.layer.phases.is_empty() {
        ui.label(theme::note(ui, "This layer is the identity: nothing moves."));
        return;
    }
    let palette = Palette::from_ui(ui);
    ui.horizontal_wrapped(|ui| {
        for (index, phase) in shown.layer.phases.iter().enumerate() {
            // The colour alone changes: a bolder word would be wider and push the others along.
            let ink = if shown.phase == Some(index) { palette.ink } else { palette.faint_ink };
            let path = shown.detail.and_then(|detail| detail.path.as_ref()?.phases.get(index).copied());
            let way = path.map_or_else(String::new, |path| {
                format!(" The data goes {} in it, on average.", theme::significant(path.length))
            });
            chip(ui, phase.kind, ink).on_hover_text(format!("{}{}{way}", meaning(phase.kind), tilt(phase)));
        }
    });
}

/// By how much the axes of a layer of a film still have to go to its singular directions.
fn tilt(phase: &Phase) -> String {
    let Motion::Compression { basis: Some(basis), .. } = &phase.motion else { return String::new() };
    if phase.kind != PhaseKind::Compress {
        return String::new();
    }
    let least = basis.diagonal().iter().copied().fold(1.0, f64::min);
    format!(
        " Here along axes that are tilted by up to {}°: directions of near singular values swing between two checkpoints, and \
         the axes follow them over several.",
        theme::figure(least.clamp(-1.0, 1.0).acos().to_degrees(), 1)
    )
}

/// A phase's colour and name, kept on one line.
fn chip(ui: &mut Ui, kind: PhaseKind, ink: Color32) -> Response {
    let swatch = SMALL * 0.7;
    let galley = ui.painter().layout_no_wrap(kind.label().to_owned(), theme::small_font(), ink);
    let size = vec2(swatch + 3.0 + galley.size().x, galley.size().y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, kind.label()));
    let square = egui::Rect::from_center_size(rect.left_center() + vec2(swatch / 2.0, 0.0), vec2(swatch, swatch));
    ui.painter().rect_filled(square, CORNER, Palette::from_ui(ui).phase(kind));
    ui.painter().galley(rect.min + vec2(swatch + 3.0, 0.0), galley, ink);
    response
}

/// What a phase does, in one sentence.
fn meaning(kind: PhaseKind) -> &'static str {
    match kind {
        PhaseKind::RotateIn => {
            "Vᵀ, the transpose of V, turns the input so that the directions to be stretched lie along the axes."
        }
        PhaseKind::Compress => "Σ stretches or compresses along each axis by a singular value.",
        PhaseKind::RotateOut => "U turns the result to where the layer wants it.",
        PhaseKind::Stretch => "P = V Σ Vᵀ stretches or compresses along tilted axes.",
        PhaseKind::Rotate => "Q = U Vᵀ is the one rotation of the polar decomposition.",
        PhaseKind::Shift => "The bias b moves everything by the same amount.",
        PhaseKind::Activate => "Each coordinate goes straight from y to σ(y).",
        PhaseKind::Residual => "The block's branch f(x) is what moves the data.",
        PhaseKind::Direct => {
            "The operator has no motion of its own here: every point moves straight from x to f(x). Both ends are right; \
             there is no decomposition and no velocity field."
        }
        PhaseKind::Gather => {
            "The values go straight to their places in the result; what is not needed any more goes to 0."
        }
        PhaseKind::Compare => {
            "A round of the tournament in each window: a rises to b where b is larger, a + s·ReLU(b − a)."
        }
        PhaseKind::Centre => "The mean of each group is compressed to 0.",
        PhaseKind::Normalise => {
            "Each group keeps its direction and is brought to its length: x·r^s, r = (mean of x² + ε)^(−½)."
        }
        PhaseKind::Add => "What the other branches gave is added: x + s·f.",
    }
}
