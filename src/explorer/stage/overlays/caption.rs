//! What happens now, in a sentence in the phase's colour, over the title of the view.

use std::sync::Arc;

use egui::{FontFamily, FontId, Painter, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use crate::explorer::theme::{self, GAP, HEADING, Palette};
use crate::session::{Caption, Scene, caption};

/// Room on the right for the legend.
const LEGEND: f32 = 110.0;

/// The sentence of a phase, kept while the phase lasts.
#[derive(Default)]
pub struct CaptionCache {
    kept: Option<(Arc<Scene>, Place, Caption)>,
}

/// Index of the layer and of its phase, and whether the end is reached.
type Place = (usize, Option<usize>, bool);

impl CaptionCache {
    /// The sentence for time t.
    pub fn at(&mut self, scene: &Arc<Scene>, t: f64) -> &Caption {
        let moment = scene.flow.moment(t);
        let place = (moment.layer, moment.phase, t >= scene.flow.duration());
        let fits = |(of, at, _): &(Arc<Scene>, Place, Caption)| Arc::ptr_eq(of, scene) && *at == place;
        let kept = self.kept.take().filter(fits);
        &self.kept.insert(kept.unwrap_or_else(|| (Arc::clone(scene), place, caption(scene, t)))).2
    }
}

/// Draws the sentence into the upper left corner of the view, and the view's title below it.
pub fn show(ui: &Ui, painter: &Painter, palette: &Palette, (rect, caption, title): (Rect, &Caption, &str)) {
    let colour = caption.kind.map_or(palette.ink, |kind| palette.phase_ink(kind));
    let font = FontId::new(HEADING, FontFamily::Proportional);
    let at = rect.left_top() + vec2(GAP, GAP);
    let width = (rect.width() - LEGEND - 2.0 * GAP).max(60.0);
    let sentence = painter.layout(caption.text.clone(), font, colour, width);
    let taken = Rect::from_min_size(at, sentence.size());
    let id = ui.scope_id().with(("caption", rect.left() as i32));
    let response = ui.interact(taken, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("Now: {}", caption.text)));
    // Points may pass behind it.
    painter.rect_filled(taken.expand(2.0), f32::from(theme::CORNER), palette.stage.gamma_multiply(0.8));
    painter.galley(at, sentence, colour);
    let below = taken.left_bottom() + vec2(0.0, 2.0);
    let title = painter.layout(title.to_owned(), theme::small_font(), palette.faint_ink, width);
    painter.galley(below, title, palette.faint_ink);
}
