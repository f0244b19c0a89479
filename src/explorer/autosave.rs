//! The work of a window as it was kept last.

use std::path::PathBuf;

use web_time::Instant;

use crate::session::UnsavedWork;

/// The work of this window as it was kept last.
pub(super) struct Autosave {
    pub folder: PathBuf,
    pub kept: Option<UnsavedWork>,
    pub since: Instant,
    /// Where the work comes from, until it is kept here.
    pub taken_up: Option<PathBuf>,
}
