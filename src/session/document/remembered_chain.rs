//! How files of tensors were opened, so that they are opened the same way the next time.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::import::Import;
use crate::formats::{BlockChoice, ChainProblem, ChainProposal};
use crate::network::{Activation, OutputFunction};

/// How many files' chains are remembered.
pub const MAX_CHAINS: usize = 64;

/// How a file of tensors was opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RememberedChain {
    #[serde(with = "crate::io::stored_path::one")]
    file: PathBuf,
    layers: Vec<RememberedLayer>,
    output: String,
    #[serde(default)]
    input_shape: String,
    #[serde(default)]
    convolutions: String,
    /// The pattern of the residual blocks; none in a plain chain.
    #[serde(default)]
    residual_blocks: Option<String>,
    #[serde(default)]
    block_activation: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct RememberedLayer {
    weight: String,
    bias: Option<String>,
    transpose: bool,
    activation: String,
}

impl RememberedChain {
    /// How the file in the assistant is put together now.
    pub(in crate::session) fn new(import: &Import) -> RememberedChain {
        let layers = import.chain.entries.iter().map(|entry| RememberedLayer {
            weight: entry.weight_name.clone(),
            bias: entry.bias_name.clone(),
            transpose: entry.transpose,
            activation: entry.activation.name().into(),
        });
        RememberedChain {
            file: import.path.clone(),
            layers: layers.collect(),
            output: import.chain.output.name().into(),
            input_shape: import.input_shape.clone(),
            convolutions: import.convolutions.clone(),
            residual_blocks: match import.chain.blocks() {
                BlockChoice::Residual(pattern) => Some(pattern.clone()),
                BlockChoice::Ask | BlockChoice::Plain => None,
            },
            block_activation: import.chain.block_activation().name().into(),
        }
    }

    /// Puts the assistant back to where it was, if the file still has all these tensors.
    pub(in crate::session) fn apply(&self, import: &mut Import) {
        let weights: Vec<String> = self.layers.iter().map(|layer| layer.weight.clone()).collect();
        let output = OutputFunction::from_name(&self.output).unwrap_or_default();
        // The layers that the file proposes, perhaps in another order, are still the whole of it.
        let mut chain = import
            .chain
            .clone()
            .reordered(&weights)
            .unwrap_or_else(|| ChainProposal::of_names(&import.file, &weights, Activation::Identity, output));
        if chain.problems.iter().any(|problem| matches!(problem, ChainProblem::Missing { .. })) {
            return;
        }
        chain.output = output;
        let activation = |name: &str| Activation::from_name(name).unwrap_or_default();
        let blocks = self.residual_blocks.clone().map_or(BlockChoice::Plain, BlockChoice::Residual);
        chain.set_blocks(blocks, activation(&self.block_activation));
        for (position, layer) in self.layers.iter().enumerate() {
            if let Some(entry) = chain.entries.get_mut(position) {
                entry.bias_name = layer.bias.clone();
                entry.transpose = layer.transpose;
                if entry.activation != activation(&layer.activation) {
                    chain.set_activation(position, activation(&layer.activation));
                }
            }
        }
        import.put_back(chain, &self.input_shape, &self.convolutions);
    }

    /// Whether both make the same layers of the same tensors.
    pub(in crate::session) fn has_same_layers(&self, other: &RememberedChain) -> bool {
        RememberedChain { file: other.file.clone(), ..self.clone() } == *other
    }

    /// Whether both are of the same file.
    pub(in crate::session) fn is_of_same_file(&self, other: &RememberedChain) -> bool {
        self.file == other.file
    }

    /// Remembers in `chains` how the file in the assistant is opened.
    pub(in crate::session) fn remember(chains: &mut Vec<RememberedChain>, import: &Import) {
        let chain = RememberedChain::new(import);
        chains.retain(|known| known.file != chain.file);
        chains.insert(0, chain);
        chains.truncate(MAX_CHAINS);
    }

    /// Puts the assistant back to how its file was opened last, if `chains` know of it.
    pub(in crate::session) fn restore(chains: &[RememberedChain], import: &mut Import) {
        if let Some(chain) = chains.iter().find(|chain| chain.file == import.path) {
            chain.apply(import);
        }
    }
}
