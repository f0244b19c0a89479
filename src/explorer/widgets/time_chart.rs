//! A small chart of measures along t, with the time as a playhead; a click goes to a time.
//!
//! Painted by hand: the charts of a panel and the picture of the spectra share one axis with the timeline, to the pixel;
//! egui_plot makes room on the left by the length of its labels, differently in every chart.

use std::ops::RangeInclusive;

use egui::{
    Align2, Color32, Mesh, Painter, Pos2, Rangef, Rect, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, lerp, pos2,
};

use crate::explorer::theme::{self, Palette, SMALL, THICK, THIN};
use crate::explorer::widgets::chart_menu::{ChartMenu, line_table};
use crate::session::NumberTable;

/// The height of the line with the title.
const TITLE: f32 = SMALL + 5.0;
/// Room for the values on the left.
const GUTTER: f32 = 30.0;
/// The size of a chart as a picture by itself, in points.
pub const FIGURE: Vec2 = Vec2::new(480.0, 180.0);
/// Cells of a picture of spectra, about: a mesh of more would slow down every frame.
const MAX_CELLS: usize = 6000;
/// Lines between layers are drawn as long as a layer is wider than this.
const MIN_LAYER: f32 = 6.0;

/// One measure along t.
pub struct Series<'a> {
    /// What it is called in the tooltip.
    pub name: &'a str,
    /// Its colour.
    pub colour: Color32,
    /// The times, ascending.
    pub times: &'a [f64],
    /// The values at these times; NaN where there is none.
    pub values: &'a [f64],
}

/// The chart.
pub struct TimeChart<'a> {
    /// Its title, which is also its name for those who cannot see it.
    pub title: &'a str,
    /// What it shows and how to read it, in a sentence or two.
    pub tip: &'a str,
    /// What is drawn.
    pub series: &'a [Series<'a>],
    /// The range of the values; that of the series where there is none.
    pub range: Option<RangeInclusive<f64>>,
    /// The times from its left to its right side.
    pub span: (f64, f64),
    /// The time now.
    pub t: f64,
}

/// Where a chart has which time.
#[derive(Clone, Copy)]
pub struct TimeAxis {
    /// The drawing area.
    pub rect: Rect,
    /// The times at its left and its right side.
    pub span: (f64, f64),
}

impl TimeAxis {
    /// Where the time t is.
    pub fn x(self, t: f64) -> f32 {
        let (from, to) = self.span;
        lerp(self.rect.x_range(), ((t - from) / (to - from).max(f64::MIN_POSITIVE)) as f32)
    }

    /// The time at x.
    pub fn t(self, x: f32) -> f64 {
        f64::from((x - self.rect.left()) / self.rect.width().max(1.0)).clamp(0.0, 1.0) * (self.span.1 - self.span.0)
            + self.span.0
    }

    /// Draws the time as a line.
    pub fn playhead(self, painter: &Painter, palette: &Palette, t: f64) {
        painter.vline(self.x(t), self.rect.y_range(), Stroke::new(THIN, palette.ink));
    }

    /// Draws a column of `colours` for each layer, the first on top, and over them where the layers end and the time t.
    /// Of columns that are more than `cells` together some stand for the others.
    pub fn spectra<L>(
        self,
        painter: &Painter,
        (palette, t): (&Palette, f64),
        (layers, cells): (&[L], usize),
        colours: impl Fn(&L) -> Vec<Color32>,
    ) {
        let every = cells.div_ceil(MAX_CELLS).max(1);
        let mut mesh = Mesh::default();
        for (index, layer) in layers.iter().enumerate().step_by(every) {
            let columns = self.x(index as f64)..=self.x((index + every) as f64).max(self.x(index as f64));
            let colours = colours(layer);
            let height = self.rect.height() / colours.len().max(1) as f32;
            for (row, colour) in colours.into_iter().enumerate() {
                let top = self.rect.top() + height * row as f32;
                mesh.add_colored_rect(Rect::from_x_y_ranges(columns.clone(), top..=top + height), colour);
            }
        }
        painter.add(Shape::mesh(mesh));
        self.layers(painter, palette);
        self.playhead(painter, palette, t);
    }

    /// Draws a line between every two layers, where they are wide enough.
    pub fn layers(self, painter: &Painter, palette: &Palette) {
        if self.x(1.0) - self.x(0.0) < MIN_LAYER || !(self.span.1 - self.span.0).is_finite() {
            return;
        }
        let (from, to) = self.span;
        for layer in (from.floor().max(0.0) as usize + 1)..to.ceil().max(1.0) as usize {
            painter.vline(self.x(layer as f64), self.rect.y_range(), Stroke::new(THIN, palette.track));
        }
    }
}

