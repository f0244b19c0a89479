//! The chain that is proposed: what it holds, and what does not fit in it.

use std::collections::HashSet;

use super::block_choice::BlockChoice;
use super::entry::ChainEntry;
use super::problem::ChainProblem;
use super::settings::{ConvolutionSettings, PoolingRule};
use super::weights::Weights;
use super::weights::index::Index;
use super::{geometry, residual, shapes};
use crate::formats::blocks::first_query;
use crate::formats::names::{says_recurrent, says_residual, says_shortcut};
use crate::formats::shape::shape_text;
use crate::formats::tensor_info::TensorInfo;
use crate::network::{Activation, ImageShape, OutputFunction};

/// How many tensors that are left out are named before the others are only counted.
const NAMED_TENSORS: usize = 4;

/// A chain of layers, first to last, to be looked at and changed before it is built.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainProposal {
    /// The layers.
    pub entries: Vec<ChainEntry>,
    /// The function that reads the last layer.
    pub output: OutputFunction,
    /// The shape of the network's input, which convolutions need.
    pub input_shape: Option<ImageShape>,
    /// The usual ways in which the convolutions may move and all shapes fit, as `check` found them; a chain without
    /// convolutions has none.
    pub candidates: Vec<Vec<ConvolutionSettings>>,
    /// What each layer takes and gives, in words: numbers of values or shapes. `None` where that is not known.
    pub widths: Vec<Option<(String, String)>>,
    /// Whether the convolutions were told how they move. Otherwise `check` settles it where only one way fits.
    pub(super) moves_are_told: bool,
    /// Whether the tensors were chosen one by one.
    pub(super) is_by_hand: bool,
    /// Whether every hidden layer was given an activation of its own.
    pub(super) activations_are_listed: bool,
    /// What a repeated pattern of layers is taken for.
    pub(super) blocks: BlockChoice,
    /// The repeated pattern that may be residual blocks, as `check` found it.
    pub block_pattern: Option<String>,
    /// The activation behind each residual block.
    pub(super) block_activation: Activation,
    /// The pattern of single layers each of which may be a residual block, as `check` found it.
    pub(super) may_add: Option<String>,
    /// What was guessed of the order of the layers; none after they were ordered by hand.
    pub(super) order_guess: Option<String>,
    /// What was guessed of the axes of the matrices; none after one was turned by hand.
    pub(super) axes_guess: Option<String>,
    /// What else was guessed.
    pub(super) guesses: Vec<String>,
    /// What does not fit. `ChainProposal::check` brings it up to date after a change.
    pub problems: Vec<ChainProblem>,
}

impl ChainProposal {
    /// Takes the shape of the input, which convolutions need; `check` has to follow.
    pub fn set_input_shape(&mut self, shape: Option<ImageShape>) {
        self.input_shape = shape;
    }

    /// Takes how the convolutions move, one for all or one for each; none: as the shapes decide. `check` has to follow.
    pub fn set_convolutions(&mut self, settings: &[ConvolutionSettings]) {
        self.moves_are_told = !settings.is_empty();
        geometry::set(&mut self.entries, settings);
    }

    /// Whether it has a convolution.
    pub fn has_convolutions(&self) -> bool {
        self.entries.iter().any(|entry| entry.convolution.is_some())
    }

