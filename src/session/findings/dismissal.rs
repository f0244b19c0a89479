//! The findings that are not told any more.

use serde::{Deserialize, Serialize};

use crate::session::FindingKey;

/// A finding of a network that is not told any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dismissal {
    /// The network: its file, or its name.
    pub network: String,
    /// The finding.
    #[serde(flatten)]
    pub key: FindingKey,
}
