//! The symbols on the transport's buttons, drawn as shapes: fonts differ in which of them they have.

use std::f32::consts::TAU;

use egui::{Button, Color32, Painter, Pos2, Rect, Response, Shape, Stroke, Ui, pos2, vec2};

use super::theme;
use crate::explorer::widgets::naming::name_toggle;

/// The side of a button with a symbol.
pub const BUTTON: f32 = 28.0;
/// Half the side of the square that a symbol fills.
const HALF: f32 = 6.0;
/// The points of the arc of the loop.
const ARC_POINTS: usize = 24;
/// The part of the loop's circle that is left open for its arrow.
const ARC_GAP: f32 = 0.14;

/// A symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A triangle to the right.
    Play,
    /// A triangle to the left.
    PlayBack,
    /// Two bars.
    Pause,
    /// A triangle to the left, against a bar.
    Back,
    /// A triangle to the right, against a bar.
    On,
    /// A circle that ends in an arrow.
    Loop,
    /// A cross.
    Cross,
    /// Two arrows away from each other.
    Whole,
    /// Lines under each other.
    List,
    /// Three bars of different height.
    Bars,
    /// A staircase.
    Steps,
    /// A triangle with a stroke in it.
    Warning,
    /// A circle with a dot.
    Target,
}

/// A button with a symbol, a name for those who cannot see it, and a tip.
pub fn button(ui: &mut Ui, icon: Icon, name: &str, tip: &str, on: bool) -> Response {
    let response = ui.add(Button::new("").min_size(vec2(BUTTON, BUTTON)).selected(on));
    name_toggle(&response, on, name);
    if ui.is_rect_visible(response.rect) {
        let colour = ui.style().interact_selectable(&response, on).text_color();
        draw(ui.painter(), Rect::from_center_size(response.rect.center(), vec2(2.0 * HALF, 2.0 * HALF)), icon, colour);
    }
    response.on_hover_text(tip)
}

fn draw(painter: &Painter, rect: Rect, icon: Icon, colour: Color32) {
    let stroke = Stroke::new(theme::THICK, colour);
    let filled = |points: Vec<Pos2>| Shape::convex_polygon(points, colour, Stroke::NONE);
    let triangle = |tip: f32, base: f32| {
        filled(vec![pos2(base, rect.top()), pos2(tip, rect.center().y), pos2(base, rect.bottom())])
    };
    match icon {
        Icon::Play => {
            painter.add(triangle(rect.right(), rect.left() + 1.0));
        }
        Icon::PlayBack => {
            painter.add(triangle(rect.left(), rect.right() - 1.0));
        }
        Icon::Pause => {
            for x in [rect.left() + 3.0, rect.right() - 3.0] {
                painter.vline(x, rect.y_range(), Stroke::new(1.8 * theme::THICK, colour));
            }
        }
        Icon::Back => {
            painter.vline(rect.left() + 1.0, rect.y_range(), stroke);
            painter.add(triangle(rect.left() + 2.5, rect.right()));
        }
        Icon::On => {
            painter.vline(rect.right() - 1.0, rect.y_range(), stroke);
            painter.add(triangle(rect.right() - 2.5, rect.left()));
        }
        Icon::Loop => draw_loop(painter, rect, stroke),
        Icon::Whole => {
            let middle = rect.center();
            painter.hline(rect.x_range(), middle.y, stroke);
            for (x, inward) in [(rect.left(), 4.0), (rect.right(), -4.0)] {
                let arrow = vec![pos2(x, middle.y), pos2(x + inward, middle.y - 4.0), pos2(x + inward, middle.y + 4.0)];
                painter.add(filled(arrow));
            }
        }
        Icon::List => {
            for y in [rect.top() + 1.0, rect.center().y, rect.bottom() - 1.0] {
                painter.hline(rect.x_range(), y, stroke);
            }
        }
        Icon::Bars => {
            for (x, share) in [(0.15, 1.0), (0.5, 0.65), (0.85, 0.35)] {
                let top = rect.bottom() - share * rect.height();
                painter.vline(
                    rect.left() + x * rect.width(),
                    top..=rect.bottom(),
                    Stroke::new(2.0 * theme::THICK, colour),
                );
            }
        }
        Icon::Steps => {
            let at = |x: f32, y: f32| rect.left_bottom() + vec2(x * rect.width(), -y * rect.height());
            let corners = [at(0.0, 0.0), at(0.33, 0.0), at(0.33, 0.5), at(0.67, 0.5), at(0.67, 1.0), at(1.0, 1.0)];
            painter.add(Shape::line(corners.to_vec(), stroke));
        }
        Icon::Warning => {
            let corners = vec![rect.center_top(), rect.right_bottom(), rect.left_bottom()];
            painter.add(Shape::closed_line(corners, stroke));
            painter.vline(rect.center().x, rect.top() + 4.5..=rect.bottom() - 3.0, stroke);
        }
        Icon::Target => {
            painter.circle_stroke(rect.center(), HALF - 0.5, stroke);
            painter.circle_filled(rect.center(), 2.0, colour);
        }
        Icon::Cross => {
            let inner = rect.shrink(1.5);
            painter.line_segment([inner.left_top(), inner.right_bottom()], stroke);
            painter.line_segment([inner.right_top(), inner.left_bottom()], stroke);
        }
    }
}

/// Clockwise from just after the top, all the way round to the arrow at the top.
fn draw_loop(painter: &Painter, rect: Rect, stroke: Stroke) {
    let (centre, radius) = (rect.center(), HALF - 0.5);
    let at = |turn: f32| centre + radius * vec2((TAU * turn).sin(), -(TAU * turn).cos());
    let arc = (0..=ARC_POINTS).map(|i| at(ARC_GAP + (1.0 - ARC_GAP) * i as f32 / ARC_POINTS as f32)).collect();
    painter.add(Shape::line(arc, stroke));
    let top = at(1.0);
    let arrow = vec![top + vec2(-1.0, -3.5), top + vec2(4.0, 0.0), top + vec2(-1.0, 3.5)];
    painter.add(Shape::convex_polygon(arrow, stroke.color, Stroke::NONE));
}
