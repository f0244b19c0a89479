//! The deformed grid of the input space, and the lines of error between the plain net and its ResNet.

use egui::{Color32, Painter, Pos2, Shape, Stroke};

use super::polyline;
use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::explorer::theme::{Palette, THIN};
use crate::linalg::evenly_spaced;
use crate::session::{Lattice, counted};

/// At most this many error lines; more would merge into a surface.
const MAX_ERROR_LINES: usize = 1500;

/// Draws the lines of `lattice` at the projected `positions` of its nodes. A line is broken where it leaves the view far
/// behind.
pub fn lattice(
    painter: &Painter,
    transform: &ScreenTransform,
    lattice: &Lattice,
    positions: &[[f32; 3]],
    colour: Color32,
) {
    for line in &lattice.lines {
        let mut run: Vec<Pos2> = Vec::with_capacity(line.len());
        for position in positions.get(line.clone()).unwrap_or_default() {
            match transform.place_f32(*position) {
                Some((at, _)) => run.push(at),
                None => flush(painter, &mut run, colour),
            }
        }
        flush(painter, &mut run, colour);
    }
}

fn flush(painter: &Painter, run: &mut Vec<Pos2>, colour: Color32) {
    if run.len() > 1 {
        polyline::without_the_unseen(run);
        painter.add(Shape::line(std::mem::take(run), Stroke::new(THIN, colour)));
    }
    run.clear();
}

/// The samples whose error is drawn, all over the data.
pub fn error_samples(samples: usize) -> Vec<usize> {
    evenly_spaced(samples, MAX_ERROR_LINES)
}

/// Which points have a line of error, where not all have.
pub fn label(samples: usize) -> Option<String> {
    let lines = error_samples(samples).len();
    (lines < samples).then(|| format!("Lines of error: {lines} evenly chosen of {}.", counted(samples, "point")))
}

/// Joins each place of the plain net with that of the same sample in the ResNet; the longer on the screen's scale, the
/// stronger.
pub fn error_lines(
    painter: &Painter,
    palette: &Palette,
    transform: &ScreenTransform,
    plain: &[[f32; 3]],
    resnet: &[[f32; 3]],
) {
    let pairs = || plain.iter().zip(resnet);
    let length = |a: &[f32; 3], b: &[f32; 3]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
    let lengths = pairs().map(|(a, b)| length(a, b)).filter(|length| length.is_finite());
    let longest = lengths.fold(0.0, f32::max);
    if longest <= 0.0 {
        return;
    }
    for (a, b) in pairs() {
        if let (Some((from, _)), Some((to, _))) = (transform.place_f32(*a), transform.place_f32(*b)) {
            painter.line_segment([from, to], Stroke::new(THIN, palette.error(length(a, b) / longest)));
        }
    }
}
