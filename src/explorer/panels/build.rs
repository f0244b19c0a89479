//! The builder: layers come and go, their widths, activations and weights change, and the flow follows.

use egui::{Button, CollapsingHeader, ComboBox, DragValue, Grid, Role, Ui, WidgetInfo};

use super::super::theme;
use super::super::widgets::number;
use super::draw_weights;
use crate::explorer::widgets::naming::name_button;
use crate::network::{Activation, Dense, Layer, Network};
use crate::session::{Command, EditCommand, Insertion, NetworkChange, NumberChange, Preset, Session, WeightPart};
use crate::training::{Initialisation, LayerPlan, PlanKind};

/// The widest layer that can be built by hand.
const WIDEST: usize = 512;
/// A matrix of at most this many rows and columns is edited number by number.
const LARGEST_GRID: usize = 8;
/// The width of a layer that is added.
const NEW_WIDTH: usize = 8;
/// The width of a choice in a layer's row.
const CHOICE: f32 = 64.0;

/// Draws the section and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut edits = Vec::new();
    let mut numbers = Vec::new();
    CollapsingHeader::new("Build").show_unindented(ui, |ui| {
        past(ui, session, &mut edits);
        let Some(network) = session.wanted().network.clone() else { return };
        Grid::new("builder").num_columns(4).spacing([4.0, 4.0]).show(ui, |ui| {
            for (index, layer) in network.layers().iter().enumerate() {
                row(ui, &network, index, layer, &mut edits);
                ui.end_row();
            }
        });
        add(ui, &network, &mut edits);
        let moment = session.scene().map_or(0, |scene| scene.flow.moment(session.playback.t()).layer);
        let index = session.view.panel_layer(moment, network.layers().len());
        if let Some(Layer::Dense(dense)) = network.layers().get(index) {
            numbers = weights(ui, index, dense);
        }
    });
    edits.into_iter().map(Command::Edit).chain(numbers).collect()
}

fn past(ui: &mut Ui, session: &Session, edits: &mut Vec<EditCommand>) {
    let history = session.history();
    ui.horizontal_wrapped(|ui| {
        let mut button = |text: &str, enabled: bool, tip: &str, why_not: &str, command: EditCommand| {
            let response = ui.add_enabled(enabled, Button::new(text)).on_hover_text(tip);
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
        let presets = ui.menu_button("Presets", |ui| {
            for preset in Preset::ALL {
                if ui.button(preset.label()).on_hover_text(preset.tip()).clicked() {
                    edits.push(EditCommand::Preset(preset));
                    ui.close();
                }
            }
        });
        presets.response.on_hover_text("Networks with data, to train or to look at");
    });
}

fn row(ui: &mut Ui, network: &Network, index: usize, layer: &Layer, edits: &mut Vec<EditCommand>) {
    let number = index + 1;
    ui.label(number.to_string());
    let mut width = layer.outputs();
    let response = ui.add(DragValue::new(&mut width).range(1..=WIDEST).speed(0.1));
    response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, format!("Width of layer {number}")));
    let released = response.drag_stopped() || response.lost_focus();
    response.on_hover_text("The number of the layer's outputs; what fits keeps its weights");
    if width != layer.outputs() {
        edits.push(EditCommand::Change(NetworkChange::Width { layer: index, width }));
    }
    edits.extend(released.then_some(EditCommand::Release));
    let mut change = |change| edits.push(EditCommand::Change(change));
    let mut activation = layer.activation();
    let combo = ComboBox::from_id_salt(("activation", index)).width(CHOICE).truncate().selected_text(activation.name());
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
        let refusal = Insertion::Split.refusal(network.layers(), index);
        let split = ui.add_enabled(refusal.is_none(), Button::new("Split by its SVD"));
        let split = split.on_hover_text(Insertion::Split.text(network.layers(), index));
        if split.on_disabled_hover_text(refusal.unwrap_or_default()).clicked() {
            change(NetworkChange::Insert { at: index, way: Insertion::Split });
        }
        ui.separator();
        let (text, kind) = match layer {
            Layer::Dense(_) => ("Make it a residual block", PlanKind::Residual { hidden: layer.outputs() }),
            Layer::Residual(_) | Layer::Node(_) => ("Make it a dense layer", PlanKind::Dense),
        };
        if ui.button(text).clicked() {
            change(NetworkChange::Kind { layer: index, kind });
        }
        ui.menu_button("Draw its weights", |ui| {
            let drawn = draw_weights::show(ui, layer.inputs().min(layer.outputs()));
            drawn.into_iter().for_each(|initialisation| change(NetworkChange::Draw { layer: index, initialisation }));
        });
    });
    name_button(&menu.response, format!("Edit layer {number}"));
    menu.response.on_hover_text("Duplicate, move, remove, or draw the layer anew");
}

fn add(ui: &mut Ui, network: &Network, edits: &mut Vec<EditCommand>) {
    let at = network.layers().len().saturating_sub(1);
    ui.horizontal_wrapped(|ui| {
        for (text, way) in [("Add layer", Insertion::Identity), ("Add block", Insertion::Block)] {
            let tip = format!("Before the last layer. {}", way.text(network.layers(), at));
            if ui.button(text).on_hover_text(tip).clicked() {
                edits.push(EditCommand::Change(NetworkChange::Insert { at, way }));
            }
        }
        let tip = "A layer with random weights before the last one: the network has to be trained anew";
        if ui.button("Add random").on_hover_text(tip).clicked() {
            let initialisation = Initialisation::Xavier;
            let plan =
                LayerPlan { kind: PlanKind::Dense, width: NEW_WIDTH, activation: Activation::Tanh, initialisation };
            edits.push(EditCommand::Change(NetworkChange::Add { at, plan }));
        }
    });
}

/// W and b of the layer on show, number by number.
fn weights(ui: &mut Ui, index: usize, dense: &Dense) -> Vec<Command> {
    let mut commands = Vec::new();
    let layer = index + 1;
    let weight = &dense.affine.weight;
    ui.label(theme::note(ui, format!("W and b of layer {layer}, the one on show")));
    if weight.nrows() > LARGEST_GRID || weight.ncols() > LARGEST_GRID {
        let text = "Larger matrices are edited in the layer panel: open its weights and click an entry.";
        ui.label(theme::note(ui, text));
        return commands;
    }
    let part = WeightPart::Dense;
    egui::ScrollArea::horizontal().id_salt("weights").show(ui, |ui| {
        // Three weights and a bias fit beside each other.
        ui.spacing_mut().button_padding.x = 2.0;
        Grid::new(("weights", index)).spacing([4.0, 4.0]).min_col_width(0.0).show(ui, |ui| {
            for row in 0..weight.nrows() {
                for column in 0..weight.ncols() {
                    let name = format!("Weight {}, {} of layer {layer}", row + 1, column + 1);
                    let change = |value| NumberChange::Weight { part, row, column, value };
                    commands.extend(number::edit(ui, &name, weight[(row, column)], index, change));
                }
                let bias = dense.affine.bias.as_ref().and_then(|bias| bias.get(row)).copied().unwrap_or(0.0);
                let name = format!("Bias {} of layer {layer}", row + 1);
                let change = |value| NumberChange::Bias { part, row, value };
                commands.extend(number::edit(ui, &name, bias, index, change));
                ui.end_row();
            }
        });
    });
    commands
}
