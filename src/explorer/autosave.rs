//! What is known of the work of this window as it was kept last.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::session::UnsavedWork;

/// How often work is kept that has changed: with what writing takes, no more than half a minute is ever lost.
pub(super) const INTERVAL: Duration = Duration::from_secs(20);

/// The work of this window as it was kept last.
pub(super) struct Autosave {
    pub folder: PathBuf,
    pub kept: Option<UnsavedWork>,
    pub since: Instant,
    /// Where the work comes from, until it is kept here.
    pub taken_up: Option<PathBuf>,
}
