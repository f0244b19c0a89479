//! The curve of an activation: where it ends, how far it has come, and where it folds.

use egui::{Align2, Color32, Pos2, Rect, Sense, Shape, Stroke, Ui, lerp, pos2, vec2};

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
        let palette = Palette::from_ui(ui);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, self.name));
        let painter = ui.painter_at(rect);
        let chart = rect.shrink(2.0);
        let (low, high) = self.range();
        let at = |x: f64, y: f64| -> Pos2 {
            let (across, up) = ((x + REACH) / (2.0 * REACH), (y - low) / (high - low));
            pos2(lerp(chart.x_range(), across as f32), chart.bottom() - chart.height() * up as f32)
        };
        painter.hline(chart.x_range(), at(0.0, 0.0).y, Stroke::new(THIN, palette.track));
        painter.vline(at(0.0, 0.0).x, chart.y_range(), Stroke::new(THIN, palette.track));
        let line = |f: &dyn Fn(f64) -> f64| -> Vec<Pos2> { xs().map(|x| at(x, f(x))).collect() };
        let sigma = |x: f64| self.activation.value(x);
        painter.extend(Shape::dashed_line(&line(&|x| x), Stroke::new(THIN, palette.axis), 4.0, 4.0));
        painter.add(Shape::line(line(&sigma), Stroke::new(THICK, self.colour.gamma_multiply(0.5))));
        painter.add(Shape::line(line(&|x| self.path(x)), Stroke::new(THICK, palette.ink)));
        self.mark_fold(&painter, palette, chart, &at);
        for (text, position, align) in
            [("y", chart.right_bottom(), Align2::RIGHT_BOTTOM), ("σ(y)", chart.left_top(), Align2::LEFT_TOP)]
        {
            painter.text(position, align, text, theme::small_font(), palette.faint_ink);
        }
        response.on_hover_text_at_pointer(
            "Dashed: where y starts. Coloured: where it ends, σ(y). Dark: where it is now, (1 − s)·y + s·σ(y).",
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
    fn mark_fold(&self, painter: &egui::Painter, palette: &Palette, chart: Rect, at: &dyn Fn(f64, f64) -> Pos2) {
        if !self.folded {
            return;
        }
        let falls = |y: &f64| (1.0 - self.s) + self.s * self.activation.slope(*y) < 0.0;
        let falling: Vec<Pos2> = xs().filter(falls).map(|x| at(x, self.path(x))).collect();
        let Some(&middle) = falling.get(falling.len() / 2) else { return };
        painter.add(Shape::line(falling, Stroke::new(THICK, palette.warning)));
        let text = pos2(middle.x.max(chart.left() + 20.0), middle.y - 6.0);
        painter.text(text, Align2::CENTER_BOTTOM, "fold", theme::small_font(), palette.warning);
    }
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
