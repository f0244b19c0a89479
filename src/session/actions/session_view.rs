//! What a session shows is put back as soon as its network is shown.

use std::sync::Arc;

use crate::session::file::{Restoring, restore, unknown_choices};
use crate::session::{Session, Severity};

/// Puts back what a session shows, where its network is the one that is shown now.
pub fn put_back(session: &mut Session) {
    let shown = session.document().and_then(|document| document.network.clone());
    let is_shown = |restoring: &Restoring| match (&restoring.network, &shown) {
        (Some(wanted), Some(shown)) => Arc::ptr_eq(shown, wanted),
        (None, Some(_)) => true,
        (_, None) => false,
    };
    let Some(restoring) = session.restoring.take_if(|restoring| is_shown(restoring)) else { return };
    let unknown = restore(session, &restoring.look, restoring.network.is_some());
    let look = session.look();
    if let Some(file) = &mut session.session_file {
        file.saved = look;
        if let Some(sentence) = unknown_choices(&file.path, &unknown) {
            session.notices.add(Severity::Warning, sentence, "");
        }
    }
}
