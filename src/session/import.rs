//! The import assistant: a file gave only tensors, and the chain of layers is put together from them.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Effect, Session};
use crate::formats::{ChainEntry, ChainProblem, ChainProposal, TensorFile, TensorInfo};
use crate::network::{Activation, OutputFunction};

/// What plain nets have most often, so that one click opens most files.
const USUAL_ACTIVATION: Activation = Activation::Relu;

/// The state of the assistant.
#[derive(Clone, Debug)]
pub struct Import {
    /// The file.
    pub path: PathBuf,
    /// Its tensors, whose values are not read yet.
    pub file: Arc<TensorFile>,
    /// The chain as it is now.
    pub chain: ChainProposal,
    /// What is searched for among the tensors.
    pub search: String,
}

/// A change of the chain. Places count from 0.
#[derive(Clone, Debug, PartialEq)]
pub enum ImportCommand {
    /// The tensor at this place is Wᵀ, or is not.
    Transpose(usize),
    /// Take a layer out.
    Remove(usize),
    /// Move a layer one place towards the input.
    MoveUp(usize),
    /// Append a tensor, by its name.
    Append(String),
    /// σ of all layers but the last.
    HiddenActivation(Activation),
    /// σ of one layer.
    Activation(usize, Activation),
    /// The function that reads the last layer.
    Output(OutputFunction),
    /// Search the tensors.
    Search(String),
    /// Read the values and show the network.
    Open,
    /// Leave everything as it was.
    Close,
}

impl Import {
    /// The assistant with the chain that names and shapes propose.
    pub fn new(path: PathBuf, file: TensorFile) -> Import {
        let chain = ChainProposal::new(&file, USUAL_ACTIVATION, OutputFunction::Identity);
        Import { path, file: Arc::new(file), chain, search: String::new() }
    }

    /// The tensor of this name.
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.file.tensors().iter().find(|tensor| tensor.name == name)
    }

    /// The inputs and outputs of a layer of the chain; `None` where its tensor is no matrix.
    pub fn widths(&self, entry: &ChainEntry) -> Option<(usize, usize)> {
        match (self.tensor(&entry.weight_name)?.shape.as_slice(), entry.transpose) {
            ([rows, columns], false) => Some((*columns, *rows)),
            ([rows, columns], true) => Some((*rows, *columns)),
            _ => None,
        }
    }

    /// Whether the first thing that does not fit is at this layer.
    pub fn is_broken_at(&self, entry: &ChainEntry) -> bool {
        match self.chain.fatal_problem() {
            Some(ChainProblem::Break { second, .. }) => *second == entry.weight_name,
            Some(ChainProblem::Bias { weight, .. }) => *weight == entry.weight_name,
            Some(ChainProblem::Missing { name } | ChainProblem::NotAMatrix { name, .. }) => *name == entry.weight_name,
            Some(ChainProblem::NoMatrix { .. } | ChainProblem::Unused { .. }) | None => false,
        }
    }

    /// The activation that all layers but the last have; `None` where they differ or there are none.
    pub fn hidden_activation(&self) -> Option<Activation> {
        let (_, hidden) = self.chain.entries.split_last()?;
        let first = hidden.first()?.activation;
        hidden.iter().all(|entry| entry.activation == first).then_some(first)
    }

    fn change(&mut self, command: ImportCommand) {
        let entries = &mut self.chain.entries;
        match command {
            ImportCommand::Transpose(place) => {
                if let Some(entry) = entries.get_mut(place) {
                    entry.transpose = !entry.transpose;
                }
            }
            ImportCommand::Remove(place) if place < entries.len() => {
                entries.remove(place);
            }
            ImportCommand::MoveUp(place) if (1..entries.len()).contains(&place) => entries.swap(place - 1, place),
            ImportCommand::Append(name) => {
                let alone = ChainProposal::of_names(self.file.tensors(), &[name], USUAL_ACTIVATION, self.chain.output);
                entries.extend(alone.entries);
            }
            ImportCommand::HiddenActivation(activation) => {
                if let Some((_, hidden)) = entries.split_last_mut() {
                    hidden.iter_mut().for_each(|entry| entry.activation = activation);
                }
            }
            ImportCommand::Activation(place, activation) => {
                if let Some(entry) = entries.get_mut(place) {
                    entry.activation = activation;
                }
            }
            ImportCommand::Output(output) => self.chain.output = output,
            ImportCommand::Search(text) => self.search = text,
            ImportCommand::Remove(_) | ImportCommand::MoveUp(_) | ImportCommand::Open | ImportCommand::Close => {}
        }
        self.chain.check(self.file.tensors());
    }
}

impl Session {
    pub(super) fn import(&mut self, command: ImportCommand, effects: &mut Vec<Effect>) {
        let Some(import) = &mut self.import else { return };
        match command {
            ImportCommand::Open if import.chain.fatal_problem().is_some() => {}
            ImportCommand::Open => {
                effects.push(Effect::ReadChain(import.path.clone(), import.file.clone(), import.chain.clone()));
            }
            ImportCommand::Close => {
                self.import = None;
                self.fall_back(effects);
            }
            command => import.change(command),
        }
    }
}
