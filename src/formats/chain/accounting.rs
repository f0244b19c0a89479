//! What became of a file's tensors when a chain was made of some of them.

use super::entry::ChainEntry;
use super::pairing::{is_data, lengths};
use super::proposal::ChainProposal;
use super::weights::Weights;
use super::weights::index::Index;
use super::{ActivationBasis, BlockChoice};
use crate::formats::modules::use_activations;
use crate::formats::names::{layer_name, numbered_module};
use crate::formats::tensor_info::TensorInfo;
use crate::formats::tensors::TensorFile;
use crate::formats::{Account, ModuleRole, PartName, WeightForm};
use crate::network::Activation;

impl ChainProposal {
    /// The account of the file of which this chain makes a network.
    pub fn account(&self, file: &TensorFile) -> Account {
        self.account_with(file, &Weights::new(file.tensors()))
    }

    pub(super) fn account_with(&self, file: &TensorFile, weights: &Weights) -> Account {
        let mut account = file.account();
        let (lengths, index) = (lengths(file.tensors()), weights.index());
        let mut data = Vec::new();
        for tensor in file.tensors().iter().filter(|tensor| tensor.needless().is_none()) {
            let part = PartName::tensor(&tensor.name);
            if self.is_by_hand {
                account.leaves(part, "is left out by hand");
            } else if is_data(tensor, &lengths) && !self.uses(&tensor.name) {
                account.leaves(part, "is data rather than a weight");
                data.push(tensor);
            } else if !tensor.is_numeric {
                account.misses(part, format!("is of type {}, which is not read", tensor.dtype));
            } else if let Some(why) = of_normalisation(tensor, &index) {
                account.misses(part, why);
            }
        }
        for entry in &self.entries {
            let layer = layer_name(&entry.weight_name);
            for name in entry.names() {
                for part in weights.parts(name) {
                    account.uses(PartName::tensor(part), format!("layer `{layer}`"));
                }
                let is_scaled = || file.joined().iter().any(|(_, weight)| weight == name);
                let stored = index.get(name.as_str()).filter(|_| weights.parts(name) == [name]);
                if let Some(tensor) = stored.filter(|_| !is_scaled()) {
                    of_whole_numbers(tensor, &mut account);
                }
                weights.assumption(name).into_iter().for_each(|sentence| account.assume(sentence));
                if let Some(why) = file.form(name).and_then(WeightForm::refusal) {
                    account.misses(PartName::tensor(name), why);
                }
                if let Some((part, why)) = weights.misunderstood(name) {
                    account.misses(PartName::tensor(part), why);
                }
            }
            self.of_entry(entry, file, &mut account);
        }
        self.of_activations(file, &mut account);
        self.assumptions(weights, &data).into_iter().for_each(|sentence| account.assume(sentence));
        account
    }

    fn uses(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.names().any(|used| used == name))
    }

    /// The modules that a layer stands for: its normalisations, its slopes, its activation.
    fn of_entry(&self, entry: &ChainEntry, file: &TensorFile, account: &mut Account) {
        let layer = layer_name(&entry.weight_name);
        let slopes = entry.slopes.as_ref().map(|slopes| layer_name(&slopes.name).to_owned());
        let activation = match &entry.basis {
            ActivationBasis::Module(path) if slopes.is_none() => Some(path.clone()),
            _ => None,
        };
        let normalisations = entry.normalisations().map(|(normalisation, _)| normalisation.name.clone());
        for path in normalisations.chain(slopes).chain(activation) {
            if file.modules().iter().any(|module| module.path == path) {
                account.uses(PartName::node(path), format!("part of layer `{layer}`"));
            }
        }
    }

    /// Whether one activation was given for all hidden layers, and this one stands beside residual blocks, which often take
    /// what a layer without one gives.
    pub(super) fn is_doubtful_at_blocks(&self, entry: &ChainEntry) -> bool {
        let BlockChoice::Residual(pattern) = &self.blocks else { return false };
        let blocks = super::residual::blocks(&self.entries, pattern);
        let is_inside = |position: usize| blocks.iter().any(|block| (block.first..=block.last()).contains(&position));
        let position = self.entries.iter().position(|other| other.weight_name == entry.weight_name);
        let is_outside = position.is_some_and(|position| !is_inside(position) && position + 1 < self.entries.len());
        is_outside && !self.activations_are_listed && entry.activation != Activation::Identity
    }

    /// Activations that a whole model names where no number tells their place: those that layers have count as used.
    fn of_activations(&self, file: &TensorFile, account: &mut Account) {
        let is_numbered = |path: &str| {
            let container = numbered_module(path).map(|(container, _)| container);
            let class = |container: &str| file.modules().iter().find(|module| module.path == container);
            container.and_then(class).is_some_and(|module| module.class == "Sequential")
        };
        let loose: Vec<_> = file
            .modules()
            .iter()
            .filter(|module| matches!(module.role, ModuleRole::Activation(_)) && !is_numbered(&module.path))
            .cloned()
            .collect();
        let activations: Vec<Activation> = self.entries.iter().map(|entry| entry.activation).collect();
        use_activations(&loose, account, &activations);
    }
}

/// Why a vector beside the layers is not understood, where it looks like the factors or shifts of a normalisation of
/// each sample.
fn of_normalisation(tensor: &TensorInfo, index: &Index<'_>) -> Option<&'static str> {
    if tensor.shape.len() != 1 {
        return None;
    }
    let lower = tensor.name.to_ascii_lowercase();
    let is_vector = |name: &str| index.get(name).is_some_and(|tensor| tensor.shape.len() == 1);
    let has_factors = is_vector(&format!("{}weight", tensor.name.strip_suffix("bias").unwrap_or(&tensor.name)));
    let has_shifts = is_vector(&format!("{}bias", tensor.name.strip_suffix("weight").unwrap_or(&tensor.name)));
    // Keras numbers the tensors of a layer in a group that is called by the layer's class.
    let group = lower.split_once("/vars/").map(|(group, _)| group.rsplit('/').next().unwrap_or_default());
    let class =
        group.map(|group| group.trim_end_matches(|character: char| character.is_ascii_digit() || character == '_'));
    match class {
        Some("batch_normalization") => {
            return Some(
                "belongs to a batch normalisation, whose place and settings the file does not tell; save the whole model",
            );
        }
        Some("normalization") => {
            return Some(
                "belongs to a normalisation of the inputs, whose settings the file does not tell; save the whole model",
            );
        }
        _ => {}
    }
    let is_named = lower.contains("norm") || lower.contains("ln");
    (is_named || has_factors || has_shifts).then_some(
        "belongs to a normalisation of each sample (of a layer, a group, an instance), which is no layer of a flow",
    )
}

/// A weight of whole numbers as it is: of few bits it is most often quantised, and its scale is not in the file.
fn of_whole_numbers(tensor: &TensorInfo, account: &mut Account) {
    let TensorInfo { name, dtype, .. } = tensor;
    match dtype.as_str() {
        "I8" | "U8" | "I16" | "U16" | "BOOL" => {
            let why = format!("holds whole numbers of type {dtype}, and no scale that belongs to them is known");
            account.misses(PartName::tensor(name), why);
        }
        "I32" | "U32" | "I64" | "U64" => {
            account.assume(format!("the whole numbers of type {dtype} in `{name}` are its weights as they stand"));
        }
        _ => {}
    }
}
