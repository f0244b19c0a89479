//! The timeline: one block for each layer, one coloured segment for each phase, and the time as a playhead.

use egui::{Rangef, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::timeline_marks;
use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::severity;
use crate::flow::{Event, EventKind, Flow, LayerFlow, Motion, Phase, PhaseKind};
use crate::session::{
    Command, FindingCommand, FindingScope, Playback, PlaybackCommand, VisibleFindings, coordinate_name, own_name,
};

/// The height of the row of layer numbers.
const LABELS: f32 = 20.0;
/// The size of the marks of findings, and the room under the blocks that they have.
const FINDING: f32 = 7.0;
/// The height of the blocks.
const BLOCKS: f32 = 20.0;
/// The gap between layers that are wide enough to have one.
const LAYER_GAP: f32 = 2.0;
/// Layers narrower than this stand side by side without gaps.
const NARROW_LAYER: f32 = 10.0;
/// Room at both ends, so that the playhead's handle fits at t = 0 and t = L.
const MARGIN: f32 = 6.0;
/// Half the width of the playhead's handle.
const HANDLE: f32 = 5.0;
/// Nothing narrower than this is drawn: thousands of layers stay cheap.
const THINNEST: f32 = 0.75;
/// Half the size of the marks of reflections and folds.
const MARK: f32 = 5.0;
/// The distance of the hatching's lines.
const HATCH: f32 = 7.0;
/// Layers narrower than this are one block each, without their phases.
const PHASES: f32 = 7.0;
/// The gap between such blocks.
const SEAM: f32 = 0.5;
/// So many points of a wheel magnify e times.
const WHEEL: f32 = 200.0;
/// What is outside of the loop range is drawn this faint.
const OUTSIDE_RANGE: f32 = 0.35;

/// The timeline's memory from frame to frame.
#[derive(Debug)]
pub struct Timeline {
    /// Where a drag with Shift began, as a time.
    range_start: Option<f64>,
    /// Where the times in sight begin and end on the screen.
    x_range: Rangef,
}

impl Default for Timeline {
    fn default() -> Timeline {
        Timeline { range_start: None, x_range: Rangef::new(0.0, 0.0) }
    }
}

/// Where times are on the screen.
#[derive(Clone, Copy)]
struct TimeScale {
    left: f32,
    width: f32,
    duration: f64,
    /// The times in sight.
    span: (f64, f64),
}

impl TimeScale {
    fn x(self, t: f64) -> f32 {
        let (from, to) = self.span;
        self.left + ((t - from) / (to - from).max(f64::MIN_POSITIVE)) as f32 * self.width
    }

    fn t(self, x: f32) -> f64 {
        let (from, to) = self.span;
        (from + f64::from((x - self.left) / self.width.max(1.0)) * (to - from)).clamp(0.0, self.duration)
    }
}

/// What runs along the timeline.
pub struct Track<'a> {
    /// The flow.
    pub flow: &'a Flow,
    /// Where it reflects or folds.
    pub events: &'a [Event],
    /// How many layers follow those of the flow in the file.
    pub not_flowing: usize,
    /// The times in sight.
    pub span: (f64, f64),
    /// From when on points are lost, with a sentence.
    pub overflow: Option<(f64, String)>,
}

