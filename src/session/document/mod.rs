//! What is open: a network, the data that flows through it, and the choices of the flow; what a person changes of it, and
//! the questions that a file leaves open.

mod ablated;
mod columns;
mod counterpart;
mod data;
mod edit_command;
mod example;
mod example_files;
mod file_contents;
mod finite_layers;
mod fix;
mod import;
mod network_change;
mod open_as_before;
mod point_change;
mod preset;
mod remembered_chain;
mod scaling_check;

use std::path::PathBuf;
use std::sync::Arc;

pub use ablated::Ablated;
pub use columns::{ColumnCommand, ColumnImport};
pub use counterpart::Counterpart;
pub use data::{Data, DataSource};
pub use edit_command::EditCommand;
pub use example::Example;
pub use file_contents::{FileContents, OpenedBy, file_name};
pub(in crate::session) use finite_layers::flowing_part;
pub use fix::{Fix, FixFinder, Fixed, NetworkEnd};
pub use import::{Import, ImportCommand};
pub(in crate::session) use network_change::changed;
pub use network_change::{Insertion, NetworkChange, NumberChange, WeightPart};
pub(in crate::session) use open_as_before::open_as_before;
pub use point_change::{MAX_CLASSES, PointChange, PointError};
pub use preset::Preset;
pub(in crate::session) use remembered_chain::MAX_CHAINS;
pub use remembered_chain::RememberedChain;
pub use scaling_check::{ScalingCheck, ScalingRequest};

use crate::dataset::Labels;
use crate::flow::FlowOptions;
use crate::network::Network;
use crate::session::wording::shown;

/// A network with data and the choices of its flow; what is needed to build a scene.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The open network; `None` before the first is read.
    pub network: Option<Arc<Network>>,
    /// Where it was read from or saved to; `None` for an embedded example.
    pub network_path: Option<PathBuf>,
    /// What its file holds beside it.
    pub file: FileContents,
    /// What was taken out of the network, if anything.
    pub ablated: Option<Arc<Ablated>>,
    /// The data that flows through it.
    pub data: Data,
    /// How the flow is built.
    pub options: FlowOptions,
}

impl Document {
    /// The network's name, else its file's, else a plain word; with a word about it where parts are taken out.
    pub fn network_name(&self) -> String {
        let name = self.whole_name();
        if self.ablated.is_some() { format!("{name} (ablated)") } else { name }
    }

    /// The same without a word about parts that are taken out.
    pub fn whole_name(&self) -> String {
        let own = self.network.as_ref().map(|network| network.name()).filter(|name| !name.trim().is_empty());
        let file = || self.network_path.as_deref().map(file_name);
        own.map(shown).or_else(file).unwrap_or_else(|| "untitled network".to_owned())
    }

    /// The network as it is without what was done for a look: nothing of it is taken out.
    pub fn whole_network(&self) -> Option<&Arc<Network>> {
        self.ablated.as_ref().map(|ablated| &ablated.base).or(self.network.as_ref())
    }

    /// What the network is known by between starts: its file, or its name.
    pub fn identity(&self) -> String {
        self.network_path.as_ref().map_or_else(|| self.whole_name(), |path| path.display().to_string())
    }

    /// Whether the data can flow through the network, as far as both are known.
    pub fn data_fits(&self) -> bool {
        self.network.as_ref().is_none_or(|network| network.inputs() == self.data.dimension())
    }

    /// How many classes can be drawn: those of the data and of the network's answers, and one more.
    pub fn drawn_classes(&self) -> usize {
        let known = match self.data.dataset.as_ref().map(|dataset| &dataset.labels) {
            Some(Labels::Classes { names, .. }) => names.len(),
            _ => 0,
        };
        let answers = self.network.as_ref().map_or(0, |network| network.outputs());
        (known.max(answers) + 1).clamp(2, MAX_CLASSES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_back_to_the_file() {
        let document = Document { network_path: Some("/some/where/net.npz".into()), ..Document::default() };
        assert_eq!(document.network_name(), "net.npz");
        assert_eq!(Document::default().network_name(), "untitled network");
    }
}
