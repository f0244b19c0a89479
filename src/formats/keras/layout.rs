//! How a file names its tensors.

use std::collections::HashMap;

/// How a file names its tensors.
#[derive(Clone, Debug, Default)]
pub(in crate::formats) struct Layout {
    /// For groups that carry the name of their layer, their paths by that name.
    pub named_groups: Vec<(String, String)>,
    /// For the groups of layers, the paths of their tensors in the layer's order.
    pub lists: HashMap<String, Vec<String>>,
}

/// What stands between the name of a tensor and its count where a name comes again.
pub(in crate::formats) const AGAIN: &str = " again ";
