//! What a log is.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Names of logs, without their extension, the likeliest first.
pub(super) const LOG_NAMES: [&str; 10] =
    ["log", "metrics", "history", "training", "training_log", "train", "progress", "results", "losses", "scalars"];

/// What a log tells.
#[derive(Clone, Debug, PartialEq)]
pub struct RunLog {
    /// The file.
    pub path: PathBuf,
    /// What the records are counted by, as the log names it; `None` where they are only counted.
    pub step_column: Option<String>,
    /// The quantities, in the log's order.
    pub columns: Vec<LogColumn>,
    /// What of it is not drawn, sentences.
    pub notes: Vec<String>,
    /// The note about other logs.
    pub(super) others: Option<String>,
    pub(super) bytes: u64,
    pub(super) modified: Option<SystemTime>,
}

/// One quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct LogColumn {
    /// Its name in the log.
    pub name: String,
    /// (step, value) in the order of the records; both finite.
    pub points: Vec<[f64; 2]>,
}

/// The extension of a file, in small letters.
pub(super) fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}