/// The numbers of such a picture: a row for each value of each layer.
pub fn spectra_table<L>(name: &str, layers: &[L], values: impl Fn(&L) -> Vec<f64>) -> NumberTable {
    let number = |(layer, of): (usize, &L)| {
        let row = move |(index, value): (usize, f64)| [(layer + 1) as f64, (index + 1) as f64, value];
        values(of).into_iter().enumerate().map(row).collect::<Vec<_>>()
    };
    let rows: Vec<[f64; 3]> = layers.iter().enumerate().flat_map(number).collect();
    let mut table = NumberTable::default();
    for (column, name) in ["layer", "index", name].into_iter().enumerate() {
        table.add(name, rows.iter().map(|row| row[column]).collect());
    }
    table
}

/// Room for a chart of `size` under its title; gives the drawing area and the response of the whole.
pub fn frame(ui: &mut Ui, title: &str, size: Vec2) -> (Rect, egui::Response) {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, title));
    let palette = Palette::from_ui(ui);
    let text = ui.painter().with_clip_rect(rect);
    text.text(rect.left_top(), Align2::LEFT_TOP, title, theme::small_font(), palette.ink);
    let chart = Rect::from_min_max(pos2(rect.left(), rect.top() + TITLE), rect.max);
    ui.painter().rect_filled(chart, 0.0, palette.stage);
    (chart, response)
}

/// Where the tracks over the timeline stand.
#[derive(Clone, Copy, Debug)]
pub struct TrackLayout {
    /// Where the times in sight begin and end on the screen.
    pub x_range: Rangef,
    /// The height of a track.
    pub height: f32,
    /// The times in sight.
    pub span: (f64, f64),
}

/// Room for a track over the timeline, with its title at the left; gives the whole, the drawing area and the response.
pub fn track(ui: &mut Ui, title: &str, layout: TrackLayout) -> (Rect, Rect, egui::Response) {
    let size = Vec2::new(ui.available_width(), layout.height);
    let (whole, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, title));
    let palette = Palette::from_ui(ui);
    let left = layout.x_range.min.clamp(whole.left(), whole.right());
    let right = layout.x_range.max.clamp(left, whole.right());
    let chart = Rect::from_x_y_ranges(left..=right, whole.y_range());
    ui.painter().rect_filled(chart, 0.0, palette.stage);
    let title_rect = Rect::from_x_y_ranges(whole.left()..=(left - GUTTER).max(whole.left()), whole.y_range());
    let galley = ui.painter().layout(title.to_owned(), theme::small_font(), palette.ink, title_rect.width().max(1.0));
    let at = pos2(title_rect.left(), title_rect.center().y - galley.size().y.min(title_rect.height()) / 2.0);
    ui.painter().with_clip_rect(title_rect).galley(at, galley, palette.ink);
    (whole, chart, response)
}

/// The time that the mouse asks for, if it presses on the chart.
pub fn sought(response: &egui::Response, axis: TimeAxis) -> Option<f64> {
    // The other button asks for the menu.
    let is_primary = response.ctx.input(|input| !input.pointer.secondary_down());
    let is_pressed = response.is_pointer_button_down_on() && is_primary || response.clicked();
    let at = response.interact_pointer_pos().filter(|_| is_pressed)?;
    Some(axis.t(at.x))
}

