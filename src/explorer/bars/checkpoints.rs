//! The bar of checkpoints, under the timeline: the steps of a training from left to right, and the one on show.

use egui::{Key, Label, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::explorer::commands::{Action, Mark};
use crate::explorer::icons::{self, BUTTON, Icon};
use crate::explorer::theme::{self, Palette};
use crate::explorer::widgets::naming::{name_pane, name_toggle};
use crate::session::{
    CheckpointCommand, CheckpointSeries, CheckpointStep, Command, PlayDirection, Session, StepMeasure, counted,
    shown_path,
};
use crate::system::memory::size_text;

/// The width of the readout.
const READOUT: f32 = 330.0;
/// The height of the track.
const TRACK: f32 = 34.0;
/// Room at both ends for the handle.
const MARGIN: f32 = 6.0;
/// Half the width of the handle.
const HANDLE: f32 = 5.0;
/// The height of the line of steps.
const LINE: f32 = 4.0;
/// Steps that are nearer to each other than this have no marks of their own.
const MARKS: f32 = 4.0;

/// Draws the bar and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session, series: &CheckpointSeries) -> Vec<Command> {
    if series.waits() {
        return waiting(ui, series);
    }
    let mut commands = Vec::new();
    let refusal = session.checkpoint_refusal();
    ui.horizontal_centered(|ui| {
        name_pane(ui, "Checkpoints", ui.max_rect());
        commands.extend(buttons(ui, session, series));
        let room = (ui.available_width() - READOUT - ui.spacing().item_spacing.x).max(60.0);
        let response = ui.add_enabled_ui(refusal.is_none(), |ui| scrubber(ui, series, room));
        if let Some(refusal) = refusal {
            response.response.on_disabled_hover_text(refusal);
        }
        commands.extend(response.inner);
        commands.extend(readout(ui, session, series));
    });
    commands
}

/// A run that has not begun.
fn waiting(ui: &mut Ui, series: &CheckpointSeries) -> Vec<Command> {
    let shown = ui.horizontal_centered(|ui| {
        name_pane(ui, "Checkpoints", ui.max_rect());
        let stop = ui.button("Stop waiting").on_hover_text("Watch this folder no more; what is on show stays");
        ui.spinner();
        let writes = if series.changing() > 0 { "; one is being written" } else { "" };
        let broken = series.steps().iter().filter(|step| step.problem.is_some()).count();
        let broken = if broken > 0 { format!("; {broken} cannot be read") } else { String::new() };
        let text = format!("Waiting for the first checkpoint in {}{writes}{broken}", shown_path(series.source()));
        let label = ui.add(Label::new(&text).truncate());
        label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
        label.on_hover_text("The run has not begun: its first complete checkpoint is shown as soon as it is there.");
        stop.clicked().then_some(Command::Checkpoints(CheckpointCommand::StopWaiting))
    });
    shown.inner.into_iter().collect()
}

fn buttons(ui: &mut Ui, session: &Session, series: &CheckpointSeries) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut add = |ui: &mut Ui, icon, action: Action| {
        let description = action.describe(session);
        let is_on = description.mark == Mark::Toggle(true);
        let tip = description.refusal.map_or_else(|| description.tip_with_keys(ui.ctx()), str::to_owned);
        ui.add_enabled_ui(description.refusal.is_none(), |ui| {
            if icons::button(ui, icon, &description.label, &tip, is_on).on_disabled_hover_text(&tip).clicked() {
                commands.push(description.command.clone());
            }
        });
    };
    let icon = |direction, icon| if series.playing() == Some(direction) { Icon::Pause } else { icon };
    add(ui, icon(PlayDirection::Back, Icon::PlayBack), Action::PlayCheckpoints(PlayDirection::Back));
    add(ui, Icon::Back, Action::PreviousCheckpoint);
    add(ui, Icon::On, Action::NextCheckpoint);
    add(ui, icon(PlayDirection::On, Icon::Play), Action::PlayCheckpoints(PlayDirection::On));
    commands
}

/// Where steps are on the screen.
#[derive(Clone, Copy)]
struct StepScale {
    left: f32,
    width: f32,
    last: usize,
}

impl StepScale {
    fn x(self, index: usize) -> f32 {
        self.left + self.width * if self.last == 0 { 0.5 } else { index as f32 / self.last as f32 }
    }

