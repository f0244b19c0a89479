//! The builder: layers come and go, their widths, activations and weights change, and the flow follows.

use egui::{Button, CollapsingHeader, ComboBox, DragValue, Grid, Role, Ui, WidgetInfo};

use super::super::theme;
use crate::network::{Activation, Dense, Layer, Network};
use crate::session::{Command, EditCommand, NetworkChange, Session};
use crate::training::{Initialisation, LayerPlan, PlanKind};

/// The widest layer that can be built by hand.
const WIDEST: usize = 512;
/// A matrix of at most this many rows and columns is edited number by number.
const LARGEST_GRID: usize = 8;
/// The width of a layer that is added.
const NEW_WIDTH: usize = 8;
/// The width of a choice in a layer's row.
const CHOICE: f32 = 74.0;

/// Draws the section and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut edits = Vec::new();
    CollapsingHeader::new("Build").show(ui, |ui| {
        past(ui, session, &mut edits);
        let Some(network) = session.wanted().network.clone() else { return };
        Grid::new("builder").num_columns(4).show(ui, |ui| {
            for (index, layer) in network.layers().iter().enumerate() {
                row(ui, &network, index, layer, &mut edits);
                ui.end_row();
            }
        });
        add(ui, network.layers().len(), &mut edits);
        let moment = session.scene().map_or(0, |scene| scene.flow.moment(session.playback.t()).layer);
        let index = session.view.panel_layer(moment, network.layers().len());
        if let Some(Layer::Dense(dense)) = network.layers().get(index) {
            weights(ui, index, dense, &mut edits);
        }
    });
    edits.into_iter().map(Command::Edit).collect()
}

fn past(ui: &mut Ui, session: &Session, edits: &mut Vec<EditCommand>) {
    let history = session.history();
    ui.horizontal_wrapped(|ui| {
        let mut button = |words: &str, enabled: bool, tip: &str, why_not: &str, command: EditCommand| {
            let response = ui.add_enabled(enabled, Button::new(words)).on_hover_text(tip);
            if response.on_disabled_hover_text(why_not).clicked() {
                edits.push(command);
            }
        };
        button(
            "Undo",
            history.can_undo(),
            "Take the last change back (Ctrl Z)",
            "Nothing was changed yet.",
            EditCommand::Undo,
        );
        button("Redo", history.can_redo(), "Make it again (Ctrl Y)", "No change was taken back.", EditCommand::Redo);
        let tip = "A network with random weights that suits the data";
        button("New", true, tip, "", EditCommand::New);
        let tip = "Random weights for all layers, as suits their activations";
        button("Draw weights", true, tip, "", EditCommand::Change(NetworkChange::DrawAll));
    });
}