impl TimeChart<'_> {
    /// Draws the chart and gives the time that was clicked.
    pub fn show(&self, ui: &mut Ui, size: Vec2) -> Option<f64> {
        let (whole, response) = frame(ui, self.title, size);
        let rect = Rect::from_min_max(pos2((whole.left() + GUTTER).min(whole.right()), whole.top()), whole.max);
        self.draw(ui, whole, rect, response)
    }

    /// Draws the chart as a track over the timeline and gives the time that was clicked.
    pub fn show_track(&self, ui: &mut Ui, layout: TrackLayout) -> Option<f64> {
        let (whole, rect, response) = track(ui, self.title, layout);
        self.draw(ui, whole, rect, response)
    }

    /// Draws the chart along the axis of `rect`, with its values at the left of it in `whole`; gives the time that was clicked.
    pub fn draw(&self, ui: &Ui, whole: Rect, rect: Rect, response: egui::Response) -> Option<f64> {
        let palette = Palette::from_ui(ui);
        let painter = ui.painter_at(whole);
        let inner = ui.painter_at(whole.intersect(Rect::from_x_y_ranges(rect.x_range(), whole.y_range())));
        let axis = TimeAxis { rect, span: self.span };
        axis.layers(&inner, palette);
        let range = self.range.clone().or_else(|| self.own_range());
        if let Some(range) = &range {
            for series in self.series {
                draw(&inner, axis, range, series);
            }
            let text = |at, align, value: f64| {
                painter.text(at, align, theme::significant(value), theme::small_font(), palette.faint_ink);
            };
            let x = rect.left() - 3.0;
            text(pos2(x, rect.top()), Align2::RIGHT_TOP, *range.end());
            text(pos2(x, rect.bottom()), Align2::RIGHT_BOTTOM, *range.start());
        } else {
            let caption = "nothing to measure";
            painter.text(rect.center(), Align2::CENTER_CENTER, caption, theme::small_font(), palette.faint_ink);
        }
        axis.playhead(&inner, palette, self.t);
        let points = |series: &Series<'_>| {
            let points = series.times.iter().zip(series.values).map(|(t, value)| [*t, *value]);
            (series.name.to_owned(), points.collect::<Vec<_>>())
        };
        ChartMenu {
            name: self.title,
            size: FIGURE,
            numbers: Some(&|| line_table(("t", "value"), self.series.iter().map(points).collect())),
            draw: &|ui| {
                self.show(ui, ui.available_size());
            },
        }
        .attach(&response);
        let asked = sought(&response, axis);
        if let Some(at) = response.hover_pos() {
            let t = axis.t(at.x);
            painter.vline(at.x, rect.y_range(), Stroke::new(THIN, palette.axis));
            response.on_hover_ui_at_pointer(|ui| {
                ui.label(format!("t = {}", theme::figure(t, 2)));
                for series in self.series {
                    let value = value_at(series.times, series.values, t).map_or("none".to_owned(), theme::significant);
                    ui.colored_label(series.colour, format!("{}: {value}", series.name));
                }
                ui.label(theme::note(ui, self.tip));
            });
        }
        asked
    }

    /// The range of all finite values, with a little room; none without any.
    fn own_range(&self) -> Option<RangeInclusive<f64>> {
        let finite = self.series.iter().flat_map(|series| series.values).copied().filter(|value| value.is_finite());
        let (low, high) = finite.fold(None, |range: Option<(f64, f64)>, value| {
            let (low, high) = range.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        })?;
        // A measure that stays the same is a line in the middle.
        let room = if high > low { 0.0 } else { high.abs().max(1.0) * 0.5 };
        Some(low - room..=high + room)
    }
}

fn draw(painter: &Painter, axis: TimeAxis, range: &RangeInclusive<f64>, series: &Series<'_>) {
    let (low, high) = (*range.start(), *range.end());
    let inner = axis.rect.shrink2(Vec2::new(0.0, 3.0));
    let position = |t: f64, value: f64| -> Pos2 {
        let share = ((value - low) / (high - low).max(f64::MIN_POSITIVE)) as f32;
        pos2(axis.x(t), inner.bottom() - inner.height() * share)
    };
    let mut line: Vec<Pos2> = Vec::new();
    let flush = |line: &mut Vec<Pos2>| {
        if line.len() > 1 {
            painter.add(Shape::line(std::mem::take(line), Stroke::new(THICK * 0.75, series.colour)));
        }
        line.clear();
    };
    for (t, value) in series.times.iter().zip(series.values) {
        if !value.is_finite() {
            flush(&mut line);
            continue;
        }
        let at = position(*t, *value);
        // Many moments on one column of the screen are one.
        if line.last().is_none_or(|last| (last.x - at.x).abs() > 0.25 || (last.y - at.y).abs() > 0.25) {
            line.push(at);
        }
    }
    flush(&mut line);
}

/// The value at time t, interpolated; none outside of the times and beside a NaN.
pub fn value_at(times: &[f64], values: &[f64], t: f64) -> Option<f64> {
    let next = times.partition_point(|time| *time < t);
    let (after, at_next) = (*times.get(next)?, *values.get(next)?);
    let Some(previous) = next.checked_sub(1) else { return (after == t).then_some(at_next) };
    let (before, at_previous) = (*times.get(previous)?, *values.get(previous)?);
    let share = if after > before { (t - before) / (after - before) } else { 1.0 };
    let value = at_previous + share * (at_next - at_previous);
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_between_two_times_are_interpolated() {
        let (times, values) = ([0.0, 1.0, 1.0, 2.0], [0.0, 2.0, 6.0, f64::NAN]);
        assert_eq!(value_at(&times, &values, 0.0), Some(0.0));
        assert_eq!(value_at(&times, &values, 0.25), Some(0.5));
        assert_eq!(value_at(&times, &values, 1.0), Some(2.0));
        assert_eq!(value_at(&times, &values, 1.5), None);
        assert_eq!(value_at(&times, &values, 3.0), None);
        assert_eq!(value_at(&[], &[], 0.0), None);
    }

    #[test]
    fn the_range_holds_what_is_finite() {
        let chart = |values: &[f64]| {
            let series = [Series { name: "", colour: Color32::WHITE, times: &[0.0, 1.0, 2.0], values }];
            TimeChart { title: "", tip: "", series: &series, range: None, span: (0.0, 2.0), t: 0.0 }.own_range()
        };
        assert_eq!(chart(&[1.0, f64::NAN, -2.0]), Some(-2.0..=1.0));
        assert_eq!(chart(&[4.0, 4.0, 4.0]), Some(2.0..=6.0));
        assert_eq!(chart(&[f64::NAN, f64::INFINITY]), None);
    }
}
