//! What moves the points at the moment: the axes that are stretched, the plane that turns, the shift, the activation's curve.

use egui::{Align2, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};
use nalgebra::DVector;

use super::marks::{self, Names};
use crate::explorer::stage::input::StageInput;
use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::explorer::theme::{self, GAP, Palette, THICK, THIN};
use crate::flow::Motion;
use crate::network::Activation;
use crate::session::{Directions, Hovered, Scene, ViewPose, directions, subscript};

/// In wider flows the few directions that can be drawn would not be what moves the points.
const MAX_DIMENSION: usize = 3;
/// The size of the activation's curve.
const INSET: egui::Vec2 = vec2(104.0, 72.0);
/// The inset is drawn in views that are at least so large.
const ROOM: egui::Vec2 = vec2(360.0, 240.0);
/// It stands over the scale bar.
const OVER_SCALE_BAR: f32 = 34.0;
/// The curve is drawn over −REACH to REACH.
const REACH: f64 = 3.0;
/// Its points.
const STEPS: usize = 60;
/// Where the slope is below this share of the steepest the curve is flat.
const FLAT: f64 = 0.05;
/// A shift that is shorter on the screen is not drawn.
const SHORTEST: f32 = 4.0;

/// Draws what the phase at this time does.
pub fn draw(
    painter: &Painter,
    palette: &Palette,
    transform: &ScreenTransform,
    (input, scene, pose): (&StageInput<'_>, &Scene, &ViewPose),
) {
    let (flow, t) = (&scene.flow, input.t);
    let moment = flow.moment(t);
    let Some(layer) = flow.layers().get(moment.layer) else { return };
    let Some((index, phase)) = moment.phase.and_then(|index| Some((index, layer.phases.get(index)?))) else { return };
    let (colour, ink) = (palette.phase(phase.kind), palette.phase_ink(phase.kind));
    if let Motion::Activation { activation, .. } = &phase.motion {
        return inset(painter, palette, transform.rect, (*activation, moment.s, colour));
    }
    if flow.ambient_dimension() > MAX_DIMENSION || t >= flow.duration() {
        return;
    }
    let found = |hovered| directions(flow, t, hovered);
    let unnamed = || Names { direction: String::new(), plane: [String::new(), String::new()], angle: None };
    match &phase.motion {
        Motion::Compression { .. } => {
            let values = layer.spectrum.as_ref().map_or(&[][..], |spectrum| &spectrum.singular_values);
            for (index, sigma) in values.iter().enumerate() {
                let Some(found) = found(Hovered::SingularValue { layer: moment.layer, index }) else { continue };
                let direction = format!("v{} ×{}", subscript(index + 1), theme::significant(*sigma));
                marks::draw(painter, (colour, ink), transform, pose, (&found, &Names { direction, ..unnamed() }));
            }
        }
        Motion::Rotation(rotation) => {
            let Some(angle) = rotation.angles().first() else { return };
            let Some(found) = found(Hovered::Plane { layer: moment.layer, phase: index, index: 0 }) else { return };
            sector(painter, colour, transform, pose, &found);
            let angle = Some(format!("{:.0}°", (moment.s * angle).to_degrees()));
            marks::draw(painter, (colour, ink), transform, pose, (&found, &Names { angle, ..unnamed() }));
        }
        Motion::Shift(bias) => arrow(painter, colour, transform, pose, bias),
        _ => {}
    }
}

/// The part of the plane over which it has turned so far.
fn sector(painter: &Painter, colour: egui::Color32, transform: &ScreenTransform, pose: &ViewPose, found: &Directions) {
    let Directions::Plane { arc, .. } = found else { return };
    let at = |direction: &[f64], length: f64| position(transform, pose, direction, length);
    let radius = 0.56 * transform.unit;
    let Some(origin) = arc.first().and_then(|first| at(first, 0.0)) else { return };
    let fill = colour.gamma_multiply(0.25);
    for pair in arc.windows(2) {
        if let [Some(from), Some(to)] = [at(&pair[0], radius), at(&pair[1], radius)] {
            painter.add(Shape::convex_polygon(vec![origin, from, to], fill, Stroke::NONE));
        }
    }
}

/// The shift, from the origin.
fn arrow(painter: &Painter, colour: egui::Color32, transform: &ScreenTransform, pose: &ViewPose, bias: &DVector<f64>) {
    let at = |length: f64| position(transform, pose, bias.as_slice(), length);
    if let (Some(from), Some(to)) = (at(0.0), at(1.0))
        && (to - from).length() >= SHORTEST
    {
        painter.arrow(from, to - from, Stroke::new(THICK, colour));
    }
}

fn position(transform: &ScreenTransform, pose: &ViewPose, vector: &[f64], length: f64) -> Option<Pos2> {
    let mut point = [0.0; 3];
    for (coordinate, row) in point.iter_mut().zip(pose.rows.row_iter()) {
        *coordinate = length * row.iter().zip(vector).map(|(a, b)| a * b).sum::<f64>();
    }
    transform.position(point).map(|(at, _)| at)
}

/// The curve of the activation as far as it has come, over the line that it starts from; its flat part is shaded.
fn inset(painter: &Painter, palette: &Palette, view: Rect, (activation, s, colour): (Activation, f64, egui::Color32)) {
    if view.width() < ROOM.x || view.height() < ROOM.y || !activation.is_coordinatewise() {
        return;
    }
    let corner = view.left_bottom() + vec2(2.0 * GAP, -OVER_SCALE_BAR - INSET.y);
    let rect = Rect::from_min_size(corner, INSET);
    painter.rect_filled(rect, f32::from(theme::CORNER), palette.stage.gamma_multiply(0.85));
    let xs: Vec<f64> = (0..=STEPS).map(|step| REACH * (2.0 * step as f64 / STEPS as f64 - 1.0)).collect();
    let values: Vec<f64> = xs.iter().map(|x| activation.value(*x)).collect();
    let finite = values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = finite.fold((-1.0_f64, 1.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    let (low, high) = (low.max(-REACH), high.min(REACH));
    let at = |x: f64, y: f64| {
        let across = ((x + REACH) / (2.0 * REACH)) as f32;
        let up = ((y - low) / (high - low)) as f32;
        pos2(rect.left() + across * rect.width(), rect.bottom() - up * rect.height())
    };
    let steepest = activation.steepest_slope();
    for pair in xs.windows(2) {
        let is_flat = activation.slope((pair[0] + pair[1]) / 2.0).abs() < FLAT * steepest;
        if is_flat {
            let part = Rect::from_x_y_ranges(at(pair[0], low).x..=at(pair[1], low).x, rect.y_range());
            painter.rect_filled(part, 0.0, colour.gamma_multiply(0.2));
        }
    }
    painter.line_segment([at(-REACH, 0.0), at(REACH, 0.0)], Stroke::new(THIN, palette.track));
    painter.line_segment([at(0.0, low), at(0.0, high)], Stroke::new(THIN, palette.track));
    painter.line_segment([at(low, low), at(high, high)], palette.axis_line());
    let now = xs.iter().zip(&values).filter(|(_, value)| value.is_finite());
    let curve = now.map(|(x, value)| at(*x, (1.0 - s) * x + s * value)).collect();
    // What leaves the picture is cut off: held at its edge it would look like the flat part of another activation.
    let inside = painter.with_clip_rect(rect.expand(THICK).intersect(painter.clip_rect()));
    inside.add(Shape::line(curve, Stroke::new(THICK, colour)));
    let name = activation.name();
    painter.text(rect.left_top() + vec2(3.0, 1.0), Align2::LEFT_TOP, name, theme::small_font(), palette.faint_ink);
}
