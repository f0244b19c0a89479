//! The transport bar: play, step, speed and loop on the left, the timeline, and the time in words on the right.

use egui::{ComboBox, Label, Role, Ui, WidgetInfo, vec2};

use super::icons::{self, BUTTON, Icon};
use super::theme;
use super::timeline::Timeline;
use crate::session::{Command, PlaybackCommand, SPEEDS, Session};

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
        commands.extend(buttons(ui, session).into_iter().map(Command::Playback));
        let room = (ui.available_width() - READOUT - ui.spacing().item_spacing.x).max(60.0);
        ui.allocate_ui(vec2(room, ui.available_height()), |ui| {
            ui.set_width(room);
            commands.extend(timeline.show(
                ui,
                (&scene.flow, &scene.events),
                session.findings.visible(),
                &session.playback,
            ));
        });
        readout(ui, session);
    });
    commands
}

fn buttons(ui: &mut Ui, session: &Session) -> Vec<PlaybackCommand> {
    let playback = &session.playback;
    let mut commands = Vec::new();
    let (icon, name) = if playback.playing() { (Icon::Pause, "Pause") } else { (Icon::Play, "Play") };
    let mut add = |ui: &mut Ui, icon, name, tip, command| {
        if icons::button(ui, icon, name, tip, false).clicked() {
            commands.push(command);
        }
    };
    add(ui, icon, name, "Let time run, or stop it (Space)", PlaybackCommand::Toggle);
    add(ui, Icon::Back, "Previous phase", "Back to the phase boundary before (←)", PlaybackCommand::PreviousPhase);
    add(ui, Icon::On, "Next phase", "On to the next phase boundary (→)", PlaybackCommand::NextPhase);
    ComboBox::from_id_salt("speed")
        .width(52.0)
        .selected_text(speed_text(playback.speed()))
        .show_ui(ui, |ui| {
            for speed in SPEEDS {
                if ui.selectable_label(speed == playback.speed(), speed_text(speed)).clicked() {
                    commands.push(PlaybackCommand::SetSpeed(speed));
                }
            }
        })
        .response
        .on_hover_text("How fast time runs; at 1× a layer takes four seconds (+ and −)")
        .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Speed"));
    let tip = "Start again at the end (L); drag on the timeline with Shift to loop a part of it";
    if icons::button(ui, Icon::Loop, "Loop", tip, playback.looping()).clicked() {
        commands.push(PlaybackCommand::ToggleLoop);
    }
    if playback.range().is_some()
        && icons::button(ui, Icon::Cross, "Whole flow", "Play the whole flow again", false).clicked()
    {
        commands.push(PlaybackCommand::ClearRange);
    }
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

fn readout(ui: &mut Ui, session: &Session) {
    let Some(scene) = session.scene() else { return };
    let t = session.playback.t();
    let moment = scene.flow.moment(t);
    let layer = scene.flow.layers().get(moment.layer);
    let phase = moment.phase.and_then(|phase| layer?.phases.get(phase));
    let digits = scene.flow.layers().len().to_string().len();
    let size = vec2(READOUT.min(ui.available_width()), BUTTON);
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let shown = ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_size(size);
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.label("t =");
        theme::steady(ui, digits + 3, theme::figure(t, 2));
        ui.label("· layer");
        theme::steady(ui, digits, (moment.layer + 1).to_string());
        let text = phase.map_or("at rest", |phase| phase.kind.label());
        ui.add(Label::new(format!("· {text}")).truncate());
    });
    let tip = "t counts the layers: layer k moves the data from t = k − 1 to t = k, one phase after the other.";
    shown.response.on_hover_text(tip);
}
