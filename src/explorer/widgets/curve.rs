//! The curve of an activation: where it ends, how far it has come, and where it folds.

use egui::{Align2, Color32, Sense, Ui, vec2};
use egui_plot::{HLine, HoverPosition, Line, LineStyle, PlotBounds, PlotPoint, PlotPoints, PlotUi, Text, VLine};

use super::chart::still_plot;
use super::chart_menu::ChartMenu;
use crate::explorer::theme::{self, Palette, THICK, THIN};
use crate::network::Activation;

const HEIGHT: f32 = 104.0;
/// The curve is drawn over −REACH to REACH.
const REACH: f64 = 3.5;
const POINTS: usize = 97;

/// One activation at one moment.
pub struct Curve<'a> {
    /// Its name for those who cannot see it.
    pub name: &'a str,
    /// σ.
    pub activation: Activation,
    /// How far the phase has come, 0 to 1.
    pub s: f64,
    /// Whether the flow has folded by now.
    pub folded: bool,
    /// The colour of the phase.
    pub colour: Color32,
}

impl Curve<'_> {
    /// Draws the curve over the whole width.
    pub fn show(&self, ui: &mut Ui) {
        let width = ui.available_width();
        let palette = Palette::from_ui(ui);
        let (low, high) = self.range();
        let plot = still_plot(self.name, HEIGHT)
            .show_axes(false)
            .show_grid(false)
            .sense(Sense::hover())
            .label_formatter(|_: &HoverPosition<'_>| None);
        let shown = plot.show(ui, |chart| {
            chart.set_plot_bounds(PlotBounds::from_min_max([-REACH, low], [REACH, high]));
            chart.hline(HLine::new("0", 0.0).color(palette.track).width(THIN));
            chart.vline(VLine::new("0", 0.0).color(palette.track).width(THIN));
            let mut line = |f: &dyn Fn(f64) -> f64, colour, width, style| {
                let points: Vec<[f64; 2]> = xs().map(|x| [x, f(x)]).collect();
                chart.line(Line::new("", PlotPoints::from(points)).color(colour).width(width).style(style));
            };
            line(&|x| x, palette.axis, THIN, LineStyle::dashed_dense());
            line(&|x| self.activation.value(x), self.colour.gamma_multiply(0.5), THICK, LineStyle::Solid);
            line(&|x| self.path(x), palette.ink, THICK, LineStyle::Solid);
            self.mark_fold(chart, palette);
            for (text, position, align) in
                [("y", [REACH, low], Align2::RIGHT_BOTTOM), ("σ(y)", [-REACH, high], Align2::LEFT_TOP)]
            {
                chart.text(small(text, position, palette.faint_ink).anchor(align));
            }
        });
        shown.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, self.name));
        ChartMenu { name: self.name, size: vec2(width, HEIGHT), numbers: None, draw: &|ui| self.show(ui) }
            .attach(&shown.response);
        shown.response.on_hover_text_at_pointer(
            "Dashed: where y starts. Coloured: where it ends, σ(y). Uncoloured: where it is now, (1 − s)·y + s·σ(y).",
        );
    }

    /// (1−s) y + s σ(y).
    fn path(&self, y: f64) -> f64 {
        (1.0 - self.s) * y + self.s * self.activation.value(y)
    }

    /// The values that are in sight: those of σ, with a little of the line that it starts from.
    fn range(&self) -> (f64, f64) {
        let values = xs().map(|x| self.activation.value(x));
        let (low, high) = values.fold((-1.0, 1.0), |(low, high): (f64, f64), y| (low.min(y), high.max(y)));
        let margin = 0.08 * (high - low);
        (low - margin, high + margin)
    }

    /// Marks the coordinates that have folded over others: there the path falls while y rises.
    fn mark_fold(&self, chart: &mut PlotUi<'_>, palette: &Palette) {
        if !self.folded {
            return;
        }
        let falls = |y: &f64| (1.0 - self.s) + self.s * self.activation.slope(*y) < 0.0;
        let falling: Vec<[f64; 2]> = xs().filter(falls).map(|x| [x, self.path(x)]).collect();
        let Some(&middle) = falling.get(falling.len() / 2) else { return };
        chart.line(Line::new("", PlotPoints::from(falling)).color(palette.warning).width(THICK));
        chart.text(small("fold", middle, palette.warning).anchor(Align2::CENTER_BOTTOM));
    }
}

fn small(text: &str, [x, y]: [f64; 2], colour: Color32) -> Text {
    let text = egui::RichText::new(text).font(theme::small_font());
    Text::new("", PlotPoint::new(x, y), text).color(colour)
}

fn xs() -> impl Iterator<Item = f64> {
    (0..POINTS).map(|index| REACH * (2.0 * index as f64 / (POINTS - 1) as f64 - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(activation: Activation, s: f64) -> Curve<'static> {
        Curve { name: "", activation, s, folded: false, colour: Color32::WHITE }
    }

    #[test]
    fn every_curve_is_in_sight() {
        for activation in Activation::ALL.into_iter().filter(|activation| activation.is_coordinatewise()) {
            let curve = curve(activation, 1.0);
            let (low, high) = curve.range();
            assert!(xs().map(|x| curve.path(x)).all(|y| low <= y && y <= high), "{activation:?}");
        }
    }

    #[test]
    fn the_path_starts_at_the_line_and_ends_at_sigma() {
        for x in xs() {
            assert_eq!(curve(Activation::Tanh, 0.0).path(x), x);
            assert_eq!(curve(Activation::Tanh, 1.0).path(x), x.tanh());
        }
    }
}
