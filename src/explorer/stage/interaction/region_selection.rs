//! Drawing a box or a lasso on the stage.

use egui::{Event, Key, Painter, PointerButton, Pos2, Rect, Response, Shape, Stroke, Ui};

use crate::explorer::theme::{Palette, THIN};
use crate::session::{Pick, PointCommand, Region, Tool};

/// A corner is added to a lasso when the mouse has moved this far, in screen points.
const STEP: f32 = 3.0;
/// A lasso has at most this many corners; what is drawn after them only moves the last.
const MAX_CORNERS: usize = 4096;
/// A click may move so far, in screen points; the window library has the same limit.
const CLICK: f32 = 6.0;
/// How strongly the inside is filled.
const FILL: f32 = 0.08;
/// The dashes of the outline, in screen points.
const DASH: f32 = 4.0;

/// A region being drawn in one view. It follows the mouse itself: where frames are slow, a press, its moves and the release
/// come between two of them, and what the window library tells of a drag would be that there was none.
#[derive(Debug, Default)]
pub struct RegionSelection {
    /// Where the button went down, as long as it is a click that has not moved away from there.
    pressed: Option<Pos2>,
    corners: Vec<Pos2>,
}

impl RegionSelection {
    /// Whether a region is being drawn.
    pub fn running(&self) -> bool {
        !self.corners.is_empty()
    }

    /// Follows the mouse, and gives the region when the button is released.
    pub fn follow(&mut self, ui: &Ui, response: &Response, tool: Tool) -> Option<Region> {
        let another = ui.ctx().dragged_id().is_some_and(|dragged| dragged != response.id);
        let escape = ui.input(|input| input.key_pressed(Key::Escape));
        let draws = matches!(tool, Tool::Box | Tool::Lasso);
        if !draws || another || escape {
            *self = RegionSelection::default();
        }
        if !draws {
            return None;
        }
        let events = ui.input(|input| input.events.clone());
        let (down, under) = (response.is_pointer_button_down_on(), response.contains_pointer());
        let mut region = None;
        for event in events {
            match event {
                Event::PointerButton { pos, button: PointerButton::Primary, pressed: true, .. } => {
                    // A button that is up again by now is down on nothing.
                    let here = !another && (down || under && response.rect.contains(pos));
                    *self = RegionSelection { pressed: here.then_some(pos), corners: Vec::new() };
                }
                Event::PointerMoved(at) => self.reach(at, tool),
                Event::PointerButton { pos, button: PointerButton::Primary, pressed: false, .. } => {
                    self.reach(pos, tool);
                    region = std::mem::take(self).region(tool).or(region);
                }
                _ => {}
            }
        }
        region
    }

    fn region(self, tool: Tool) -> Option<Region> {
        let (Some(&first), Some(&last)) = (self.corners.first(), self.corners.last()) else { return None };
        Some(match tool {
            Tool::Lasso => Region::Lasso(self.corners.into_iter().map(Into::into).collect()),
            Tool::Box | Tool::Pan | Tool::Grab => Region::Box([first.into(), last.into()]),
        })
    }

    fn reach(&mut self, at: Pos2, tool: Tool) {
        let begins = |pressed: &mut Pos2| pressed.distance(at) > CLICK;
        self.corners.extend(self.pressed.take_if(begins));
        let Some(&last) = self.corners.last() else { return };
        if tool == Tool::Box {
            self.corners.truncate(1);
            self.corners.push(at);
        } else if last.distance(at) >= STEP {
            self.corners.truncate(MAX_CORNERS - 1);
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
