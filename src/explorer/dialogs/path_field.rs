//! The path field: what stands in for a file dialog where the desktop has none.

use egui::{Context, RichText, TextEdit, Window};

use crate::explorer::theme;
use crate::session::{Command, PathPrompt};

/// Draws the window and tells what was asked for. `keys`: whether Enter and Esc are meant for it.
pub fn show(ctx: &Context, prompt: &PathPrompt, keys: bool) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut open = true;
    let window = Window::new(prompt.purpose.title()).collapsible(false).resizable(false).open(&mut open);
    window.anchor(egui::Align2::CENTER_CENTER, [0.0, -60.0]).show(ctx, |ui| {
        let label = ui.label("No file dialog is available here: type a path.");
        ui.label(theme::note(ui, "Install a desktop portal or zenity to choose files from a list."));
        let mut text = prompt.text.clone();
        let field = TextEdit::singleline(&mut text).hint_text("/path/to/file").desired_width(420.0);
        let response = ui.add(field).labelled_by(label.id);
        if keys && prompt.text.is_empty() && !response.has_focus() && !response.lost_focus() {
            response.request_focus();
        }
        if response.changed() {
            commands.push(Command::EditPath(text.clone()));
        }
        if prompt.overwrites {
            ui.label(
                RichText::new("A file of this name is there: OK writes over it.")
                    .color(theme::Palette::from_ui(ui).warning),
            );
        }
        let entered = keys && response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        ui.horizontal(|ui| {
            let accept = ui.add_enabled(!text.trim().is_empty(), egui::Button::new("OK"));
            if accept.on_disabled_hover_text("Type a path first.").clicked() || entered {
                commands.push(Command::AcceptPath);
            }
            let escaped = keys && ui.input(|input| input.key_pressed(egui::Key::Escape));
            if ui.button("Cancel").clicked() || escaped {
                commands.push(Command::ClosePath);
            }
        });
    });
    if !open {
        commands.push(Command::ClosePath);
    }
    commands
}
