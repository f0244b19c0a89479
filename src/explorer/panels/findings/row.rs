//! One finding: what, where, how much, why it matters, what to try.

use std::sync::Arc;

use egui::{
    Align2, Button, Color32, Galley, Rect, RichText, Role, Sense, Stroke, TextWrapMode, Ui, WidgetInfo, pos2, vec2,
};

use super::super::super::theme::{self, GAP, Palette, THIN};
use crate::diagnostics::findings::Finding;
use crate::explorer::widgets::severity;
use crate::session::{Command, EditCommand, FindingCommand, FindingEntry, Findings, Session, title};

/// Room above and below the text of a row.
const PADDING: f32 = 5.0;
/// The height of the line with the title.
const TITLE: f32 = 18.0;
/// Text begins to the right of the mark.
const INDENT: f32 = 16.0;
/// The side of the cross that dismisses.
const CROSS: f32 = 16.0;
/// The width of the button that takes a dismissal back.
const RESTORE: f32 = 56.0;
/// The height of the button of a fix with the gap above it.
const FIX: f32 = 22.0;

/// The sentences of a finding as they are broken into lines.
struct Sentences {
    message: Arc<Galley>,
    remedy: Option<Arc<Galley>>,
}

impl Sentences {
    fn new(ui: &Ui, finding: &Finding, width: f32, [ink, faint]: [Color32; 2]) -> Sentences {
        let width = (width - INDENT - GAP).max(1.0);
        let lines = |text, ink| ui.painter().layout(text, theme::small_font(), ink, width);
        let remedy = (!finding.try_.is_empty()).then(|| lines(format!("Try: {}.", finding.try_), faint));
        Sentences { message: lines(sentence(&finding.message), ink), remedy }
    }

    fn height(&self) -> f32 {
        self.message.size().y + self.remedy.as_ref().map_or(0.0, |remedy| remedy.size().y)
    }
}

/// A message as a sentence.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let text: String = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    text + "."
}

/// The height of the row of a finding in a list of this width.
pub(super) fn height(ui: &Ui, entry: &FindingEntry, width: f32) -> f32 {
    let sentences = Sentences::new(ui, &entry.finding, width, [Color32::PLACEHOLDER; 2]);
    let fix = if !entry.fixes.is_empty() { FIX } else { 0.0 };
    2.0 * PADDING + TITLE + sentences.height() + fix
}

/// Draws the row of the finding at `position` of the list.
pub(super) fn show(ui: &mut Ui, rect: Rect, session: &Session, list: &Findings, position: usize) -> Option<Command> {
    let entry = list.entries().get(position)?;
    let finding = &entry.finding;
    let palette = Palette::from_ui(ui);
    let is_chosen = session.findings.chosen.as_ref() == Some(&entry.key);
    let is_dismissed = session.findings.visible().is_dismissed(position);
    let location = location(finding);
    let name = format!("{}: {}{location}", capitalised(finding.severity.name()), title(finding.code));
    let response = ui.interact(rect, ui.scope_id().with(("finding", position)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_chosen, &name));
    let visuals = ui.style().interact_selectable(&response, is_chosen);
    if is_chosen || response.hovered() {
        ui.painter().rect_filled(rect, f32::from(theme::CORNER), visuals.weak_bg_fill);
    }
    let ink = if is_dismissed { palette.faint_ink } else { palette.ink };
    let ink = if is_chosen { visuals.text_color() } else { ink };
    let faint = if is_chosen { visuals.text_color() } else { palette.faint_ink };
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let line = rect.top() + PADDING + TITLE / 2.0;
    severity::paint(&painter, pos2(rect.left() + INDENT / 2.0, line), severity::SIZE, finding.severity, palette);
    let right = rect.right() - if is_dismissed { RESTORE } else { CROSS } - GAP;
    let at = painter.text(
        pos2(right, line),
        Align2::RIGHT_CENTER,
        location.trim_start_matches(", "),
        theme::small_font(),
        faint,
    );
    let room = painter.with_clip_rect(rect.with_max_x(at.left() - GAP).intersect(painter.clip_rect()));
    room.text(pos2(rect.left() + INDENT, line), Align2::LEFT_CENTER, title(finding.code), theme::body_font(), ink);
    let sentences = Sentences::new(ui, finding, rect.width(), [ink, faint]);
    let mut top = rect.top() + PADDING + TITLE;
    for galley in std::iter::once(sentences.message).chain(sentences.remedy) {
        let height = galley.size().y;
        painter.galley(pos2(rect.left() + INDENT, top), galley, ink);
        top += height;
    }
    painter.hline(rect.x_range(), rect.bottom(), Stroke::new(THIN, palette.track));
    let asked = dismissal(ui, rect, entry, is_dismissed, &name).map(Command::Findings);
    let asked = asked.or_else(|| fixes(ui, pos2(rect.left() + INDENT, top), entry));
    let clicked = response.on_hover_text(tip(finding)).clicked();
    asked.or_else(|| clicked.then(|| Command::Findings(FindingCommand::GoTo(entry.key.clone()))))
}

