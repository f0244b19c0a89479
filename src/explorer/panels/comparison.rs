//! The table under the stage that compares the network on show with another one, layer by layer.

use std::sync::Arc;

use egui::{Button, ScrollArea, Ui};
use egui::{Role, WidgetInfo};

use super::super::theme;
use super::compared_point::ComparedPoint;
use super::compared_weights::ComparedWeights;
use crate::diagnostics::compare::{LayerComparison, MatrixComparison};
use crate::session::{
    Command, Counterpart, NetworkComparison, Pick, PlaybackCommand, PointCommand, Session, ViewCommand, counted, listed,
};

/// The columns with what they say.
const COLUMNS: [(&str, &str); 10] = [
    ("A", "The layer of the network on show."),
    ("B", "The layer of the other network that is its partner: by name, else by order and shape."),
    ("name", "The layer's name in its file."),
    ("‖ΔW‖/‖W‖", "The size of W_B − W_A as a share of that of W_A."),
    ("left angle", "The largest principal angle between the spans of the strongest left singular vectors, in radians."),
    ("right angle", "The largest one between the spans of the strongest right singular vectors, in radians."),
    ("σ change", "The largest change of a singular value, as a share of A's largest."),
    ("turn change", "By how much the layer's total rotation has changed, in radians."),
    ("CKA", "How alike what the two layers make of the data is: 1 where it is the same up to a rotation and a scale."),
    ("intruders", "How many of B's strongest left singular vectors are near none of A's."),
];

/// How the rows are sorted, and their order while that stays.
#[derive(Default)]
pub struct ComparisonTable {
    column: usize,
    descending: bool,
    kept: Option<(Arc<NetworkComparison>, Vec<Row>)>,
    weights: ComparedWeights,
    point: ComparedPoint,
}

/// A pair of matrices as text, with what it is sorted by.
struct Row {
    /// The layer of A, from 0.
    layer: usize,
    texts: [String; COLUMNS.len()],
    values: [f64; COLUMNS.len()],
}

impl ComparisonTable {
    /// Draws the table and tells what was asked for.
    pub fn show(&mut self, ui: &mut Ui, session: &Session, counterpart: &Counterpart) -> Vec<Command> {
        let mut commands = Vec::new();
        ui.horizontal_wrapped(|ui| {
            ui.strong(format!("A: the network on show, B: {}", counterpart.name()));
            if ui.button("End comparison").on_hover_text("Show A alone again.").clicked() {
                commands.push(Command::EndComparison);
            }
        });
        let Some(compared) = session.comparison() else {
            let refusal = session.scene().and_then(|scene| counterpart.refusal(&scene.network));
            let text = refusal.unwrap_or_else(|| {
                let stopped = session.is_given_up::<NetworkComparison>();
                if stopped { "The comparison was stopped, or failed." } else { "The networks are being compared …" }
                    .to_owned()
            });
            ui.label(theme::note(ui, text));
            return commands;
        };
        points(ui, compared, &mut commands);
        for sentence in sentences(compared) {
            ui.label(sentence);
        }
        if !self.kept.as_ref().is_some_and(|(kept, _)| Arc::ptr_eq(kept, compared)) {
            self.kept = Some((compared.clone(), self.sorted(compared)));
        }
        ui.horizontal_top(|ui| {
            ScrollArea::vertical().id_salt("weights and point").show(ui, |ui| {
                ui.horizontal_top(|ui| {
                    self.weights.show(ui, compared);
                    commands.extend(self.point.show(ui, session, compared));
                });
            });
            ScrollArea::both().auto_shrink(false).id_salt("comparison").show(ui, |ui| {
                egui::Grid::new("comparison of layers").striped(true).show(ui, |ui| {
                    self.head(ui);
                    let rows = self.kept.as_ref().map_or(&[][..], |(_, rows)| rows);
                    for row in rows {
                        for (index, text) in row.texts.iter().enumerate() {
                            if index > 0 {
                                ui.label(text);
                            } else if ui.button(text).on_hover_text("Click: go to this layer.").clicked() {
                                commands.push(Command::Playback(PlaybackCommand::Seek(row.layer as f64)));
                                commands.push(Command::View(ViewCommand::PinLayer(Some(row.layer))));
                            }
                        }
                        ui.end_row();
                    }
                });
            });
        });
        commands
    }

    fn head(&mut self, ui: &mut Ui) {
        for (position, (name, tip)) in COLUMNS.into_iter().enumerate() {
            let arrow = match (self.column == position, self.descending) {
                (false, _) => "",
                (true, false) => " ↑",
                (true, true) => " ↓",
            };
            let response = ui.add(Button::new(format!("{name}{arrow}")).frame(false));
            let label = format!("Sort the comparison by {name}");
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
            if response.on_hover_text(format!("{tip} Click: sort by it; again, the other way round.")).clicked() {
                self.descending = self.column == position && !self.descending;
                self.column = position;
                self.kept = None;
            }
        }
        ui.end_row();
    }

