//! A dial for one plane of a rotation: the arc shows its angle θ, the hand where it has turned to.
//!
//! Painted by hand: egui_plot has no polar charts.

use egui::{Align2, Color32, CursorIcon, Response, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};

use super::chart_menu::ChartMenu;
use crate::explorer::theme::{self, Palette, THICK, THIN};

/// The room a dial takes across.
pub const DIAL_WIDTH: f32 = 52.0;
const RADIUS: f32 = 20.0;
const HEIGHT: f32 = 62.0;
/// A point on the arc for every so many radians.
const ARC_STEP: f64 = 0.1;

/// The smallest angle that the arc is dragged to, in radians: a plane that turns by nothing has no dial.
const MIN_ANGLE: f64 = 2e-3;

/// One plane.
pub struct Dial<'a> {
    /// Its name for those who cannot see it.
    pub name: &'a str,
    /// θ in radians, 0 to π.
    pub angle: f64,
    /// How far the phase has come, 0 to 1.
    pub s: f64,
    /// The colour of the phase.
    pub colour: Color32,
    /// Whether the phase is on now.
    pub active: bool,
}

impl Dial<'_> {
    /// Draws the dial. Its directions are for the caller to show while it is hovered; besides, the angle is given that the
    /// end of the arc is dragged to.
    pub fn show(&self, ui: &mut Ui) -> (Response, Option<f64>) {
        let palette = Palette::from_ui(ui);
        let (rect, _) = ui.allocate_exact_size(vec2(DIAL_WIDTH, HEIGHT), Sense::hover());
        // By its name the dial keeps its drag while others before it come and go.
        let response = ui.interact(rect, ui.scope_id().with(("dial", self.name)), Sense::drag());
        let degrees = format!("{}°", theme::figure(self.angle.to_degrees(), 1));
        let label = format!("{}: {degrees}", self.name);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &label));
        let painter = ui.painter_at(rect);
        let centre = pos2(rect.center().x, rect.top() + RADIUS + 2.0);
        let on_rim = |angle: f64, radius: f32| centre + radius * vec2(angle.cos() as f32, -angle.sin() as f32);

        let pointer = response.interact_pointer_pos().filter(|_| response.dragged());
        let dragged = pointer.map(|at| dragged_to(at - centre));

        let strength = if self.active || response.hovered() { 1.0 } else { 0.55 };
        let colour = self.colour.gamma_multiply(strength);
        painter.circle(centre, RADIUS, palette.track, Stroke::NONE);
        // The reference direction from which the angle is read.
        painter.line_segment([centre, on_rim(0.0, RADIUS)], Stroke::new(THIN, palette.axis));
        painter.add(Shape::line(
            arc(self.angle).map(|angle| on_rim(angle, RADIUS - 1.0)).collect(),
            Stroke::new(THICK, colour),
        ));
        let pen = self.s * self.angle;
        let ink = if self.active { palette.ink } else { palette.faint_ink };
        painter.line_segment([centre, on_rim(pen, RADIUS - 3.0)], Stroke::new(THICK, ink));
        painter.circle_filled(centre, THICK, ink);
        let at = pos2(centre.x, rect.bottom());
        painter.text(at, Align2::CENTER_BOTTOM, &degrees, theme::small_font(), ink);
        let draw = |ui: &mut Ui| drop(self.show(ui));
        ChartMenu { name: self.name, size: rect.size(), numbers: None, draw: &draw }.attach(&response);
        let response = response.on_hover_cursor(CursorIcon::Grab).on_hover_text_at_pointer(format!(
            "{label}. It has turned by {}°. The stage shows the plane's two directions: a turns toward b. Drag the end of the \
             arc to another angle; W follows.",
            theme::figure(pen.to_degrees(), 1)
        ));
        (response, dragged)
    }
}

/// The angle of a place seen from the middle of the dial, −π to π, but never so near to 0 that the plane would be gone.
fn dragged_to(offset: Vec2) -> f64 {
    let angle = f64::from((-offset.y).atan2(offset.x));
    if angle.abs() < MIN_ANGLE { MIN_ANGLE.copysign(angle) } else { angle }
}

/// Angles from 0 to `to`, close enough for a smooth arc.
fn arc(to: f64) -> impl Iterator<Item = f64> {
    let steps = (to.abs() / ARC_STEP).ceil().clamp(1.0, 64.0) as usize;
    (0..=steps).map(move |step| to * step as f64 / steps as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arc_is_dragged_to_where_the_mouse_is_but_not_away() {
        assert!((dragged_to(vec2(0.0, -5.0)) - std::f64::consts::FRAC_PI_2).abs() < 1e-6);
        assert!((dragged_to(vec2(-3.0, 3.0)) + 0.75 * std::f64::consts::PI).abs() < 1e-6);
        assert_eq!(dragged_to(vec2(4.0, -0.0)), MIN_ANGLE);
        assert_eq!(dragged_to(vec2(4.0, 1e-3)), -MIN_ANGLE);
    }

    #[test]
    fn arcs_reach_their_angle() {
        for to in [0.0, 1e-9, 1.0, std::f64::consts::PI] {
            let angles: Vec<f64> = arc(to).collect();
            assert!(angles.len() >= 2 && angles[0] == 0.0 && (angles[angles.len() - 1] - to).abs() < 1e-12);
        }
    }
}