/// Buttons that do what is to try, side by side.
fn fixes(ui: &mut Ui, corner: egui::Pos2, entry: &FindingEntry) -> Option<Command> {
    let mut left = corner + vec2(0.0, 3.0);
    let mut asked = None;
    for fix in &entry.fixes {
        let label = fix.label();
        let galley = ui.painter().layout_no_wrap(label.clone(), theme::small_font(), Color32::PLACEHOLDER);
        let rect = Rect::from_min_size(left, vec2(galley.size().x + 2.0 * ui.spacing().button_padding.x, FIX - 4.0));
        let button = Button::new(RichText::new(label).small()).wrap_mode(TextWrapMode::Extend).min_size(rect.size());
        if ui.put(rect, button).on_hover_text(fix.tip()).clicked() {
            asked = Some(Command::Edit(EditCommand::Fix(fix.clone())));
        }
        left.x = rect.right() + GAP;
    }
    asked
}

/// A cross that dismisses the finding, or a button that takes that back.
fn dismissal(ui: &mut Ui, row: Rect, entry: &FindingEntry, is_dismissed: bool, name: &str) -> Option<FindingCommand> {
    let (width, what) = if is_dismissed { (RESTORE, "Tell again") } else { (CROSS, "Dismiss") };
    let corner = pos2(row.right() - width - GAP / 2.0, row.top() + PADDING + (TITLE - CROSS) / 2.0);
    let rect = Rect::from_min_size(corner, vec2(width, CROSS));
    let response = ui.interact(rect, ui.scope_id().with(("dismiss", &entry.key, row.top() as i32)), Sense::click());
    let label = format!("{what} {name}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    let palette = Palette::from_ui(ui);
    let ink = if response.hovered() { palette.ink } else { palette.faint_ink };
    if is_dismissed {
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, what, theme::small_font(), ink);
    } else {
        let arms = Rect::from_center_size(rect.center(), vec2(CROSS, CROSS) * 0.4);
        for ends in [[arms.left_top(), arms.right_bottom()], [arms.right_top(), arms.left_bottom()]] {
            ui.painter().line_segment(ends, Stroke::new(1.5 * THIN, ink));
        }
    }
    let tip =
        if is_dismissed { "Count and mark this finding again" } else { "Do not tell of this again for this network" };
    let key = || entry.key.clone();
    let clicked = response.on_hover_text(tip).clicked();
    clicked.then(|| if is_dismissed { FindingCommand::Restore(key()) } else { FindingCommand::Dismiss(key()) })
}

/// Where the finding is, after a comma.
fn location(finding: &Finding) -> String {
    match finding.layer {
        Some(layer) => format!(", layer {layer}"),
        None if !finding.columns.is_empty() || finding.code.starts_with("data") => ", data".to_owned(),
        None => String::new(),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What was measured, what it was compared with, and where that comes from.
fn tip(finding: &Finding) -> String {
    let mut text = String::from("Click: go to where it shows.");
    if let (Some(value), Some(threshold)) = (finding.value, finding.threshold)
        && (value, threshold) != (0.0, 0.0)
    {
        text += &format!("\nMeasured {}, threshold {}", theme::significant(value), theme::significant(threshold));
        if !finding.source.is_empty() {
            text += &format!(" ({})", finding.source);
        }
        text.push('.');
    }
    text
}
