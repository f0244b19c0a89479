//! The first rows of a data file under the names of its columns.

use egui::{CollapsingHeader, Grid, RichText, ScrollArea, Ui};

use crate::explorer::theme::{self, Palette};
use crate::session::{ColumnImport, counted, shown};

/// The most columns whose first values are shown.
const MAX_COLUMNS: usize = 24;

/// In a lower window the rows are folded at first: the choices below them come before.
const MIN_HEIGHT: f32 = 700.0;

/// Draws the first rows; what becomes of each column is told by its colour and on hover.
pub fn show(ui: &mut Ui, columns: &ColumnImport) {
    let rows = columns.columns.iter().map(|column| column.preview.len()).max().unwrap_or(0);
    if rows == 0 {
        return;
    }
    let is_tall = ui.ctx().content_rect().height() >= MIN_HEIGHT;
    let title = format!("First {} of the file", counted(rows, "row"));
    CollapsingHeader::new(title).id_salt("first rows").default_open(is_tall).show_unindented(ui, |ui| {
        ScrollArea::horizontal().id_salt("first rows").auto_shrink([false, true]).show(ui, |ui| {
            let count = columns.columns.len().min(MAX_COLUMNS);
            Grid::new("first rows").num_columns(count).striped(true).show(ui, |ui| {
                (0..count).for_each(|position| heading(ui, columns, position));
                ui.end_row();
                for row in 0..rows {
                    (0..count).for_each(|position| value(ui, columns, position, row));
                    ui.end_row();
                }
            });
        });
        let more = columns.columns.len().saturating_sub(MAX_COLUMNS);
        if more > 0 {
            ui.label(theme::note(ui, format!("and {} more", counted(more, "column"))));
        }
    });
}

/// What a column is, as a mark in front of its name and on hover.
fn part(columns: &ColumnImport, position: usize) -> (&'static str, &'static str) {
    if columns.label == Some(position) {
        ("label", "The label of the rows")
    } else if columns.coordinates.get(position) == Some(&true) {
        ("x", "A coordinate: it flows through the network")
    } else {
        ("–", "Left out")
    }
}

fn heading(ui: &mut Ui, columns: &ColumnImport, position: usize) {
    let Some(column) = columns.columns.get(position) else { return };
    let (mark, tip) = part(columns, position);
    let text = RichText::new(format!("{mark} · {}", shown(&column.name))).strong();
    let text = if mark == "–" { text.color(Palette::from_ui(ui).faint_ink) } else { text };
    ui.label(text).on_hover_text(tip);
}

fn value(ui: &mut Ui, columns: &ColumnImport, position: usize, row: usize) {
    let Some(column) = columns.columns.get(position) else { return };
    let text = column.preview.get(row).map_or("", String::as_str);
    if text.is_empty() {
        ui.colored_label(Palette::from_ui(ui).warning, "(empty)");
    } else if part(columns, position).0 == "–" {
        ui.label(theme::note(ui, shown(text)));
    } else {
        ui.label(shown(text));
    }
}
