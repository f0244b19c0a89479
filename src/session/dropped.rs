//! A network's file that was dropped on a window that shows a network of another file: it may take its place, or be compared
//! with it.

use std::path::PathBuf;

use crate::formats::OpenedNetwork;

/// A network that waits for the answer.
#[derive(Debug)]
pub struct DroppedNetwork {
    /// Its file.
    pub path: PathBuf,
    /// The network as it was read.
    pub(super) opened: OpenedNetwork,
}

/// What becomes of a dropped network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropAnswer {
    /// It takes the place of the one on show.
    Replace,
    /// The one on show is compared with it.
    Compare,
    /// Nothing.
    Cancel,
}