impl Timeline {
    /// Draws the timeline over the whole width and tells what the mouse asks for.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        track: &Track<'_>,
        findings: &VisibleFindings,
        playback: &Playback,
    ) -> Vec<Command> {
        let Track { flow, events, not_flowing, span, overflow } = track;
        let size = vec2(ui.available_width().max(4.0 * MARGIN), LABELS + BLOCKS + FINDING);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let duration = flow.duration();
        let end = duration + *not_flowing as f64;
        let scale = TimeScale { left: rect.left() + MARGIN, width: rect.width() - 2.0 * MARGIN, duration, span: *span };
        self.x_range = Rangef::new(scale.left, scale.left + scale.width);
        if ui.is_rect_visible(rect) {
            draw(ui, rect, scale, flow, playback);
            draw_events(ui, rect, scale, events);
            if let Some((from, _)) = overflow {
                draw_lost(ui, rect, (scale.x(*from), scale.x(scale.duration)));
            }
            draw_not_flowing(ui, rect, scale, end);
        }
        response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), playback.t(), "Timeline"));
        let asked = self.interact(ui, &response, scale).into_iter().chain(wheel(ui, &response, scale));
        let commands = asked.map(Command::Playback);
        let marks = timeline_marks::marks(ui, rect, rect.top() + LABELS, playback, |t| scale.x(t));
        let commands: Vec<Command> = commands.chain(finding_marks(ui, rect, scale, findings)).chain(marks).collect();
        if let Some(at) = response.hover_pos().filter(|_| self.range_start.is_none()) {
            let near = events.iter().filter(|event| (scale.x(event.t) - at.x).abs() <= MARK + 2.0);
            let mut text = match at.x > scale.x(scale.duration) + THINNEST && *not_flowing > 0 {
                true => "These layers do not flow: numbers that are not finite lie in front of them.".to_owned(),
                false => describe(flow, scale.t(at.x)),
            };
            if let Some((_, sentence)) = overflow.as_ref().filter(|(from, _)| scale.t(at.x) >= *from) {
                text.push('\n');
                text.push_str(sentence);
            }
            for event in near {
                text.push('\n');
                text.push_str(&event_text(event));
            }
            response.on_hover_text_at_pointer(text);
        }
        commands
    }

    /// Where the times in sight begin and end on the screen: what is drawn along the timeline is aligned to it.
    pub fn x_range(&self) -> Rangef {
        self.x_range
    }

    fn interact(&mut self, ui: &Ui, response: &Response, scale: TimeScale) -> Vec<PlaybackCommand> {
        let Some(at) = response.interact_pointer_pos().map(|at| scale.t(at.x)) else {
            self.range_start = None;
            return Vec::new();
        };
        let pressed = response.is_pointer_button_down_on() && ui.input(|input| input.pointer.any_pressed());
        if pressed && ui.input(|input| input.modifiers.shift) {
            self.range_start = Some(at);
        }
        match self.range_start {
            Some(start) => vec![PlaybackCommand::SetRange(start, at)],
            // A click that begins and ends within one frame never finds the button down.
            None if response.is_pointer_button_down_on() || response.clicked() => vec![PlaybackCommand::Seek(at)],
            None => Vec::new(),
        }
    }
}

/// The wheel zooms around the mouse and, sideways or with Shift, moves what is in sight; two fingers do the same. A double
/// click shows all.
fn wheel(ui: &Ui, response: &Response, scale: TimeScale) -> Vec<PlaybackCommand> {
    let mut asked = Vec::new();
    let Some(at) = response.hover_pos() else { return asked };
    let (scrolled, pinched) = ui.input(|input| (input.smooth_scroll_delta, input.zoom_delta()));
    let factor = f64::from(pinched) * f64::from(scrolled.y / WHEEL).exp();
    if factor != 1.0 {
        asked.push(PlaybackCommand::ZoomTime { factor, at: Some(scale.t(at.x)) });
    }
    if scrolled.x != 0.0 {
        asked.push(PlaybackCommand::PanTime(f64::from(-scrolled.x / scale.width.max(1.0))));
    }
    if response.double_clicked() {
        asked.push(PlaybackCommand::ShowAllTime);
    }
    asked
}

/// The layer and phase at a time, in words.
fn describe(flow: &Flow, t: f64) -> String {
    let Some(layer) = flow.layers().get((t as usize).min(flow.layers().len().saturating_sub(1))) else {
        return String::new();
    };
    let layer_text = layer_text(layer);
    match layer.phases.iter().find(|phase| t < phase.end).or(layer.phases.last()) {
        Some(phase) => {
            let (start, end) = (phase.start, phase.end);
            format!("{layer_text} · {}\nt from {start:.2} to {end:.2}", phase_text(phase))
        }
        None => format!("{layer_text} · moves nothing"),
    }
}

