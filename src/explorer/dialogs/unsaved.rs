//! The questions about work that is in no file: before it goes, and when a window left some that was ended.

use egui::{Context, Id, Key, Modal, Ui};

use crate::explorer::theme;
use crate::session::{Command, LeaveAnswer, RecoverAnswer, Session, shown_path};

/// The width of a question.
const WIDTH: f32 = 420.0;

/// What a person may answer: the label, the answer, the tip.
type Offer<T> = (&'static str, T, &'static str);

/// Asks before unsaved work goes.
pub fn leave(ctx: &Context, session: &Session, keys: bool) -> Vec<Command> {
    let save = match session.session_path() {
        Some(_) => ("Save", LeaveAnswer::Save, "Save the session to its file, and then go on"),
        None => ("Save…", LeaveAnswer::Save, "Save the network to a file, and then go on"),
    };
    let offered = [
        save,
        ("Go on without saving", LeaveAnswer::Discard, "Lose the changes"),
        ("Stay", LeaveAnswer::Stay, "Go back to the network"),
    ];
    let answer = ask(ctx, "unsaved work", keys, offered, |ui| {
        let is_session = session.session_has_changed() && session.unsaved_work().is_none();
        ui.heading(match is_session {
            true => "The session has changes that are not saved.",
            false => "The network has changes that are not saved.",
        });
        ui.label(format!("What you asked for {}, and the changes would be lost.", session.unsaved().reason()));
    });
    answer.map(Command::Leave).into_iter().collect()
}

/// Offers the work that was found.
pub fn recover(ctx: &Context, session: &Session, keys: bool) -> Vec<Command> {
    let Some(found) = session.unsaved().found().first() else { return Vec::new() };
    let offered = [
        ("Open it", RecoverAnswer::Open, "Go on where it was"),
        ("Remove it", RecoverAnswer::Remove, "It is not needed any more"),
        ("Ask again at the next start", RecoverAnswer::Later, "Leave it where it is"),
    ];
    let answer = ask(ctx, "found work", keys, offered, |ui| {
        ui.heading("A window was ended before its work was saved.");
        ui.label(format!("Its network was kept {}.", found.when));
        ui.label(theme::note(ui, shown_path(&found.folder)));
    });
    answer.map(Command::Recover).into_iter().collect()
}

/// A question over everything else; Escape, where it has the `keys`, gives the last answer.
pub(super) fn ask<T: Copy>(
    ctx: &Context,
    name: &str,
    keys: bool,
    offered: [Offer<T>; 3],
    question: impl FnOnce(&mut Ui),
) -> Option<T> {
    let mut answer = None;
    Modal::new(Id::unique(name)).show(ctx, |ui| {
        ui.set_width(WIDTH.min(ctx.content_rect().width() - 60.0));
        question(ui);
        ui.add_space(theme::GAP);
        ui.horizontal_wrapped(|ui| {
            for (label, offer, tip) in offered {
                if ui.button(label).on_hover_text(tip).clicked() {
                    answer = Some(offer);
                }
            }
        });
    });
    let escaped = keys && ctx.input(|input| input.key_pressed(Key::Escape));
    let [.., (_, last, _)] = offered;
    answer.or(escaped.then_some(last))
}
