//! The import assistant: a file gave only tensors; the proposed chain of layers, and one question: the activation.

use egui::{Align2, Button, ComboBox, Context, Grid, Key, RichText, Role, ScrollArea, Ui, WidgetInfo, Window};

use crate::explorer::dialogs::import_spectra;
use crate::explorer::dialogs::import_tensors;
use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::naming::{name_button, name_toggle};
use crate::formats::ChainEntry;
use crate::network::{Activation, OutputFunction};
use crate::session::{Import, ImportCommand, file_name};

/// The height of the list of layers before it scrolls.
const CHAIN_HEIGHT: f32 = 260.0;
/// The width of the assistant.
const WIDTH: f32 = 840.0;
/// Of a longer name only the end is shown, which tells most.
const NAME_CHARACTERS: usize = 24;

/// Draws the assistant and tells what was asked for. `keys`: whether Enter and Esc are meant for it.
pub fn show(ctx: &Context, import: &Import, keys: bool) -> Vec<ImportCommand> {
    let mut commands = Vec::new();
    let mut open = true;
    let title = format!("Import {}", file_name(&import.path));
    let window = Window::new(title).id(egui::Id::unique("import")).collapsible(false).open(&mut open);
    window.default_width(WIDTH).anchor(Align2::CENTER_CENTER, [0.0, 0.0]).show(ctx, |ui| {
        ui.label(if import.chain.has_convolutions() {
            "This file holds matrices and convolutions. Two questions: the activation, and the shape of the input."
        } else {
            "This file holds matrices, but not what happens between them. One question: the activation."
        });
        ui.add_space(theme::GAP);
        commands.extend(question(ui, import));
        commands.extend(import_spectra::questions(ui, import));
        ui.separator();
        let area = ScrollArea::both().id_salt("chain").max_height(CHAIN_HEIGHT).auto_shrink([false, true]);
        area.show(ui, |ui| commands.extend(chain(ui, import)));
        commands.extend(import_tensors::show(ui, import));
        if let Some(spectrum) = &import.spectrum {
            import_spectra::spectrum(ui, spectrum);
        }
        ui.separator();
        commands.extend(closing(ui, import, keys));
    });
    if !open {
        commands.push(ImportCommand::Close);
    }
    commands
}

fn question(ui: &mut Ui, import: &Import) -> Vec<ImportCommand> {
    let mut commands = Vec::new();
    ui.horizontal(|ui| {
        ui.label("Hidden activation").on_hover_text("σ after every layer but the last");
        let now = import.hidden_activation();
        let text = now.map_or("differs by layer", |activation| activation.name());
        let chosen = activation_choice(ui, "Hidden activation", text, now);
        commands.extend(chosen.map(ImportCommand::HiddenActivation));
        ui.label("Output").on_hover_text("The function f that reads the last layer");
        let output = import.chain.output;
        let combo = ComboBox::from_id_salt("output").selected_text(output.name()).show_ui(ui, |ui| {
            for value in OutputFunction::ALL {
                if ui.selectable_label(value == output, value.name()).clicked() {
                    commands.push(ImportCommand::Output(value));
                }
            }
        });
        combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Output function"));
    });
    if let Some(pattern) = &import.chain.block_pattern {
        ui.horizontal(|ui| commands.extend(blocks(ui, import, pattern)));
    }
    commands
}

/// What only layers that repeat a pattern need: whether they are residual blocks, and what stands behind each.
fn blocks(ui: &mut Ui, import: &Import, pattern: &str) -> Vec<ImportCommand> {
    let mut commands = Vec::new();
    let mut is_residual = import.residual_blocks().is_some();
    let tip = "The layers repeat and keep their width. On: each pair adds what it gives to what it takes; off: they follow each \
               other. Tensors alone do not tell.";
    if ui.checkbox(&mut is_residual, "Residual blocks").on_hover_text(tip).changed() {
        commands.push(ImportCommand::ResidualBlocks(is_residual));
    }
    ui.label(theme::note(ui, pattern.to_owned()));
    ui.add_enabled_ui(is_residual, |ui| {
        ui.label("Behind each block").on_hover_text("The activation of the sum; identity where there is none");
        let now = import.chain.block_activation();
        let chosen = activation_choice(ui, "Block activation", now.name(), Some(now));
        commands.extend(chosen.map(ImportCommand::BlockActivation));
    });
    commands
}

