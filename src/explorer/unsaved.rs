//! Unsaved work is kept beside the settings while the window is open, so that no more of it is lost than a few seconds of
//! work, however the window ends.

use std::path::PathBuf;
use std::time::Duration;

use egui::Context;
use web_time::Instant;

use super::ExplorerApp;
use super::autosave::Autosave;
use crate::jobs::{find_work, keep_work, own_folder, remove_leftovers, remove_work};
use crate::session::{Effect, Severity};

/// How often work is kept that has changed: with what writing takes, no more than half a minute is ever lost.
const INTERVAL: Duration = Duration::from_secs(12);

impl ExplorerApp {
    /// Keeps unsaved work in a folder of its own in `shared` from now on, and offers what is there of windows that were ended.
    pub fn keep_unsaved(&mut self, shared: PathBuf) {
        self.session.offer(find_work(&shared));
        let folder = own_folder(&shared);
        // Where the settings are, and where this program's files were: a save that was ended may have left half a file.
        let recent = self.session.recent.paths().iter().filter_map(|path| path.parent());
        let folders = recent.chain(shared.parent()).filter(|folder| !folder.as_os_str().is_empty());
        remove_leftovers(folders.map(PathBuf::from).collect());
        self.autosave = Some(Autosave { folder, kept: None, since: Instant::now(), taken_up: None });
    }

    /// Keeps work that has changed, if it is time.
    pub(super) fn watch_unsaved(&mut self, ctx: &Context) {
        let work = self.session.unsaved_work();
        let taken_up = self.session.take_taken_up();
        let Some(autosave) = &mut self.autosave else { return };
        let is_taken_up = taken_up.is_some();
        autosave.taken_up = taken_up.or(autosave.taken_up.take());
        let effect = match (work, &autosave.kept) {
            (Some(work), Some(kept)) if kept.is(&work) => return,
            (Some(work), _) => {
                let left = INTERVAL.saturating_sub(autosave.since.elapsed());
                if !left.is_zero() && !is_taken_up {
                    // Nothing else may ask for a frame in time.
                    ctx.request_repaint_after(left);
                    return;
                }
                autosave.kept = Some(work.clone());
                let folder = autosave.folder.display();
                self.signals.announce(format!("; unsaved work is kept in {folder} and offered at the next start"));
                Effect::KeepUnsaved(autosave.folder.clone(), work)
            }
            (None, Some(_)) => {
                autosave.kept = None;
                self.signals.announce(String::new());
                Effect::RemoveUnsaved(autosave.folder.clone())
            }
            (None, None) => return,
        };
        autosave.since = Instant::now();
        self.perform([effect]);
    }

    /// What was taken up is kept here now, and needed no more where it was.
    pub(super) fn unsaved_is_kept(&mut self) {
        let old = self.autosave.as_mut().and_then(|autosave| autosave.taken_up.take());
        self.perform(old.map(Effect::RemoveUnsaved));
    }

    /// Keeps unsaved work before the window is ended by something else than a person.
    pub(super) fn keep_unsaved_now(&mut self) {
        let Some(work) = self.session.unsaved_work() else { return };
        let Some(autosave) = &mut self.autosave else { return };
        match keep_work(&autosave.folder, &work) {
            Ok(()) => autosave.kept = Some(work),
            Err(error) => self.session.notices.add(Severity::Error, error.to_string(), format!("{error:?}")),
        }
    }

    /// The window is ended by something else than a person: what is not saved is offered at the next start.
    pub(super) fn close_and_keep(&mut self) {
        self.keep_unsaved_now();
        self.autosave = None;
        self.quit = true;
    }

    /// The window is gone. Where a person closed it, what was not saved was let go; where the desktop did, it is kept.
    pub fn end(&mut self) {
        self.write_settings_now();
        if !self.quit {
            return self.keep_unsaved_now();
        }
        if let Some(autosave) = self.autosave.take() {
            // What cannot be removed is offered at the next start.
            let _ = remove_work(&autosave.folder);
        }
    }
}
