//! The Edit menu: one step back or forth, and all steps by name.

use egui::{RadioButton, ScrollArea, Ui};

use super::menu_entry::entry;
use crate::explorer::commands::Action;
use crate::explorer::theme;
use crate::session::{Command, EditCommand, Session};

/// The height of the list of steps, where there are many.
const MAX_HEIGHT: f32 = 320.0;

/// Draws the menu and tells what was asked for.
pub fn show(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    for action in [Action::Undo, Action::Redo] {
        commands.extend(entry(ui, session, action));
    }
    let history = session.history();
    if history.can_undo() || history.can_redo() {
        ui.separator();
        ui.label(theme::note(ui, "All steps; a click goes there"));
        commands.extend(steps(ui, session));
    }
    ui.separator();
    commands.extend(entry(ui, session, Action::NewNetwork));
}

/// The moments beside the steps, the first on top; the present one is marked.
fn steps(ui: &mut Ui, session: &Session) -> Option<Command> {
    let history = session.history();
    let names = std::iter::once("As it was at first").chain(history.names());
    let list = ScrollArea::vertical().max_height(MAX_HEIGHT).show(ui, |ui| {
        let mut chosen = None;
        for (position, name) in names.enumerate() {
            let is_now = position == history.position();
            let text = if position > history.position() {
                egui::RichText::new(name).weak()
            } else {
                egui::RichText::new(name)
            };
            let tip = match position.cmp(&history.position()) {
                std::cmp::Ordering::Less => "Take back everything after this step",
                std::cmp::Ordering::Equal => "What is open now",
                std::cmp::Ordering::Greater => "Make the steps again up to this one",
            };
            let response = ui.add(RadioButton::new(is_now, text)).on_hover_text(tip);
            if is_now {
                response.scroll_to_me(Some(egui::Align::Center));
            } else if response.clicked() {
                chosen = Some(Command::Edit(EditCommand::GoTo(position)));
            }
        }
        chosen
    });
    list.inner
}
