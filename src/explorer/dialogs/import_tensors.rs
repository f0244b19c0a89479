//! What the import assistant chooses from: the blocks of a transformer, and all tensors of the file.

use egui::{Button, Grid, ScrollArea, TextEdit, Ui};

use crate::explorer::theme;
use crate::explorer::widgets::naming::{name_button, name_toggle};
use crate::formats::{ChainProblem, TensorInfo, is_layer_weight, shape_text};
use crate::session::{Import, ImportCommand, counted, shown};

/// The height of each list before it scrolls.
const LIST_HEIGHT: f32 = 140.0;

/// Draws both lists and tells what was asked for.
pub fn show(ui: &mut Ui, import: &Import) -> Vec<ImportCommand> {
    let mut commands = Vec::new();
    if !import.blocks.is_empty() {
        let title = format!("{} to open on their own", counted(import.blocks.len(), "block"));
        let section = egui::CollapsingHeader::new(title).id_salt("blocks").default_open(true);
        section.show(ui, |ui| commands.extend(blocks(ui, import)));
    }
    if !import.convolutions_of_graph.is_empty() {
        let title = format!("{} of the file's graph", counted(import.convolutions_of_graph.len(), "convolution"));
        let section = egui::CollapsingHeader::new(title).id_salt("graph").default_open(true);
        section.show(ui, |ui| commands.extend(convolutions(ui, import)));
    }
    let title = format!("All {} of the file", counted(import.file.tensors().len(), "tensor"));
    // Of a recurrent layer nothing else can be opened than a matrix alone.
    let is_recurrent = matches!(import.chain.fatal_problem(), Some(ChainProblem::Recurrent { .. }));
    let section = egui::CollapsingHeader::new(title).id_salt("tensors").default_open(is_recurrent);
    section.show(ui, |ui| commands.extend(tensors(ui, import)));
    commands
}

fn blocks(ui: &mut Ui, import: &Import) -> Option<ImportCommand> {
    let mut chosen = None;
    let height = ui.spacing().interact_size.y;
    let area = ScrollArea::vertical().id_salt("blocks").max_height(LIST_HEIGHT).auto_shrink([false, true]);
    area.show_rows(ui, height, import.blocks.len(), |ui, rows| {
        for block in import.blocks.get(rows).unwrap_or(&[]) {
            ui.horizontal(|ui| {
                for (text, names) in &block.choices {
                    let is_shown = import.chain.entries.iter().map(|entry| &entry.weight_name).eq(names);
                    let button = ui.add(Button::new(text).small().selected(is_shown));
                    let button = button.on_hover_text(format!("Take {} as the chain", names.join(", then ")));
                    let label = format!("{text} of {}", block.name);
                    name_toggle(&button, is_shown, &label);
                    if button.clicked() {
                        chosen = Some(ImportCommand::Choose(names.clone()));
                    }
                }
                ui.add(egui::Label::new(shown(&block.name)).truncate()).on_hover_text(shown(&block.name));
            });
        }
    });
    chosen
}

/// The convolutions of a graph, whose inputs have known shapes.
fn convolutions(ui: &mut Ui, import: &Import) -> Option<ImportCommand> {
    let mut asked = None;
    let height = ui.spacing().interact_size.y;
    let list = &import.convolutions_of_graph;
    let area = ScrollArea::vertical().id_salt("graph").max_height(LIST_HEIGHT).auto_shrink([false, true]);
    area.show_rows(ui, height, list.len(), |ui, rows| {
        for (position, found) in list.iter().enumerate().skip(rows.start).take(rows.len()) {
            ui.horizontal(|ui| {
                let tip = "The singular values of this convolution on its own input, and those of its kernel";
                let button = ui.add(Button::new("Spectrum").small()).on_hover_text(tip);
                let label = format!("Spectrum of {}", found.name);
                name_button(&button, &label);
                if button.clicked() {
                    asked = Some(ImportCommand::GraphSpectrum(position));
                }
                ui.label(shown(&found.name));
                ui.label(theme::note(ui, found.convolution.label(found.input)));
            });
        }
    });
    asked
}

fn tensors(ui: &mut Ui, import: &Import) -> Vec<ImportCommand> {
    let mut commands = Vec::new();
    let mut search = import.search.clone();
    ui.horizontal(|ui| {
        let label = ui.label("Search");
        let field = ui.add(TextEdit::singleline(&mut search).hint_text("part of a name")).labelled_by(label.id);
        if field.on_hover_text("Shows only tensors with this in their name").changed() {
            commands.push(ImportCommand::Search(search));
        }
    });
    let wanted = import.search.trim();
    let found: Vec<&TensorInfo> = import.file.tensors().iter().filter(|tensor| tensor.name.contains(wanted)).collect();
    if found.is_empty() {
        ui.label("No tensor has this in its name.");
    }
    let height = ui.spacing().interact_size.y;
    let area = ScrollArea::vertical().id_salt("tensors").max_height(LIST_HEIGHT).auto_shrink([false, true]);
    area.show_rows(ui, height, found.len(), |ui, rows| {
        Grid::new("tensors").num_columns(4).start_row(rows.start).show(ui, |ui| {
            for tensor in found.get(rows).unwrap_or(&[]) {
                commands.extend(tensor_row(ui, tensor));
                ui.end_row();
            }
        });
    });
    commands
}

fn tensor_row(ui: &mut Ui, tensor: &TensorInfo) -> Option<ImportCommand> {
    let mut command = None;
    let can_be_layer = is_layer_weight(tensor);
    ui.horizontal(|ui| {
        let mut button = |text: &str, tip: &str, asked: fn(String) -> ImportCommand| {
            let button = ui.add_enabled(can_be_layer, Button::new(text).small()).on_hover_text(tip);
            let button =
                button.on_disabled_hover_text("Only matrices and kernels are layers; a bias comes with its matrix.");
            let label = format!("{text} {}", tensor.name);
            name_button(&button, &label);
            if button.clicked() {
                command = Some(asked(tensor.name.clone()));
            }
        };
        button("Add", "Append this weight to the chain", ImportCommand::Append);
        button("Alone", "Take this weight as a network of one layer", |name| ImportCommand::Choose(vec![name]));
    });
    ui.label(shown(&tensor.name));
    ui.label(shape_text(&tensor.shape));
    ui.label(theme::note(ui, format!("{}, {}", tensor.dtype, size_text(tensor.bytes))));
    command
}

/// A size in bytes, with a unit that keeps it short.
fn size_text(bytes: u64) -> String {
    let units = ["bytes", "KB", "MB", "GB", "TB"];
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < units.len() {
        size /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} bytes") } else { format!("{size:.1} {}", units[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(size_text(40), "40 bytes");
        assert_eq!(size_text(8192), "8.0 KB");
        assert_eq!(size_text(3 << 30), "3.0 GB");
    }
}
