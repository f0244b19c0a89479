//! The menu bar: File, Edit, View, Help, and what is open on the right.

use std::path::PathBuf;

use egui::{MenuBar, Ui};

use super::edit_menu;
use super::menu_entry::entry;
use crate::explorer::commands::Action;
use crate::explorer::{bars::status, theme};
use crate::formats::NetworkKind;
use crate::media::MediaKind;
use crate::session::{Appearance, Command, Example, NumberKind, Session, counted, file_name, shown_path};

/// Draws the bar and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session) -> Vec<Command> {
    let mut commands = Vec::new();
    MenuBar::new().ui(ui, |ui| {
        ui.menu_button("File", |ui| file_menu(ui, session, &mut commands));
        ui.menu_button("Edit", |ui| edit_menu::show(ui, session, &mut commands));
        ui.menu_button("View", |ui| view_menu(ui, session, &mut commands));
        ui.menu_button("Help", |ui| help_menu(ui, session, &mut commands));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            commands.extend(status::findings(ui, session));
            what_is_open(ui, session);
        });
    });
    commands
}

fn file_menu(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    commands.extend(entry(ui, session, Action::NewNetwork));
    commands.extend(entry(ui, session, Action::OpenNetwork));
    commands.extend(entry(ui, session, Action::OpenData));
    commands.extend(entry(ui, session, Action::OpenCheckpoints));
    commands.extend(entry(ui, session, Action::CompareWith));
    commands.extend(entry(ui, session, Action::EndComparison));
    commands.extend(entry(ui, session, Action::OpenSession));
    ui.menu_button("Examples", |ui| {
        for example in Example::ALL {
            commands.extend(entry(ui, session, Action::Example(example)));
        }
    });
    let (networks, data) = (session.recent.paths(), session.recent_data.paths());
    ui.add_enabled_ui(!(networks.is_empty() && data.is_empty()), |ui| {
        ui.menu_button("Open recent", |ui| {
            for (title, paths, open) in [
                ("Networks and sessions", networks, Command::OpenNetwork as fn(PathBuf) -> Command),
                ("Data", data, Command::OpenData),
            ] {
                if !paths.is_empty() {
                    ui.label(theme::note(ui, title));
                }
                for path in paths {
                    if ui.button(file_name(path)).on_hover_text(shown_path(path)).clicked() {
                        commands.push(open(path.clone()));
                    }
                }
            }
        });
    })
    .response
    .on_disabled_hover_text("Nothing was opened from a file yet.");
    ui.separator();
    commands.extend(entry(ui, session, Action::InputShape));
    for action in [Action::Save, Action::SaveSession(false), Action::SaveSession(true)] {
        commands.extend(entry(ui, session, action));
    }
    ui.add_enabled_ui(session.document().is_some(), |ui| {
        ui.menu_button("Save network as", |ui| {
            for kind in NetworkKind::ALL {
                commands.extend(entry(ui, session, Action::SaveNetwork(kind)));
            }
        });
    })
    .response
    .on_disabled_hover_text("No network is open yet.");
    ui.add_enabled_ui(session.document().is_some(), |ui| {
        ui.menu_button("Export", |ui| {
            for (name, fits) in [("Picture", MediaKind::holds_picture as fn(MediaKind) -> bool), ("Film", is_film)] {
                ui.menu_button(name, |ui| {
                    for kind in MediaKind::ALL.into_iter().filter(|kind| fits(*kind)) {
                        commands.extend(entry(ui, session, Action::Export(kind)));
                    }
                });
            }
            commands.extend(entry(ui, session, Action::CopyPicture));
            ui.menu_button("Numbers", |ui| {
                for kind in NumberKind::ALL {
                    commands.extend(entry(ui, session, Action::SaveNumbers(kind)));
                }
            });
        });
    })
    .response
    .on_disabled_hover_text("No network is open yet.");
    commands.extend(entry(ui, session, Action::Share));
    ui.separator();
    commands.extend(entry(ui, session, Action::Quit));
}

/// Whether the export of this kind is one of a film.
fn is_film(kind: MediaKind) -> bool {
    !kind.holds_picture()
}

fn view_menu(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    for action in [Action::NetworkPanel, Action::LayerPanel] {
        commands.extend(entry(ui, session, action));
    }
    ui.separator();
    for appearance in Appearance::ALL {
        commands.extend(entry(ui, session, Action::Appearance(appearance)));
    }
    ui.separator();
    for action in [Action::Presentation, Action::TurnToData, Action::FrameTime] {
        commands.extend(entry(ui, session, action));
    }
    commands.extend(entry(ui, session, Action::ShowEverything));
}

fn help_menu(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    for action in [Action::StartPage, Action::Model, Action::Palette, Action::Keys] {
        if let Some(command) = entry(ui, session, action) {
            commands.push(command);
            // A click by keyboard or by an assistive program does not close the menu by itself.
            ui.close();
        }
    }
    ui.separator();
    ui.label("Files can be dropped anywhere on the window: networks and data.");
    ui.label(theme::note(ui, concat!("layerflow ", env!("LAYERFLOW_VERSION"))));
    ui.hyperlink_to("The flow model (arXiv:1708.06257)", "https://arxiv.org/abs/1708.06257");
}

/// A mark where something is not saved, with what it is.
fn unsaved_mark(ui: &mut Ui, session: &Session) {
    let mut unsaved = Vec::new();
    if let Some(work) = session.unsaved_work() {
        unsaved.push(if work.points.is_some() { "the network or the points" } else { "the network" });
    }
    if session.session_has_changed() {
        unsaved.push("the view of the session");
    }
    if !unsaved.is_empty() {
        let color = theme::Palette::from_ui(ui).warning;
        ui.label(egui::RichText::new("not saved").color(color))
            .on_hover_text(format!("In no file yet: {}. File ▸ Save saves it.", unsaved.join(" and ")));
    }
}

/// Network name · data, from the right. Whether the plain net or its ResNet is seen is said and chosen above the stage.
fn what_is_open(ui: &mut Ui, session: &Session) {
    let Some(document) = session.document() else { return };
    unsaved_mark(ui, session);
    let points = document.data.dataset.as_ref().map_or(0, |dataset| dataset.samples());
    let data = format!("{} ({})", document.data.name(), counted(points, "point"));
    ui.add(egui::Label::new(data).truncate()).on_hover_text("The data that flows through the network");
    ui.separator();
    let tip = match &document.network_path {
        Some(path) => shown_path(path),
        None if session.example().is_some() => "An example that comes with layerflow".to_owned(),
        None => "It is in no file yet".to_owned(),
    };
    ui.add(egui::Label::new(egui::RichText::new(document.network_name()).strong()).truncate()).on_hover_text(tip);
}
