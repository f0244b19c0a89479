//! How values are spread before and after a map: two histograms over one axis, back to back.

use egui::{Align2, Color32, Mesh, Rect, Role, Sense, Stroke, Ui, WidgetInfo, lerp, vec2};

use super::chart_menu::ChartMenu;
use crate::diagnostics::Histogram;
use crate::explorer::theme::{self, Palette, SMALL, THIN};

/// The height of one of the two histograms.
const HALF: f32 = 30.0;

/// Draws `before` upward and `after` downward over the whole width. The heights are square roots of the counts, so that
/// a pile in one place does not hide the rest.
pub fn show(ui: &mut Ui, name: &str, before: &Histogram, after: &Histogram, colour: Color32) {
    let palette = Palette::from_ui(ui);
    let size = vec2(ui.available_width(), 2.0 * HALF + SMALL + 4.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let painter = ui.painter_at(rect);
    let chart = Rect::from_min_size(rect.min, vec2(rect.width(), 2.0 * HALF));
    let base = chart.center().y;
    for (histogram, direction, colour) in [(before, -1.0, palette.axis), (after, 1.0, colour)] {
        let most = histogram.counts.iter().copied().max().unwrap_or(0).max(1);
        let bars = histogram.counts.len().max(1) as f32;
        let mut mesh = Mesh::default();
        for (bar, count) in histogram.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let x = |bar: usize| lerp(chart.x_range(), bar as f32 / bars);
            // Even a single value is seen.
            let height = (HALF * (*count as f32 / most as f32).sqrt()).max(1.0);
            let end = base + direction * height;
            mesh.add_colored_rect(Rect::from_x_y_ranges(x(bar)..=x(bar + 1), base.min(end)..=base.max(end)), colour);
        }
        painter.add(mesh);
    }
    painter.hline(chart.x_range(), base, Stroke::new(THIN, palette.ink));
    let text = |at, align, text: String| painter.text(at, align, text, theme::small_font(), palette.faint_ink);
    text(chart.left_top(), Align2::LEFT_TOP, "y".to_owned());
    text(chart.left_bottom(), Align2::LEFT_BOTTOM, "σ(y)".to_owned());
    text(rect.left_bottom(), Align2::LEFT_BOTTOM, theme::significant(before.low));
    text(rect.right_bottom(), Align2::RIGHT_BOTTOM, theme::significant(before.high));
    ChartMenu { name, size, numbers: None, draw: &|ui| show(ui, name, before, after, colour) }.attach(&response);
    response.on_hover_text_at_pointer(
        "Upward: the data's values y before the activation. Downward: σ(y) after it. Heights are square roots of counts.",
    );
}
