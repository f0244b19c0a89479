//! The path field that stands in for a file dialog.

use super::DialogPurpose;

/// A text field for a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPrompt {
    /// What the path is for.
    pub purpose: DialogPurpose,
    /// What has been typed.
    pub text: String,
    /// Whether the file that it names is there, and is written over when it is entered again.
    pub overwrites: bool,
}

impl PathPrompt {
    /// An empty field.
    pub fn new(purpose: DialogPurpose) -> PathPrompt {
        PathPrompt { purpose, text: String::new(), overwrites: false }
    }
}
