//! A layer more and a layer less, on the layers themselves.

use egui::{Align2, Id, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::explorer::theme::{self, Palette};
use crate::network::Network;
use crate::session::{Command, EditCommand, Insertion, NetworkChange};

/// The side of a button.
const SIDE: f32 = 16.0;

/// Draws `+` and `−` with their right side at `right` and their top at `top`, for the layer at `index`.
pub fn show(ui: &Ui, network: &Network, index: usize, (right, top): (f32, f32)) -> Option<Command> {
    let layers = network.layers();
    let number = index + 1;
    let is_last = number >= layers.len();
    // Behind the last layer it would read the outputs.
    let at = if is_last { index } else { number };
    let side = if is_last { "before" } else { "behind" };
    let way = Insertion::Identity;
    let rect = |position: f32| Rect::from_min_size(pos2(right - position * (SIDE + 2.0), top), vec2(SIDE, SIDE));
    let more = button(ui, rect(2.0), ("+", true), &format!("Add a layer {side} layer {number}"), &way.text(layers, at));
    let (can_go, tip) = match layers.len() {
        1 => (false, "A network has at least one layer."),
        _ => (true, "Take the layer out; the next one is fitted to what comes before. Undo brings it back."),
    };
    let less = button(ui, rect(1.0), ("−", can_go), &format!("Remove layer {number}"), tip);
    let change = match (more, less && can_go) {
        (true, _) => NetworkChange::Insert { at, way },
        (false, true) => NetworkChange::Remove(index),
        (false, false) => return None,
    };
    Some(Command::Edit(EditCommand::Change(change)))
}

fn button(ui: &Ui, rect: Rect, (sign, is_enabled): (&str, bool), name: &str, tip: &str) -> bool {
    let id: Id = ui.scope_id().with(name.to_owned());
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, name));
    let palette = Palette::from_ui(ui);
    let painter = ui.painter().with_clip_rect(ui.clip_rect());
    let fill = if response.hovered() { palette.track } else { palette.stage };
    painter.rect(
        rect,
        f32::from(theme::CORNER),
        fill,
        egui::Stroke::new(theme::THIN, palette.axis),
        egui::StrokeKind::Inside,
    );
    let ink = if is_enabled { palette.ink } else { palette.faint_ink };
    painter.text(rect.center(), Align2::CENTER_CENTER, sign, theme::body_font(), ink);
    response.on_hover_text(format!("{name}. {tip}")).clicked()
}
