//! −λ of some points: where each would have to go for its own loss to fall.

use egui::{Painter, Stroke};

use super::velocity;
use crate::diagnostics::probes::Covectors;
use crate::explorer::stage::input::StageInput;
use crate::explorer::stage::points::styles::PointStyles;
use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::explorer::theme::{self, THIN};
use crate::session::{Overlay, Scene, ViewPose, counted};

/// The longest arrow, as a share of half the data's size, and the shortest beside it.
const LONGEST: f64 = 0.3;
const SHORTEST: f64 = 0.08;
/// Gradients that are smaller than the largest by more than this factor have the shortest arrow.
const DECADES: f64 = 1e-6;

/// Draws the arrows.
pub fn draw(
    painter: &Painter,
    transform: &ScreenTransform,
    (input, scene, pose): (&StageInput<'_>, &Scene, &ViewPose),
    styles: &PointStyles,
) {
    let Some(found) = shown(input, scene) else { return };
    let Some([low, high]) = range(found) else { return };
    let lambda = found.at(&scene.flow, input.t);
    if lambda.nrows() != pose.rows.ncols() {
        return;
    }
    let seen = &pose.rows * &lambda;
    let mut starts = Vec::new();
    scene.data.project_some(&scene.flow, input.t, &pose.rows, &found.samples, &mut starts);
    for (column, (start, sample)) in starts.iter().zip(&found.samples).enumerate() {
        let size = lambda.column(column).norm();
        if !(size > 0.0 && size.is_finite()) {
            continue;
        }
        let share = if high > low { ((size / low).ln() / (high / low).ln()).clamp(0.0, 1.0) } else { 1.0 };
        let length = transform.unit * (SHORTEST + (LONGEST - SHORTEST) * share);
        let start = start.map(f64::from);
        let end = [0, 1, 2].map(|row| start[row] - length * seen.get((row, column)).copied().unwrap_or(0.0) / size);
        if let (Some((start, _)), Some((end, _))) = (transform.position(start), transform.position(end)) {
            let stroke = Stroke::new(THIN, styles.trail_colour(*sample));
            painter.line_segment([start, end], stroke);
            velocity::head(painter, end, end - start, stroke);
        }
    }
}

/// What the arrows are and how long, in a sentence; or why there are none.
pub fn label(input: &StageInput<'_>, scene: &Scene) -> Option<String> {
    if !input.view.shows(Overlay::GradientArrows) {
        return None;
    }
    match input.gradient_arrows.map(|arrows| &arrows.covectors) {
        None => Some("The gradients of the points are being followed …".to_owned()),
        Some(Err(reason)) => Some(format!("There are no gradients: {reason}.")),
        Some(Ok(_)) => {
            let found = shown(input, scene)?;
            let text = match range(found) {
                Some([low, high]) => format!(
                    "length by log ‖λ‖ from {} or less to {}",
                    theme::significant(low),
                    theme::significant(high)
                ),
                None => "all are 0".to_owned(),
            };
            let blocks = scene.flow.layers().iter().any(crate::flow::LayerFlow::is_residual);
            let blocks = if blocks { "; within residual blocks straight from end to end" } else { "" };
            Some(format!(
                "Arrows: −λ of {}, where the loss of each falls; {text}{blocks}.",
                counted(found.samples.len(), "point")
            ))
        }
    }
}

/// The gradients that belong to the points of `scene`.
fn shown<'a>(input: &StageInput<'a>, scene: &Scene) -> Option<&'a Covectors> {
    let arrows = input.gradient_arrows.filter(|_| input.view.shows(Overlay::GradientArrows))?;
    let found = arrows.covectors.as_ref().ok()?;
    found.samples.last().is_none_or(|last| *last < scene.data.samples()).then_some(found)
}

/// The lengths that the shortest and the longest arrow stand for.
fn range(found: &Covectors) -> Option<[f64; 2]> {
    found.lengths().map(|[low, high]| [low.max(high * DECADES), high])
}
