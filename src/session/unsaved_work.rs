//! Work that is in no file yet, as it is kept and found, and the answers to the questions about it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::dataset::Dataset;
use crate::network::Network;

/// What a person says to the question about unsaved work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveAnswer {
    /// Save it first.
    Save,
    /// Let it go.
    Discard,
    /// Stay.
    Stay,
}

/// What a person says to work that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoverAnswer {
    /// Open it.
    Open,
    /// Remove it.
    Remove,
    /// Ask at the next start.
    Later,
}

/// Work that a window left that was ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundWork {
    /// Where it is.
    pub folder: PathBuf,
    /// When it was kept, in words.
    pub when: String,
}

/// Work as it is kept.
#[derive(Clone, Debug)]
pub struct UnsavedWork {
    /// The network.
    pub network: Arc<Network>,
    /// The points, where they were made by hand.
    pub points: Option<Arc<Dataset>>,
}

impl UnsavedWork {
    /// Whether both are the same, not only alike.
    pub fn is(&self, other: &UnsavedWork) -> bool {
        Arc::ptr_eq(&self.network, &other.network) && same_points(self.points.as_ref(), other.points.as_ref())
    }
}

/// Whether both are the same, not only alike.
pub(super) fn same_points(one: Option<&Arc<Dataset>>, other: Option<&Arc<Dataset>>) -> bool {
    one.map(Arc::as_ptr) == other.map(Arc::as_ptr)
}
