//! The weights of the layer as heat maps, and W as the product of its factors.

use egui::{Button, PointerButton, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2, lerp, pos2, vec2};

use super::findings;
use super::shown::Shown;
use crate::diagnostics::probes::Ablation;
use crate::explorer::panels::probes::ablate;
use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::heat_map::{self, Heat};
use crate::explorer::widgets::number;
use crate::session::{
    Command, HeatMap, HeatWindow, MatrixEntry, NamedMap, NumberChange, PanelCommand, ViewCommand, WeightPart,
    weight_matrices,
};

/// The height of a map of weights at most, and at least.
const HEIGHTS: (f32, f32) = (180.0, 36.0);
/// Magnification for one point of wheel movement, as a natural logarithm.
const ZOOM_SPEED: f32 = 0.004;
/// What the zoom buttons magnify by.
const ZOOM_STEP: f64 = 2.0;

pub(super) fn show(ui: &mut Ui, shown: &Shown<'_>, commands: &mut Vec<Command>) {
    let Some(detail) = shown.detail(ui) else { return };
    let window = shown.view.panel.weights;
    let mut asked = Vec::new();
    let matrices = shown.scene.network.layers().get(shown.index).map(weight_matrices).unwrap_or_default();
    let parts = shown.wanted.map(WeightPart::all_of).unwrap_or_default();
    for (position, (NamedMap { name, map }, (_, matrix))) in detail.weights.iter().zip(matrices).enumerate() {
        let reduced = if map.block > 1 && window.side == 1.0 {
            format!("; a cell is the largest of {0} × {0}", map.block)
        } else {
            String::new()
        };
        ui.label(theme::note(ui, format!("{name}, {} × {}{reduced}", map.rows, map.columns))).on_hover_text(
            "Rows are outputs, columns inputs. A click edits an entry, a secondary click takes out the unit of a row, the wheel zooms, a drag moves, a double click shows all.",
        );
        let entry = |row: usize, column: usize| matrix.get((row, column)).copied().unwrap_or(f64::NAN);
        let label = format!("Weights {name} of layer {}", shown.layer.index);
        let size = size_of(map, ui.available_width());
        let heat = Heat { name: &label, map, size, window, entry: Some(&entry) };
        let (response, at) = heat.show_bare(ui, Sense::click_and_drag());
        if position == 0 {
            findings::mark_rows(ui, response.rect, map.rows, window, shown);
        }
        unit_menu(ui, shown, position, (&response, at), &heat, commands);
        if let Some(part) = parts.get(position).copied() {
            if let Some([across, down]) = at.filter(|_| response.clicked()) {
                let index = |share: f64, count: usize| ((share * count as f64).max(0.0) as usize).min(count - 1);
                let (row, column) = (index(down, map.rows.max(1)), index(across, map.columns.max(1)));
                asked.push(PanelCommand::Entry(Some(MatrixEntry { layer: shown.index, part, row, column })));
            }
            if let Some(entry) = shown.view.panel.entry.filter(|entry| (entry.layer, entry.part) == (shown.index, part))
            {
                mark(ui, response.rect, [map.rows, map.columns], window, entry);
                edit(ui, shown, entry, &mut asked, commands);
            }
        }
        if let Some(at) = at {
            // The wheel belongs to the map while the mouse is over it, and not to the panel around it.
            let factor = ui.input_mut(|input| {
                let turned = std::mem::take(&mut input.smooth_scroll_delta).y;
                input.zoom_delta() * (ZOOM_SPEED * turned).exp()
            });
            if factor != 1.0 {
                asked.push(PanelCommand::ZoomWeights { factor: f64::from(factor), at });
            }
        }
        if response.dragged_by(PointerButton::Primary) && response.drag_delta() != Vec2::ZERO {
            let by = -response.drag_delta() / size;
            asked.push(PanelCommand::PanWeights([f64::from(by.x), f64::from(by.y)].map(|by| by * window.side)));
        }
        if response.double_clicked() {
            asked.push(PanelCommand::FitWeights);
        }
        let _legend = heat_map::legend(ui, map.largest);
    }
    ui.horizontal(|ui| asked.extend(zoom_buttons(ui, window)));
    factors(ui, shown, &detail.factors);
    commands.extend(asked.into_iter().map(|command| Command::View(ViewCommand::Panel(command))));
}

/// The menu of a secondary click on a row of the matrix before the activation: a unit.
fn unit_menu(
    ui: &Ui,
    shown: &Shown<'_>,
    position: usize,
    (response, at): (&Response, Option<[f64; 2]>),
    heat: &Heat<'_>,
    commands: &mut Vec<Command>,
) {
    if position != 0 {
        return heat.with_menu(|menu| menu.attach(response));
    }
    let rows = heat.map.rows;
    let id = response.id.with("unit");
    if let Some([_, down]) = at.filter(|_| response.secondary_clicked()) {
        let row = (down.max(0.0) * rows as f64) as usize;
        ui.data_mut(|data| data.insert_temp(id, row.min(rows.saturating_sub(1))));
    }
    let unit = ui.data(|data| data.get_temp::<usize>(id)).unwrap_or(0);
    response.context_menu(|ui| {
        let ablation = Ablation::Unit { layer: shown.index, unit };
        if let Some(command) = ablate::button(ui, &shown.scene.network, ablation) {
            commands.push(command);
            ui.close();
        }
        ui.separator();
        heat.with_menu(|menu| menu.items(ui));
    });
}

