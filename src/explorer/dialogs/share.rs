//! The command line that shows what the window shows, to be copied.

use egui::{Context, Key, RichText, TextEdit, Window};

use crate::explorer::theme;
use crate::session::{Command, ShareLine};

/// The width of the window.
const WIDTH: f32 = 520.0;

/// Draws the window and tells what was asked for. `keys`: whether Escape is meant for it.
pub fn show(ctx: &Context, line: &ShareLine, keys: bool) -> Vec<Command> {
    let mut open = true;
    let mut is_done = keys && ctx.input(|input| input.key_pressed(Key::Escape));
    let window = Window::new("Copy as command").collapsible(false).resizable(false).open(&mut open);
    window.anchor(egui::Align2::CENTER_CENTER, [0.0, -60.0]).show(ctx, |ui| {
        let label = ui.label("This command line opens a window that shows the same:");
        let text = line.text();
        let mut shown = text.as_str();
        let field = TextEdit::multiline(&mut shown).font(egui::TextStyle::Monospace).desired_width(WIDTH);
        ui.add(field).labelled_by(label.id);
        if !line.missing.is_empty() {
            let color = theme::Palette::from_ui(ui).warning;
            ui.label(RichText::new(format!("Not in it: {}.", line.missing.join("; "))).color(color));
            ui.label(theme::note(ui, "File ▸ Save session as… keeps that too."));
        }
        ui.horizontal(|ui| {
            if ui.button("Copy").on_hover_text("Copy the line to the clipboard").clicked() {
                ui.ctx().copy_text(text.clone());
                is_done = true;
            }
            is_done |= ui.button("Close").clicked();
        });
    });
    if is_done || !open { vec![Command::Share(false)] } else { Vec::new() }
}
