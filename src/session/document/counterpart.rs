//! Another network, which the one on show is compared with.

use std::path::PathBuf;
use std::sync::Arc;

use super::file_name;
use crate::network::Network;

/// Another network, open only to be compared with the one on show.
#[derive(Clone, Debug)]
pub struct Counterpart {
    /// Its file.
    pub path: PathBuf,
    /// The network.
    pub network: Arc<Network>,
    /// What was guessed when it was read, a sentence each.
    pub assumed: Vec<String>,
}

// The same network, read once.
impl PartialEq for Counterpart {
    fn eq(&self, other: &Counterpart) -> bool {
        Arc::ptr_eq(&self.network, &other.network)
    }
}

impl Counterpart {
    /// The name of its file.
    pub fn name(&self) -> String {
        file_name(&self.path)
    }

    /// Why it cannot be compared with `network`, in a sentence; `None` where it can.
    pub fn refusal(&self, network: &Network) -> Option<String> {
        let (own, other) = (self.network.inputs(), network.inputs());
        (own != other).then(|| {
            format!(
                "{} takes {own} inputs, the network on show {other}: the same data cannot go through both.",
                self.name()
            )
        })
    }
}
