//! The rows of the commands that go one step back or forth.

use egui::Key;

use super::row::row;
use super::{Description, ctrl};
use crate::session::{Command, EditCommand, Session};

/// One step back; a menu says which.
pub(super) fn undo(session: &Session) -> Description {
    let history = session.history();
    let name = history.position().checked_sub(1).and_then(|last| history.names().nth(last));
    row("Undo", "Take the last step back: a change, or what was opened", Command::Edit(EditCommand::Undo))
        .menu(&with_name("Undo", name))
        .keys(&[ctrl(Key::Z)])
        .refused(!history.can_undo(), "Nothing was changed yet.")
}

/// The step again that was taken back.
pub(super) fn redo(session: &Session) -> Description {
    let history = session.history();
    row("Redo", "Make the step again that was taken back", Command::Edit(EditCommand::Redo))
        .menu(&with_name("Redo", history.names().nth(history.position())))
        .keys(&[ctrl(Key::Y)])
        .refused(!history.can_redo(), "No change was taken back.")
}

fn with_name(what: &str, name: Option<&str>) -> String {
    name.map_or_else(|| what.to_owned(), |name| format!("{what}: {name}"))
}
