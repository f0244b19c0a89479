//! What a person set on the timeline: the ends of the loop, and marks that a click goes to.

use egui::{Color32, Painter, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::explorer::theme::{self, Palette};
use crate::session::{Command, Playback, PlaybackCommand};

/// The width of a mark's flag, and half its height.
const FLAG: f32 = 6.0;
/// How far the ends of the loop reach under its bar.
const END: f32 = 5.0;

/// Draws the loop between its ends, `x` being where times are.
pub fn draw_range(painter: &Painter, blocks: Rect, range: (f64, f64), x: impl Fn(f64) -> f32, colour: Color32) {
    let (from, to) = (x(range.0), x(range.1));
    let bar = Rect::from_x_y_ranges(from..=to, blocks.top() - 3.0..=blocks.top() - 1.0);
    painter.rect_filled(bar, 0.0, colour);
    // Brackets that open toward what is played.
    for (at, inward) in [(from, FLAG), (to, -FLAG)] {
        let corners = vec![pos2(at, bar.top()), pos2(at + inward, bar.top()), pos2(at, bar.top() + END)];
        painter.add(Shape::convex_polygon(corners, colour, Stroke::NONE));
        painter.vline(at, bar.top()..=blocks.bottom(), Stroke::new(theme::THIN, colour));
    }
}

/// Draws the marks at the foot of the numbers' row, and tells which was clicked.
pub fn marks(ui: &Ui, rect: Rect, foot: f32, playback: &Playback, x: impl Fn(f64) -> f32) -> Option<Command> {
    let palette = Palette::from_ui(ui);
    let painter = ui.painter().with_clip_rect(rect);
    let mut asked = None;
    for (index, mark) in playback.marks().iter().enumerate() {
        let (at, top) = (x(*mark), foot - 2.0 * FLAG);
        if !(rect.left()..=rect.right()).contains(&at) {
            continue;
        }
        painter.vline(at, top..=foot, Stroke::new(theme::THICK, palette.ink));
        let flag = vec![pos2(at, top), pos2(at + FLAG, top + FLAG / 2.0), pos2(at, top + FLAG)];
        painter.add(Shape::convex_polygon(flag, palette.highlight, Stroke::new(theme::THIN, palette.ink)));
        let hit = Rect::from_min_size(pos2(at - 2.0, top), vec2(FLAG + 4.0, 2.0 * FLAG));
        let response = ui.interact(hit, ui.scope_id().with(("mark", index)), Sense::click());
        let name = format!("Mark at t = {mark:.2}");
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if response.on_hover_text(format!("{name}\nClick: go there; M takes it away then.")).clicked() {
            asked = Some(Command::Playback(PlaybackCommand::Seek(*mark)));
        }
    }
    asked
}
