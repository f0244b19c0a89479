//! What stands in the upper left corner of the view: a picture's heading, what happens now in a sentence in the phase's
//! colour, which flow is shown, and in a picture at which time.

use std::sync::Arc;

use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::explorer::theme::{self, GAP, Palette, SMALL};
use crate::flow::Flow;
use crate::session::{Caption, Figure, Scene, caption_at};

/// The room at the right that the legend has for itself.
const LEGEND: f32 = 150.0;
/// The least width of a sentence.
const NARROWEST: f32 = 110.0;
/// The side of the mark in the colour of the phase.
const MARK: f32 = 7.0;

/// The sentence of a phase, kept while the phase lasts.
#[derive(Default)]
pub struct CaptionCache {
    kept: Option<(Arc<Scene>, CaptionKey, Caption)>,
}

/// Index of the layer and of its phase, and whether the end is reached.
type CaptionKey = (usize, Option<usize>, bool);

impl CaptionCache {
    /// The sentence for time t.
    pub fn at(&mut self, scene: &Arc<Scene>, t: f64) -> &Caption {
        let moment = scene.flow.moment(t);
        let position = (moment.layer, moment.phase, t >= scene.flow.duration());
        let fits = |(of, at, _): &(Arc<Scene>, CaptionKey, Caption)| Arc::ptr_eq(of, scene) && *at == position;
        let kept = self.kept.take().filter(fits);
        &self.kept.insert(kept.unwrap_or_else(|| (Arc::clone(scene), position, caption_at(scene, t)))).2
    }
}

/// What there is to say.
pub struct CaptionTexts<'a> {
    /// What of it a picture has; a window has all but the time, which stands in its transport bar.
    pub figure: Option<&'a Figure>,
    /// Whether this is the second of two views side by side, where what holds for both is not said again.
    pub is_second: bool,
    /// Whether the sentence is for a room rather than for a reader.
    pub presents: bool,
    /// What happens now.
    pub caption: &'a Caption,
    /// Which flow is shown.
    pub flow_name: String,
    /// The flow and its time.
    pub time: (&'a Flow, f64),
}

/// Writes them, one under the other.
pub fn head(ui: &Ui, painter: &Painter, palette: &Palette, rect: Rect, texts: &CaptionTexts<'_>) {
    let ground = (!texts.figure.is_some_and(|figure| figure.is_transparent)).then(|| ground(palette));
    let mut lines = Lines { painter, ground, at: rect.left_top() + vec2(GAP, GAP), width: width(rect) };
    if let Some(figure) = texts.figure.filter(|figure| !texts.is_second && !figure.heading.is_empty()) {
        lines.write(&figure.heading, theme::heading_font(), palette.ink);
    }
    let says = |of: fn(&Figure) -> bool| texts.figure.is_none_or(of);
    if !texts.is_second && says(|figure| figure.caption) {
        let colour = texts.caption.kind.map_or(palette.ink, |kind| palette.phase_ink(kind));
        let font = if texts.presents { theme::title_font() } else { theme::heading_font() };
        let taken = lines.write(&texts.caption.text, font, colour);
        let response = ui.interact(taken, ui.scope_id().with("caption"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("Now: {}", texts.caption.text)));
    }
    if says(|figure| figure.flow_name) {
        lines.write(&texts.flow_name, theme::small_font(), palette.faint_ink);
    }
    if !texts.is_second && texts.figure.is_some_and(|figure| figure.caption) {
        time(painter, palette, lines.at, texts.time);
    }
}

/// What lies behind text on the stage, so that it can be read over points and fields.
pub fn ground(palette: &Palette) -> Color32 {
    palette.stage.gamma_multiply(0.85)
}

fn width(rect: Rect) -> f32 {
    (rect.width() - LEGEND).max(NARROWEST.min(rect.width() - 2.0 * GAP))
}

/// Lines of text under each other.
struct Lines<'a> {
    painter: &'a Painter,
    /// What lies behind a line: points may pass there.
    ground: Option<Color32>,
    at: Pos2,
    width: f32,
}

impl Lines<'_> {
    /// Writes a line, which wraps, and gives its place.
    fn write(&mut self, text: &str, font: FontId, colour: Color32) -> Rect {
        let galley = self.painter.layout(text.to_owned(), font, colour, self.width);
        let taken = Rect::from_min_size(self.at, galley.size());
        if let Some(ground) = self.ground {
            self.painter.rect_filled(taken.expand(2.0), f32::from(theme::CORNER), ground);
        }
        self.painter.galley(self.at, galley, colour);
        self.at.y = taken.bottom() + 2.0;
        taken
    }
}

/// The time, the layer and the phase, behind a mark in the phase's colour.
fn time(painter: &Painter, palette: &Palette, at: Pos2, (flow, t): (&Flow, f64)) {
    let moment = flow.moment(t);
    let phase = moment.phase.and_then(|phase| flow.layers().get(moment.layer)?.phases.get(phase));
    let middle = at.y + SMALL / 2.0 + 1.5;
    let mark = Rect::from_center_size(pos2(at.x + MARK / 2.0, middle), vec2(MARK, MARK));
    painter.rect_filled(mark, 1.0, phase.map_or(palette.track, |phase| palette.phase(phase.kind)));
    let name = phase.map_or("at rest", |phase| phase.kind.label());
    let text = format!("t = {} · layer {} · {name}", theme::figure(t, 2), moment.layer + 1);
    painter.text(pos2(at.x + MARK + GAP, at.y), Align2::LEFT_TOP, text, theme::small_font(), palette.ink);
}
