//! Singular values as bars on a log scale that grow from 1, where nothing changes, up or down to σ.

use std::ops::RangeInclusive;

use egui::{Align2, Color32, Rect, Sense, Stroke, Ui, pos2, vec2};

use crate::explorer::theme::{self, Palette, THICK, THIN};

/// The height of the chart.
const HEIGHT: f32 = 116.0;
/// The room for the labels of the scale.
const SCALE_WIDTH: f32 = 38.0;
/// Values smaller than this share of the largest are cut off at the foot.
const DEEPEST: f64 = 1e-12;
/// Bars are not wider than this, so that one looks like a bar and not like a field.
const WIDEST: f32 = 26.0;

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
    /// The colour of the phase that compresses.
    pub colour: Color32,
}

impl Bars<'_> {
    /// Draws the chart over the whole width and gives the bar that the mouse rests on, for which `tip` fills a tooltip.
    pub fn show(&self, ui: &mut Ui, tip: impl FnOnce(&mut Ui, usize)) -> Option<usize> {
        let palette = Palette::of(ui);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, self.name));
        let chart = Rect::from_min_max(pos2(rect.left() + SCALE_WIDTH, rect.top() + 6.0), rect.max - vec2(0.0, 6.0));
        if chart.width() <= 1.0 || self.bars.is_empty() {
            return None;
        }
        let scale = Scale::over(self.bars);
        let painter = ui.painter_at(rect);
        for decade in scale.labelled() {
            let y = scale.y(chart, 10f64.powi(decade));
            let line = if decade == 0 { palette.axis } else { palette.track };
            painter.hline(chart.x_range(), y, Stroke::new(THIN, line));
            let at = pos2(chart.left() - 5.0, y);
            painter.text(at, Align2::RIGHT_CENTER, power_name(decade), theme::small_font(), palette.faint_ink);
        }
        let step = (chart.width() / self.bars.len() as f32).min(WIDEST);
        let hovered = response.hover_pos().map(|at| ((at.x - chart.left()) / step).floor());
        let hovered = hovered.filter(|index| *index >= 0.0).map(|index| index as usize);
        let hovered = hovered.filter(|index| *index < self.bars.len());
        let gap = if step > 4.0 { 1.0 } else { 0.0 };
        let base = scale.y(chart, 1.0);
        for (index, bar) in self.bars.iter().enumerate() {
            let left = chart.left() + step * index as f32;
            let columns = left + gap..=(left + step - gap).max(left + 0.5);
            let end = scale.y(chart, bar.target);
            let strength = if hovered == Some(index) { 0.95 } else { 0.45 };
            fill(&painter, columns.clone(), base, end, self.colour.gamma_multiply(strength));
            if bar.target == 0.0 && step > 6.0 {
                let at = pos2((columns.start() + columns.end()) / 2.0, chart.bottom());
                painter.text(at, Align2::CENTER_BOTTOM, "0", theme::small_font(), palette.ink);
            }
            let now = scale.y(chart, bar.now);
            painter.hline(*columns.start()..=*columns.end(), now, Stroke::new(THICK, palette.ink));
        }
        let index = hovered?;
        response.on_hover_ui_at_pointer(|ui| tip(ui, index));
        Some(index)
    }
}

fn fill(painter: &egui::Painter, columns: RangeInclusive<f32>, from: f32, to: f32, colour: Color32) {
    let rect = Rect::from_x_y_ranges(columns, from.min(to)..=from.max(to));
    painter.rect_filled(rect, 0.0, colour);
}

/// The logarithmic scale of a chart, from its foot to its head, in powers of ten. 1 is always on it.
#[derive(Debug, PartialEq)]
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn over(bars: &[Bar]) -> Scale {
        let largest = bars.iter().fold(0.0, |largest: f64, bar| largest.max(bar.target));
        let values = bars.iter().map(|bar| bar.target).filter(|sigma| *sigma > DEEPEST * largest);
        let (low, high) =
            values.fold((0.0, 0.0), |(low, high): (f64, f64), sigma| (low.min(sigma.log10()), high.max(sigma.log10())));
        // Lost directions fall below everything else.
        let lost = bars.iter().any(|bar| bar.target <= DEEPEST * largest);
        let span = (high - low).max(0.5);
        Scale { low: low - if lost { 0.4 * span } else { 0.08 * span }, high: high + 0.08 * span }
    }

    fn y(&self, chart: Rect, value: f64) -> f32 {
        let share = (value.max(f64::MIN_POSITIVE).log10() - self.low) / (self.high - self.low);
        chart.bottom() - chart.height() * share.clamp(0.0, 1.0) as f32
    }

    /// The powers of ten to be labelled, at most five.
    fn labelled(&self) -> impl Iterator<Item = i32> {
        let (first, last) = (self.low.ceil() as i32, self.high.floor() as i32);
        let every = (last - first) / 5 + 1;
        (first..=last).filter(move |decade| decade % every == 0)
    }
}

fn power_name(decade: i32) -> String {
    match decade {
        -3..=3 => 10f64.powi(decade).to_string(),
        _ => format!("1e{decade}").replace('-', "\u{2212}"),
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
            let scale = Scale::over(&bars(values));
            assert!(scale.low < 0.0 && scale.high > 0.0, "{values:?} {scale:?}");
            let ys: Vec<f32> = values.iter().map(|value| scale.y(chart, *value)).collect();
            assert!(ys.windows(2).all(|pair| pair[0] <= pair[1]), "{values:?}: larger is higher");
            assert!(scale.labelled().count() <= 6 && scale.labelled().any(|decade| decade == 0));
        }
    }

    #[test]
    fn powers_are_named_shortly() {
        let names: Vec<String> = [-5, -2, -1, 0, 1, 2, 3, 7].into_iter().map(power_name).collect();
        assert_eq!(names, ["1e\u{2212}5", "0.01", "0.1", "1", "10", "100", "1000", "1e7"]);
    }
}
