//! Work that is in no file, as it is kept.

use std::path::PathBuf;
use std::sync::Arc;

use crate::dataset::Dataset;
use crate::network::Network;

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

/// Whether both are the same points, not only alike.
pub(in crate::session) fn same_points(one: Option<&Arc<Dataset>>, other: Option<&Arc<Dataset>>) -> bool {
    one.map(Arc::as_ptr) == other.map(Arc::as_ptr)
}
