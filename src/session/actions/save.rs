//! What is open is saved the way it was opened.

use std::path::PathBuf;

use super::{paths, session_file};
use crate::formats::NetworkKind;
use crate::session::{DialogPurpose, Effect, Session};

/// Saves what is open the way it was opened: the session, or the network's file where nothing but the network is in it;
/// else a dialog asks for a name.
pub fn save_as_opened(session: &mut Session, effects: &mut Vec<Effect>) {
    if let Some(file) = session.session_file.clone() {
        return effects.extend(session_file::save(session, file.path, file.embeds));
    }
    match own_network_file(session) {
        Some(path) => effects.extend(paths::save(session, path)),
        None => paths::ask(session, DialogPurpose::SaveNetwork(NetworkKind::default()), effects),
    }
}

/// The network's file, where writing the network over it loses nothing that it holds.
fn own_network_file(session: &Session) -> Option<PathBuf> {
    let document = session.document()?;
    let (path, file) = (document.network_path.clone()?, &document.file);
    let kind = file.account.written_as().or(session.unsaved.saved_as(&path))?;
    let is_ours = matches!(kind, NetworkKind::Layerflow | NetworkKind::Safetensors);
    let is_simple = document.ablated.is_none() && file.opened_by.is_none() && file.whole.is_none();
    (is_ours && is_simple && NetworkKind::from_path(&path) == Some(kind) && file.account.is_all_used()).then_some(path)
}
