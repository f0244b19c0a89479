//! What became of a file's tensors when a chain was made of some of them.

use super::{ChainEntry, ChainProposal, Normalisation};
use crate::formats::names::layer_name;
use crate::formats::tensors::TensorFile;
use crate::formats::{Account, PartName};

impl ChainProposal {
    /// The account of the file of which this chain makes a network.
    pub fn account(&self, file: &TensorFile) -> Account {
        let mut account = file.account();
        for tensor in file.tensors().iter().filter(|tensor| tensor.needless().is_none()) {
            let part = PartName::tensor(&tensor.name);
            if self.is_by_hand {
                account.leaves(part, "is left out by hand");
            } else if !tensor.is_numeric {
                account.misses(part, format!("is of type {}, which is not read", tensor.dtype));
            }
        }
        for entry in &self.entries {
            for name in entry.tensor_names() {
                account.uses(PartName::tensor(name), format!("layer `{}`", layer_name(&entry.weight_name)));
            }
        }
        for normalisation in self.entries.iter().filter_map(|entry| entry.normalisation.as_ref()) {
            let Normalisation { name, epsilon, .. } = normalisation;
            account
                .assume(format!("the batch normalisation `{name}` adds ε = {epsilon}, which the file does not tell"));
        }
        account
    }
}

impl ChainEntry {
    /// The names of all tensors that the layer is made of.
    pub(super) fn tensor_names(&self) -> impl Iterator<Item = &String> {
        let normalisation = self.normalisation.iter().flat_map(Normalisation::names);
        std::iter::once(&self.weight_name).chain(&self.bias_name).chain(normalisation)
    }
}
