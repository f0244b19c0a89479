//! A length over the time of the flow, before the colours of the phases.

use egui::{Align2, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, lerp, pos2, vec2};

use crate::explorer::theme::{self, GAP, Palette, SMALL, THICK, THIN};
use crate::session::SeparationProfile;

const HEIGHT: f32 = 84.0;
/// How strongly the phases are coloured.
const BANDS: f32 = 0.22;
/// More phases than this are too narrow to be told apart, and are not coloured.
const MAX_BANDS: usize = 160;

/// How far apart the selected points are, over the whole flow.
pub struct SeparationChart<'a> {
    /// What is drawn.
    pub separation: &'a SeparationProfile,
    /// "distance" or "spread".
    pub name: &'a str,
    /// The time shown.
    pub t: f64,
    /// L.
    pub duration: f64,
}

impl SeparationChart<'_> {
    /// Draws the chart over the whole width; gives the time that was clicked or dragged to.
    pub fn show(&self, ui: &mut Ui) -> Option<f64> {
        let palette = Palette::from_ui(ui);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click_and_drag());
        let label = format!("Chart: {} over time", self.name);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &label));
        let painter = ui.painter_at(rect);
        let chart = Rect::from_min_max(rect.min + vec2(1.0, SMALL + GAP), rect.max - vec2(1.0, 1.0));
        let across = |t: f64| lerp(chart.x_range(), (t / self.duration.max(f64::MIN_POSITIVE)) as f32);
        let largest = self.separation.largest().max(f64::MIN_POSITIVE);
        let up = |length: f64| lerp(chart.bottom()..=chart.top(), (length / largest) as f32);
        if self.separation.changes.len() <= MAX_BANDS {
            for change in &self.separation.changes {
                let [start, end] = change.times.map(across);
                let band = Rect::from_x_y_ranges(start..=end, chart.y_range());
                painter.rect_filled(band, 0.0, palette.phase(change.kind).gamma_multiply(BANDS));
            }
        }
        painter.hline(chart.x_range(), chart.bottom(), Stroke::new(THIN, palette.axis));
        let finite = self.separation.lengths.iter().filter(|(_, length)| length.is_finite());
        let line = finite.map(|&(t, length)| pos2(across(t), up(length))).collect();
        painter.add(Shape::line(line, Stroke::new(THICK, palette.ink)));
        painter.vline(across(self.t), chart.y_range(), Stroke::new(THIN, palette.highlight));
        let text =
            |at, align, caption: String| painter.text(at, align, caption, theme::small_font(), palette.faint_ink);
        text(rect.left_top(), Align2::LEFT_TOP, format!("{}, at most {}", self.name, theme::significant(largest)));
        let now = theme::significant(self.separation.at(self.t));
        text(rect.right_top(), Align2::RIGHT_TOP, format!("now {now}"));
        let pointed = response.interact_pointer_pos().filter(|_| response.clicked() || response.dragged());
        let asked = pointed.map(|at| f64::from((at.x - chart.left()) / chart.width().max(1.0)) * self.duration);
        response.on_hover_text(
            "How far apart the selected points are in the whole space, over the time of the flow; the colours are those of the phases. Click to go to a time.",
        );
        asked.map(|t| t.clamp(0.0, self.duration))
    }
}
