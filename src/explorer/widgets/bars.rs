//! Singular values as bars on a log scale that grow from 1, where nothing changes, up or down to σ.
//!
//! Painted by hand: a bar's end is dragged to another σ, and wide spectra become a profile with the rank marked;
//! egui_plot's bars answer to no drag.

use std::ops::RangeInclusive;

use egui::{Align2, Color32, CursorIcon, Mesh, Painter, Rect, Response, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::chart_menu::ChartMenu;
use crate::explorer::theme::{self, Palette, THICK, THIN};
use crate::session::NumberTable;

/// The height of the chart.
const HEIGHT: f32 = 116.0;
/// The room for the labels of the scale.
const SCALE_WIDTH: f32 = 38.0;
/// Values smaller than this share of the largest are cut off at the foot.
const DEEPEST: f64 = 1e-12;
/// Room above and below the bars, as a share of the scale: for the values at their ends.
const MARGIN: f64 = 0.2;
/// Bars are not wider than this, so that one looks like a bar and not like a field.
const WIDEST: f32 = 40.0;
/// Narrower bars would run into each other: they become an area.
const NARROWEST: f32 = 2.0;
/// Bars at least this wide have their value written at their end.
const WITH_VALUE: f32 = 30.0;

/// One singular value.
#[derive(Clone, Copy, Debug)]
pub struct Bar {
    /// σ; 0 where the direction is lost.
    pub target: f64,
    /// What it multiplies by at this moment.
    pub now: f64,
}

/// The chart.
pub struct Bars<'a> {
    /// Its name for those who cannot see it.
    pub name: &'a str,
    /// The singular values, largest first.
    pub bars: &'a [Bar],
    /// How many of them are not zero.
    pub rank: usize,
    /// The colour of the phase that compresses.
    pub colour: Color32,
}

/// Where and with what one frame of the chart is drawn.
struct Drawing<'a> {
    painter: &'a Painter,
    palette: &'a Palette,
    chart: Rect,
    scale: &'a BarScale,
    /// The width of a value.
    step: f32,
    hovered: Option<usize>,
}

/// What a drag on the chart asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Drag {
    /// The value that is dragged, and what it is dragged to.
    pub to: Option<(usize, f64)>,
    /// Whether the mouse was released.
    pub released: bool,
}

/// The value that is dragged, and the scale on which it is: it rests while the values on it move.
#[derive(Clone, Copy)]
struct Held {
    index: usize,
    scale: BarScale,
}