fn activation_choice(ui: &mut Ui, label: &str, text: &str, now: Option<Activation>) -> Option<Activation> {
    let mut chosen = None;
    let combo = ComboBox::from_id_salt(label).selected_text(text.replace('_', " ")).show_ui(ui, |ui| {
        for activation in Activation::ALL {
            if ui.selectable_label(now == Some(activation), activation.name().replace('_', " ")).clicked() {
                chosen = Some(activation);
            }
        }
    });
    combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, label));
    chosen
}

fn chain(ui: &mut Ui, import: &Import) -> Vec<ImportCommand> {
    let mut commands = Vec::new();
    Grid::new("chain").num_columns(6).striped(true).show(ui, |ui| {
        for heading in ["Layer", "Weight", "In → out", "Bias", "Activation", ""] {
            ui.label(theme::note(ui, heading));
        }
        ui.end_row();
        for (position, entry) in import.chain.entries.iter().enumerate() {
            commands.extend(row(ui, position, entry, import));
            ui.end_row();
        }
    });
    commands
}

fn row(ui: &mut Ui, position: usize, entry: &ChainEntry, import: &Import) -> Vec<ImportCommand> {
    let mut commands = Vec::new();
    let layer = position + 1;
    ui.label(layer.to_string());
    name(ui, &entry.weight_name);
    let widths = import.chain.widths.get(position).cloned().flatten();
    let shape = widths.map_or("not known".to_owned(), |(inputs, outputs)| format!("{inputs} → {outputs}"));
    let shape = RichText::new(shape);
    let warning = Palette::from_ui(ui).warning;
    ui.label(if import.is_broken_at(entry) { shape.color(warning).strong() } else { shape });
    name(ui, entry.bias_name.as_deref().unwrap_or("none"));
    let text = entry.activation.name();
    let chosen = activation_choice(ui, &format!("Activation of layer {layer}"), text, Some(entry.activation));
    commands.extend(chosen.map(|activation| ImportCommand::Activation(position, activation)));
    ui.horizontal(|ui| {
        commands.extend(import_spectra::button(ui, position));
        let mut button = |ui: &mut Ui, enabled, on, text: &str, tip: &str, command| {
            let response = ui.add_enabled(enabled, Button::new(text).small().selected(on)).on_hover_text(tip);
            name_toggle(&response, on, format!("{text} layer {layer}"));
            if response.clicked() {
                commands.push(command);
            }
        };
        let tip = "On where the rows of the file's matrix are inputs";
        button(ui, true, entry.transpose, "Transpose", tip, ImportCommand::Transpose(position));
        let tip = "Move the layer one place towards the input";
        button(ui, position > 0, false, "Up", tip, ImportCommand::MoveUp(position));
        button(ui, true, false, "Remove", "Take the layer out of the chain", ImportCommand::Remove(position));
    });
    commands
}

/// The name of a tensor, whole where it is short, else its end with the whole on hover.
fn name(ui: &mut Ui, name: &str) {
    let count = name.chars().count();
    if count <= NAME_CHARACTERS {
        ui.label(name);
        return;
    }
    let end: String = name.chars().skip(count - NAME_CHARACTERS + 1).collect();
    let label = ui.label(format!("…{end}")).on_hover_text(name);
    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
}

fn closing(ui: &mut Ui, import: &Import, keys: bool) -> Vec<ImportCommand> {
    let mut commands = Vec::new();
    let obstacle = import.chain.fatal_problem().map(ToString::to_string);
    if let Some(text) = &obstacle {
        ui.colored_label(Palette::from_ui(ui).warning, text);
    }
    for sentence in import.chain.doubts() {
        ui.label(theme::note(ui, format!("Assumed: {sentence}.")));
    }
    // A widget that has the focus keeps the keys for itself.
    let free = keys && ui.memory(|memory| memory.focused().is_none());
    let pressed = |key| free && ui.input(|input| input.key_pressed(key));
    let (entered, escaped) = (pressed(Key::Enter), pressed(Key::Escape));
    ui.horizontal(|ui| {
        let open = ui.add_enabled(obstacle.is_none(), Button::new("Open")).on_hover_text("Show this network (Enter)");
        if open.on_disabled_hover_text(obstacle.unwrap_or_default()).clicked() || entered {
            commands.push(ImportCommand::Open);
        }
        let cancel = ui.button("Cancel").on_hover_text("What was open stays open (Esc)");
        name_button(&cancel, "Cancel import");
        if cancel.clicked() || escaped {
            commands.push(ImportCommand::Close);
        }
    });
    commands
}
