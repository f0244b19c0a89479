//! The mark of a finding's severity: a shape of its own beside its colour, for those who cannot tell the colours apart.

use egui::{Color32, Painter, Pos2, Shape, Stroke, vec2};

use crate::diagnostics::findings::Severity;
use crate::explorer::theme::{self, Palette};

/// The side of the square that a mark fills beside text.
pub const SIZE: f32 = 9.0;

/// Draws the mark around `centre`: a disc for an error, a triangle for a warning, a ring for a note.
pub fn paint(painter: &Painter, centre: Pos2, size: f32, severity: Severity, palette: &Palette) {
    let (colour, half) = (palette.severity(severity), size / 2.0);
    match severity {
        Severity::Error => {
            painter.circle_filled(centre, half, colour);
        }
        Severity::Warning => {
            let corners = [vec2(0.0, -half), vec2(half, half), vec2(-half, half)].map(|corner| centre + corner);
            painter.add(Shape::convex_polygon(corners.to_vec(), colour, Stroke::NONE));
        }
        Severity::Note => {
            painter.circle(
                centre,
                half - 0.5 * theme::THIN,
                Color32::TRANSPARENT,
                Stroke::new(1.5 * theme::THIN, colour),
            );
        }
    }
}
