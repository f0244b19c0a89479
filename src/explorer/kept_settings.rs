//! The settings as this window has written them.

use std::path::PathBuf;

use crate::session::Settings;

/// The settings and their file.
pub(super) struct KeptSettings {
    pub path: PathBuf,
    /// What this window is known to have written.
    pub written: Settings,
    /// What was last asked to be written.
    pub asked: Settings,
}
