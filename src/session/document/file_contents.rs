//! What the file of a network holds beside the network.

use std::path::Path;
use std::sync::Arc;

use super::remembered_chain::RememberedChain;
use crate::formats::Account;
use crate::network::{ImageShape, Network};
use crate::session::wording::shown;

/// What the file of a network holds beside what flows; nothing for an embedded example and a network that was made here.
#[derive(Clone, Debug, Default)]
pub struct FileContents {
    /// What became of everything in the file.
    pub account: Arc<Account>,
    /// What that account says is missing, found once: the window asks for it in every frame.
    pub missing: Option<Arc<str>>,
    /// The network as the file has it, where numbers that are not finite end the one that flows before.
    pub whole: Option<Arc<Network>>,
    /// How many of its layers do not flow, counted once too.
    pub not_flowing: usize,
    /// What a person said to have it opened.
    pub opened_by: Option<OpenedBy>,
}

impl FileContents {
    /// The contents with this account.
    pub fn new(account: Account, whole: Option<Arc<Network>>) -> FileContents {
        let behind = |whole: &Arc<Network>| Some(whole.layers().len() - whole.first_not_finite()?);
        let not_flowing = whole.as_ref().and_then(behind).unwrap_or(0);
        let account = Arc::new(account);
        FileContents { missing: account.missing_text().map(Arc::from), account, whole, not_flowing, opened_by: None }
    }
}

/// What a person said to have a file opened that leaves a question open.
#[derive(Clone, Debug, PartialEq)]
pub enum OpenedBy {
    /// Which tensors are layers, and how.
    Chain(RememberedChain),
    /// The shape of the input.
    Shape(ImageShape),
}

/// The last part of a path, as a person names the file.
pub fn file_name(path: &Path) -> String {
    shown(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
}
