//! How a drag and the wheel move the picture: turn, pan, zoom, fit.

use egui::{CursorIcon, PointerButton, Response, Ui, Vec2};

use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::session::{Tool, ViewCommand};

/// A whole turn for a drag across the view's smaller side.
const TURN: f64 = std::f64::consts::TAU * 0.6;
/// Magnification for one point of wheel movement, as a natural logarithm.
const ZOOM_SPEED: f32 = 0.002;

/// What a drag does besides.
#[derive(Clone, Copy)]
pub struct PointerUse {
    /// The tool in use.
    pub tool: Tool,
    /// Whether a pen takes the place of the tools.
    pub is_drawing: bool,
}

/// What drag, wheel and double click ask of the camera. `zoom` is that of the picture; in `space` a drag turns it.
pub fn follow(
    ui: &Ui,
    response: &Response,
    (transform, zoom): (&ScreenTransform, f64),
    PointerUse { tool, is_drawing }: PointerUse,
    space: bool,
) -> Vec<ViewCommand> {
    let mut commands = Vec::new();
    let drag = response.drag_delta();
    let shift = ui.input(|input| input.modifiers.shift);
    let primary = response.dragged_by(PointerButton::Primary);
    let selects = primary && (tool != Tool::Pan || is_drawing);
    let turns = space && (primary || tool != Tool::Pan) && !shift;
    if drag == Vec2::ZERO || selects {
        // Nothing has moved, or the drag draws a region.
    } else if turns {
        let side = f64::from(response.rect.size().min_elem().max(1.0));
        let (sideways, downward) = (f64::from(drag.x) * TURN / side, f64::from(drag.y) * TURN / side);
        commands.push(ViewCommand::Turn { sideways, downward });
    } else {
        commands.push(ViewCommand::Pan(transform.pan_of(drag)));
    }
    if let Some(at) = response.hover_pos() {
        let factor = ui.input(|input| input.zoom_delta() * (ZOOM_SPEED * input.smooth_scroll_delta().y).exp());
        if factor != 1.0 {
            let at = transform.place_from_middle(at, zoom);
            commands.push(ViewCommand::Zoom { factor: f64::from(factor), at });
        }
    }
    if is_drawing {
        return commands;
    }
    if response.double_clicked() {
        commands.push(ViewCommand::Fit);
    }
    let selects = selects && tool != Tool::Grab;
    if selects || (tool != Tool::Pan && tool != Tool::Grab && response.hovered() && !response.dragged()) {
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
    } else if response.dragged() {
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    }
    commands
}
