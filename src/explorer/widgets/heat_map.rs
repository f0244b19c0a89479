//! A matrix as a heat map: a texture of the reduced map, or the entries themselves where few are in sight.
//!
//! Painted by hand: egui_plot draws every entry of a heat map in every frame; here a texture is made once.

use std::sync::Arc;

use egui::{Align2, Role, Shape, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, lerp, pos2, vec2};
use egui::{
    Color32, ColorImage, Id, Mesh, Painter, Rect, Response, Sense, TextureFilter, TextureHandle, TextureOptions,
};

use super::chart_menu::ChartMenu;
use crate::explorer::theme::{self, Palette, SMALL, THIN};
use crate::session::{HeatMap, HeatWindow, NumberTable};

/// Up to this many entries in sight are drawn one by one.
const MAX_ENTRIES: f64 = 6000.0;
/// The width of the colour bar of a legend.
const LEGEND: f32 = 60.0;
/// Its least length.
const SHORTEST: f32 = 12.0;

/// A heat map.
pub struct Heat<'a> {
    /// Its name for those who cannot see it.
    pub name: &'a str,
    /// The map.
    pub map: &'a Arc<HeatMap>,
    /// Its size on the screen.
    pub size: Vec2,
    /// What of it is in sight.
    pub window: HeatWindow,
    /// The matrix's own entries, where they are at hand.
    pub entry: Option<&'a dyn Fn(usize, usize) -> f64>,
}

/// The texture of a map, kept from frame to frame.
#[derive(Clone)]
struct Cached {
    map: Arc<HeatMap>,
    dark: bool,
    texture: TextureHandle,
}

impl Heat<'_> {
    /// As [`Heat::show_bare`], with the menu of the chart.
    pub fn show(&self, ui: &mut Ui, sense: Sense) -> (Response, Option<[f64; 2]>) {
        let (response, at) = self.show_bare(ui, sense);
        if !self.map.cells().is_empty() && ui.is_rect_visible(response.rect) {
            self.with_menu(|menu| menu.attach(&response));
        }
        (response, at)
    }

    /// Gives the menu of the chart to `attach`.
    pub fn with_menu(&self, attach: impl FnOnce(&ChartMenu<'_>)) {
        let (numbers, draw) = (|| self.numbers(), |ui: &mut Ui| drop(self.show_bare(ui, Sense::hover())));
        let is_whole = self.entry.is_some() || self.map.block == 1;
        let numbers: Option<&dyn Fn() -> NumberTable> = if is_whole { Some(&numbers) } else { None };
        attach(&ChartMenu { name: self.name, size: self.size, numbers, draw: &draw });
    }

    /// Draws the map; a tooltip tells the value that the mouse rests on. Gives the response and the place of the mouse
    /// as shares of the whole map.
    pub fn show_bare(&self, ui: &mut Ui, sense: Sense) -> (Response, Option<[f64; 2]>) {
        let (rect, response) = ui.allocate_exact_size(self.size, sense);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, self.name));
        if !ui.is_rect_visible(rect) || self.map.cells().is_empty() {
            return (response, None);
        }
        let palette = Palette::from_ui(ui);
        let HeatWindow { corner, side } = self.window;
        let entries = side * side * self.map.rows as f64 * self.map.columns as f64;
        match self.entry {
            Some(entry) if self.map.block > 1 && entries <= MAX_ENTRIES => {
                self.draw_entries(&ui.painter_at(rect), palette, rect, entry);
            }
            _ => {
                let texture = self.texture(ui, response.id, palette);
                let share = |axis: usize| corner[axis] as f32..=(corner[axis] + side) as f32;
                // The last block of a side may be cut off: the texture is a little larger than the matrix.
                let [width, height] = self.map.size();
                let whole = vec2(
                    self.map.columns as f32 / (width * self.map.block) as f32,
                    self.map.rows as f32 / (height * self.map.block) as f32,
                );
                let (across, down) = (share(0), share(1));
                let uv = Rect::from_min_max(
                    pos2(across.start() * whole.x, down.start() * whole.y),
                    pos2(across.end() * whole.x, down.end() * whole.y),
                );
                ui.painter().image(texture.id(), rect, uv, Color32::WHITE);
            }
        }
        ui.painter().rect_stroke(rect, 0.0, Stroke::new(THIN, palette.axis), StrokeKind::Outside);
        let position = response.hover_pos().map(|at| {
            let within = (at - rect.min) / rect.size();
            [corner[0] + side * f64::from(within.x), corner[1] + side * f64::from(within.y)]
        });
        if let Some(text) = position.and_then(|position| self.label(position)) {
            return (response.on_hover_text_at_pointer(text), position);
        }
        (response, position)
    }

    /// Each entry with its row and column, counted from 1.
    fn numbers(&self) -> NumberTable {
        let (columns, cells) = (self.map.columns, self.map.cells());
        let value = |row: usize, column: usize| match self.entry {
            Some(entry) => entry(row, column),
            None => cells.get(row * columns + column).copied().map_or(f64::NAN, f64::from),
        };
        let positions = || (0..self.map.rows).flat_map(move |row| (0..columns).map(move |column| (row, column)));
        let mut table = NumberTable::default();
        table.add("row", positions().map(|(row, _)| (row + 1) as f64).collect());
        table.add("column", positions().map(|(_, column)| (column + 1) as f64).collect());
        table.add("value", positions().map(|(row, column)| value(row, column)).collect());
        table
    }

    /// The value at a place, with its row and column.
    fn label(&self, [across, down]: [f64; 2]) -> Option<String> {
        if let Some(entry) = self.entry {
            let index =
                |share: f64, count: usize| ((share * count as f64).max(0.0) as usize).min(count.saturating_sub(1));
            let (row, column) = (index(down, self.map.rows), index(across, self.map.columns));
            return Some(format!("row {}, column {}: {}", row + 1, column + 1, theme::significant(entry(row, column))));
        }
        let (rows, columns, value) = self.map.cell_at([across, down])?;
        let value = theme::significant(value);
        Some(if self.map.block == 1 {
            format!("row {}, column {}: {value}", rows.start + 1, columns.start + 1)
        } else {
            let (first, last) = (rows.start + 1, columns.start + 1);
            format!("rows {first}–{}, columns {last}–{}: the largest is {value}", rows.end, columns.end)
        })
    }

    fn texture(&self, ui: &Ui, id: Id, palette: &Palette) -> TextureHandle {
        let dark = ui.visuals().dark_mode;
        let known: Option<Cached> = ui.data(|data| data.get_temp(id));
        if let Some(cached) = known.filter(|cached| Arc::ptr_eq(&cached.map, self.map) && cached.dark == dark) {
            return cached.texture;
        }
        let largest = self.map.largest.max(f64::MIN_POSITIVE) as f32;
        let pixels = self.map.cells().iter().map(|value| palette.diverging(value / largest)).collect();
        let image = ColorImage::new(self.map.size(), pixels);
        // Cells have sharp edges when they are larger than a pixel, and are averaged when they are smaller.
        let options = TextureOptions {
            magnification: TextureFilter::Nearest,
            minification: TextureFilter::Linear,
            ..TextureOptions::default()
        };
        let texture = ui.ctx().load_texture(self.name, image, options);
        let cached = Cached { map: Arc::clone(self.map), dark, texture: texture.clone() };
        ui.data_mut(|data| data.insert_temp(id, cached));
        texture
    }

    /// The entries in sight, each as a rectangle.
    fn draw_entries(&self, painter: &Painter, palette: &Palette, rect: Rect, entry: &dyn Fn(usize, usize) -> f64) {
        let HeatWindow { corner, side } = self.window;
        let range = |axis: usize, count: usize| {
            let (from, to) = (corner[axis] * count as f64, (corner[axis] + side) * count as f64);
            from.floor().max(0.0) as usize..(to.ceil() as usize).min(count)
        };
        let x =
            |column: usize| lerp(rect.x_range(), ((column as f64 / self.map.columns as f64 - corner[0]) / side) as f32);
        let y = |row: usize| lerp(rect.y_range(), ((row as f64 / self.map.rows as f64 - corner[1]) / side) as f32);
        let mut mesh = Mesh::default();
        for row in range(1, self.map.rows) {
            for column in range(0, self.map.columns) {
                let share = entry(row, column) / self.map.largest.max(f64::MIN_POSITIVE);
                let cell = Rect::from_min_max(pos2(x(column), y(row)), pos2(x(column + 1), y(row + 1)));
                mesh.add_colored_rect(cell, palette.diverging(share as f32));
            }
        }
        painter.add(Shape::mesh(mesh));
    }
}