/// A frame around the entry that is edited, as far as it is in sight.
fn mark(ui: &Ui, rect: Rect, [rows, columns]: [usize; 2], window: HeatWindow, entry: MatrixEntry) {
    let along = |axis: usize, share: f64| ((share - window.corner[axis]) / window.side) as f32;
    let x = |column: usize| lerp(rect.x_range(), along(0, column as f64 / columns.max(1) as f64));
    let y = |row: usize| lerp(rect.y_range(), along(1, row as f64 / rows.max(1) as f64));
    let cell = Rect::from_min_max(pos2(x(entry.column), y(entry.row)), pos2(x(entry.column + 1), y(entry.row + 1)));
    let line = Stroke::new(theme::THICK, Palette::from_ui(ui).highlight);
    ui.painter_at(rect.expand(1.0)).rect_stroke(cell, 0.0, line, StrokeKind::Outside);
}

/// The entry with its bias, to be dragged or typed.
fn edit(
    ui: &mut Ui,
    shown: &Shown<'_>,
    entry: MatrixEntry,
    asked: &mut Vec<PanelCommand>,
    commands: &mut Vec<Command>,
) {
    let MatrixEntry { layer, part, row, column } = entry;
    let Some((matrix, bias)) = shown.wanted.and_then(|layer| part.of(layer)) else { return };
    let Some(now) = matrix.get((row, column)).copied() else { return };
    let number = shown.layer.index;
    ui.horizontal_wrapped(|ui| {
        let text = part.label();
        ui.label(format!("{text}[{}, {}]", row + 1, column + 1));
        let name = format!("Entry {}, {} of {text} of layer {number}", row + 1, column + 1);
        let change = |value| NumberChange::Weight { part, row, column, value };
        commands.extend(number::edit(ui, &name, now, layer, change));
        if let Some(text) = part.bias_text() {
            ui.label(format!("{text}[{}]", row + 1));
            let name = format!("Entry {} of {text} of layer {number}", row + 1);
            let now = bias.and_then(|bias| bias.get(row)).copied().unwrap_or(0.0);
            commands.extend(number::edit(ui, &name, now, layer, |value| NumberChange::Bias { part, row, value }));
        }
        if part != WeightPart::Outer && part != WeightPart::Shortcut {
            let ablation = Ablation::Unit { layer, unit: row };
            commands.extend(ablate::button(ui, &shown.scene.network, ablation));
        }
        if ui.button("Done").on_hover_text("Leave the entry").clicked() {
            asked.push(PanelCommand::Entry(None));
        }
    });
}

/// As wide as the panel, with square cells as long as that leaves a sensible height.
fn size_of(map: &HeatMap, width: f32) -> Vec2 {
    let height = width * map.rows as f32 / map.columns.max(1) as f32;
    vec2(width, height.clamp(HEIGHTS.1, HEIGHTS.0))
}

fn zoom_buttons(ui: &mut Ui, window: HeatWindow) -> Option<PanelCommand> {
    let middle = window.corner.map(|corner| corner + window.side / 2.0);
    let zoomed = window.side < 1.0;
    let whole = "All weights are in sight.";
    let mut asked = None;
    if ui.button("Zoom in").on_hover_text("Show a smaller part of the weights, larger").clicked() {
        asked = Some(PanelCommand::ZoomWeights { factor: ZOOM_STEP, at: middle });
    }
    let out = ui.add_enabled(zoomed, Button::new("Zoom out")).on_disabled_hover_text(whole);
    if out.on_hover_text("Show a larger part of the weights").clicked() {
        asked = Some(PanelCommand::ZoomWeights { factor: 1.0 / ZOOM_STEP, at: middle });
    }
    let all = ui.add_enabled(zoomed, Button::new("All weights")).on_disabled_hover_text(whole);
    if all.on_hover_text("Show all weights again").clicked() {
        asked = Some(PanelCommand::FitWeights);
    }
    asked
}

/// U, Σ and Vᵀ (or Q and P) side by side.
fn factors(ui: &mut Ui, shown: &Shown<'_>, factors: &[NamedMap]) {
    let [first, .., last] = factors else { return };
    let names: Vec<&str> = factors.iter().map(|factor| factor.name).collect();
    let side = first.map.rows;
    let block = last.map.block;
    let reduced = if block > 1 { format!("; a cell is the largest of {block} × {block}") } else { String::new() };
    ui.label(theme::note(ui, format!("W = {}, each {side} × {side}{reduced}", names.join(" ")))).on_hover_text(
        "The factors in the space in which the layer moves: W padded with zeros, and one dimension more for a reflection.",
    );
    let gap = ui.spacing().item_spacing.x;
    let width = ((ui.available_width() - gap * (factors.len() - 1) as f32) / factors.len() as f32).min(110.0);
    ui.horizontal(|ui| {
        for NamedMap { name, map } in factors {
            ui.vertical(|ui| {
                ui.set_width(width);
                let label = format!("Factor {name} of layer {}", shown.layer.index);
                let size = Vec2::splat(width);
                Heat { name: &label, map, size, window: HeatWindow::default(), entry: None }.show(ui, Sense::hover());
                ui.label(theme::note(ui, format!("{name}, up to {}", theme::significant(map.largest))))
                    .on_hover_text(meaning(name));
            });
        }
    });
}

fn meaning(name: &str) -> &'static str {
    match name {
        "U" => "U turns the compressed data to where the layer wants it; its columns are the output directions.",
        "Vᵀ" => "Vᵀ, the transpose of V, turns the input; its rows are the directions that are compressed.",
        "Σ" => "Σ multiplies each axis by a singular value; zeros are directions that are lost.",
        "S" => {
            "S stretches along tilted axes: singular directions that swing between two checkpoints are followed over several."
        }
        "Q" => "Q = U Vᵀ is the one rotation of the polar decomposition.",
        _ => "P = V Σ Vᵀ stretches along tilted axes; it is symmetric.",
    }
}
