//! The table of the selected points: only the rows and columns in sight are worked out.

use std::sync::Arc;

use egui::{Align2, Painter, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::super::theme::{self, GAP, Palette};
use crate::explorer::widgets::naming::name_button;
use crate::session::{
    Command, DialogPurpose, NumberKind, PointCommand, Scene, Selection, Session, Sorting, TableCell, TableColumn,
    ViewCommand, counted, table_columns, table_csv, table_fits, table_rows,
};

/// The height of a row and the width of a column.
const ROW: f32 = 18.0;
const COLUMN: f32 = 84.0;
/// The decimals of values; enough for what f32 drawing shows.
const DECIMALS: usize = 4;
/// Of a larger selection the table has the first rows only.
const MAX_ROWS: usize = 100_000;

/// The order of the rows, kept while nothing that it follows from has changed.
#[derive(Default)]
pub struct Table {
    kept: Option<Kept>,
    /// How far the rows are scrolled sideways, so that the head follows.
    across: f32,
}

struct Kept {
    scene: Arc<Scene>,
    selection: Selection,
    sorting: Sorting,
    t: f64,
    rows: Vec<usize>,
}

/// The time by which rows are sorted: none matters but for the values now, and in play the rows keep their order.
fn time_of_order(session: &Session, sorting: Sorting, before: Option<f64>) -> f64 {
    let now = session.playback.t();
    match (sorting.column, before) {
        (TableColumn::Now(_), Some(before)) if session.playback.playing() => before,
        (TableColumn::Now(_), _) => now,
        _ => 0.0,
    }
}

impl Table {
    /// Draws the table and tells what was asked for.
    pub fn show(&mut self, ui: &mut Ui, session: &Session) -> Vec<Command> {
        let Some(scene) = session.scene() else { return Vec::new() };
        let mut asked = Vec::new();
        let settings = &session.view.points;
        self.sort(scene, session);
        let rows = self.kept.as_ref().map_or(&[][..], |kept| &kept.rows);
        let mut saves = bar(ui, session, scene, rows, &mut asked);
        let columns = table_columns(scene, settings.loss);
        let width = COLUMN * columns.len() as f32;
        let head = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover()).0;
        self.head(ui, head, (scene, &columns), settings.sorting, &mut asked);
        let mut hovered = None;
        let area = ScrollArea::both().auto_shrink(false).id_salt("table of points");
        let output = area.show_viewport(ui, |ui, viewport| {
            ui.set_width(width);
            ui.set_height(ROW * rows.len() as f32);
            let first = (viewport.top() / ROW).max(0.0) as usize;
            let count = (viewport.height() / ROW) as usize + 2;
            let in_sight = columns_in_sight(viewport, columns.len());
            for (index, &sample) in rows.iter().enumerate().skip(first).take(count) {
                let corner = ui.min_rect().left_top() + vec2(0.0, ROW * index as f32);
                let rect = Rect::from_min_size(corner, vec2(width, ROW));
                let response = ui.interact(rect, ui.scope_id().with(("row", sample)), Sense::click());
                let name = format!("Row: point {}", scene.number(sample));
                response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &name));
                response.context_menu(|ui| save_menu(ui, &mut saves));
                let palette = Palette::from_ui(ui);
                if response.hovered() {
                    hovered = Some(sample);
                    ui.painter().rect_filled(rect, 0.0, palette.track);
                }
                let now = scene.data.position(&scene.flow, session.playback.t(), sample);
                for (position, column) in columns.iter().enumerate().take(in_sight.1).skip(in_sight.0) {
                    let text = cell_text(column.cell(scene, sample, &now));
                    cell(ui.painter(), rect.left_top() + vec2(COLUMN * position as f32, 0.0), text, palette.ink);
                }
            }
        });
        self.across = output.state.clamped_offset().x;
        if hovered != settings.row {
            asked.push(PointCommand::Row(hovered));
        }
        let asked = asked.into_iter().map(|command| Command::View(ViewCommand::Points(command)));
        asked.chain(saves.map(|kind| Command::Ask(DialogPurpose::SaveNumbers(kind)))).collect()
    }

    fn sort(&mut self, scene: &Arc<Scene>, session: &Session) {
        let settings = &session.view.points;
        let sorting = settings.sorting;
        let t = time_of_order(session, sorting, self.kept.as_ref().map(|kept| kept.t));
        let fits = |kept: &Kept| {
            Arc::ptr_eq(&kept.scene, scene)
                && kept.selection.is(&settings.selection)
                && kept.sorting == sorting
                && kept.t == t
        };
        if self.kept.as_ref().is_some_and(fits) {
            return;
        }
        let mut rows = table_rows(scene, &settings.selection, sorting, t);
        rows.truncate(MAX_ROWS);
        self.kept = Some(Kept { scene: scene.clone(), selection: settings.selection.clone(), sorting, t, rows });
    }

    fn head(
        &self,
        ui: &Ui,
        rect: Rect,
        (scene, columns): (&Scene, &[TableColumn]),
        sorting: Sorting,
        asked: &mut Vec<PointCommand>,
    ) {
        let painter = ui.painter_at(rect);
        let palette = Palette::from_ui(ui);
        let viewport = Rect::from_min_size(pos2(self.across, 0.0), rect.size());
        let (first, end) = columns_in_sight(viewport, columns.len());
        for (position, &column) in columns.iter().enumerate().take(end).skip(first) {
            let corner = rect.left_top() + vec2(COLUMN * position as f32 - self.across, 0.0);
            let caption = column.label(&scene.dataset);
            let hit = Rect::from_min_size(corner, vec2(COLUMN, ROW)).intersect(rect);
            let response = ui.interact(hit, ui.scope_id().with(("head", position)), Sense::click());
            let label = format!("Sort by {caption}");
            name_button(&response, &label);
            let ink = if response.hovered() { palette.ink } else { palette.faint_ink };
            let arrow = match (sorting.column == column, sorting.descending) {
                (false, _) => "",
                (true, false) => " ↑",
                (true, true) => " ↓",
            };
            cell(&painter, corner, format!("{caption}{arrow}"), ink);
            if response
                .on_hover_text(
                    "Sort by this column; again, the other way round. While time runs the rows keep their order.",
                )
                .clicked()
            {
                asked.push(PointCommand::Sort(column));
            }
        }
        painter.hline(rect.x_range(), rect.bottom(), palette.axis_line());
    }
}