impl Bars<'_> {
    /// Draws the chart over the whole width and gives the bar that the mouse rests on, for which `tip` fills a tooltip.
    pub fn show(&self, ui: &mut Ui, tip: impl FnOnce(&mut Ui, usize)) -> Option<usize> {
        let (hovered, _, response) = self.draw(ui, Sense::hover(), tip);
        self.with_menu(response.rect.width(), |menu| menu.attach(&response));
        hovered
    }

    /// As [`Bars::show`]; besides, the ends of the bars can be dragged, and a secondary click on one opens a menu that `menu`
    /// fills.
    pub fn edit(
        &self,
        ui: &mut Ui,
        tip: impl FnOnce(&mut Ui, usize),
        menu: impl FnOnce(&mut Ui, usize),
    ) -> (Option<usize>, Drag) {
        let (hovered, drag, _) = self.draw(ui, Sense::drag(), tip);
        // On top of what senses the drag, so that both are sensed.
        let id = ui.scope_id().with(("bars", self.name));
        let Some(rect) = ui.ctx().read_response(id).map(|response| response.rect) else { return (hovered, drag) };
        let response = ui.interact(rect, id.with("menu"), Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Menu of {}", self.name)));
        // The bar that was clicked, not one that the mouse has moved to since; without a mouse the first.
        if response.secondary_clicked() {
            ui.data_mut(|data| data.insert_temp(response.id, hovered.unwrap_or(0)));
        }
        let index = ui.data(|data| data.get_temp::<usize>(response.id)).unwrap_or(0);
        response.context_menu(|ui| {
            menu(ui, index.min(self.bars.len().saturating_sub(1)));
            ui.separator();
            self.with_menu(rect.width(), |menu| menu.items(ui));
        });
        (hovered, drag)
    }

    /// Gives the menu of the chart to `attach`.
    fn with_menu(&self, width: f32, attach: impl FnOnce(&ChartMenu<'_>)) {
        let numbers = || {
            let mut table = NumberTable::default();
            table.add("index", (1..=self.bars.len()).map(|index| index as f64).collect());
            table.add("singular_value", self.bars.iter().map(|bar| bar.target).collect());
            table.add("now", self.bars.iter().map(|bar| bar.now).collect());
            table
        };
        let draw = |ui: &mut Ui| drop(self.draw(ui, Sense::hover(), |_, _| {}));
        attach(&ChartMenu { name: self.name, size: vec2(width, HEIGHT), numbers: Some(&numbers), draw: &draw });
    }

    fn draw(&self, ui: &mut Ui, sense: Sense, tip: impl FnOnce(&mut Ui, usize)) -> (Option<usize>, Drag, Response) {
        let palette = Palette::from_ui(ui);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
        // By its name the chart keeps its drag while what stands above it comes and goes.
        let response = ui.interact(rect, ui.scope_id().with(("bars", self.name)), sense);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, self.name));
        let chart = Rect::from_min_max(pos2(rect.left() + SCALE_WIDTH, rect.top() + 6.0), rect.max - vec2(0.0, 6.0));
        if chart.width() <= 1.0 || self.bars.is_empty() {
            return (None, Drag::default(), response);
        }
        let step = (chart.width() / self.bars.len() as f32).min(WIDEST);
        let index_at = |at: egui::Pos2| {
            let index = ((at.x - chart.left()) / step).floor();
            (index >= 0.0 && index < self.bars.len() as f32).then_some(index as usize)
        };
        let mut held: Option<Held> = ui.data(|data| data.get_temp(response.id));
        if response.drag_started() {
            let origin = ui.input(|input| input.pointer.press_origin()).and_then(index_at);
            held = origin.map(|index| Held { index, scale: BarScale::over(self.bars) });
        }
        let mut drag = Drag { to: None, released: held.is_some() && !response.dragged() };
        if let Some((held, at)) = held.zip(response.interact_pointer_pos()).filter(|_| response.dragged()) {
            drag.to = Some((held.index, held.scale.value(chart, at.y)));
        }
        held = held.filter(|_| response.dragged());
        ui.data_mut(|data| match held {
            Some(held) => {
                data.insert_temp(response.id, held);
            }
            None => data.remove::<Held>(response.id),
        });
        let scale = held.map_or_else(|| BarScale::over(self.bars), |held| held.scale);
        let painter = ui.painter_at(rect);
        for value in scale.labelled() {
            let y = scale.y(chart, value);
            let line = if value == 1.0 { palette.axis } else { palette.track };
            painter.hline(chart.x_range(), y, Stroke::new(THIN, line));
            let at = pos2(chart.left() - 5.0, y);
            painter.text(at, Align2::RIGHT_CENTER, short(value), theme::small_font(), palette.faint_ink);
        }
        let hovered = held.map(|held| held.index).or_else(|| index_at(response.hover_pos()?));
        let drawing = Drawing { painter: &painter, palette, chart, scale: &scale, step, hovered };
        if step >= NARROWEST {
            self.draw_bars(&drawing);
        } else {
            self.draw_profile(&drawing);
        }
        self.draw_rank(&drawing);
        let Some(index) = hovered else { return (hovered, drag, response) };
        let response =
            if sense == Sense::drag() { response.on_hover_cursor(CursorIcon::ResizeVertical) } else { response };
        (hovered, drag, response.on_hover_ui_at_pointer(|ui| tip(ui, index)))
    }
}

