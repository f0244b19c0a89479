//! The list of findings, and where a click on one leads.

use super::view;
use crate::session::findings::Evidence;
use crate::session::{
    Document, Effect, FindingCommand, FindingKey, Findings, PlaybackCommand, Session, Side, SidePanel,
};

/// Carries out a command.
pub fn apply(session: &mut Session, command: FindingCommand, effects: &mut Vec<Effect>) {
    match &command {
        FindingCommand::GoTo(key) if !go_to(session, key, effects) => return refresh(session),
        FindingCommand::Show(_) => {
            session.window.unfold(SidePanel::Layer);
            session.window.side = Side::Findings;
        }
        _ => {}
    }
    let network = network(session);
    session.findings.apply(command, network);
    refresh(session);
}

/// Brings what is shown of the findings up to date, if they or the dismissals have changed.
pub fn refresh(session: &mut Session) {
    let list = session.latest::<Findings>().cloned();
    let document = session.shown.as_ref().map(|shown| &shown.document);
    session.findings.refresh(list.as_ref(), || document.map(Document::identity).unwrap_or_default());
}

/// Goes to where a finding shows; false where it is no more.
fn go_to(session: &mut Session, key: &FindingKey, effects: &mut Vec<Effect>) -> bool {
    let (Some(list), Some(scene)) = (session.latest::<Findings>(), session.scene()) else { return false };
    let Some(entry) = list.entries().iter().find(|entry| entry.key == *key) else { return false };
    let evidence = Evidence::new(&entry.finding, scene, &session.view.panel);
    if let Some(t) = evidence.t {
        view::play(session, PlaybackCommand::Seek(t));
    }
    for command in evidence.view {
        view::apply(session, command, effects);
    }
    if evidence.in_layer_panel {
        session.window.unfold(SidePanel::Layer);
        session.window.side = Side::Layer;
    }
    true
}

/// What the open network is known by between starts.
fn network(session: &Session) -> String {
    session.document().map(Document::identity).unwrap_or_default()
}