/// What a phase does; of an operator that has no motion of its own, that it moves straight.
fn phase_text(phase: &Phase) -> String {
    match &phase.motion {
        Motion::Node(stage) if phase.kind == PhaseKind::Direct => format!("moves straight: {}", stage.node.operator),
        Motion::Node(stage) => format!("{} ({})", phase.kind.label(), stage.node.operator),
        _ => phase.kind.label().to_owned(),
    }
}

/// What a mark stands for.
fn event_text(event: &Event) -> String {
    match event.kind {
        EventKind::Reflection { coordinate } => format!(
            "◆ Reflection (det W < 0): layer {} turns through an extra dimension, {}.",
            event.layer,
            coordinate_name(coordinate)
        ),
        EventKind::Fold { s } => format!(
            "▲ Fold: past s* = {} the activation of layer {} is not one-to-one; there is no velocity field.",
            theme::figure(s, 3),
            event.layer
        ),
    }
}

/// The layer's number and name.
pub fn layer_text(layer: &LayerFlow) -> String {
    match layer.name.trim() {
        "" => format!("layer {}", layer.index),
        name => format!("layer {} ({})", layer.index, own_name(name)),
    }
}

fn draw(ui: &Ui, rect: Rect, scale: TimeScale, flow: &Flow, playback: &Playback) {
    let palette = Palette::from_ui(ui);
    let painter = ui.painter().with_clip_rect(rect);
    let blocks = Rect::from_min_max(pos2(rect.left(), rect.top() + LABELS), rect.max - vec2(0.0, FINDING));
    let layer_width = scale.x(1.0) - scale.x(0.0);
    let gap = if layer_width < NARROW_LAYER { 0.0 } else { LAYER_GAP };
    let range = playback.range();
    let mut drawn_to = f32::NEG_INFINITY;
    let (from, to) = (scale.span.0.max(0.0) as usize, scale.span.1.max(0.0).ceil() as usize);
    let in_sight = flow.layers().get(from..to.min(flow.layers().len())).unwrap_or_default();
    let shows_phases = layer_width >= PHASES;
    for layer in in_sight {
        let (start, end) = (layer.index as f64 - 1.0, layer.index as f64);
        let (left, right) = (scale.x(start), scale.x(end) - gap);
        if layer.phases.is_empty() && right - drawn_to >= THINNEST {
            let block = Rect::from_x_y_ranges(left..=right, blocks.y_range());
            painter.rect_filled(block, 0.0, palette.track);
        }
        if !shows_phases {
            // Of many layers each has the colour of what takes the most of its time.
            let length = |phase: &&Phase| phase.end - phase.start;
            let longest = layer.phases.iter().max_by(|a, b| length(a).total_cmp(&length(b)));
            if let Some(phase) = longest.filter(|_| right - drawn_to >= THINNEST) {
                drawn_to = right;
                let inside = range.is_none_or(|(from, to)| end > from && start < to);
                let colour = palette.phase(phase.kind).gamma_multiply(if inside { 1.0 } else { OUTSIDE_RANGE });
                painter.rect_filled(Rect::from_x_y_ranges(left..=right - SEAM, blocks.y_range()), 0.0, colour);
            }
            continue;
        }
        for phase in &layer.phases {
            let segment = segment(phase, scale, (left, right));
            if segment.1 - drawn_to < THINNEST {
                continue;
            }
            drawn_to = segment.1;
            let inside = range.is_none_or(|(from, to)| phase.end > from && phase.start < to);
            let colour = palette.phase(phase.kind).gamma_multiply(if inside { 1.0 } else { OUTSIDE_RANGE });
            let block = Rect::from_x_y_ranges(segment.0..=segment.1, blocks.y_range());
            painter.rect_filled(block, 0.0, colour);
            if phase.kind == PhaseKind::Direct {
                hatch_in(&painter.with_clip_rect(block.intersect(rect)), block, palette.stage);
            }
        }
    }
    draw_numbers(&painter, rect, scale, flow.layers().len(), palette);
    if let Some((from, to)) = range {
        timeline_marks::draw_range(&painter, blocks, (from, to), |t| scale.x(t), palette.highlight);
    }
    draw_playhead(&painter, scale.x(playback.t()), blocks, palette);
}