impl Bars<'_> {
    /// Each value as a bar of its own.
    fn draw_bars(&self, drawing: &Drawing<'_>) {
        let Drawing { painter, palette, chart, scale, step, hovered } = *drawing;
        let gap = if step > 4.0 { 1.0 } else { 0.0 };
        let base = scale.y(chart, 1.0);
        for (index, bar) in self.bars.iter().enumerate() {
            let left = chart.left() + step * index as f32;
            let columns = left + gap..=left + step - gap;
            let end = scale.y(chart, bar.target);
            let strength = if hovered == Some(index) { 0.95 } else { 0.45 };
            fill(painter, columns.clone(), base, end, self.colour.gamma_multiply(strength));
            if bar.target == 0.0 && step > 6.0 {
                let at = pos2((columns.start() + columns.end()) / 2.0, chart.bottom());
                painter.text(at, Align2::CENTER_BOTTOM, "0", theme::small_font(), palette.ink);
            }
            if bar.target > 0.0 && step >= WITH_VALUE {
                let align = if bar.target >= 1.0 { Align2::CENTER_BOTTOM } else { Align2::CENTER_TOP };
                let at = pos2((columns.start() + columns.end()) / 2.0, end);
                painter.text(at, align, theme::significant(bar.target), theme::small_font(), palette.faint_ink);
            }
            let now = scale.y(chart, bar.now);
            painter.hline(*columns.start()..=*columns.end(), now, Stroke::new(THICK, palette.ink));
        }
    }

    /// More values than there is room for bars: an area under their outline. They are sorted, so the outline taken at
    /// each column of the screen hides nothing; and it costs the same for thousands as for hundreds.
    fn draw_profile(&self, drawing: &Drawing<'_>) {
        let Drawing { painter, palette, chart, scale, step, hovered } = *drawing;
        let base = scale.y(chart, 1.0);
        let columns = (step * self.bars.len() as f32).ceil().max(1.0) as usize;
        let mut area = Mesh::default();
        let mut now = Vec::with_capacity(columns);
        for column in 0..columns {
            let index = ((column as f32 + 0.5) / step) as usize;
            let Some(bar) = self.bars.get(index) else { continue };
            let left = chart.left() + column as f32;
            let end = scale.y(chart, bar.target);
            let range = end.min(base)..=end.max(base);
            area.add_colored_rect(Rect::from_x_y_ranges(left..=left + 1.0, range), self.colour.gamma_multiply(0.45));
            now.push(pos2(left + 0.5, scale.y(chart, bar.now)));
        }
        painter.add(area);
        painter.line(now, Stroke::new(THICK, palette.ink));
        if let Some(index) = hovered {
            painter.vline(chart.left() + step * (index as f32 + 0.5), chart.y_range(), Stroke::new(THIN, self.colour));
        }
    }

    /// Where the values that are zero begin.
    fn draw_rank(&self, drawing: &Drawing<'_>) {
        let Drawing { painter, palette, chart, step, .. } = *drawing;
        if self.rank >= self.bars.len() {
            return;
        }
        let x = chart.left() + step * self.rank as f32;
        let ends = [pos2(x, chart.top()), pos2(x, chart.bottom())];
        painter.extend(Shape::dashed_line(&ends, Stroke::new(THIN, palette.warning), 3.0, 3.0));
        let (align, beside) = if x > chart.center().x { (Align2::RIGHT_TOP, -3.0) } else { (Align2::LEFT_TOP, 3.0) };
        let text = format!("rank {}", self.rank);
        painter.text(pos2(x + beside, chart.top()), align, text, theme::small_font(), palette.warning);
    }
}

fn fill(painter: &Painter, columns: RangeInclusive<f32>, from: f32, to: f32, colour: Color32) {
    let rect = Rect::from_x_y_ranges(columns, from.min(to)..=from.max(to));
    painter.rect_filled(rect, 0.0, colour);
}

/// The logarithmic scale of a chart, from its foot to its head, in powers of ten. 1 is always on it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct BarScale {
    low: f64,
    high: f64,
}

