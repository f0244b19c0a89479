//! The unit ball becoming the ellipsoid, in step with the stage.

use egui::{Align2, Color32, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, vec2};
use nalgebra::{Matrix2, Matrix2x3, Matrix3, Vector2, Vector3};

use super::shown::Shown;
use crate::explorer::theme::{self, Palette, THICK, THIN};
use crate::explorer::widgets::chart_menu::ChartMenu;
use crate::flow::PhaseKind;
use crate::session::{Command, Glyph, ViewCommand, coordinate_name, subscript};

const HEIGHT: f32 = 168.0;
/// Corners of a circle.
const CORNERS: usize = 72;
/// A whole turn for a drag across the picture.
const TURN: f64 = std::f64::consts::TAU * 0.6;

pub(super) fn show(ui: &mut Ui, shown: &Shown<'_>, commands: &mut Vec<Command>) {
    let Some(detail) = shown.detail(ui) else { return };
    let Some(glyph) = &detail.glyph else { return };
    let in_space = glyph.coordinates.len() > 2;
    let (rect, response) = ui
        .allocate_exact_size(vec2(ui.available_width(), HEIGHT), if in_space { Sense::drag() } else { Sense::hover() });
    let name = format!("Unit ball of layer {}", shown.layer.index);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    if response.dragged() {
        let [sideways, downward] =
            [response.drag_delta().x, response.drag_delta().y].map(|by| f64::from(by / HEIGHT) * TURN);
        commands.push(Command::View(ViewCommand::Turn { sideways, downward }));
    }
    if ui.is_rect_visible(rect) {
        paint(ui, rect, shown, glyph);
    }
    let draw = |ui: &mut Ui| {
        let (rect, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
        paint(ui, rect, shown, glyph);
    };
    ChartMenu { name: &name, size: rect.size(), numbers: None, draw: &draw }.attach(&response);
    response.on_hover_text_at_pointer(if in_space {
        "Thin: the unit ball of the input. Filled: what the linear phases have made of it by now, with the directions v of \
         its singular values. A drag turns it together with the stage."
    } else {
        "Thin: the unit circle of the input. Filled: what the linear phases have made of it by now, with the directions v \
         of its singular values."
    });
    ui.label(theme::note(ui, label(glyph, shown.layer.inputs)));
}

/// Paints the ball as it is now.
fn paint(ui: &Ui, rect: Rect, shown: &Shown<'_>, glyph: &Glyph) {
    let palette = Palette::from_ui(ui);
    let rows = if glyph.coordinates.len() > 2 { shown.view.camera.orientation.rows() } else { FRONT };
    let screen_from_space = Matrix2x3::from_fn(|row, column| rows[row][column]);
    let largest = glyph.singular_values.iter().fold(1.0_f64, |largest, sigma| largest.max(*sigma));
    let scale = f64::from(0.40 * rect.height()) / largest;
    let ball = glyph.at(shown.flow, shown.layer, shown.t);
    let drawing = Drawing { painter: ui.painter_at(rect), palette, rect, screen_from_space: screen_from_space * scale };
    drawing.draw(glyph, &ball, palette.phase(PhaseKind::Compress));
}

const FRONT: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// What of the ball is seen.
fn label(glyph: &Glyph, inputs: usize) -> String {
    let names: Vec<String> = glyph.coordinates.iter().map(|index| coordinate_name(*index)).collect();
    let values: Vec<String> = glyph.singular_values.iter().map(|sigma| theme::significant(*sigma)).collect();
    let values = values.join(", ");
    if glyph.is_whole {
        format!("The whole ball, σ = {values}")
    } else {
        let count = glyph.singular_values.len();
        let of = if count < inputs {
            format!("{count} leading of {inputs} directions")
        } else {
            "All directions".to_owned()
        };
        format!("{of}, seen on {}; σ = {values}", names.join(", "))
    }
}

struct Drawing<'a> {
    painter: Painter,
    palette: &'a Palette,
    rect: Rect,
    /// In points, up positive.
    screen_from_space: Matrix2x3<f64>,
}