/// A phase takes its share of what its layer's block has left beside the gap.
fn segment(phase: &Phase, scale: TimeScale, (left, right): (f32, f32)) -> (f32, f32) {
    let whole = scale.x(1.0) - scale.x(0.0);
    let within = |t: f64| left + (scale.x(t) - left) * (right - left) / whole.max(f32::MIN_POSITIVE);
    (within(phase.start), within(phase.end))
}

/// The layers' numbers, as many as fit without touching each other.
fn draw_numbers(painter: &egui::Painter, rect: Rect, scale: TimeScale, layers: usize, palette: &Palette) {
    let number_width = 8.0 * (layers.to_string().len() + 1) as f32;
    let layer_width = (scale.x(1.0) - scale.x(0.0)).max(f32::MIN_POSITIVE);
    let every = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000].into_iter();
    let every = every.clone().find(|n| *n as f32 * layer_width >= number_width).unwrap_or(layers.max(1));
    for layer in (1..=layers).filter(|layer| layer % every == 0 || *layer == 1 && every <= 2) {
        // In the middle of what is in sight of the layer.
        let sides = [layer as f64 - 1.0, layer as f64].map(|t| scale.x(t).clamp(rect.left(), rect.right()));
        let x = (sides[0] + sides[1]) / 2.0;
        if sides[1] - sides[0] < layer_width.min(number_width) / 2.0 {
            continue;
        }
        let at = pos2(x, rect.top());
        painter.text(at, egui::Align2::CENTER_TOP, layer.to_string(), theme::small_font(), palette.faint_ink);
    }
}

/// The layers of the file that do not flow, hatched behind those that do.
fn draw_not_flowing(ui: &Ui, rect: Rect, scale: TimeScale, end: f64) {
    let (left, right) = (scale.x(scale.duration) + LAYER_GAP, scale.x(end).min(rect.right()));
    if right - left < THINNEST {
        return;
    }
    let block = Rect::from_min_max(pos2(left, rect.top() + LABELS), pos2(right, rect.bottom()));
    ui.painter().with_clip_rect(block).rect_filled(block, 0.0, Palette::from_ui(ui).track);
    hatch(ui, block);
}

/// The layers behind an overflow, hatched over their phases.
fn draw_lost(ui: &Ui, rect: Rect, (left, right): (f32, f32)) {
    let bottom = rect.bottom() - FINDING;
    hatch(ui, Rect::from_min_max(pos2(left, rect.top() + LABELS), pos2(right.max(left), bottom)));
}

/// Slanted lines.
fn hatch(ui: &Ui, block: Rect) {
    hatch_in(&ui.painter().with_clip_rect(block), block, Palette::from_ui(ui).error_large);
}

fn hatch_in(painter: &egui::Painter, block: Rect, colour: egui::Color32) {
    let (left, right) = (block.left(), block.right());
    let stroke = Stroke::new(theme::THIN, colour);
    let mut x = left - block.height();
    while x < right {
        painter.line_segment([pos2(x, block.bottom()), pos2(x + block.height(), block.top())], stroke);
        x += HATCH;
    }
}