    fn index(self, x: f32) -> usize {
        let share = ((x - self.left) / self.width.max(1.0)).clamp(0.0, 1.0);
        (share * self.last as f32).round() as usize
    }
}

fn scrubber(ui: &mut Ui, series: &CheckpointSeries, width: f32) -> Vec<Command> {
    let (rect, response) = ui.allocate_exact_size(vec2(width, TRACK), Sense::click_and_drag());
    let last = series.steps().len().saturating_sub(1);
    let scale = StepScale { left: rect.left() + MARGIN, width: rect.width() - 2.0 * MARGIN, last };
    if ui.is_rect_visible(rect) {
        draw(ui, rect, scale, series, response.has_focus());
    }
    let at = series.asked().unwrap_or(last);
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), at as f64, "Checkpoint"));
    let mut commands = keys(ui, &response, at, last);
    if let Some(pointer) = response.interact_pointer_pos()
        && (response.is_pointer_button_down_on() || response.clicked())
    {
        let index = scale.index(pointer.x);
        // A button that is held down asks once.
        if Some(index) != series.wanted() {
            commands.push(CheckpointCommand::Seek(index));
        }
    }
    if let Some(step) = response.hover_pos().and_then(|pointer| series.steps().get(scale.index(pointer.x))) {
        response.on_hover_text_at_pointer(describe(step));
    }
    commands.into_iter().map(Command::Checkpoints).collect()
}

/// The arrows move a scrubber that has the focus.
fn keys(ui: &Ui, response: &Response, at: usize, last: usize) -> Vec<CheckpointCommand> {
    if !response.has_focus() {
        return Vec::new();
    }
    let keys = [
        (Key::ArrowLeft, at.saturating_sub(1)),
        (Key::ArrowRight, (at + 1).min(last)),
        (Key::Home, 0),
        (Key::End, last),
    ];
    let pressed = |key: Key| ui.input(|input| input.key_pressed(key));
    keys.into_iter().filter(|(key, _)| pressed(*key)).map(|(_, index)| CheckpointCommand::Seek(index)).collect()
}

fn draw(ui: &Ui, rect: Rect, scale: StepScale, series: &CheckpointSeries, focused: bool) {
    let palette = Palette::from_ui(ui);
    let painter = ui.painter().with_clip_rect(rect);
    let middle = rect.bottom() - HANDLE - LINE;
    let line = Rect::from_x_y_ranges(scale.left..=scale.left + scale.width, middle..=middle + LINE);
    painter.rect_filled(line, f32::from(theme::CORNER), palette.track);
    if focused {
        painter.rect_stroke(line.expand(3.0), f32::from(theme::CORNER), palette.axis_line(), egui::StrokeKind::Outside);
    }
    let has_marks = scale.width / scale.last.max(1) as f32 >= MARKS;
    let mut drawn_to = f32::NEG_INFINITY;
    for (index, step) in series.steps().iter().enumerate() {
        let x = scale.x(index);
        match &step.problem {
            Some(_) => {
                painter.vline(
                    x,
                    (line.top() - 2.0)..=(line.bottom() + 2.0),
                    Stroke::new(theme::THICK, palette.error_large),
                );
            }
            None if has_marks && x - drawn_to >= 1.0 => {
                painter.vline(x, line.y_range(), Stroke::new(theme::THIN, palette.axis));
                drawn_to = x;
            }
            None => {}
        }
    }
    curve(&painter, rect, line.top(), scale, series, palette);
    let handle = |index: usize, colour| {
        let x = scale.x(index);
        let points = vec![
            pos2(x - HANDLE, line.bottom() + HANDLE + 1.0),
            pos2(x + HANDLE, line.bottom() + HANDLE + 1.0),
            pos2(x, line.bottom()),
        ];
        painter.vline(x, rect.top()..=line.bottom(), Stroke::new(theme::THIN, colour));
        painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
    };
    if let Some(wanted) = series.wanted().filter(|wanted| Some(*wanted) != series.present()) {
        handle(wanted, palette.faint_ink);
    }
    if let Some(present) = series.present() {
        handle(present, palette.ink);
    }
}