fn row(ui: &mut Ui, network: &Network, index: usize, layer: &Layer, edits: &mut Vec<EditCommand>) {
    let number = index + 1;
    let mut change = |change| edits.push(EditCommand::Change(change));
    ui.label(number.to_string());
    let mut width = layer.outputs();
    let response = ui.add(DragValue::new(&mut width).range(1..=WIDEST).speed(0.1));
    response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, format!("Width of layer {number}")));
    response.on_hover_text("The number of the layer's outputs; what fits keeps its weights");
    if width != layer.outputs() {
        change(NetworkChange::Width { layer: index, width });
    }
    let mut activation = layer.activation();
    let combo = ComboBox::from_id_salt(("activation", index)).width(CHOICE).selected_text(activation.name());
    let combo = combo.show_ui(ui, |ui| {
        for one in Activation::ALL {
            ui.selectable_value(&mut activation, one, one.name());
        }
    });
    combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Activation of layer {number}")));
    if activation != layer.activation() {
        change(NetworkChange::Activation { layer: index, activation });
    }
    let menu = ui.menu_button(if layer.kind() == "dense" { "dense" } else { "block" }, |ui| {
        if ui.button("Duplicate").clicked() {
            change(NetworkChange::Duplicate(index));
        }
        if ui.add_enabled(index > 0, Button::new("Move up")).on_disabled_hover_text("It is the first layer.").clicked()
        {
            change(NetworkChange::MoveUp(index));
        }
        let only = network.layers().len() == 1;
        if ui
            .add_enabled(!only, Button::new("Remove"))
            .on_disabled_hover_text("A network has at least one layer.")
            .clicked()
        {
            change(NetworkChange::Remove(index));
        }
        ui.separator();
        let (words, kind) = match layer {
            Layer::Dense(_) => ("Make it a residual block", PlanKind::Residual { hidden: layer.outputs() }),
            Layer::Residual(_) => ("Make it a dense layer", PlanKind::Dense),
        };
        if ui.button(words).clicked() {
            change(NetworkChange::Kind { layer: index, kind });
        }
        ui.menu_button("Draw its weights", |ui| {
            for initialisation in Initialisation::ALL {
                if ui.button(initialisation.name()).on_hover_text(initialisation.words()).clicked() {
                    change(NetworkChange::Draw { layer: index, initialisation });
                }
            }
        });
    });
    menu.response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Edit layer {number}")));
    menu.response.on_hover_text("Duplicate, move, remove, or draw the layer anew");
}

fn add(ui: &mut Ui, layers: usize, edits: &mut Vec<EditCommand>) {
    let before_last = layers.saturating_sub(1);
    ui.horizontal(|ui| {
        for (words, kind, initialisation) in [
            ("Add layer", PlanKind::Dense, Initialisation::Xavier),
            ("Add block", PlanKind::Residual { hidden: NEW_WIDTH }, Initialisation::ZeroOuter),
        ] {
            let plan = LayerPlan { kind, width: NEW_WIDTH, activation: Activation::Tanh, initialisation };
            let tip = "Before the last layer; change its width and activation in its row";
            if ui.button(words).on_hover_text(tip).clicked() {
                edits.push(EditCommand::Change(NetworkChange::Add { at: before_last, plan }));
            }
        }
    });
}

/// W and b of the layer on show, number by number.
fn weights(ui: &mut Ui, index: usize, dense: &Dense, edits: &mut Vec<EditCommand>) {
    let number = index + 1;
    let weight = &dense.affine.weight;
    ui.label(theme::note(ui, format!("W and b of layer {number}, the one on show")));
    if weight.nrows() > LARGEST_GRID || weight.ncols() > LARGEST_GRID {
        ui.label(theme::note(ui, format!("Matrices of up to {LARGEST_GRID}×{LARGEST_GRID} can be edited here.")));
        return;
    }
    egui::ScrollArea::horizontal().id_salt("weights").show(ui, |ui| {
        Grid::new(("weights", index)).show(ui, |ui| {
            for row in 0..weight.nrows() {
                for column in 0..weight.ncols() {
                    let name = format!("Weight {}, {} of layer {number}", row + 1, column + 1);
                    if let Some(value) = entry(ui, weight[(row, column)], &name) {
                        edits.push(EditCommand::Change(NetworkChange::Weight { layer: index, row, column, value }));
                    }
                }
                let bias = dense.affine.bias.as_ref().and_then(|bias| bias.get(row)).copied().unwrap_or(0.0);
                if let Some(value) = entry(ui, bias, &format!("Bias {} of layer {number}", row + 1)) {
                    edits.push(EditCommand::Change(NetworkChange::Bias { layer: index, row, value }));
                }
                ui.end_row();
            }
        });
    });
}

fn entry(ui: &mut Ui, now: f64, name: &str) -> Option<f64> {
    let mut value = now;
    let response = ui.add(DragValue::new(&mut value).speed(0.02).max_decimals(3));
    response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, name));
    let changed = response.changed();
    response.on_hover_text(format!("{name}: drag or type; the flow follows"));
    (changed && value != now).then_some(value)
}
