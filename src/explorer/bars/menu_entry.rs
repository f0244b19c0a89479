//! A command as an entry of a menu.

use egui::{Button, Ui};

use crate::explorer::commands::{Action, Mark};
use crate::session::{Command, Session};

/// An entry of a menu for a command; gives what it does when it is chosen. There is none for what cannot be
/// done where the program runs.
pub(super) fn entry(ui: &mut Ui, session: &Session, action: Action) -> Option<Command> {
    if !action.is_here() {
        return None;
    }
    let description = action.describe(session);
    let label = description.menu_label.as_str();
    let is_available = description.refusal.is_none();
    let response = match description.mark {
        Mark::None => {
            let keys = description.keys_text(ui.ctx());
            let button = Button::new(label);
            ui.add_enabled(is_available, if keys.is_empty() { button } else { button.shortcut_text(keys) })
        }
        Mark::Toggle(mut on) => ui.add_enabled(is_available, egui::Checkbox::new(&mut on, label)),
        Mark::Choice(chosen) => ui.add_enabled(is_available, egui::RadioButton::new(chosen, label)),
    };
    let response = response.on_hover_text(description.tip);
    let clicked = response.on_disabled_hover_text(description.refusal.unwrap_or_default()).clicked();
    clicked.then_some(description.command)
}
