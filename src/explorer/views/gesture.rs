//! Drawing a box or a lasso on the stage.

use egui::{Key, Painter, PointerButton, Pos2, Rect, Response, Shape, Stroke, Ui};

use crate::explorer::theme::{Palette, THIN};
use crate::session::{Pick, PointCommand, Region, Tool};

/// A corner is added to a lasso when the mouse has moved this far, in screen points.
const STEP: f32 = 3.0;
/// A lasso has at most this many corners; what is drawn after them only moves the last.
const MOST_CORNERS: usize = 4096;
/// How strongly the inside is filled.
const FILL: f32 = 0.08;
/// The dashes of the outline, in screen points.
const DASH: f32 = 4.0;

/// A region being drawn in one view.
#[derive(Debug, Default)]
pub struct Gesture {
    corners: Vec<Pos2>,
    /// Given up with Escape; what follows until the button is released is not drawn.
    given_up: bool,
}

impl Gesture {
    /// Whether a region is being drawn.
    pub fn running(&self) -> bool {
        !self.corners.is_empty()
    }

    /// Follows the mouse, and gives the region when the button is released.
    pub fn follow(&mut self, ui: &Ui, response: &Response, tool: Tool) -> Option<Region> {
        if tool == Tool::Pan {
            *self = Gesture::default();
            return None;
        }
        let (origin, escape) = ui.input(|input| (input.pointer.press_origin(), input.key_pressed(Key::Escape)));
        if response.drag_started_by(PointerButton::Primary) {
            *self = Gesture { corners: origin.into_iter().collect(), given_up: false };
        }
        if escape && self.running() {
            *self = Gesture { corners: Vec::new(), given_up: true };
        }
        if let Some(at) = response.interact_pointer_pos().filter(|_| self.running()) {
            self.reach(at, tool);
        }
        if !response.drag_stopped() {
            return None;
        }
        let Gesture { corners, given_up } = std::mem::take(self);
        let (Some(&first), Some(&last)) = (corners.first(), corners.last()) else { return None };
        (!given_up).then(|| match tool {
            Tool::Lasso => Region::Lasso(corners.into_iter().map(Into::into).collect()),
            Tool::Box | Tool::Pan => Region::Box([first.into(), last.into()]),
        })
    }

    fn reach(&mut self, at: Pos2, tool: Tool) {
        let Some(&last) = self.corners.last() else { return };
        if tool == Tool::Box {
            self.corners.truncate(1);
            self.corners.push(at);
        } else if last.distance(at) >= STEP {
            self.corners.truncate(MOST_CORNERS - 1);
            self.corners.push(at);
        }
    }

    /// Draws the region as far as it has come.
    pub fn draw(&self, painter: &Painter, palette: &Palette, tool: Tool) {
        let (Some(&first), Some(&last)) = (self.corners.first(), self.corners.last()) else { return };
        let line = Stroke::new(THIN, palette.highlight);
        if tool == Tool::Box {
            let rect = Rect::from_two_pos(first, last);
            painter.rect_filled(rect, 0.0, palette.highlight.gamma_multiply(FILL));
            painter.rect_stroke(rect, 0.0, line, egui::StrokeKind::Middle);
        } else {
            painter.add(Shape::line(self.corners.clone(), line));
            painter.extend(Shape::dashed_line(&[last, first], line, DASH, DASH));
        }
    }
}

/// What a region that encloses `samples`, or a click on them, asks for. Shift adds (a click with Shift takes away what
/// is selected); nothing inside without Shift clears.
pub fn selection(ui: &Ui, samples: Vec<usize>, by_click: bool) -> PointCommand {
    match (ui.input(|input| input.modifiers.shift), by_click) {
        (true, true) => PointCommand::Select(Pick::Toggle, samples),
        (true, false) => PointCommand::Select(Pick::Add, samples),
        (false, _) => PointCommand::Select(Pick::Only, samples),
    }
}
