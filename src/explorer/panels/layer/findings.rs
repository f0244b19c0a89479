//! The findings of the layer in its panel: a way back to the list, and marks on the rows of units concerned.

use egui::{Rect, RichText, Role, Sense, Ui, WidgetInfo, lerp, pos2, vec2};

use super::shown::Shown;
use crate::explorer::theme::{self, GAP, Palette};
use crate::explorer::widgets::severity;
use crate::session::{Command, FindingCommand, FindingScope, HeatWindow, counted, title};

/// The width of the marks on rows.
const MARK: f32 = 3.0;

/// How many findings the layer has, and what the chosen one says.
pub(super) fn line(ui: &mut Ui, shown: &Shown<'_>, commands: &mut Vec<Command>) {
    let visible = shown.findings.visible();
    let count = visible.layer(shown.index);
    let Some(worst) = count.worst else { return };
    let palette = Palette::from_ui(ui);
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(severity::SIZE, severity::SIZE), Sense::hover());
        severity::paint(ui.painter(), rect.center(), severity::SIZE, worst, palette);
        let label = counted(count.count, "finding");
        let link = ui.link(&label).on_hover_text(format!("{}. Click: list them.", count.label()));
        let name = format!("{label} in layer {}", shown.layer.index);
        link.widget_info(|| WidgetInfo::labeled(Role::Link, true, &name));
        if link.clicked() {
            commands.push(Command::Findings(FindingCommand::Show(FindingScope::Layer(shown.layer.index))));
        }
    });
    let chosen = shown.findings.chosen.as_ref();
    let chosen_entry = visible.of_layer(shown.index).find(|entry| Some(&entry.key) == chosen);
    if let Some(entry) = chosen_entry {
        let text = format!("{}: {}.", title(entry.finding.code), entry.finding.message);
        ui.label(RichText::new(text).small().color(palette.severity(entry.finding.severity)))
            .on_hover_text(format!("Try: {}.", entry.finding.try_));
    }
}

/// Marks beside the rows of a heat map that are units with findings.
pub(super) fn mark_rows(ui: &Ui, map: Rect, rows: usize, window: HeatWindow, shown: &Shown<'_>) {
    let palette = Palette::from_ui(ui);
    let gutter = Rect::from_min_max(map.left_top() - vec2(GAP, 0.0), map.left_bottom());
    let painter = ui.painter().with_clip_rect(gutter);
    let y = |row: usize| {
        let share = (row as f64 / rows.max(1) as f64 - window.corner[1]) / window.side;
        lerp(map.y_range(), share as f32)
    };
    // The worst is drawn last, over the others.
    let entries: Vec<_> = shown.findings.visible().of_layer(shown.index).collect();
    for entry in entries.into_iter().rev() {
        let colour = palette.severity(entry.finding.severity);
        let mut drawn_to = f32::NEG_INFINITY;
        for unit in entry.finding.units.iter().filter(|unit| **unit < rows) {
            let (top, bottom) = (y(*unit), y(*unit + 1).max(y(*unit) + theme::THIN));
            if bottom < map.top() || top > map.bottom() || bottom - drawn_to < theme::THIN {
                continue;
            }
            drawn_to = bottom;
            let left = map.left() - MARK - theme::THIN;
            painter.rect_filled(Rect::from_min_max(pos2(left, top), pos2(left + MARK, bottom)), 0.0, colour);
        }
    }
}