/// The colours of a map with the values at their ends.
pub fn legend(ui: &mut Ui, largest: f64) -> Response {
    let palette = Palette::from_ui(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let ends = [-largest, largest].map(theme::significant);
        // The room is the panel's: in a narrow one the bar is shorter, not its end cut off.
        let width_of =
            |text: &String| ui.painter().layout_no_wrap(text.clone(), theme::small_font(), palette.faint_ink).size().x;
        let gaps = 2.0 * ui.spacing().item_spacing.x;
        let room = ui.available_width() - ends.iter().map(width_of).sum::<f32>() - gaps;
        let [lower, upper] = ends;
        ui.label(theme::note(ui, lower));
        let (rect, response) = ui.allocate_exact_size(vec2(room.clamp(SHORTEST, LEGEND), SMALL), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Colours of the values"));
        let mut mesh = Mesh::default();
        const STEPS: u32 = 8;
        for step in 0..=STEPS {
            let share = step as f32 / STEPS as f32;
            let colour = palette.diverging(2.0 * share - 1.0);
            let x = lerp(rect.x_range(), share);
            mesh.colored_vertex(pos2(x, rect.top()), colour);
            mesh.colored_vertex(pos2(x, rect.bottom()), colour);
            if step > 0 {
                let last = 2 * step;
                mesh.add_triangle(last - 2, last - 1, last);
                mesh.add_triangle(last - 1, last, last + 1);
            }
        }
        ui.painter().add(Shape::mesh(mesh));
        ui.painter().rect_stroke(rect, 0.0, Stroke::new(THIN, palette.axis), StrokeKind::Outside);
        let middle = pos2(rect.center().x, rect.center().y);
        ui.painter().text(middle, Align2::CENTER_CENTER, "0", theme::small_font(), palette.faint_ink);
        ui.label(theme::note(ui, upper));
        response
    })
    .inner
    .on_hover_text("From the most negative value to the most positive; zero has the colour of the background.")
}