impl BarScale {
    fn over(bars: &[Bar]) -> BarScale {
        let largest = bars.iter().fold(0.0, |largest: f64, bar| largest.max(bar.target));
        let values = bars.iter().map(|bar| bar.target).filter(|sigma| *sigma > DEEPEST * largest);
        let (low, high) =
            values.fold((0.0, 0.0), |(low, high): (f64, f64), sigma| (low.min(sigma.log10()), high.max(sigma.log10())));
        // Lost directions fall below everything else.
        let lost = bars.iter().any(|bar| bar.target <= DEEPEST * largest);
        let span = (high - low).max(0.5);
        BarScale { low: low - if lost { 0.4 * span } else { MARGIN * span }, high: high + MARGIN * span }
    }

    fn y(&self, chart: Rect, value: f64) -> f32 {
        let share = (value.max(f64::MIN_POSITIVE).log10() - self.low) / (self.high - self.low);
        chart.bottom() - chart.height() * share.clamp(0.0, 1.0) as f32
    }

    /// The value at a height of the screen; 0 below the foot of the chart, and no more than its head's tenfold above it.
    fn value(&self, chart: Rect, y: f32) -> f64 {
        if y > chart.bottom() {
            return 0.0;
        }
        let share = f64::from((chart.bottom() - y) / chart.height());
        10.0_f64.powf((self.low + share * (self.high - self.low)).min(self.high + 1.0).min(f64::MAX_10_EXP.into()))
    }

    /// The round values to be labelled, at most six: powers of ten, and 2 and 5 times them where there is room.
    fn labelled(&self) -> Vec<f64> {
        let (first, last) = (self.low.floor() as i32, self.high.ceil() as i32);
        let every = (self.high - self.low) as i32 / 5 + 1;
        let factors: &[f64] = if self.high - self.low < 1.9 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let decades = (first..=last).filter(|decade| decade % every == 0);
        let values = decades.flat_map(|decade| factors.iter().map(move |factor| factor * 10f64.powi(decade)));
        values.filter(|value| (self.low..=self.high).contains(&value.log10())).collect()
    }
}

/// A round value in as few characters as it takes.
fn short(value: f64) -> String {
    if (0.000_99..10_000.0).contains(&value) {
        value.to_string()
    } else {
        format!("{value:.0e}").replace('-', "\u{2212}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(values: &[f64]) -> Vec<Bar> {
        values.iter().map(|&target| Bar { target, now: 1.0 }).collect()
    }

    #[test]
    fn the_scale_holds_every_value_and_one() {
        let chart = Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, 100.0));
        for values in [&[3.0, 0.2][..], &[1e6, 1e-3], &[0.5], &[1.0], &[0.0, 0.0], &[1e300, 1e-300], &[2.0, 0.0]] {
            let scale = BarScale::over(&bars(values));
            assert!(scale.low < 0.0 && scale.high > 0.0, "{values:?} {scale:?}");
            let ys: Vec<f32> = values.iter().map(|value| scale.y(chart, *value)).collect();
            assert!(ys.windows(2).all(|pair| pair[0] <= pair[1]), "{values:?}: larger is higher");
            let labels = scale.labelled();
            assert!(labels.len() <= 6 && labels.contains(&1.0), "{values:?} {labels:?}");
            for value in values.iter().filter(|value| scale.low < value.log10()) {
                let read = scale.value(chart, scale.y(chart, *value));
                assert!((read.log10() - value.log10()).abs() < 1e-4 * (scale.high - scale.low), "{read} {value}");
            }
            assert_eq!(scale.value(chart, 101.0), 0.0);
            assert!(scale.value(chart, -1e30).log10() <= scale.high + 1.0 + 1e-9);
        }
    }

    #[test]
    fn round_values_are_named_shortly() {
        let names: Vec<String> = [1e-5, 0.01, 0.2, 1.0, 50.0, 1000.0, 1e7].into_iter().map(short).collect();
        assert_eq!(names, ["1e\u{2212}5", "0.01", "0.2", "1", "50", "1000", "1e7"]);
    }
}
