//! The cells of the deformed grid, coloured by how much they have grown or shrunk, with a legend.

use egui::{Align2, Color32, Mesh, Painter, Pos2, Rect, Shape, pos2};

use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::explorer::theme::{self, GAP, Palette, SMALL};
use crate::session::{Areas, Cell, LARGEST_CHANGE};

/// Steps of the legend's colours.
const STEPS: usize = 32;
/// The size of the legend's bar, in points.
const BAR: [f32; 2] = [10.0, 84.0];
/// What the legend names, in doublings.
const NAMED: [(f32, &str); 5] =
    [(LARGEST_CHANGE, "×16"), (2.0, "×4"), (0.0, "×1"), (-2.0, "×1/4"), (-LARGEST_CHANGE, "×1/16")];

/// Fills each cell at the projected `positions` of the grid's nodes.
pub fn cells(
    painter: &Painter,
    palette: &Palette,
    transform: &ScreenTransform,
    (cells, positions): (&[Cell], &[[f32; 3]]),
    areas: &Areas,
) {
    let mut mesh = Mesh::default();
    for (cell, doublings) in cells.iter().zip(&areas.doublings) {
        let position = |index: &usize| positions.get(*index).and_then(|at| transform.place_f32(*at)).map(|(at, _)| at);
        let outline: Option<Vec<Pos2>> = cell.outline.iter().map(position).collect();
        if let Some(outline) = outline.filter(|_| !doublings.is_nan()) {
            fan(&mut mesh, &outline, palette.area(doublings / LARGEST_CHANGE));
        }
    }
    painter.add(Shape::mesh(mesh));
}

/// A cell from its middle: its sides are bent only a little.
fn fan(mesh: &mut Mesh, outline: &[Pos2], colour: Color32) {
    let count = outline.len() as u32;
    let middle = outline.iter().fold(egui::Vec2::ZERO, |sum, at| sum + at.to_vec2()) / count.max(1) as f32;
    let first = mesh.vertices.len() as u32;
    mesh.colored_vertex(middle.to_pos2(), colour);
    outline.iter().for_each(|at| mesh.colored_vertex(*at, colour));
    (0..count).for_each(|index| mesh.add_triangle(first, first + 1 + index, first + 1 + (index + 1) % count));
}

/// Draws the legend at the right edge under what ends at `top`, if there is room for it.
pub fn legend(painter: &Painter, palette: &Palette, rect: Rect, top: f32) {
    let [width, height] = BAR;
    let top = top + SMALL + 2.0 * GAP;
    if top + height + 4.0 * SMALL > rect.bottom() || rect.width() < 240.0 {
        return;
    }
    let right = rect.right() - GAP;
    let text = |at: Pos2, align, caption: &str| {
        painter.text(at, align, caption, theme::small_font(), palette.faint_ink);
    };
    text(pos2(right, top - GAP), Align2::RIGHT_BOTTOM, "area");
    let y = |share: f32| top + (1.0 - share) / 2.0 * height;
    for step in 0..STEPS {
        let share = |step: usize| 2.0 * step as f32 / STEPS as f32 - 1.0;
        let slice = Rect::from_x_y_ranges(right - width..=right, y(share(step + 1))..=y(share(step)));
        painter.rect_filled(slice, 0.0, palette.area(0.5 * (share(step) + share(step + 1))));
    }
    for (doublings, caption) in NAMED {
        text(pos2(right - width - GAP, y(doublings / LARGEST_CHANGE)), Align2::RIGHT_CENTER, caption);
    }
}
