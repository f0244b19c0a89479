//! Many rotation angles at once: how many planes turn by how much, as rays of a half disc.
//!
//! Painted by hand: egui_plot has no polar charts.

use std::f64::consts::PI;

use egui::{Align2, Color32, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};

use super::chart_menu::ChartMenu;
use crate::explorer::theme::{self, Palette, THIN};

/// Sectors of 15 degrees.
const SECTORS: usize = 12;
const RADIUS: f32 = 46.0;
/// Room for "180°" on the left of the half disc.
const LABEL: f32 = 28.0;
/// Corners of a sector's rim.
const CORNERS: usize = 5;

/// Draws `angles` (radians, 0 to π) as a polar histogram; the area of a sector is the number of its planes. Gives the
/// first of the angles in the sector that the mouse rests on.
pub fn show(ui: &mut Ui, name: &str, angles: &[f64], colour: Color32) -> Option<usize> {
    let palette = Palette::from_ui(ui);
    let size = vec2(ui.available_width(), RADIUS + 34.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name));
    let painter = ui.painter_at(rect);
    let centre = pos2(rect.left() + RADIUS + LABEL, rect.bottom() - 14.0);
    let at = |angle: f64, radius: f32| centre + radius * vec2(angle.cos() as f32, -angle.sin() as f32);
    let counts = counts(angles);
    let under_mouse = response.hover_pos().and_then(|mouse| sector_at(mouse - centre));
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    painter.line_segment([at(0.0, RADIUS), at(PI, RADIUS)], Stroke::new(THIN, palette.axis));
    for (sector, &count) in counts.iter().enumerate() {
        let radius = RADIUS * (count as f32 / most as f32).sqrt();
        let corner =
            |corner: usize| at(PI * (sector as f64 + corner as f64 / (CORNERS - 1) as f64) / SECTORS as f64, radius);
        let outline: Vec<_> = std::iter::once(centre).chain((0..CORNERS).map(corner)).collect();
        if count > 0 {
            let strength = if under_mouse == Some(sector) { 1.0 } else { 0.6 };
            painter.add(Shape::convex_polygon(
                outline,
                colour.gamma_multiply(strength),
                Stroke::new(THIN, palette.stage),
            ));
        }
    }
    for (angle, label, align) in [(0.0, "0°", Align2::LEFT_CENTER), (PI, "180°", Align2::RIGHT_CENTER)] {
        let beside = at(angle, RADIUS + 3.0);
        painter.text(beside, align, label, theme::small_font(), palette.faint_ink);
    }
    let text = format!("{} more planes", angles.len());
    painter.text(rect.left_top(), Align2::LEFT_TOP, text, theme::small_font(), palette.faint_ink);
    let draw = |ui: &mut Ui| {
        show(ui, name, angles, colour);
    };
    ChartMenu { name, size, numbers: None, draw: &draw }.attach(&response);
    let here = under_mouse.map_or(String::new(), |sector| {
        let [from, to] = [sector, sector + 1].map(|edge| 180 * edge / SECTORS);
        format!("\n{} of them turn by {from}° to {to}°; the stage shows one.", counts[sector])
    });
    response.on_hover_text_at_pointer(format!(
        "{name}: the area of a sector of 15° is the number of planes that turn by so much.{here}"
    ));
    angles.iter().position(|angle| Some(sector_of(*angle)) == under_mouse)
}

/// The sector of an angle in radians.
fn sector_of(angle: f64) -> usize {
    ((angle / PI * SECTORS as f64).floor().max(0.0) as usize).min(SECTORS - 1)
}

/// The sector at a place relative to the centre of the half disc; none below it or outside.
fn sector_at(position: Vec2) -> Option<usize> {
    (position.y <= 0.0 && position.length() <= RADIUS)
        .then(|| sector_of(f64::from(f32::atan2(-position.y, position.x))))
}

fn counts(angles: &[f64]) -> [usize; SECTORS] {
    let mut counts = [0; SECTORS];
    for angle in angles {
        counts[sector_of(*angle)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_angle_is_counted_once() {
        let counts = counts(&[0.0, 1e-9, PI / 2.0, PI, PI - 1e-9, PI + 1e-9]);
        assert_eq!(counts.iter().sum::<usize>(), 6);
        assert_eq!((counts[0], counts[SECTORS / 2], counts[SECTORS - 1]), (2, 1, 3));
    }

    #[test]
    fn the_mouse_finds_the_sector_that_is_drawn_there() {
        for sector in 0..SECTORS {
            let angle = PI * (sector as f64 + 0.5) / SECTORS as f64;
            let position = 0.5 * RADIUS * vec2(angle.cos() as f32, -angle.sin() as f32);
            assert_eq!(sector_at(position), Some(sector));
            assert_eq!(sector_of(angle), sector);
        }
        assert_eq!(sector_at(vec2(1.0, 5.0)), None);
        assert_eq!(sector_at(vec2(0.0, -RADIUS - 1.0)), None);
    }
}
