//! What belongs to the file that is open, beside what can be changed of it.

use std::path::PathBuf;
use std::sync::Arc;

use super::Example;
use super::file::OpenSessionFile;
use super::unsaved::Keeping;
use crate::network::Network;

/// What belongs to the file that is open.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// The network's file.
    pub network_path: Option<PathBuf>,
    /// The example that it is, with its network.
    pub example: Option<(Example, Arc<Network>)>,
    /// The session's file.
    pub session_file: Option<OpenSessionFile>,
    /// What of it is in a file.
    pub keeping: Keeping,
}