impl Drawing<'_> {
    fn position(&self, point: Vector3<f64>) -> Pos2 {
        self.on_screen(self.screen_from_space * point)
    }

    fn on_screen(&self, point: Vector2<f64>) -> Pos2 {
        self.rect.center() + vec2(point.x as f32, -point.y as f32)
    }

    fn draw(&self, glyph: &Glyph, ball: &Matrix3<f64>, colour: Color32) {
        let palette = self.palette;
        let count = glyph.singular_values.len();
        self.axes(glyph);
        let mut start = Matrix3::identity();
        (count..3).for_each(|index| start[(index, index)] = 0.0);
        self.painter.add(Shape::closed_line(self.outline(&start), Stroke::new(THIN, palette.axis)));
        self.fill(self.outline(ball), colour);
        if count > 2 {
            for [first, second] in [[0, 1], [1, 2], [0, 2]] {
                let circle =
                    angles().map(|(cos, sin)| self.position(ball.column(first) * cos + ball.column(second) * sin));
                self.painter.add(Shape::closed_line(circle.collect(), Stroke::new(THIN, colour.gamma_multiply(0.6))));
            }
        }
        for index in 0..count {
            let end = self.position(ball.column(index).into_owned());
            self.painter.line_segment([self.rect.center(), end], Stroke::new(THICK, palette.ink));
            let away = (end - self.rect.center()).normalized();
            let at = end + 8.0 * away;
            let text = format!("v{}", subscript(index + 1));
            self.painter.text(at, Align2::CENTER_CENTER, text, theme::small_font(), palette.ink);
        }
    }

    /// The body within an outline. One that is all but flat is a line: the corners at its ends would become spikes.
    fn fill(&self, outline: Vec<Pos2>, colour: Color32) {
        let radius = |corner: &Pos2| (*corner - self.rect.center()).length();
        let least = outline.iter().map(radius).fold(f32::INFINITY, f32::min);
        let farthest = outline.iter().max_by(|one, other| radius(one).total_cmp(&radius(other))).copied();
        let Some(end) = farthest else { return };
        if least < THICK {
            let opposite = self.rect.center() - (end - self.rect.center());
            self.painter.line_segment([opposite, end], Stroke::new(2.0 * THICK, colour));
        } else {
            self.painter.add(Shape::convex_polygon(outline, colour.gamma_multiply(0.18), Stroke::new(THICK, colour)));
        }
    }

    /// The axes of the coordinates that are seen, with their names.
    fn axes(&self, glyph: &Glyph) {
        let reach = 0.47 * f64::from(self.rect.height()) / self.screen_from_space.norm().max(f64::MIN_POSITIVE)
            * std::f64::consts::SQRT_2;
        for (index, coordinate) in glyph.coordinates.iter().enumerate() {
            let mut end = Vector3::zeros();
            end[index] = reach;
            let (from, to) = (self.position(-end), self.position(end));
            self.painter.line_segment([from, to], Stroke::new(THIN, self.palette.track));
            let text = coordinate_name(*coordinate);
            // A leading direction is turned onto the positive half of its axis, where its own name stands.
            let at = if glyph.is_whole { to } else { from };
            self.painter.text(at, Align2::CENTER_CENTER, text, theme::small_font(), self.palette.faint_ink);
        }
    }

    /// The outline of the image of the unit ball: with G = (SB)(SB)ᵀ, S the screen's rows, it is G^½ of the unit circle.
    fn outline(&self, ball: &Matrix3<f64>) -> Vec<Pos2> {
        let shown = self.screen_from_space * ball;
        let gram: Matrix2<f64> = shown * shown.transpose();
        // The square root of a symmetric 2×2 matrix: (G + √det G · I)/√(tr G + 2√det G).
        let root = gram.determinant().max(0.0).sqrt();
        let divisor = (gram.trace() + 2.0 * root).max(f64::MIN_POSITIVE).sqrt();
        let half = (gram + Matrix2::identity() * root) / divisor;
        angles().map(|(cos, sin)| self.on_screen(half * Vector2::new(cos, sin))).collect()
    }
}

fn angles() -> impl Iterator<Item = (f64, f64)> {
    (0..CORNERS).map(|corner| {
        let (sin, cos) = (std::f64::consts::TAU * corner as f64 / CORNERS as f64).sin_cos();
        (cos, sin)
    })
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    #[test]
    fn the_outline_reaches_as_far_as_the_largest_singular_value() {
        let context = egui::Context::default();
        let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(200.0, 200.0));
        let painter = Painter::new(context, egui::LayerId::background(), rect);
        let drawing = Drawing {
            painter,
            palette: Palette::for_dark(true),
            rect,
            screen_from_space: Matrix2x3::new(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        };
        // 3 along the diagonal, 1 across it.
        let ball = Matrix3::new(2.0, 1.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 5.0);
        let radii = drawing.outline(&ball).into_iter().map(|corner| (corner - rect.center()).length());
        let (least, largest) = radii.fold((f32::MAX, 0.0_f32), |(least, largest), r| (least.min(r), largest.max(r)));
        assert!((largest - 3.0).abs() < 1e-4 && (least - 1.0).abs() < 1e-4, "{least} {largest}");
        // A lost direction leaves a line.
        let flat = drawing.outline(&Matrix3::new(1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0));
        assert!(flat.iter().all(|corner| (corner.x - 100.0 + (corner.y - 100.0)).abs() < 1e-3));
    }
}
