//! Where the network is wrong: accuracy by class, class against class, the surest mistakes and the least sure answers.

use egui::{Align2, CollapsingHeader, Grid, Painter, Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::super::theme::{self, Palette, THIN};
use super::super::widgets::chart_menu::ChartMenu;
use crate::session::{
    Command, ErrorSlices, NumberTable, PanelCommand, PanelPart, Pick, PointCommand, Scene, Session, ViewCommand,
    counted, slice,
};

/// The height of a cell of the matrix at most.
const MAX_CELL: f32 = 22.0;
/// Cells narrower than this have no number in them.
const MIN_NUMBER: f32 = 14.0;
/// More classes than this are not listed one by one.
const MAX_LISTED: usize = 12;
/// How many answers are listed.
const ANSWERS: usize = 6;

/// Draws the section and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut commands = Vec::new();
    let open = session.view.panel.shows(PanelPart::Errors);
    let title = RichText::new("Errors").color(Palette::from_ui(ui).ink);
    let header = CollapsingHeader::new(title).id_salt("errors").open(Some(open)).show_unindented(ui, |ui| {
        commands.extend(content(ui, session).map(|command| Command::View(ViewCommand::Points(command))));
    });
    let tip = "Where the network is wrong: each class, each pair of classes, the surest mistakes.";
    if header.header_response.on_hover_text(tip).clicked() {
        commands.push(Command::View(ViewCommand::Panel(PanelCommand::TogglePart(PanelPart::Errors))));
    }
    commands
}

fn content(ui: &mut Ui, session: &Session) -> Option<PointCommand> {
    let scene = session.scene()?;
    let Some(slices) = session.latest::<ErrorSlices>() else {
        let text = if matches!(scene.dataset.labels, crate::dataset::Labels::Classes { .. }) {
            "The answers are being sorted …"
        } else {
            "The data has no classes to compare the answers with."
        };
        ui.label(theme::note(ui, text));
        return None;
    };
    let (all, right) = slices.whole();
    ui.label(format!("{} right of {all} ({})", right, percent(right, all)));
    let mut asked = None;
    if slices.names.len() <= MAX_LISTED {
        asked = asked.or(classes(ui, scene, slices));
    }
    asked = asked.or(matrix(ui, scene, slices));
    asked = asked.or(answers(ui, slices, "Surest mistakes", &slices.surest_mistakes, scene));
    asked.or(answers(ui, slices, "Least sure answers", &slices.least_sure, scene))
}

fn percent(part: usize, all: usize) -> String {
    format!("{} %", theme::figure(100.0 * part as f64 / all.max(1) as f64, 1))
}

/// The accuracy of each class; a click selects its mistakes.
fn classes(ui: &mut Ui, scene: &Scene, slices: &ErrorSlices) -> Option<PointCommand> {
    let mut asked = None;
    Grid::new("accuracy by class").num_columns(3).show(ui, |ui| {
        for (class, name) in slices.names.iter().enumerate() {
            let (all, right) = slices.of_class(class);
            ui.colored_label(Palette::from_ui(ui).class(class), name);
            ui.label(if all == 0 { "no points".to_owned() } else { percent(right, all) });
            let link = ui.add_enabled(right < all, egui::Link::new(counted(all - right, "mistake")));
            let label = format!("Mistakes of class {name}");
            link.widget_info(|| WidgetInfo::labeled(Role::Link, right < all, &label));
            if link.on_hover_text("Select the points of this class that are answered wrong.").clicked() {
                asked = Some(PointCommand::Select(Pick::Only, slice(scene, class, None)));
            }
            ui.end_row();
        }
    });
    asked
}

