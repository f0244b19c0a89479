//! What stands in the upper left corner of the view: a picture's heading, which flow it shows, and at which time.

use egui::{Align2, Painter, Rect, pos2, vec2};

use crate::explorer::theme::{self, GAP, Palette, SMALL};
use crate::flow::Flow;
use crate::session::Figure;

/// The room at the right that the legend has for itself.
const LEGEND: f32 = 150.0;
/// The side of the mark in the colour of the phase.
const MARK: f32 = 7.0;

/// Writes the heading of `of_all`, the name of the flow, and the time, as far as the figure has them; in a window, which
/// has no figure, the name alone. Of two views side by side only the first has what is said of both.
pub fn head(
    painter: &Painter,
    palette: &Palette,
    rect: Rect,
    (flow, t): (&Flow, f64),
    (figure, of_all): (Option<&Figure>, Option<&Figure>),
    flow_name: String,
) {
    let mut at = rect.left_top() + vec2(GAP, GAP);
    if let Some(heading) = of_all.map(|figure| figure.heading.as_str()).filter(|heading| !heading.is_empty()) {
        let width = (rect.width() - LEGEND).max(LEGEND);
        let galley = painter.layout(heading.to_owned(), theme::heading_font(), palette.ink, width);
        let height = galley.size().y;
        painter.galley(at, galley, palette.ink);
        at.y += height + 2.0;
    }
    if figure.is_none_or(|figure| figure.flow_name) {
        let drawn = painter.text(at, Align2::LEFT_TOP, flow_name, theme::small_font(), palette.faint_ink);
        at.y = drawn.bottom() + 2.0;
    }
    if of_all.is_some_and(|figure| figure.caption) {
        time(painter, palette, at, flow, t);
    }
}

/// The time, the layer and the phase, behind a mark in the phase's colour.
fn time(painter: &Painter, palette: &Palette, at: egui::Pos2, flow: &Flow, t: f64) {
    let moment = flow.moment(t);
    let phase = moment.phase.and_then(|phase| flow.layers().get(moment.layer)?.phases.get(phase));
    let middle = at.y + SMALL / 2.0 + 1.5;
    let mark = Rect::from_center_size(pos2(at.x + MARK / 2.0, middle), vec2(MARK, MARK));
    painter.rect_filled(mark, 1.0, phase.map_or(palette.track, |phase| palette.phase(phase.kind)));
    let name = phase.map_or("at rest", |phase| phase.kind.label());
    let text = format!("t = {} · layer {} · {name}", theme::figure(t, 2), moment.layer + 1);
    painter.text(pos2(at.x + MARK + GAP, at.y), Align2::LEFT_TOP, text, theme::small_font(), palette.ink);
}
