//! A length over the time of the flow, before the colours of the phases.

use egui::{Align, Layout, RichText, Role, Sense, Ui, WidgetInfo, vec2};
use egui_plot::{Axis, HLine, HoverPosition, Line, PlotBounds, PlotPoints, Span, VLine};

use super::chart::still_plot;
use super::chart_menu::{ChartMenu, line_table};
use crate::explorer::theme::{self, Palette, THICK, THIN};
use crate::session::SeparationProfile;

const HEIGHT: f32 = 66.0;
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
        let width = ui.available_width();
        let palette = Palette::from_ui(ui);
        let largest = self.separation.largest().max(f64::MIN_POSITIVE);
        ui.horizontal(|ui| {
            let caption = |text: String| RichText::new(text).font(theme::small_font()).color(palette.faint_ink);
            ui.label(caption(format!("{}, at most {}", self.name, theme::significant(largest))));
            let now = caption(format!("now {}", theme::significant(self.separation.at(self.t))));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(now));
        });
        let label = format!("Chart: {} over time", self.name);
        let duration = self.duration.max(f64::MIN_POSITIVE);
        let plot = still_plot(&label, HEIGHT)
            .show_axes(false)
            .show_grid(false)
            .sense(Sense::click_and_drag())
            .label_formatter(|_: &HoverPosition<'_>| None);
        let shown = plot.show(ui, |chart| {
            chart.set_plot_bounds(PlotBounds::from_min_max([0.0, 0.0], [duration, largest]));
            if self.separation.changes.len() <= MAX_BANDS {
                for change in &self.separation.changes {
                    let [start, end] = change.times;
                    let band = Span::new("", start..=end).axis(Axis::X).border_width(0.0);
                    chart.span(band.fill(palette.phase(change.kind).gamma_multiply(BANDS)));
                }
            }
            chart.hline(HLine::new("0", 0.0).color(palette.axis).width(THIN));
            let finite = self.separation.lengths.iter().filter(|(_, length)| length.is_finite());
            let line: Vec<[f64; 2]> = finite.map(|&(t, length)| [t, length]).collect();
            chart.line(Line::new(self.name, PlotPoints::from(line)).color(palette.ink).width(THICK));
            chart.vline(VLine::new("now", self.t).color(palette.highlight).width(THIN));
            chart.pointer_coordinate().map(|at| at.x)
        });
        let response = shown.response;
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &label));
        let lengths = self.separation.lengths.iter().map(|&(t, length)| [t, length]);
        let numbers = || line_table(("t", self.name), vec![(self.name.to_owned(), lengths.clone().collect())]);
        let draw = |ui: &mut Ui| {
            self.show(ui);
        };
        ChartMenu { name: &label, size: vec2(width, 2.0 * HEIGHT), numbers: Some(&numbers), draw: &draw }
            .attach(&response);
        let asked = shown.inner.filter(|_| response.clicked() || response.dragged());
        response.on_hover_text(
            "How far apart the selected points are in the whole space, over the time of the flow; the colours are those of the phases. Click to go to a time.",
        );
        asked.map(|t| t.clamp(0.0, self.duration))
    }
}