/// The line above the table: how many points, copy, close.
fn bar(
    ui: &mut Ui,
    session: &Session,
    scene: &Scene,
    rows: &[usize],
    asked: &mut Vec<PointCommand>,
) -> Option<NumberKind> {
    let selected = session.view.points.selection.len();
    let mut saves = None;
    ui.horizontal(|ui| {
        ui.strong(format!("{} selected", counted(selected, "point")));
        if rows.len() < selected {
            ui.label(theme::note(ui, format!("the first {} are listed", rows.len())));
        }
        let tip = "Put the rows with all their columns on the clipboard as comma-separated values.";
        let columns = table_columns(scene, session.view.points.loss);
        let refusal = table_fits(&columns, rows).err().map(|error| error.to_string());
        let copy = ui.add_enabled(refusal.is_none(), egui::Button::new("Copy as CSV")).on_hover_text(tip);
        if copy.on_disabled_hover_text(refusal.unwrap_or_default()).clicked()
            && let Ok(text) = table_csv(scene, &columns, rows, session.playback.t())
        {
            ui.ctx().copy_text(text);
        }
        ui.menu_button("Save…", |ui| save_menu(ui, &mut saves)).response.on_hover_text("Write the table to a file.");
        if ui.button("Close table").on_hover_text("Hide the table; the selection stays.").clicked() {
            asked.push(PointCommand::Table(false));
        }
    });
    saves
}

/// What of the table is written to a file.
fn save_menu(ui: &mut Ui, saves: &mut Option<NumberKind>) {
    for (kind, label) in
        [(NumberKind::SelectedPoints, "Save selected points…"), (NumberKind::Points, "Save all points…")]
    {
        let tip = "Write them with all columns to a file: .csv, .json, .npz or .parquet, as its name says.";
        if ui.button(label).on_hover_text(tip).clicked() {
            *saves = Some(kind);
            ui.close();
        }
    }
}

/// The first column in sight and the one after the last.
fn columns_in_sight(viewport: Rect, count: usize) -> (usize, usize) {
    let first = (viewport.left() / COLUMN).max(0.0) as usize;
    (first, (first + (viewport.width() / COLUMN) as usize + 2).min(count))
}

fn cell_text(cell: TableCell) -> String {
    match cell {
        TableCell::Text(text) => text,
        TableCell::Whole(value) => value.to_string(),
        TableCell::Number(value) => theme::figure(value, DECIMALS),
        TableCell::Empty => "–".to_owned(),
    }
}

/// Text at the right of a cell, cut where it is too long.
fn cell(painter: &Painter, corner: egui::Pos2, text: String, ink: egui::Color32) {
    let rect = Rect::from_min_size(corner, vec2(COLUMN - GAP, ROW));
    let clipped = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    clipped.text(rect.right_center(), Align2::RIGHT_CENTER, text, theme::small_font(), ink);
}
