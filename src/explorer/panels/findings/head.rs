//! Over the list of findings: which are listed, and what they were found by.

use egui::{RichText, Ui};

use super::super::super::theme::{self, Palette};
use crate::diagnostics::findings::Severity;
use crate::session::{Command, FindingCommand, FindingScope, Findings, Session, counted};

pub(super) fn show(ui: &mut Ui, session: &Session, list: &Findings, commands: &mut Vec<Command>) {
    let view = &session.findings;
    let visible = view.visible();
    let mut ask = |command| commands.push(Command::Findings(command));
    ui.horizontal_wrapped(|ui| {
        for severity in Severity::ALL.into_iter().rev() {
            let count = visible.count(severity);
            let text = RichText::new(counted(count, severity.name())).color(Palette::from_ui(ui).severity(severity));
            let chip = ui.add_enabled(count > 0, egui::Button::selectable(view.lists(severity), text));
            if chip.on_hover_text(meaning(severity)).clicked() {
                ask(FindingCommand::Toggle(severity));
            }
        }
    });
    match view.scope {
        FindingScope::All => {}
        scope => {
            ui.horizontal(|ui| {
                ui.label(match scope {
                    FindingScope::Layer(layer) => format!("of layer {layer}"),
                    FindingScope::All | FindingScope::Whole => "of the data and the whole".to_owned(),
                });
                if ui.button("All findings").on_hover_text("List the findings of all layers again").clicked() {
                    ask(FindingCommand::Show(FindingScope::All));
                }
            });
        }
    }
    ui.label(theme::note(ui, found_by(session, list)));
    let dismissed = visible.dismissed_count();
    if dismissed > 0 {
        let mut shown = view.show_dismissed;
        let tip = "Findings that were dismissed are not counted and not marked; here they can be told again.";
        if ui.checkbox(&mut shown, format!("Show dismissed ({dismissed})")).on_hover_text(tip).changed() {
            ask(FindingCommand::ShowDismissed(shown));
        }
    }
}

/// What the findings were found by.
fn found_by(session: &Session, list: &Findings) -> String {
    let name = session.document().map(|document| document.data.name()).unwrap_or_default();
    match list.samples {
        0 => "Only the weights are checked: open the data that the network was trained on to check more.".to_owned(),
        samples => format!("Checked with {} of {name}.", counted(samples, "point")),
    }
}

/// What stands in place of an empty list.
pub(super) fn nothing(session: &Session) -> &'static str {
    let visible = session.findings.visible();
    if visible.open().is_empty() && visible.dismissed_count() == 0 {
        "Nothing was found that is wrong."
    } else if visible.open().is_empty() {
        "Everything that was found has been dismissed."
    } else {
        "No finding of this choice."
    }
}

fn meaning(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "The network cannot work as it is. Click: list errors, or no longer.",
        Severity::Warning => "It very probably costs quality. Click: list warnings, or no longer.",
        Severity::Note => "Worth a check, and often no fault. Click: list notes, or no longer.",
    }
}
