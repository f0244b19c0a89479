//! What is asked or explained in a window of its own, and files that are dropped. The windows that are open make a
//! stack; the keys are those of the one on top.

pub(super) mod columns;
pub(super) mod drop;
pub(super) mod export;
pub(super) mod import;
pub(super) mod import_spectra;
pub(super) mod import_tensors;
pub(super) mod keys;
pub(super) mod model_help;
mod page;
pub(super) mod palette;
pub(super) mod path_field;
mod preview;
pub(super) mod relocation;
pub(super) mod share;
pub(super) mod start_page;
pub(super) mod unsaved;

use egui::{Context, Popup};

use self::keys::KeyList;
use self::palette::CommandPalette;
use crate::session::{Command, Modal, Session};

/// A window over the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// The choice of a data file's columns.
    Columns,
    /// The import assistant.
    Import,
    /// The choices of a picture or a film.
    Export,
    /// The files of a session that are looked for.
    Relocation,
    /// The command line that shows the same.
    Share,
    /// What becomes of a network that was dropped.
    Dropped,
    /// The field that stands in for a file dialog.
    PathField,
    /// The question before unsaved work goes.
    Unsaved,
    /// Work that was found.
    Found,
    /// What is shown over everything else.
    Modal(Modal),
}

/// What is remembered while it is shown over everything else.
#[derive(Debug, Default)]
pub struct Modals {
    palette: CommandPalette,
    keys: KeyList,
}

/// The dialogs that are open, the one on top last.
pub fn open(session: &Session) -> Vec<Dialog> {
    let windows = [
        session.columns.is_some().then_some(Dialog::Columns),
        session.import.is_some().then_some(Dialog::Import),
        session.export.shown().is_some().then_some(Dialog::Export),
        session.relocation.is_some().then_some(Dialog::Relocation),
        session.share.is_some().then_some(Dialog::Share),
        session.dropped.is_some().then_some(Dialog::Dropped),
        session.path_prompt.is_some().then_some(Dialog::PathField),
        (!session.unsaved().found().is_empty()).then_some(Dialog::Found),
        session.unsaved().asks().then_some(Dialog::Unsaved),
    ];
    windows.into_iter().flatten().chain(session.window.modal.map(Dialog::Modal)).collect()
}

/// Draws what is shown over everything else, which must see the keys before all others; `None` if nothing is.
pub fn show_modal(ctx: &Context, session: &Session, modals: &mut Modals) -> Option<Vec<Command>> {
    let modal = session.window.modal;
    if modal != Some(Modal::Palette) {
        modals.palette = CommandPalette::default();
    }
    Some(match modal? {
        Modal::Start => start_page::show(ctx, session),
        Modal::Model => model_help::show(ctx),
        Modal::Palette => modals.palette.show(ctx, session),
        Modal::Keys => modals.keys.show(ctx, session),
    })
}

/// Draws the other dialogs, from the bottom of the stack.
pub fn show_windows(ctx: &Context, session: &Session) -> Vec<Command> {
    let stack = open(session);
    // An open list of choices keeps the keys: Escape closes the list, not the dialog that it belongs to.
    let in_a_list = Popup::is_any_open(ctx);
    let has_keys = |dialog| stack.last() == Some(&dialog) && !in_a_list;
    let mut commands = Vec::new();
    if let Some(columns) = &session.columns {
        let asked = columns::show(ctx, session, columns, has_keys(Dialog::Columns));
        commands.extend(asked.into_iter().map(Command::Columns));
    }
    if let Some(import) = &session.import {
        let asked = import::show(ctx, import, has_keys(Dialog::Import));
        commands.extend(asked.into_iter().map(Command::Import));
    }
    if let Some(settings) = session.export.shown() {
        let asked = export::show(ctx, settings, session.playback.duration(), has_keys(Dialog::Export));
        commands.extend(asked.into_iter().map(Command::Export));
    }
    // The field to type a path in takes its place while it is open.
    if let (Some(relocation), None) = (&session.relocation, &session.path_prompt) {
        commands.extend(relocation::show(ctx, relocation, has_keys(Dialog::Relocation)));
    }
    if let Some(line) = &session.share {
        commands.extend(share::show(ctx, line, has_keys(Dialog::Share)));
    }
    if let Some(dropped) = &session.dropped {
        commands.extend(drop::ask(ctx, dropped, has_keys(Dialog::Dropped)));
    }
    if let Some(prompt) = &session.path_prompt {
        commands.extend(path_field::show(ctx, prompt, has_keys(Dialog::PathField)));
    }
    // One question after the other.
    if session.unsaved().asks() {
        commands.extend(unsaved::leave(ctx, session, has_keys(Dialog::Unsaved)));
    } else if session.path_prompt.is_none() {
        commands.extend(unsaved::recover(ctx, session, has_keys(Dialog::Found)));
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{DialogPurpose, PathPrompt};

    #[test]
    fn the_keys_are_those_of_the_dialog_on_top() {
        let mut session = Session::default();
        assert_eq!(open(&session), []);
        session.path_prompt = Some(PathPrompt::new(DialogPurpose::OpenData));
        assert_eq!(open(&session), [Dialog::PathField]);
        session.window.modal = Some(Modal::Model);
        assert_eq!(open(&session), [Dialog::PathField, Dialog::Modal(Modal::Model)]);
    }
}
