//! Notices and jobs over the foot of the stage, where they move nothing, and how much was found to be wrong.

use std::time::Duration;

use egui::{
    Align2, Area, Color32, Context, Frame, Id, Label, Margin, Order, ProgressBar, Rect, Role, ScrollArea, Sense,
    Stroke, Ui, WidgetInfo, pos2, vec2,
};

use crate::diagnostics::findings;
use crate::explorer::panels::probes::ablate;
use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::naming::name_button;
use crate::explorer::widgets::severity;
use crate::jobs::Status;
use crate::session::{Command, FindingCommand, FindingScope, Notice, Session, Severity, Task, file_name};
use crate::system::text::{MAX_SENTENCE, bounded};

/// The width of a job's progress bar.
const BAR: f32 = 120.0;
/// Jobs that end sooner are not shown: a strip that comes and goes with every step of a slider would flicker.
pub const MIN_AGE: Duration = Duration::from_millis(300);
/// The width of the strip over the stage, where there is so much room.
const STRIP: f32 = 560.0;
/// The strip leaves the scale and the words at the foot of the stage in sight.
const ABOVE_NOTES: f32 = 56.0;
/// How many missing parts are listed at most.
const MAX_PARTS: usize = 24;
/// The most height that a notice's sentence takes before it scrolls.
const MAX_HEIGHT: f32 = 96.0;
/// The room that a notice's two buttons take.
const BUTTONS: f32 = 170.0;
/// The room that those of the ablation take.
const ABLATION_BUTTONS: f32 = 260.0;

/// Draws notices and jobs over the foot of `stage`: what comes and goes must not move the rest.
pub fn over_stage(ctx: &Context, stage: Rect, session: &Session, running: &[Status<Task>]) -> Vec<Command> {
    if !has_notices(session) && running.is_empty() {
        return Vec::new();
    }
    let area = Area::new(Id::unique("over the stage")).order(Order::Middle).pivot(Align2::CENTER_BOTTOM);
    let at = stage.center_bottom() - vec2(0.0, ABOVE_NOTES);
    let width = (stage.width() - 4.0 * theme::GAP).clamp(BUTTONS, STRIP);
    let area = area.fixed_pos(at).show(ctx, |ui| {
        ui.set_width(width);
        let mut commands = notices(ui, session);
        if !running.is_empty() {
            let frame = Frame::popup(ui.style()).inner_margin(Margin::symmetric(8, 4));
            let shown = frame.show(ui, |ui| {
                ui.set_width(ui.available_width());
                jobs(ui, running)
            });
            commands.extend(shown.inner);
        }
        commands
    });
    area.inner
}

fn has_notices(session: &Session) -> bool {
    session.hint
        || session.offered_last().is_some()
        || session.document().is_some_and(|document| document.file.missing.is_some())
        || ablate::text(session).is_some()
        || !session.notices.shown().is_empty()
}

/// Draws the notices, each with a button that takes it away.
fn notices(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut commands = Vec::new();
    if session.hint {
        let hint = "Space stops and starts time; drag the timeline to go back; R shows the ResNet. Drop a weight file \
                    here to see your own network.";
        let got_it = banner(ui, Palette::from_ui(ui).axis, hint, |ui| {
            ui.button("Got it").on_hover_text("Take the hint away").clicked().then_some(Command::DismissHint)
        });
        commands.extend(got_it);
    }
    if let Some(last) = session.offered_last() {
        let names: Vec<String> = last.paths().iter().map(|path| file_name(path)).collect();
        let text = format!("Last time: {}.", names.join(" with "));
        let text = bounded(&text, MAX_SENTENCE);
        commands.extend(banner(ui, Palette::from_ui(ui).axis, &text, |ui| {
            let opens = ui.button("Open again").on_hover_text("Open the files that were open when the window closed");
            let lets = ui.button("Not now").on_hover_text("Take this away; Open recent has the files");
            (opens.clicked() || lets.clicked()).then(|| Command::OpenLast(opens.clicked()))
        }));
    }
    if let Some(missing) = session.document().and_then(|document| document.file.missing.as_deref()) {
        // It names operators and keys of the file.
        let text = format!("Partial network: {missing}.");
        let text = bounded(&text, MAX_SENTENCE);
        commands.extend(banner(ui, Palette::from_ui(ui).warning, &text, |ui| all_parts(ui, session)));
    }
    if let Some(text) = ablate::text(session) {
        commands.extend(wide_banner(ui, Palette::from_ui(ui).warning, &text, ABLATION_BUTTONS, |ui| {
            ablate::buttons(ui, session)
        }));
    }
    for notice in session.notices.shown() {
        let palette = Palette::from_ui(ui);
        let colour = match notice.severity {
            Severity::Done => palette.axis,
            Severity::Warning => palette.warning,
            Severity::Error => palette.error_large,
        };
        commands.extend(banner(ui, colour, &notice.sentence, |ui| buttons(ui, notice)));
    }
    commands
}

