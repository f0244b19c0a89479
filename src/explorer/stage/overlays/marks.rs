//! What the mouse rests on in the layer panel, drawn on the stage as directions from the origin.

use egui::{Align2, Color32, Painter, Pos2, Shape, Stroke};

use crate::explorer::stage::input::StageInput;
use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::explorer::theme::{self, Palette, THICK, THIN};
use crate::session::{Directions, Hovered, Scene, ViewPose, directions, subscript};

/// The length of a unit direction on the stage, as a share of half the data's size.
const LENGTH: f64 = 0.7;

/// Draws the directions of what is hovered, if anything is.
pub fn directions_of_hovered(
    painter: &Painter,
    palette: &Palette,
    transform: &ScreenTransform,
    (input, scene, pose): (&StageInput<'_>, &Scene, &ViewPose),
) {
    let Some(hovered) = input.view.hovered else { return };
    let Some(found) = directions(&scene.flow, input.t, hovered) else { return };
    let index = if let Hovered::SingularValue { index, .. } = hovered { index + 1 } else { 0 };
    let names =
        Names { direction: format!("σ{}", subscript(index)), plane: ["a".to_owned(), "b".to_owned()], angle: None };
    draw(painter, (palette.highlight, palette.highlight), transform, pose, (&found, &names));
}

/// What is written beside the directions.
pub struct Names {
    /// Beside a singular direction.
    pub direction: String,
    /// Beside the two directions of a plane; nothing where it is empty.
    pub plane: [String; 2],
    /// Beside the arc.
    pub angle: Option<String>,
}

/// Draws directions in the colour of lines and of text.
pub fn draw(
    painter: &Painter,
    (colour, ink): (Color32, Color32),
    transform: &ScreenTransform,
    pose: &ViewPose,
    (found, names): (&Directions, &Names),
) {
    let position = |vector: &[f64], length: f64| -> Option<Pos2> {
        let mut point = [0.0; 3];
        for (coordinate, row) in point.iter_mut().zip(pose.rows.row_iter()) {
            *coordinate = length * row.iter().zip(vector).map(|(a, b)| a * b).sum::<f64>();
        }
        transform.position(point).map(|(at, _)| at)
    };
    let unit = LENGTH * transform.unit;
    let name = |at: Pos2, text: &str| {
        painter.text(at, Align2::LEFT_BOTTOM, text, theme::body_font(), ink);
    };
    match found {
        Directions::Singular { direction, longest } => {
            let half = unit / longest;
            if let (Some(start), Some(end)) = (position(direction, -half), position(direction, half)) {
                painter.line_segment([start, end], Stroke::new(THICK, colour));
                name(end, &names.direction);
            }
        }
        Directions::Plane { axes: [a, b], arc } => {
            let Some(origin) = position(a, 0.0) else { return };
            for (label, direction) in names.plane.iter().zip([a, b]) {
                let Some(end) = position(direction, unit) else { continue };
                painter.line_segment([origin, end], Stroke::new(THIN, colour));
                name(end, label);
            }
            let points: Vec<Pos2> = arc.iter().filter_map(|direction| position(direction, 0.8 * unit)).collect();
            if let Some(&pen) = points.last() {
                painter.line_segment([origin, pen], Stroke::new(THICK, colour));
                if let Some(angle) = &names.angle {
                    name(points.get(points.len() / 2).copied().unwrap_or(pen), angle);
                }
                painter.add(Shape::line(points, Stroke::new(THICK, colour)));
            }
        }
    }
}
