//! The table of the layers' measures, under the stage: only the rows and columns in sight are drawn.

use std::sync::Arc;

use egui::{Button, Painter, Rect, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};

use super::super::theme::{self, GAP, Palette};
use crate::session::{
    Command, DialogPurpose, LayerMeasures, MEASURES, PanelCommand, PanelPart, PlaybackCommand, Session, Side,
    TableCell, ViewCommand, WindowCommand, counted,
};

/// The height of a row and the width of a column.
const ROW: f32 = 18.0;
const COLUMN: f32 = 84.0;
/// The width of the field for what is searched.
const SEARCH: f32 = 140.0;

/// What is searched, how the rows are sorted, and their order while nothing of that changes.
#[derive(Default)]
pub struct MeasuresTable {
    search: String,
    column: usize,
    descending: bool,
    kept: Option<(Arc<LayerMeasures>, Vec<usize>)>,
    /// How far the rows are scrolled sideways, so that the head follows.
    across: f32,
}

impl MeasuresTable {
    /// Draws the table and tells what was asked for.
    pub fn show(&mut self, ui: &mut Ui, session: &Session) -> Vec<Command> {
        let mut commands = Vec::new();
        let table = session.latest::<LayerMeasures>().cloned();
        self.bar(ui, table.as_deref(), &mut commands);
        let Some(table) = table else {
            let text = if session.is_given_up::<LayerMeasures>() {
                "This was stopped before it was ready."
            } else {
                "The layers are being measured …"
            };
            ui.label(theme::note(ui, text));
            return commands;
        };
        if !self.kept.as_ref().is_some_and(|(kept, _)| Arc::ptr_eq(kept, &table)) {
            self.kept = Some((table.clone(), table.sorted(&self.search, self.column, self.descending)));
        }
        let head = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover()).0;
        self.head(ui, head);
        let rows = self.kept.as_ref().map_or(&[][..], |(_, rows)| rows);
        let width = COLUMN * MEASURES.len() as f32;
        let area = ScrollArea::both().auto_shrink(false).id_salt("table of measures");
        let output = area.show_viewport(ui, |ui, viewport| {
            ui.set_width(width);
            ui.set_height(ROW * rows.len() as f32);
            let first = (viewport.top() / ROW).max(0.0) as usize;
            let count = (viewport.height() / ROW) as usize + 2;
            for (index, position) in rows.iter().enumerate().skip(first).take(count) {
                let corner = ui.min_rect().left_top() + vec2(0.0, ROW * index as f32);
                let rect = Rect::from_min_size(corner, vec2(width, ROW));
                if let Some(cells) = table.rows().get(*position) {
                    commands.extend(row(ui, rect, viewport, *position, cells));
                }
            }
        });
        self.across = output.state.clamped_offset().x;
        commands
    }

    /// The line above the table: search, copy, write, close.
    fn bar(&mut self, ui: &mut Ui, table: Option<&LayerMeasures>, commands: &mut Vec<Command>) {
        ui.horizontal(|ui| {
            ui.strong("Measures of the layers");
            let field = TextEdit::singleline(&mut self.search).desired_width(SEARCH).hint_text("Search names");
            let field = ui
                .add(field)
                .on_hover_text("Only rows whose name, part or verdict holds this, or whose layer is this.");
            field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Search the measures"));
            if field.changed() {
                self.kept = None;
            }
            let rows = self.kept.as_ref().map_or(&[][..], |(_, rows)| rows);
            ui.label(theme::note(ui, counted(rows.len(), "row")));
            let text = || table.and_then(|table| table.csv(rows).ok());
            let tip = "Put the rows with all their columns on the clipboard as comma-separated values.";
            if ui.add_enabled(table.is_some(), Button::new("Copy as CSV")).on_hover_text(tip).clicked()
                && let Some(text) = text()
            {
                ui.ctx().copy_text(text);
            }
            let tip = "Write all rows to a file of comma-separated values.";
            if ui.add_enabled(table.is_some(), Button::new("Write CSV…")).on_hover_text(tip).clicked() {
                commands.push(Command::Ask(DialogPurpose::SaveMeasures));
            }
            if ui.button("Close measures").on_hover_text("Hide the table.").clicked() {
                commands.push(Command::View(ViewCommand::Panel(PanelCommand::TogglePart(PanelPart::Measures))));
            }
        });
    }

    fn head(&mut self, ui: &Ui, rect: Rect) {
        let painter = ui.painter_at(rect);
        let palette = Palette::from_ui(ui);
        let mut asked = None;
        for (position, measure) in MEASURES.iter().enumerate() {
            let corner = rect.left_top() + vec2(COLUMN * position as f32 - self.across, 0.0);
            let hit = Rect::from_min_size(corner, vec2(COLUMN, ROW)).intersect(rect);
            if !hit.is_positive() {
                continue;
            }
            let response = ui.interact(hit, ui.scope_id().with(("measure", position)), Sense::click());
            let label = format!("Sort layers by {}", measure.label);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
            let ink = if response.hovered() { palette.ink } else { palette.faint_ink };
            let arrow = match (self.column == position, self.descending) {
                (false, _) => "",
                (true, false) => " ↑",
                (true, true) => " ↓",
            };
            cell(&painter, corner, format!("{}{arrow}", measure.label), ink);
            let tip = format!("{} Click: sort by it; again, the other way round.", measure.tip);
            if response.on_hover_text(tip).clicked() {
                asked = Some(position);
            }
        }
        painter.hline(rect.x_range(), rect.bottom(), palette.axis_line());
        if let Some(column) = asked {
            self.descending = self.column == column && !self.descending;
            self.column = column;
            self.kept = None;
        }
    }
}

/// A row; a click goes to its layer.
fn row(ui: &Ui, rect: Rect, viewport: Rect, position: usize, cells: &[TableCell]) -> Vec<Command> {
    let response = ui.interact(rect, ui.scope_id().with(("measures", position)), Sense::click());
    let Some(TableCell::Whole(layer)) = cells.first() else { return Vec::new() };
    let name = format!("Measures of layer {layer}, row {}", position + 1);
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &name));
    let palette = Palette::from_ui(ui);
    if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, palette.track);
    }
    let first = (viewport.left() / COLUMN).max(0.0) as usize;
    let count = (viewport.width() / COLUMN) as usize + 2;
    for (column, value) in cells.iter().enumerate().skip(first).take(count) {
        let text = match value {
            TableCell::Text(text) => text.clone(),
            TableCell::Whole(value) => value.to_string(),
            TableCell::Number(value) => theme::significant(*value),
            TableCell::Empty => "–".to_owned(),
        };
        cell(ui.painter(), rect.left_top() + vec2(COLUMN * column as f32, 0.0), text, palette.ink);
    }
    if !response.on_hover_text("Click: go to this layer.").clicked() {
        return Vec::new();
    }
    let index = layer.saturating_sub(1);
    vec![
        Command::Playback(PlaybackCommand::Seek(index as f64)),
        Command::View(ViewCommand::PinLayer(Some(index))),
        Command::Window(WindowCommand::Side(Side::Layer)),
    ]
}

/// Text at the right of a cell, cut where it is too long.
fn cell(painter: &Painter, corner: egui::Pos2, text: String, ink: egui::Color32) {
    let rect = Rect::from_min_size(corner, vec2(COLUMN - GAP, ROW));
    let clipped = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let galley = painter.layout_no_wrap(text, theme::small_font(), ink);
    // Of a text that is too long its beginning is read.
    let left = (rect.right() - galley.size().x).max(rect.left());
    clipped.galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, ink);
}