/// Labels down, answers across; a click selects the points of a cell.
fn matrix(ui: &mut Ui, scene: &Scene, slices: &ErrorSlices) -> Option<PointCommand> {
    let classes = slices.names.len().max(1);
    ui.label(theme::note(ui, "Rows are labels, columns answers; click to select."));
    let side = (ui.available_width() / classes as f32).min(MAX_CELL);
    let width = (ui.available_width() / classes as f32).min(2.0 * MAX_CELL);
    let (rect, response) = ui.allocate_exact_size(vec2(width, side) * classes as f32, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Confusion matrix"));
    let palette = Palette::from_ui(ui);
    let painter = ui.painter_at(rect.expand(1.0));
    paint_matrix(&painter, palette, rect, slices);
    let draw = |ui: &mut Ui| {
        let (rect, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
        paint_matrix(ui.painter(), palette, rect, slices);
    };
    let numbers = || confusion_table(slices);
    ChartMenu { name: "Confusion matrix", size: rect.size(), numbers: Some(&numbers), draw: &draw }.attach(&response);
    let at = |at: egui::Pos2| {
        let index = |offset: f32, size: f32| ((offset / size).max(0.0) as usize).min(classes - 1);
        (index(at.y - rect.top(), side), index(at.x - rect.left(), width))
    };
    let name = |class: usize| slices.names.get(class).map_or("", String::as_str);
    let clicked = response.clicked().then(|| response.interact_pointer_pos()).flatten().map(at);
    if let Some((label, answer)) = response.hover_pos().map(at) {
        let cell = Rect::from_min_size(
            pos2(rect.left() + width * answer as f32, rect.top() + side * label as f32),
            vec2(width, side),
        );
        painter.rect_stroke(cell, 0.0, egui::Stroke::new(THIN, palette.highlight), egui::StrokeKind::Inside);
        let points = counted(slices.count(label, answer), "point");
        response.on_hover_text_at_pointer(format!("{points} of class {} answered {}", name(label), name(answer)));
    }
    clicked.map(|(label, answer)| PointCommand::Select(Pick::Only, slice(scene, label, Some(answer))))
}

/// Paints the cells.
fn paint_matrix(painter: &Painter, palette: &Palette, rect: Rect, slices: &ErrorSlices) {
    let classes = slices.names.len().max(1);
    let size = rect.size() / classes as f32;
    for label in 0..classes {
        let (all, _) = slices.of_class(label);
        for answer in 0..classes {
            let corner = rect.min + vec2(size.x * answer as f32, size.y * label as f32);
            let cell = Rect::from_min_size(corner, size).shrink(0.5 * THIN);
            let count = slices.count(label, answer);
            let share = count as f32 / all.max(1) as f32;
            let colour = if label == answer { palette.axis } else { palette.error_large };
            painter.rect_filled(cell, 0.0, palette.track.lerp_to_gamma(colour, share.sqrt()));
            if size.y >= MIN_NUMBER && count > 0 {
                painter.text(cell.center(), Align2::CENTER_CENTER, count.to_string(), theme::small_font(), palette.ink);
            }
        }
    }
}

/// How many points of each class were answered how.
fn confusion_table(slices: &ErrorSlices) -> NumberTable {
    let classes = slices.names.len();
    let cells = || (0..classes).flat_map(move |label| (0..classes).map(move |answer| (label, answer)));
    let name = |class: usize| slices.names.get(class).cloned().unwrap_or_default();
    let mut table = NumberTable::default();
    table.add_texts("label", cells().map(|(label, _)| name(label)).collect());
    table.add_texts("answer", cells().map(|(_, answer)| name(answer)).collect());
    table.add("points", cells().map(|(label, answer)| slices.count(label, answer) as f64).collect());
    table
}

/// A list of answers; a click selects the point.
fn answers(
    ui: &mut Ui,
    slices: &ErrorSlices,
    title: &str,
    list: &[(usize, f64)],
    scene: &Scene,
) -> Option<PointCommand> {
    let crate::dataset::Labels::Classes { of_sample, .. } = &scene.dataset.labels else { return None };
    let mut asked = None;
    ui.label(RichText::new(title).strong());
    if list.is_empty() {
        ui.label(theme::note(ui, "none"));
    }
    let name = |class: Option<&usize>| class.and_then(|class| slices.names.get(*class)).map_or("", String::as_str);
    for (sample, sure) in list.iter().take(ANSWERS) {
        let (label, answer) = (name(of_sample.get(*sample)), name(scene.forward.predictions.get(*sample)));
        let point = scene.number(*sample);
        let text = format!("point {point}: {label}, answered {answer}, by {}", theme::significant(*sure));
        let tip = "By how much the largest output is above the next. Click: select the point.";
        if ui.add(egui::Link::new(RichText::new(text).small())).on_hover_text(tip).clicked() {
            asked = Some(PointCommand::Select(Pick::Only, vec![*sample]));
        }
    }
    if list.len() > 1 && ui.small_button(format!("Select all of “{title}”")).clicked() {
        asked = Some(PointCommand::Select(Pick::Only, list.iter().map(|(sample, _)| *sample).collect()));
    }
    asked
}
