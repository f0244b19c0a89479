//! Help ▸ The model: the whole idea on one screen, with a small live picture for each phase.

use egui::{Context, Id, Modal, Painter, Pos2, Rect, RichText, Role, Sense, Shape, Stroke, Ui, WidgetInfo, vec2};

use super::page;
use crate::explorer::theme::{self, CORNER, GAP, Palette, SECTION_GAP, SMALL, THICK, THIN};
use crate::flow::{CompressionLaw, PhaseKind, TimeLaw};
use crate::network::Activation;
use crate::session::{Command, WindowCommand};

/// The width of the screen's middle that the text takes.
const WIDTH: f32 = 930.0;
/// The height of a picture.
const PICTURE: f32 = 136.0;
const COLUMNS: usize = 3;
/// Seconds that a phase takes in a picture, and for which it rests at each end.
const SECONDS: f64 = 2.2;
const REST: f64 = 0.7;
/// The half width of what a picture shows, in units of the example.
const REACH: f32 = 2.1;
/// Lines of the example's grid in each direction, and points on a line.
const LINES: i32 = 4;
const POINTS: i32 = 8;
/// Euler steps in the last picture.
const STEPS: u32 = 4;

/// The example: Vᵀ turns by 40°, Σ = diag(1.7, 0.45), U turns by −60°, b = (0.6, 0.2), σ = tanh.
const TURN_IN: f64 = 0.70;
const FACTORS: [f64; 2] = [1.7, 0.45];
const TURN_OUT: f64 = -1.05;
const BIAS: [f64; 2] = [0.6, 0.2];
/// The turn that the Euler steps approximate: wide enough for their error to be seen.
const EULER_TURN: f64 = 2.2;

const INTRODUCTION: &str = "A layer σ(Wx + b) moves the data all at once. Here it happens in time: with the singular value \
     decomposition W = U Σ Vᵀ a layer becomes five motions, one after the other, each in its own clock s from 0 to 1.";

/// What each picture is of: the phase, its formula, and what it does.
const PHASES: [(PhaseKind, &str, &str); 5] = [
    (PhaseKind::RotateIn, "x(s) = exp(s A) x, exp(A) = Vᵀ", "The directions to be stretched turn onto the axes."),
    (PhaseKind::Compress, "x(s) = σ^s · x along each axis", "Each axis is stretched or compressed; σ = 0 loses it."),
    (PhaseKind::RotateOut, "x(s) = exp(s A) x, exp(A) = U", "The result turns to where the layer wants it."),
    (PhaseKind::Shift, "x(s) = x + s b", "The bias moves everything by the same amount."),
    (PhaseKind::Activate, "y(s) = (1 − s) y + s σ(y)", "Each coordinate goes straight to its activation."),
];

const EULER: (&str, &str, &str) = (
    "Euler steps: a ResNet",
    "x ← x + h v(x), h = 1/N",
    "N steps instead of the flow. Each is a block x + f(x); the error falls as 1/N.",
);

const CONCLUSION: &str = "Together the motions are a velocity field v(x, t), and layer k fills t from k − 1 to k. What the \
     network answers is carried along: u(x, t) solves the transport equation ∂u/∂t + v·∇u = 0 and ends as the output \
     function, u(x, T) = f(x). It is constant along every path, so u(x, 0) is the classifier on the input space.";

/// Draws the screen over the window and tells when it is to be closed.
pub fn show(ctx: &Context) -> Vec<Command> {
    let modal = Modal::new(Id::unique("the model")).show(ctx, |ui| {
        ui.set_width(WIDTH.min(ctx.content_rect().width() - 60.0));
        let closes = page::heading(ui, "The model: a network is a flow");
        contents(ui);
        closes
    });
    ctx.request_repaint();
    if modal.inner || modal.should_close() { vec![Command::Window(WindowCommand::Show(None))] } else { Vec::new() }
}