/// Marks for reflections (a diamond) and folds (a triangle) on the blocks; of many in one place one is drawn.
fn draw_events(ui: &Ui, rect: Rect, scale: TimeScale, events: &[Event]) {
    let palette = Palette::from_ui(ui);
    let painter = ui.painter().with_clip_rect(rect);
    let y = rect.top() + LABELS + BLOCKS / 2.0;
    let mut drawn_to = f32::NEG_INFINITY;
    for event in events {
        let x = scale.x(event.t);
        if x - drawn_to < MARK {
            continue;
        }
        drawn_to = x;
        let outline = match event.kind {
            EventKind::Reflection { .. } => vec![vec2(0.0, -MARK), vec2(MARK, 0.0), vec2(0.0, MARK), vec2(-MARK, 0.0)],
            EventKind::Fold { .. } => vec![vec2(0.0, -MARK), vec2(MARK, MARK), vec2(-MARK, MARK)],
        };
        let points = outline.into_iter().map(|corner| pos2(x, y) + corner).collect();
        painter.add(Shape::convex_polygon(points, palette.stage, Stroke::new(theme::THICK, palette.ink)));
    }
}

/// Marks under the blocks where findings show, each with what is found there; of many in one place one is drawn.
fn finding_marks(ui: &Ui, rect: Rect, scale: TimeScale, findings: &VisibleFindings) -> Option<Command> {
    let palette = Palette::from_ui(ui);
    let painter = ui.painter().with_clip_rect(rect);
    let mut asked = None;
    let mut rest = findings.marks();
    while let Some(first) = rest.first() {
        let x = scale.x(first.t);
        let count = rest.partition_point(|mark| scale.x(mark.t) - x < FINDING);
        let (near, later) = rest.split_at(count.max(1));
        rest = later;
        let Some(worst) = near.iter().max_by_key(|mark| mark.severity) else { continue };
        let centre = pos2(scale.x(worst.t), rect.bottom() - FINDING / 2.0);
        if !rect.expand(1.0).contains(centre) {
            continue;
        }
        severity::paint(&painter, centre, FINDING, worst.severity, palette);
        let hit = Rect::from_center_size(centre, vec2(FINDING + 2.0, FINDING + 2.0));
        let response = ui.interact(hit, ui.scope_id().with(("findings at", worst.t.to_bits())), Sense::click());
        let count: usize = near.iter().map(|mark| mark.count).sum();
        let name = format!("Findings at t = {:.2}", worst.t);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let more = if near.len() > 1 { format!("\n{count} findings near here") } else { String::new() };
        let response = response.on_hover_text(format!("{}{more}\nClick: go there.", worst.text));
        if response.clicked() {
            let entry = findings.list().and_then(|list| list.entries().get(worst.first));
            asked = entry.map(|entry| match count {
                1 => Command::Findings(FindingCommand::GoTo(entry.key.clone())),
                _ => {
                    let scope = entry.finding.layer.map_or(FindingScope::Whole, FindingScope::Layer);
                    Command::Findings(FindingCommand::Show(scope))
                }
            });
        }
    }
    asked
}

fn draw_playhead(painter: &egui::Painter, x: f32, blocks: Rect, palette: &Palette) {
    let top = blocks.top() - 6.0;
    // A light rim keeps the dark line visible on every phase colour.
    painter.vline(x, top..=blocks.bottom(), Stroke::new(2.0 * theme::THICK, palette.stage));
    painter.vline(x, top..=blocks.bottom(), Stroke::new(theme::THICK, palette.ink));
    let handle = vec![pos2(x - HANDLE, top), pos2(x + HANDLE, top), pos2(x, top + 1.5 * HANDLE)];
    painter.add(Shape::convex_polygon(handle, palette.ink, Stroke::new(theme::THIN, palette.stage)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_places_are_inverse_and_clamped() {
        let scale = TimeScale { left: 10.0, width: 200.0, duration: 4.0, span: (0.0, 4.0) };
        for t in [0.0, 1.0, 2.5, 4.0] {
            assert!((scale.t(scale.x(t)) - t).abs() < 1e-5);
        }
        assert_eq!(scale.t(-50.0), 0.0);
        assert_eq!(scale.t(5000.0), 4.0);
        let part = TimeScale { span: (1.0, 2.0), ..scale };
        assert_eq!([part.x(1.0), part.x(2.0)], [10.0, 210.0]);
        assert!((part.t(110.0) - 1.5).abs() < 1e-6);
    }
}
