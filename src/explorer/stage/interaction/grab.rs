//! Taking a point in mid-flow to another position.

use egui::{CursorIcon, PointerButton, Pos2, Response, Ui};

use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::session::{Grab, ProbeCommand, ScreenPoint, ViewPose, nearest};

/// How near the mouse must be to a point to take it.
const REACH: f32 = 12.0;

/// The point in hand.
#[derive(Debug, Default)]
pub struct GrabTool {
    /// The sample, and where the mouse took it.
    taken: Option<(usize, Pos2)>,
    /// Whether the button went down where there is no point.
    missed: bool,
    last: Option<Pos2>,
}

impl GrabTool {
    /// Follows the mouse; `order` are the points as they are drawn at time t.
    pub fn follow(
        &mut self,
        ui: &Ui,
        response: &Response,
        (transform, pose, t): (&ScreenTransform, &ViewPose, f64),
        order: &[ScreenPoint],
    ) -> Option<ProbeCommand> {
        let (down, origin, latest) = ui.input(|input| {
            let pointer = &input.pointer;
            (pointer.button_down(PointerButton::Primary), pointer.press_origin(), pointer.latest_pos())
        });
        let held = down && response.is_pointer_button_down_on();
        if !held {
            let was_moved = self.taken.is_some() && self.last.is_some();
            *self = GrabTool::default();
            return was_moved.then_some(ProbeCommand::LetGo);
        }
        let at = response.interact_pointer_pos().or(latest)?;
        if self.taken.is_none() && !self.missed {
            let from = origin.unwrap_or(at);
            self.taken = nearest(order, from.into(), REACH).map(|point| (point.sample as usize, from));
            self.missed = self.taken.is_none();
        }
        let (sample, from) = self.taken?;
        let offset = at - self.last.unwrap_or(from);
        if offset.length_sq() == 0.0 {
            return None;
        }
        self.last = Some(at);
        // In screen points, so that what is dragged stays under the mouse however the space is looked at.
        let (rows, _) = transform.on_screen(&pose.rows);
        let offset = at - from;
        let by = [f64::from(offset.x), f64::from(offset.y)];
        Some(ProbeCommand::Grab(Grab { sample, t, rows: rows.rows(0, 2).into_owned(), by }))
    }

    /// Shows by the cursor what the mouse would do.
    pub fn point_out(&self, ui: &Ui, response: &Response) {
        if response.hovered() || self.taken.is_some() {
            ui.ctx().set_cursor_icon(if self.taken.is_some() { CursorIcon::Grabbing } else { CursorIcon::Grab });
        }
    }
}