/// The text and the pictures.
fn contents(ui: &mut Ui) {
    ui.label(INTRODUCTION);
    ui.add_space(GAP);
    let s = TimeLaw::Smooth.phase_time(page::clock(ui.input(|input| input.time), SECONDS, REST));
    let width = (ui.available_width() - SECTION_GAP * (COLUMNS - 1) as f32) / COLUMNS as f32;
    let palette = Palette::from_ui(ui);
    egui::Grid::new("phases").num_columns(COLUMNS).spacing([SECTION_GAP, SECTION_GAP]).show(ui, |ui| {
        for (position, (kind, formula, caption)) in PHASES.into_iter().enumerate() {
            let colour = palette.phase(kind);
            cell(ui, width, (kind.label(), formula, caption), Some(colour), |picture| {
                picture.phase(position, s, colour)
            });
            if position + 1 == COLUMNS {
                ui.end_row();
            }
        }
        cell(ui, width, EULER, None, |picture| picture.euler(s));
    });
    ui.add_space(GAP);
    ui.label(CONCLUSION);
    ui.horizontal(|ui| {
        ui.label(theme::note(ui, "After Z. Li and Z. Shi,"));
        ui.hyperlink_to(
            RichText::new("A Flow Model of Neural Networks, arXiv:1708.06257").small(),
            "https://arxiv.org/abs/1708.06257",
        );
    });
}

/// A picture between its title and its words.
fn cell(
    ui: &mut Ui,
    width: f32,
    (title, formula, caption): (&str, &str, &str),
    colour: Option<egui::Color32>,
    draw: impl FnOnce(&Picture<'_>),
) {
    ui.vertical(|ui| {
        ui.set_width(width);
        ui.horizontal(|ui| {
            if let Some(colour) = colour {
                let (swatch, _) = ui.allocate_exact_size(vec2(SMALL * 0.8, SMALL * 0.8), Sense::hover());
                ui.painter().rect_filled(swatch, CORNER, colour);
            }
            ui.strong(title);
        });
        let (rect, response) = ui.allocate_exact_size(vec2(width, PICTURE), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("Picture: {title}")));
        let palette = Palette::from_ui(ui);
        ui.painter().rect_filled(rect, CORNER, palette.stage);
        draw(&Picture { painter: ui.painter_at(rect), rect, palette });
        ui.label(RichText::new(formula).color(palette.ink));
        ui.label(theme::note(ui, caption));
    });
}

struct Picture<'a> {
    painter: Painter,
    rect: Rect,
    palette: &'a Palette,
}