/// The accuracy, or where there is none the loss, of the steps that were on show, above the line.
fn curve(
    painter: &egui::Painter,
    rect: Rect,
    bottom: f32,
    scale: StepScale,
    series: &CheckpointSeries,
    palette: &Palette,
) {
    let measured = |pick: fn(&StepMeasure) -> Option<f64>| -> Vec<(f32, f64)> {
        let value =
            |(index, step): (usize, &CheckpointStep)| Some((scale.x(index), step.measure.as_ref().and_then(pick)?));
        series.steps().iter().enumerate().filter_map(value).filter(|(_, value)| value.is_finite()).collect()
    };
    let accuracy = measured(|measure| measure.accuracy);
    let (values, most) = match accuracy.is_empty() {
        false => (accuracy, 1.0),
        true => {
            let losses = measured(|measure| measure.loss);
            let most = losses.iter().map(|(_, loss)| *loss).fold(f64::MIN_POSITIVE, f64::max);
            (losses, most)
        }
    };
    let (top, height) = (rect.top() + 1.0, bottom - rect.top() - 3.0);
    let at = |(x, value): &(f32, f64)| pos2(*x, top + height * (1.0 - (value / most).clamp(0.0, 1.0) as f32));
    let points: Vec<_> = values.iter().map(at).collect();
    if points.len() > 1 {
        painter.add(Shape::line(points.clone(), Stroke::new(theme::THIN, palette.highlight)));
    }
    for point in points.iter().filter(|_| points.len() < 60) {
        painter.circle_filled(*point, 1.5, palette.highlight);
    }
}

/// What is known of a step.
fn describe(step: &CheckpointStep) -> String {
    let mut text = format!("{}\n{}, {}", step.label(), step.name(), size_text(step.file.bytes));
    if let Some(problem) = &step.problem {
        text.push('\n');
        text.push_str(problem);
    }
    for part in step.measure.iter().flat_map(measures) {
        text.push('\n');
        text.push_str(&part);
    }
    text
}

fn measures(measure: &StepMeasure) -> Vec<String> {
    let accuracy = measure.accuracy.map(|share| format!("accuracy {} %", theme::figure(100.0 * share, 1)));
    let loss = measure.loss.map(|loss| format!("mean loss {}", theme::significant(loss)));
    accuracy.into_iter().chain(loss).collect()
}

/// The step in words, and whether newer ones are followed.
fn readout(ui: &mut Ui, session: &Session, series: &CheckpointSeries) -> Option<Command> {
    let size = vec2(READOUT.min(ui.available_width()), BUTTON);
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let shown = ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_size(size);
        let description = Action::FollowCheckpoints.describe(session);
        let mut follows = series.follows();
        let toggle = ui.add_enabled(description.refusal.is_none(), egui::Checkbox::new(&mut follows, "Follow"));
        name_toggle(&toggle, series.follows(), &description.label);
        let toggle = toggle.on_hover_text(description.tip);
        let toggle = toggle.on_disabled_hover_text(description.refusal.unwrap_or_default());
        let curves = ui.selectable_label(series.shows_curves(), "Curves");
        name_toggle(&curves, series.shows_curves(), "Curves of the run");
        let tip =
            "Loss, accuracy, gradients, findings and singular values against steps, and what the training's log tells";
        let curves = curves.on_hover_text(tip).clicked();
        let text = position_text(series);
        let label = ui.add(Label::new(&text).truncate());
        label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
        label.on_hover_text(about(series));
        let toggled = toggle.clicked().then_some(description.command);
        toggled.or(curves.then_some(Command::Checkpoints(CheckpointCommand::ToggleCurves)))
    });
    shown.inner
}

/// The step that is asked for, and how many there are.
fn position_text(series: &CheckpointSeries) -> String {
    let count = series.steps().len();
    let Some(index) = series.asked() else { return format!("of {count}") };
    let label = series.steps().get(index).map(CheckpointStep::label).unwrap_or_default();
    format!("{label} · {} of {count}", index + 1)
}

/// The folder, what is waited for, what is kept.
fn about(series: &CheckpointSeries) -> String {
    let (bytes, kept) = series.kept();
    let mut text = format!(
        "{}\nRead and kept in memory: {}, {}.",
        shown_path(series.source()),
        counted(kept, "checkpoint"),
        size_text(bytes)
    );
    let broken = series.steps().iter().filter(|step| step.problem.is_some()).count();
    if broken > 0 {
        text.push_str(&format!("\nCannot be read: {broken}."));
    }
    if series.changing() > 0 {
        text.push_str(&format!("\nStill being written: {}.", series.changing()));
    }
    text.push_str(
        "\nSingular directions are followed from step to step: they keep their axes and signs, and swing no \
                   faster than the weights: where two singular values come near each other, over several steps.",
    );
    text
}