    /// Finds again what does not fit, after entries were changed.
    pub fn check(&mut self, tensors: &[TensorInfo]) {
        self.problems.clear();
        let weights = Weights::new(tensors);
        let index = weights.index();
        if self.entries.is_empty() {
            let objects = tensors.iter().any(|tensor| tensor.dtype == "OBJECT");
            self.problems.push(ChainProblem::NoMatrix { objects });
        }
        if !self.is_by_hand {
            self.problems.extend(self.no_chain(tensors));
        }
        let in_block = |entry: &&ChainEntry| entry.convolution.is_some() && says_residual(&entry.weight_name);
        if let Some(entry) = self.entries.iter().find(in_block).filter(|_| !self.is_by_hand) {
            self.problems.push(ChainProblem::Residual { name: entry.weight_name.clone() });
        }
        let past_block = |entry: &&ChainEntry| entry.convolution.is_none() && says_shortcut(&entry.weight_name);
        if let Some(entry) = self.entries.iter().find(past_block).filter(|_| !self.is_by_hand) {
            self.problems.push(ChainProblem::Shortcut { name: entry.weight_name.clone() });
        }
        let is_open = self.settle(&index);
        let followed = shapes::follow(&self.entries, self.input_shape, &index);
        self.widths = followed.widths.iter().map(|(takes, gives)| Some((takes.label()?, gives.label()?))).collect();
        self.problems.extend(followed.problems);
        let fits = match self.candidates.len() {
            0 => "none of the usual ways fits its shapes".to_owned(),
            1 => format!(
                "`{}` would fit, or a max pooling, which is no layer of a flow",
                geometry::label(&self.candidates[0])
            ),
            _ => {
                let candidates: Vec<String> =
                    self.candidates.iter().map(|candidate| format!("`{}`", geometry::label(candidate))).collect();
                format!("several ways fit: {}", candidates.join(", "))
            }
        };
        let knows_shape = self.input_shape.is_some() && self.problems.iter().all(ChainProblem::is_of_moves);
        if is_open && knows_shape {
            self.problems.insert(0, ChainProblem::Undetermined { fits });
        }
        // What does not chain is told first; a pattern in a chain that fits is a question.
        let asks = self.problems.iter().all(|problem| !problem.is_fatal());
        self.entries.iter_mut().for_each(|entry| entry.scale_name = None);
        if let BlockChoice::Residual(pattern) = &self.blocks {
            for block in residual::blocks(&self.entries, pattern) {
                let scale = residual::scale(&block, &self.entries, &index).map(str::to_owned);
                self.entries[block.last()].scale_name = scale;
            }
        }
        self.may_add = residual::may_add(&self.entries, &index).filter(|_| !self.is_by_hand);
        self.block_pattern = residual::proposed(&self.entries, &index, self.is_by_hand);
        let block_problem = match (&self.blocks, &self.block_pattern) {
            (BlockChoice::Ask, Some(pattern)) => Some(ChainProblem::Blocks { pattern: pattern.clone() }),
            (BlockChoice::Residual(pattern), _) => residual::problem(&self.entries, &index, pattern),
            (BlockChoice::Ask | BlockChoice::Plain, _) => None,
        };
        self.problems.extend(block_problem.filter(|_| asks));
        for entry in &self.entries {
            let folded = entry.normalisations().map(|(normalisation, position)| ChainProblem::Folded {
                name: normalisation.name.clone(),
                weight: entry.weight_name.clone(),
                position,
                epsilon: normalisation.epsilon,
            });
            self.problems.extend(folded);
        }
        // Who names the tensors leaves the others out on purpose.
        if !self.is_by_hand {
            self.problems.extend(self.unused(tensors, &weights));
        }
    }

    /// What is no chain whatever the shapes say: a recurrent layer, or an attention.
    fn no_chain(&self, tensors: &[TensorInfo]) -> Option<ChainProblem> {
        let mut names = self.entries.iter().map(|entry| entry.weight_name.as_str());
        if let Some(name) = names.find(|name| says_recurrent(name)) {
            return Some(ChainProblem::Recurrent { name: name.to_owned() });
        }
        let is_of_chain = |name: &&str| self.entries.iter().any(|entry| entry.weight_name == *name);
        first_query(tensors).filter(is_of_chain).map(|name| ChainProblem::Attention { name: name.to_owned() })
    }

    /// Finds the ways in which convolutions may move, takes the only one, and answers whether it is still open. A way
    /// with a pool is never taken unasked: the pool may be one of maxima.
    fn settle(&mut self, index: &Index<'_>) -> bool {
        self.candidates.clear();
        if !self.has_convolutions() || self.input_shape.is_none() {
            return false;
        }
        self.candidates = geometry::fitting(&self.entries, self.input_shape, index);
        if self.moves_are_told {
            return false;
        }
        match &self.candidates[..] {
            [candidate] if candidate.iter().all(|settings| settings.pooling == PoolingRule::None) => {
                geometry::set(&mut self.entries, candidate);
                false
            }
            _ => true,
        }
    }

    /// The first problem that keeps the network from being built.
    pub fn fatal_problem(&self) -> Option<&ChainProblem> {
        self.problems.iter().find(|problem| problem.is_fatal())
    }

    /// One problem for all tensors that nothing explains.
    fn unused(&self, tensors: &[TensorInfo], weights: &Weights) -> Option<ChainProblem> {
        let names = self.entries.iter().flat_map(ChainEntry::names);
        let used: HashSet<&String> = names.flat_map(|name| weights.parts(name)).collect();
        let is_left = |tensor: &&TensorInfo| tensor.needless().is_none() && !used.contains(&tensor.name);
        let left: Vec<&TensorInfo> = tensors.iter().filter(is_left).collect();
        let name =
            |tensor: &&TensorInfo| format!("`{}` ({}, {})", tensor.name, shape_text(&tensor.shape), tensor.dtype);
        let mut named: Vec<String> = left.iter().take(NAMED_TENSORS).map(name).collect();
        named.extend((left.len() > NAMED_TENSORS).then(|| format!("and {} more", left.len() - NAMED_TENSORS)));
        (!left.is_empty()).then(|| ChainProblem::Unused { count: left.len(), named: named.join(", ") })
    }
}