/// How many errors, warnings and notes were found: a mark and a number each. A click lists them.
pub fn findings(ui: &mut Ui, session: &Session) -> Option<Command> {
    let visible = session.findings.visible();
    session.scene()?;
    let palette = Palette::from_ui(ui);
    let severities = findings::Severity::ALL.into_iter().rev().filter(|severity| visible.count(*severity) > 0);
    let mut parts: Vec<(Option<findings::Severity>, String)> =
        severities.map(|severity| (Some(severity), visible.count(severity).to_string())).collect();
    if parts.is_empty() {
        let text = if visible.list().is_some() { "no findings" } else { "being checked" };
        parts.push((None, text.to_owned()));
    }
    let galleys: Vec<_> = parts
        .into_iter()
        .map(|(severity, text)| {
            let ink = severity.map_or(palette.faint_ink, |severity| palette.severity(severity));
            (severity, ui.painter().layout_no_wrap(text, theme::body_font(), ink))
        })
        .collect();
    let mark = severity::SIZE + 4.0;
    let width = |(severity, galley): &(Option<findings::Severity>, _)| -> f32 {
        let galley: &std::sync::Arc<egui::Galley> = galley;
        galley.size().x + if severity.is_some() { mark } else { 0.0 }
    };
    let whole = galleys.iter().map(width).sum::<f32>() + theme::GAP * (galleys.len() + 1) as f32;
    let (rect, response) = ui.allocate_exact_size(vec2(whole, ui.spacing().interact_size.y), Sense::click());
    let label = visible.label();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Findings: {label}")));
    if response.hovered() {
        ui.painter().rect_filled(rect, f32::from(theme::CORNER), palette.track);
    }
    let mut left = rect.left() + theme::GAP;
    for part in galleys {
        let end = left + width(&part) + theme::GAP;
        let (severity, galley) = part;
        if let Some(severity) = severity {
            let centre = pos2(left + severity::SIZE / 2.0, rect.center().y);
            severity::paint(ui.painter(), centre, severity::SIZE, severity, palette);
            left += mark;
        }
        let top = rect.center().y - galley.size().y / 2.0;
        ui.painter().galley(pos2(left, top), galley, palette.ink);
        left = end;
    }
    let tip = format!("What is wrong with the network and the data: {label}. Click: list the findings.");
    let clicked = response.on_hover_text(tip).clicked();
    clicked.then_some(Command::Findings(FindingCommand::Show(FindingScope::All)))
}

/// A button that lists everything that is missing.
fn all_parts(ui: &mut Ui, session: &Session) -> Option<Command> {
    let account = &session.document()?.file.account;
    ui.menu_button("Details", |ui| {
        for (part, why) in account.missing().take(MAX_PARTS) {
            ui.label(format!("{part} {why}"));
        }
        if let Some(more) = account.missing().count().checked_sub(MAX_PARTS).filter(|more| *more > 0) {
            ui.label(format!("and {more} more"));
        }
    });
    None
}

