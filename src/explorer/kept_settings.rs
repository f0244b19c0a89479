//! The settings as this window has written them.

use std::path::PathBuf;
use std::time::Duration;

use web_time::Instant;

use crate::session::Settings;

/// How often a view or a size that changes all the time is written at most; the last is written when the window ends.
const INTERVAL: Duration = Duration::from_secs(2);

/// The settings and their file.
pub(super) struct KeptSettings {
    pub path: PathBuf,
    /// What this window is known to have written.
    pub written: Settings,
    /// What was last asked to be written.
    pub asked: Settings,
    /// When; `None` before anything was.
    pub since: Option<Instant>,
    /// Whether the file is not understood: it is put aside only where a person changes something.
    pub is_strange: bool,
}

impl KeptSettings {
    /// Whether what is `now` is to be written at once: a picture that is being turned, or a panel that is being dragged, was
    /// not written just before, and the size of the window waits for its end.
    pub fn is_due(&self, now: &Settings) -> bool {
        let Settings { view, sizes, .. } = &self.asked;
        let is_dragged = Settings { view: view.clone(), sizes: *sizes, ..now.clone() } == self.asked;
        let may_be_written = !is_dragged || self.since.is_none_or(|since| since.elapsed() >= INTERVAL);
        self.is_changed(now) && may_be_written
    }

    /// Whether what is `now` is to be written before the window ends.
    pub fn is_due_at_end(&self, now: &Settings) -> bool {
        self.is_changed(now) || (*now != self.asked && !self.is_strange)
    }

    /// Whether anything but the size of the window has changed.
    fn is_changed(&self, now: &Settings) -> bool {
        let mut now = now.clone();
        now.sizes.window = self.asked.sizes.window;
        now != self.asked
    }
}
