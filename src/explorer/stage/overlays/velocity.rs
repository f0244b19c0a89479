//! The velocity field v(x, t): arrows, streamlines, drifting particles.

use std::sync::Arc;

use egui::{Painter, Pos2, Shape, Stroke, Ui, Vec2};

use super::field::position;
use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::explorer::theme::{Palette, THICK, THIN};
use crate::flow::Flow;
use crate::session::{Field, ParticleWindow, Particles};

/// The longest arrow, as a share of the shorter side of the plane.
const LONGEST: f64 = 0.09;
/// The head of an arrow, in points.
const HEAD: f32 = 5.0;
/// How strong streamlines are; the points must stand out from them.
const LINE_STRENGTH: f32 = 0.6;
/// A particle leaves a streak of the way that it makes in so many seconds, but no longer than this on the screen.
const STREAK_SECONDS: f64 = 0.25;
const LONGEST_STREAK: f32 = 26.0;

/// The longest arrow has one length on the plane, whatever the speed; the others are in proportion.
pub fn arrows(painter: &Painter, palette: &Palette, transform: &ScreenTransform, field: &Field) {
    let fastest = field.arrows.iter().fold(0.0, |fastest: f64, arrow| fastest.max(arrow.speed));
    let size = field.reach.map(|reach| reach.iter().map(|x| x * x).sum::<f64>().sqrt());
    let scale = 2.0 * LONGEST * size[0].min(size[1]) / fastest;
    if !scale.is_finite() {
        return;
    }
    let stroke = Stroke::new(THIN, palette.faint_ink);
    for arrow in &field.arrows {
        let from = field.position(arrow.at);
        let to = [0, 1, 2].map(|row| from[row] + scale * arrow.velocity[row]);
        if let (Some((from, _)), Some((to, _))) = (transform.position(from), transform.position(to)) {
            painter.line_segment([from, to], stroke);
            head(painter, to, to - from, stroke);
        }
    }
}

/// The lines that follow the field, with a head where they end.
pub fn streamlines(painter: &Painter, palette: &Palette, transform: &ScreenTransform, field: &Field) {
    let stroke = Stroke::new(THIN, palette.faint_ink.gamma_multiply(LINE_STRENGTH));
    for line in &field.streamlines {
        let positions: Vec<Pos2> = line.iter().map_while(|at| position(transform, field, *at)).collect();
        if let [.., before, last] = positions[..] {
            // The last piece is short; the head needs its direction, not its length.
            head(painter, last, (last - before).normalized() * 2.0 * HEAD, stroke);
        }
        painter.add(Shape::line(positions, stroke));
    }
}

pub(super) fn head(painter: &Painter, tip: Pos2, along: Vec2, stroke: Stroke) {
    let size = HEAD.min(0.5 * along.length());
    if size > 1.0 {
        let back = along.normalized() * size;
        let wings = [tip - back + 0.5 * back.rot90(), tip, tip - back - 0.5 * back.rot90()];
        painter.add(Shape::convex_polygon(wings.to_vec(), stroke.color, Stroke::NONE));
    }
}

/// Moves the particles on to time t and draws each with a streak behind it. Asks for another frame while they move.
pub fn particles(
    ui: &Ui,
    painter: &Painter,
    transform: &ScreenTransform,
    (flow, field, t): (&Flow, &Arc<Field>, f64),
    particles: &mut Particles,
) {
    let seconds = f64::from(ui.input(|input| input.unstable_dt));
    if particles.advance(flow, field, t, seconds, window(transform, field)) {
        ui.ctx().request_repaint();
    }
    let palette = Palette::from_ui(ui);
    let on_screen = |lengths: [f64; 2]| transform.position(field.position_of_lengths(lengths)?).map(|(at, _)| at);
    for particle in particles.all() {
        let behind = [0, 1].map(|axis| particle.at[axis] - STREAK_SECONDS * particle.pace[axis]);
        let (Some(at), Some(behind)) = (on_screen(particle.at), on_screen(behind)) else { continue };
        let streak = behind - at;
        let streak = streak * (LONGEST_STREAK / streak.length().max(LONGEST_STREAK));
        let colour = palette.faint_ink.gamma_multiply(particle.strength);
        painter.line_segment([at + streak, at], Stroke::new(THIN, colour.gamma_multiply(0.5)));
        painter.line_segment([at + 0.5 * streak, at], Stroke::new(THIN, colour));
        painter.circle_filled(at, THICK * 0.6, colour);
    }
}

/// The part of the plane that is seen, so that however far a picture is magnified as many particles are in sight.
fn window(transform: &ScreenTransform, field: &Field) -> ParticleWindow {
    if transform.space {
        return [[-1.0, 1.0]; 2];
    }
    let seen = transform.seen();
    [0, 1].map(|axis| {
        let half = field.reach[axis][axis];
        let share = |at: f64| ((at - field.origin[axis]) / half).clamp(-1.0, 1.0);
        let [from, to] = seen[axis].map(share);
        if from < to { [from, to] } else { [-1.0, 1.0] }
    })
}