    fn sorted(&self, compared: &NetworkComparison) -> Vec<Row> {
        let layers = &compared.comparison.layers;
        let mut rows: Vec<Row> =
            layers.iter().flat_map(|layer| layer.matrices.iter().map(|matrix| row(layer, matrix))).collect();
        let column = self.column.min(COLUMNS.len() - 1);
        rows.sort_by(|one, other| {
            let by_name = column == 2;
            let order = if by_name {
                one.texts[column].cmp(&other.texts[column])
            } else {
                one.values[column].total_cmp(&other.values[column])
            };
            if self.descending { order.reverse() } else { order }
        });
        rows
    }
}

/// What the two make of the points, with a way to those that are answered differently.
fn points(ui: &mut Ui, compared: &NetworkComparison, commands: &mut Vec<Command>) {
    let Some(points) = &compared.comparison.points else {
        ui.label("There are no points: only the layers are compared.");
        return;
    };
    ui.horizontal_wrapped(|ui| {
        let total = points.parting.len();
        ui.label(format!("{} of {} answered differently.", points.changed.len(), counted(total, "point")));
        let tip = "Select the points that A and B answer differently; the table of points lists them.";
        let can_select = !points.changed.is_empty();
        if ui.add_enabled(can_select, Button::new("Select changed points")).on_hover_text(tip).clicked() {
            let select = PointCommand::Select(Pick::Only, points.changed.clone());
            commands.push(Command::View(ViewCommand::Points(select)));
            commands.push(Command::View(ViewCommand::Points(PointCommand::Table(true))));
        }
        let parted: Vec<f64> = points.parting.iter().flatten().copied().collect();
        let first = parted.iter().copied().fold(f64::INFINITY, f64::min);
        if first.is_finite() {
            let text = format!(
                "The paths of {} part by more than the spread of their class, the first at t = {}.",
                counted(parted.len(), "point"),
                theme::significant(first)
            );
            ui.label(text);
            if ui.button("Go to the parting").on_hover_text("Put the clock where the first paths part.").clicked() {
                commands.push(Command::Playback(PlaybackCommand::Seek(first)));
            }
        } else if total > 0 {
            ui.label("No paths part by more than the spread of their class.");
        }
    });
}

/// What there is to say of the pair as a whole.
fn sentences(compared: &NetworkComparison) -> Vec<String> {
    let comparison = &compared.comparison;
    let from_one = |layers: &[usize]| listed(&layers.iter().map(|layer| layer + 1).collect::<Vec<_>>());
    let mut sentences = Vec::new();
    if let Some(permutation) = &comparison.permutation {
        let layers: Vec<usize> = permutation.layers.iter().map(|(layer, _)| *layer).collect();
        sentences.push(format!(
            "B is A with the hidden units of layer {} in another order: a permutation, not a change.",
            from_one(&layers)
        ));
    }
    for (network, alone) in [("A", &comparison.matching.only_a), ("B", &comparison.matching.only_b)] {
        if !alone.is_empty() {
            sentences.push(format!("Layers of {network} without a partner: {}.", from_one(alone)));
        }
    }
    sentences
}

fn row(layer: &LayerComparison, matrix: &MatrixComparison) -> Row {
    let scale = matrix.singular_values_a.first().copied().unwrap_or(0.0);
    let pairs = matrix.singular_values_a.iter().zip(&matrix.singular_values_b);
    let spectrum = pairs.map(|(one, other)| (one - other).abs() / scale).fold(0.0, f64::max);
    let part = matrix.part.map(|part| format!(" ({part})")).unwrap_or_default();
    let [one, other] = matrix.shapes;
    let shape =
        if one == other { String::new() } else { format!(" [{}×{} ≠ {}×{}]", one.0, one.1, other.0, other.1) };
    let numbers = [
        matrix.relative_change,
        matrix.left_angles.last().copied(),
        matrix.right_angles.last().copied(),
        Some(spectrum).filter(|change| change.is_finite()),
        layer.rotation_change,
        layer.alignment,
    ];
    let text = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), theme::significant);
    // What is not there comes before everything else.
    let value = |value: Option<f64>| value.unwrap_or(f64::NEG_INFINITY);
    let [change, left, right, sigma, turn, alignment] = numbers;
    let intruders = matrix.intruders.len();
    Row {
        layer: layer.a,
        texts: [
            (layer.a + 1).to_string(),
            (layer.b + 1).to_string(),
            format!("{}{part}{shape}", layer.name),
            text(change),
            text(left),
            text(right),
            text(sigma),
            text(turn),
            text(alignment),
            intruders.to_string(),
        ],
        values: [
            layer.a as f64,
            layer.b as f64,
            0.0,
            value(change),
            value(left),
            value(right),
            value(sigma),
            value(turn),
            value(alignment),
            intruders as f64,
        ],
    }
}