/// A sentence that wraps, with its buttons on the right.
fn banner(
    ui: &mut Ui,
    colour: Color32,
    text: &str,
    buttons: impl FnOnce(&mut Ui) -> Option<Command>,
) -> Option<Command> {
    wide_banner(ui, colour, text, BUTTONS, buttons)
}

/// The same with so much room for the buttons.
fn wide_banner(
    ui: &mut Ui,
    colour: Color32,
    text: &str,
    buttons_room: f32,
    buttons: impl FnOnce(&mut Ui) -> Option<Command>,
) -> Option<Command> {
    let frame = Frame::popup(ui.style()).inner_margin(Margin::symmetric(8, 4));
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            let room = (ui.available_width() - buttons_room).max(BUTTONS);
            ui.vertical(|ui| {
                ui.set_width(room);
                // A long sentence scrolls: its buttons, and the stage, stay in reach.
                ScrollArea::vertical()
                    .id_salt(text)
                    .max_height(MAX_HEIGHT)
                    .show(ui, |ui| ui.add(Label::new(text).wrap()));
            });
            buttons(ui)
        })
        .inner
    });
    let rect = shown.response.rect;
    ui.painter().vline(rect.left() + 1.0, rect.y_range(), Stroke::new(theme::THICK, colour));
    shown.inner
}

fn buttons(ui: &mut Ui, notice: &Notice) -> Option<Command> {
    let dismissed = ui.button("Dismiss").on_hover_text("Take this message away").clicked();
    if !notice.details.is_empty() && ui.button("Copy details").on_hover_text(&notice.details).clicked() {
        ui.ctx().copy_text(format!("{}\n{}", notice.sentence, notice.details));
    }
    dismissed.then_some(Command::Dismiss(notice.id))
}

/// Draws the jobs that run, each with its progress and a button that stops it.
pub fn jobs(ui: &mut Ui, jobs: &[Status<Task>]) -> Vec<Command> {
    let mut commands = Vec::new();
    for job in jobs {
        ui.horizontal(|ui| {
            match job.fraction {
                Some(fraction) => ui.add(ProgressBar::new(fraction).desired_width(BAR)),
                None => ui.spinner(),
            };
            let cancel = format!("Cancel {}", job.title);
            let button = ui.button("Cancel").on_hover_text("Stop this; what was open stays open");
            name_button(&button, &cancel);
            if button.clicked() {
                commands.push(Command::Cancel(job.kind));
            }
            let text = if job.text.is_empty() { job.title.clone() } else { format!("{}: {}", job.title, job.text) };
            ui.add(Label::new(text).truncate());
        });
    }
    commands
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::*;

    #[test]
    fn a_job_can_be_cancelled_in_the_window() {
        let running = [Status {
            kind: Task::Build,
            title: "Building the flow".into(),
            fraction: Some(0.5),
            text: "layer 1".into(),
            age: MIN_AGE,
        }];
        let draw = |ui: &mut Ui, asked: &mut Vec<Command>| asked.extend(jobs(ui, &running));
        let mut harness = Harness::new_ui_state(draw, Vec::new());
        harness.get_by_label_contains("layer 1");
        harness.get_by_label("Cancel Building the flow").click();
        harness.run_steps(2);
        assert_eq!(*harness.state(), [Command::Cancel(Task::Build)]);
    }

    #[test]
    fn a_long_sentence_leaves_room_for_its_buttons() {
        let mut session = Session::default();
        session.notices.add(Severity::Error, "a long sentence ".repeat(40), "details");
        let draw = |ui: &mut Ui, asked: &mut Vec<Command>| asked.extend(notices(ui, &session));
        let mut harness = Harness::builder().with_size([500.0, 400.0]).build_ui_state(draw, Vec::new());
        for name in ["Dismiss", "Copy details"] {
            assert!(harness.get_by_label(name).rect().right() <= 500.0);
        }
        harness.get_by_label("Dismiss").click();
        harness.run_steps(2);
        assert_eq!(*harness.state(), [Command::Dismiss(0)]);
    }
}