impl Picture<'_> {
    fn position(&self, [x, y]: [f64; 2]) -> Pos2 {
        let scale = 0.5 * self.rect.height() / REACH;
        self.rect.center() + scale * vec2(x as f32, -y as f32)
    }

    fn axes(&self) {
        let stroke = Stroke::new(THIN, self.palette.track);
        self.painter.hline(self.rect.x_range(), self.rect.center().y, stroke);
        self.painter.vline(self.rect.center().x, self.rect.y_range(), stroke);
    }

    /// The example's grid and two classes of points at phase time s of phase `position`, after all phases before it.
    fn phase(&self, position: usize, s: f64, colour: egui::Color32) {
        self.axes();
        let step = 1.0 / f64::from(LINES);
        let fine = 1.0 / f64::from(POINTS);
        for line in -LINES..=LINES {
            let at = f64::from(line) * step;
            for flip in [false, true] {
                let points = (-POINTS..=POINTS).map(|point| {
                    let along = f64::from(point) * fine;
                    self.position(moved(if flip { [at, along] } else { [along, at] }, position, s))
                });
                self.painter.add(Shape::line(points.collect(), Stroke::new(THIN, colour.gamma_multiply(0.55))));
            }
        }
        for sample in 0..16_usize {
            let (class, angle) = (sample % 2, std::f64::consts::TAU * sample as f64 / 16.0);
            let radius = if class == 0 { 0.85 } else { 0.4 };
            let at = self.position(moved([radius * angle.cos(), radius * angle.sin()], position, s));
            self.painter.circle_filled(at, theme::POINT_RADIUS, self.palette.class(class));
        }
    }

    /// A point that turns, and the same in Euler steps, which leave the circle along its tangents.
    fn euler(&self, s: f64) {
        self.axes();
        let start = [1.2, 0.0];
        let exact = (0..=64).map(|part| self.position(turned(start, EULER_TURN * s * f64::from(part) / 64.0)));
        self.painter.add(Shape::line(exact.collect(), Stroke::new(THICK, self.palette.ink)));
        let mut corners = vec![start];
        let mut at = start;
        let h = 1.0 / f64::from(STEPS);
        for step in 0..STEPS {
            let taken = (s - f64::from(step) * h).clamp(0.0, h);
            at = [at[0] - taken * EULER_TURN * at[1], at[1] + taken * EULER_TURN * at[0]];
            if taken > 0.0 {
                corners.push(at);
            }
        }
        let steps: Vec<Pos2> = corners.into_iter().map(|corner| self.position(corner)).collect();
        self.painter.add(Shape::line(steps.clone(), Stroke::new(THICK, self.palette.error_large)));
        for corner in steps {
            self.painter.circle_filled(corner, theme::POINT_RADIUS, self.palette.error_large);
        }
        let text = |at: Pos2, align, caption: &str, colour| {
            self.painter.text(at, align, caption, theme::small_font(), colour);
        };
        let corner = self.rect.shrink(GAP);
        text(corner.left_top(), egui::Align2::LEFT_TOP, "the flow", self.palette.ink);
        text(corner.right_top(), egui::Align2::RIGHT_TOP, "N = 4 steps", self.palette.error_large);
    }
}

fn turned([x, y]: [f64; 2], angle: f64) -> [f64; 2] {
    let (sin, cos) = angle.sin_cos();
    [cos * x - sin * y, sin * x + cos * y]
}

/// Where the example takes a point: all phases before `position`, and that one up to phase time s.
fn moved(point: [f64; 2], position: usize, s: f64) -> [f64; 2] {
    let mut point = point;
    for (phase, (kind, ..)) in PHASES.into_iter().enumerate().take(position + 1) {
        let s = if phase < position { 1.0 } else { s };
        point = match kind {
            PhaseKind::RotateIn => turned(point, s * TURN_IN),
            PhaseKind::RotateOut => turned(point, s * TURN_OUT),
            PhaseKind::Shift => [0, 1].map(|axis| point[axis] + s * BIAS[axis]),
            PhaseKind::Activate => point.map(|y| (1.0 - s) * y + s * Activation::Tanh.value(y)),
            _ => [0, 1].map(|axis| point[axis] * CompressionLaw::Geometric.factor(FACTORS[axis], s)),
        };
    }
    point
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_picture_begins_where_the_one_before_ends() {
        for position in 1..PHASES.len() {
            for point in [[1.0, 0.0], [-0.3, 0.8]] {
                let (end, start) = (moved(point, position - 1, 1.0), moved(point, position, 0.0));
                assert!((end[0] - start[0]).hypot(end[1] - start[1]) < 1e-12);
            }
        }
        // All of it stays in sight.
        let farthest =
            (0..PHASES.len()).map(|position| moved([1.0, 1.0], position, 1.0)).map(|[x, y]| x.abs().max(y.abs()));
        assert!(farthest.fold(0.0, f64::max) < 2.0 * f64::from(REACH));
    }

    #[test]
    fn the_clock_rests_at_both_ends() {
        let clock = |time| page::clock(time, SECONDS, REST);
        assert_eq!(clock(0.0), 0.0);
        assert_eq!(clock(REST / 2.0), 0.0);
        assert!((clock(REST + SECONDS / 2.0) - 0.5).abs() < 1e-12);
        assert_eq!(clock(REST + SECONDS + 0.1), 1.0);
    }
}
