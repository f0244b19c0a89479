//! The transport bar: play, step, speed and loop on the left, the timeline, and the time in words on the right.

use egui::{ComboBox, DragValue, Label, Role, Ui, WidgetInfo, vec2};

use crate::explorer::bars::timeline::{Timeline, Track};
use crate::explorer::commands::{Action, Mark};
use crate::explorer::icons::{self, BUTTON, Icon};
use crate::explorer::theme;
use crate::explorer::widgets::naming::name_pane;
use crate::session::{Command, Overflow, PlaybackCommand, SPEEDS, Session};

/// The width of the readout: the longest phase name and a layer number of four digits, so that it never moves.
const READOUT: f32 = 200.0;

/// Draws the bar and tells what was asked for.
pub fn show(ui: &mut Ui, timeline: &mut Timeline, session: &Session) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    let Some(scene) = session.scene() else {
        ui.add_enabled_ui(false, |ui| ui.horizontal_centered(|ui| buttons(ui, session)));
        return Vec::new();
    };
    ui.horizontal_centered(|ui| {
        name_pane(ui, "Transport", ui.max_rect());
        commands.extend(buttons(ui, session));
        let room = (ui.available_width() - READOUT - ui.spacing().item_spacing.x).max(60.0);
        ui.allocate_ui(vec2(room, ui.available_height()), |ui| {
            ui.set_width(room);
            let not_flowing = session.document().map_or(0, |document| document.file.not_flowing);
            let overflow = scene.overflow.as_ref().map(Overflow::t).zip(scene.overflow_text());
            let flow = Track {
                flow: &scene.flow,
                events: &scene.events,
                not_flowing,
                span: session.times_in_sight(),
                overflow,
            };
            commands.extend(timeline.show(ui, &flow, session.findings.visible(), &session.playback));
        });
        commands.extend(readout(ui, session));
    });
    commands
}

fn buttons(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let playback = &session.playback;
    let mut commands = Vec::new();
    let mut add = |ui: &mut Ui, icon, name: Option<&str>, action: Action| {
        let description = action.describe(session);
        let (name, tip) = (name.unwrap_or(&description.label), description.tip_with_keys(ui.ctx()));
        if icons::button(ui, icon, name, &tip, description.mark == Mark::Toggle(true)).clicked() {
            commands.push(description.command);
        }
    };
    let (icon, name) = if playback.playing() { (Icon::Pause, "Pause") } else { (Icon::Play, "Play") };
    add(ui, icon, Some(name), Action::PlayPause);
    add(ui, Icon::Back, None, Action::PreviousPhase);
    add(ui, Icon::On, None, Action::NextPhase);
    let mut speed_chosen = None;
    ComboBox::from_id_salt("speed")
        .width(52.0)
        .selected_text(speed_text(playback.speed()))
        .show_ui(ui, |ui| {
            for speed in SPEEDS {
                if ui.selectable_label(speed == playback.speed(), speed_text(speed)).clicked() {
                    speed_chosen = Some(Command::Playback(PlaybackCommand::SetSpeed(speed)));
                }
            }
        })
        .response
        .on_hover_text("How fast time runs; at 1× a layer takes four seconds (+ and −)")
        .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Speed"));
    add(ui, Icon::Loop, None, Action::Loop);
    if playback.range().is_some() {
        add(ui, Icon::Cross, None, Action::WholeFlow);
    }
    if playback.visible().is_some() {
        add(ui, Icon::Whole, None, Action::TimeAll);
    }
    commands.extend(speed_chosen);
    commands
}

fn speed_text(speed: f64) -> String {
    match speed {
        0.125 => "⅛×".to_owned(),
        0.25 => "¼×".to_owned(),
        0.5 => "½×".to_owned(),
        _ => format!("{speed}×"),
    }
}

fn readout(ui: &mut Ui, session: &Session) -> Option<Command> {
    let scene = session.scene()?;
    let t = session.playback.t();
    let moment = scene.flow.moment(t);
    let layer = scene.flow.layers().get(moment.layer);
    let phase = moment.phase.and_then(|phase| layer?.phases.get(phase));
    let digits = scene.flow.layers().len().to_string().len();
    let size = vec2(READOUT.min(ui.available_width()), BUTTON);
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let mut asked = None;
    let shown = ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_size(size);
        ui.spacing_mut().item_spacing.x = 4.0;
        let mut typed = t;
        let drag = DragValue::new(&mut typed).range(0.0..=session.playback.duration()).speed(0.005).fixed_decimals(2);
        let width = 8.0 * (digits + 6) as f32;
        let response = ui.add_sized([width, ui.spacing().interact_size.y], drag.prefix("t = "));
        response.widget_info(|| WidgetInfo::drag_value(true, t));
        response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, "Time t"));
        let response =
            response.on_hover_text("The time: drag it, or click and type it. The keys , and . move it a little.");
        asked = response.changed().then_some(Command::Playback(PlaybackCommand::Seek(typed)));
        ui.label("· layer");
        theme::steady(ui, digits, (moment.layer + 1).to_string());
        let text = phase.map_or("at rest", |phase| phase.kind.label());
        ui.add(Label::new(format!("· {text}")).truncate());
    });
    let tip = "t counts the layers: layer k moves the data from t = k − 1 to t = k, one phase after the other.";
    shown.response.on_hover_text(tip);
    asked
}
