//! The question about files that a session names, and that are missing or have changed.

use egui::{Context, Id, Key, Modal};

use crate::explorer::theme;
use crate::io::ReferenceProblem;
use crate::session::file::Relocation;
use crate::session::{Command, DialogPurpose, SessionCommand, file_name};

/// The width of the question.
const WIDTH: f32 = 460.0;

/// Draws the question and tells what was answered. `keys`: whether Escape is meant for it.
pub fn show(ctx: &Context, relocation: &Relocation, keys: bool) -> Vec<Command> {
    let mut commands = Vec::new();
    Modal::new(Id::unique("files of a session")).show(ctx, |ui| {
        ui.set_width(WIDTH.min(ctx.content_rect().width() - 60.0));
        ui.heading(format!("{} cannot be shown as it was saved.", file_name(&relocation.path)));
        for file in &relocation.problems {
            ui.add_space(theme::GAP);
            ui.label(format!("{}.", file.label()));
            let label = format!("Look for the {}…", file.part.label());
            if ui.button(label).on_hover_text("Choose the file that takes its place").clicked() {
                commands.push(Command::Ask(DialogPurpose::FindFile(file.part)));
            }
        }
        ui.add_space(theme::GAP);
        ui.horizontal_wrapped(|ui| {
            let is_there = relocation.problems.iter().all(|file| file.problem == ReferenceProblem::Changed);
            if is_there {
                let tip = "Open the session with what the files hold now; its picture may be another";
                if ui.button("Use the changed files").on_hover_text(tip).clicked() {
                    commands.push(Command::Session(SessionCommand::TakeChanged));
                }
            }
            let escaped = keys && ctx.input(|input| input.key_pressed(Key::Escape));
            if ui.button("Leave the session").on_hover_text("What is open stays open").clicked() || escaped {
                commands.push(Command::Session(SessionCommand::Leave));
            }
        });
    });
    commands
}
