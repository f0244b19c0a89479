//! The menu bar: File, View, Help, and what is open on the right.

use egui::{Button, KeyboardShortcut, MenuBar, Ui};

use super::keyboard::{self, BINDINGS};
use super::{status, theme};
use crate::formats::NetworkKind;
use crate::session::{Appearance, Command, DialogPurpose, Example, Session, ViewCommand, WindowCommand, file_name};

/// Draws the bar and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut commands = Vec::new();
    MenuBar::new().ui(ui, |ui| {
        ui.menu_button("File", |ui| file_menu(ui, session, &mut commands));
        ui.menu_button("View", |ui| view_menu(ui, session, &mut commands));
        ui.menu_button("Help", |ui| help_menu(ui, &mut commands));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            commands.extend(status::findings(ui, session));
            what_is_open(ui, session);
        });
    });
    commands
}

fn file_menu(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    if entry(ui, "Open network…", Some(keyboard::OPEN)) {
        commands.push(Command::Ask(DialogPurpose::OpenNetwork));
    }
    if entry(ui, "Open data…", None) {
        commands.push(Command::Ask(DialogPurpose::OpenData));
    }
    ui.menu_button("Examples", |ui| {
        for example in Example::ALL {
            if entry(ui, example.label(), None) {
                commands.push(Command::OpenExample(example));
            }
        }
    });
    ui.add_enabled_ui(!session.recent.paths().is_empty(), |ui| {
        ui.menu_button("Open recent", |ui| {
            for path in session.recent.paths() {
                if ui.button(file_name(path)).on_hover_text(path.display().to_string()).clicked() {
                    commands.push(Command::OpenNetwork(path.clone()));
                }
            }
        });
    })
    .response
    .on_disabled_hover_text("No network was opened from a file yet.");
    ui.separator();
    ui.add_enabled_ui(session.document().is_some(), |ui| {
        ui.menu_button("Save network as", |ui| {
            for kind in NetworkKind::ALL {
                let shortcut = (kind == NetworkKind::default()).then_some(keyboard::SAVE);
                if entry(ui, &format!("{}…", kind.label()), shortcut) {
                    commands.push(Command::Ask(DialogPurpose::SaveNetwork(kind)));
                }
            }
        });
    })
    .response
    .on_disabled_hover_text("No network is open yet.");
    ui.separator();
    if entry(ui, "Quit", Some(keyboard::QUIT)) {
        commands.push(Command::Quit);
    }
}

fn view_menu(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let window = session.window;
    for (mut shown, text, command) in [
        (window.network_panel, "Network panel", WindowCommand::ToggleNetworkPanel),
        (window.layer_panel, "Layer panel", WindowCommand::ToggleLayerPanel),
    ] {
        if ui.checkbox(&mut shown, text).clicked() {
            commands.push(Command::Window(command));
        }
    }
    ui.separator();
    for appearance in Appearance::ALL {
        if ui.radio(window.appearance == appearance, appearance.label()).clicked() {
            commands.push(Command::Window(WindowCommand::Appearance(appearance)));
        }
    }
    ui.separator();
    let mut frame_time = window.frame_time;
    let tip = "How long a frame takes, and how many there are a second, under the title of the stage.";
    if ui.checkbox(&mut frame_time, "Frame time").on_hover_text(tip).clicked() {
        commands.push(Command::Window(WindowCommand::ToggleFrameTime));
    }
    if entry(ui, "Show everything", None) {
        commands.push(Command::View(ViewCommand::Fit));
    }
}

fn help_menu(ui: &mut Ui, commands: &mut Vec<Command>) {
    let tip = "The whole idea on one screen, with a live picture for each phase";
    if ui.button("The model").on_hover_text(tip).clicked() {
        commands.push(Command::Window(WindowCommand::ShowModel(true)));
        // A click by keyboard or by an assistive program does not close the menu by itself.
        ui.close();
    }
    ui.separator();
    ui.strong("Keys");
    egui::Grid::new("keys").num_columns(2).show(ui, |ui| {
        for binding in BINDINGS {
            ui.label(binding.keys);
            ui.label(binding.text);
            ui.end_row();
        }
    });
    ui.separator();
    ui.label("Files can be dropped anywhere on the window: networks and data.");
    ui.label(theme::note(ui, concat!("layerflow ", env!("CARGO_PKG_VERSION"))));
    ui.hyperlink_to("The flow model (arXiv:1708.06257)", "https://arxiv.org/abs/1708.06257");
}

fn entry(ui: &mut Ui, text: &str, shortcut: Option<KeyboardShortcut>) -> bool {
    let button = Button::new(text);
    let button = match shortcut {
        Some(shortcut) => button.shortcut_text(ui.ctx().format_shortcut(&shortcut)),
        None => button,
    };
    ui.add(button).clicked()
}

/// Network name · data, from the right. Whether the plain net or its ResNet is seen is said and chosen above the stage.
fn what_is_open(ui: &mut Ui, session: &Session) {
    let Some(document) = session.document() else { return };
    let points = document.data.dataset.as_ref().map_or(0, |dataset| dataset.samples());
    let data = format!("{} ({points} points)", document.data.name());
    ui.add(egui::Label::new(data).truncate()).on_hover_text("The data that flows through the network");
    ui.separator();
    let tip = match &document.network_path {
        Some(path) => path.display().to_string(),
        None => "An example that comes with layerflow".to_owned(),
    };
    ui.add(egui::Label::new(egui::RichText::new(document.network_name()).strong()).truncate()).on_hover_text(tip);
}
