//! The points of the probes: those that the selected point was moved to, and the path of one that was taken in mid-flow.

use egui::{Color32, Painter, Pos2, Shape, Stroke};

use crate::diagnostics::probes::Perturbed;
use crate::explorer::stage::input::StageInput;
use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::explorer::theme::{POINT_RADIUS, Palette, THICK, THIN};
use crate::session::{GrabbedPath, Scene, ViewPose};

/// The radius of a moved point beside that of the data's.
const SMALL: f32 = 0.45;
/// How strong the outline is.
const OUTLINE: f32 = 0.7;
/// The dashes of the part of a path that leads to the place where the point was moved.
const DASH: f32 = 5.0;
/// Moved points that are joined with the point itself, where they are as few as this.
const MAX_SPOKES: usize = 2;

/// Draws what the probes show at this time.
pub fn draw(
    painter: &Painter,
    palette: &Palette,
    transform: &ScreenTransform,
    (input, scene, pose): (&StageInput<'_>, &Scene, &ViewPose),
) {
    let seen = (input, scene, pose);
    let points = &input.view.points;
    let sample = points.selection.samples().first().copied();
    let moved = input.perturbed.filter(|found| Some(found.request.sample) == sample && found.fits(scene));
    if let Some(Ok(found)) = moved.filter(|_| points.probe.perturbation.is_some()).map(|found| &found.result) {
        perturbed(painter, palette, transform, seen, found);
    }
    let grabbed = input.grabbed.filter(|_| points.probe.grab.is_some());
    if let Some(Ok(found)) = grabbed.map(|found| &found.result) {
        path(painter, palette, transform, seen, found);
    }
}

fn perturbed(
    painter: &Painter,
    palette: &Palette,
    transform: &ScreenTransform,
    (input, scene, pose): (&StageInput<'_>, &Scene, &ViewPose),
    found: &Perturbed,
) {
    let mut positions = Vec::new();
    found.path.project(&scene.flow, input.t, &pose.rows, &mut positions);
    let on_screen: Vec<Option<Pos2>> =
        positions.iter().map(|position| transform.place_f32(*position).map(|(at, _)| at)).collect();
    let Some((own, moved)) = on_screen.split_first() else { return };
    let line = Stroke::new(THIN, palette.highlight.gamma_multiply(OUTLINE));
    let outline: Vec<Pos2> = moved.iter().take(found.outline).flatten().copied().collect();
    if outline.len() == found.outline && outline.len() > 2 {
        painter.add(Shape::closed_line(outline, line));
    }
    if let (Some(own), ..=MAX_SPOKES) = (own, moved.len()) {
        moved.iter().flatten().for_each(|at| {
            painter.line_segment([*own, *at], line);
        });
    }
    for (at, answer) in moved.iter().zip(&found.answers) {
        let Some(at) = at else { continue };
        // Those that are answered otherwise have the colour of that class, and a ring.
        let is_changed = *answer != found.answer;
        let colour: Color32 = if is_changed { palette.class(*answer) } else { palette.highlight };
        painter.circle_filled(*at, SMALL * POINT_RADIUS, colour);
        if is_changed {
            painter.circle_stroke(*at, POINT_RADIUS, Stroke::new(THIN, palette.ink));
        }
    }
}

fn path(
    painter: &Painter,
    palette: &Palette,
    transform: &ScreenTransform,
    (input, scene, pose): (&StageInput<'_>, &Scene, &ViewPose),
    found: &GrabbedPath,
) {
    let flow = &scene.flow;
    if found.line.nrows() != pose.rows.ncols() || flow.ambient_dimension() != pose.rows.ncols() {
        return;
    }
    let position = |point: &nalgebra::DMatrix<f64>, column: usize| {
        let seen = [0, 1, 2].map(|row| point.get((row, column)).copied().unwrap_or(0.0));
        transform.position(seen).map(|(at, _)| at)
    };
    let projected = &pose.rows * &found.line;
    let t = input.grabbed.map_or(0.0, |grabbed| grabbed.request.t);
    let split = found.times.partition_point(|time| *time <= t);
    let part = |range: std::ops::Range<usize>| -> Vec<Pos2> {
        range.filter_map(|column| position(&projected, column)).collect()
    };
    let line = Stroke::new(THIN, palette.highlight);
    let moved_to = found.path.at(flow, t).and_then(|at| {
        let at = &pose.rows * nalgebra::DMatrix::from_column_slice(at.len(), 1, at.as_slice());
        position(&at, 0)
    });
    let before: Vec<Pos2> = part(0..split).into_iter().chain(moved_to).collect();
    let after: Vec<Pos2> = moved_to.into_iter().chain(part(split..projected.ncols())).collect();
    painter.extend(Shape::dashed_line(&before, line, DASH, DASH));
    painter.add(Shape::line(after, line));
    if let Some(at) = moved_to {
        painter.circle_stroke(at, POINT_RADIUS, Stroke::new(THIN, palette.highlight));
    }
    let Some(now) = found.path.at(flow, input.t) else { return };
    let now = &pose.rows * nalgebra::DMatrix::from_column_slice(now.len(), 1, now.as_slice());
    if let Some(at) = position(&now, 0) {
        painter.circle_filled(at, POINT_RADIUS, palette.class(found.answers[1]));
        painter.circle_stroke(at, POINT_RADIUS + 2.0, Stroke::new(THICK, palette.highlight));
    }
}
