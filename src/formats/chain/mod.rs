//! A chain of layers proposed from the names and shapes of a file's tensors: matrices, and kernels of convolutions.

mod accounting;
mod build;
mod moves;
mod normalisation;
mod pairing;
mod problem;
mod settings;
mod shapes;
mod spectra;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

pub use build::build;
pub use moves::words as convolution_words;
pub use normalisation::Normalisation;
pub use pairing::is_layer_weight;
pub use problem::ChainProblem;
pub use settings::{ConvolutionSettings, PaddingRule, PoolingRule, parse_input_shape};
pub use spectra::{WeightSpectrum, weight_spectrum};

use super::blocks::first_query;
use super::names::{natural_order, says_recurrent, says_residual};
use super::tensors::{TensorFile, TensorInfo, TensorOrder, shape_words};
use crate::network::{Activation, OutputFunction, Volume};
use pairing::{bias_by_name, entry, index, orient, pair};

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
    pub input_shape: Option<Volume>,
    /// The usual ways in which the convolutions may move and all shapes fit, as `check` found them; a chain without
    /// convolutions has none.
    pub ways: Vec<Vec<ConvolutionSettings>>,
    /// What each layer takes and gives, in words: numbers of values or shapes. `None` where that is not known.
    pub widths: Vec<Option<(String, String)>>,
    /// Whether the convolutions were told how they move. Otherwise `check` settles it where only one way fits.
    moves_are_told: bool,
    /// Whether the tensors were chosen one by one.
    is_by_hand: bool,
    /// What does not fit. `ChainProposal::check` brings it up to date after a change.
    pub problems: Vec<ChainProblem>,
}

/// One layer of a chain: a matrix, or the kernel of a convolution.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainEntry {
    /// The tensor that holds W.
    pub weight_name: String,
    /// The tensor that holds b.
    pub bias_name: Option<String>,
    /// Whether a matrix's rows are inputs, so that it must be transposed; whether a kernel's axes are height, width,
    /// inputs, outputs, as Keras has them.
    pub transpose: bool,
    /// How the convolution moves, where the tensor is a kernel.
    pub convolution: Option<ConvolutionSettings>,
    /// The batch normalisation between W and σ.
    pub normalisation: Option<Normalisation>,
    /// σ.
    pub activation: Activation,
}

impl ChainProposal {
    /// Proposes a chain of all matrices of the model. `hidden` is the activation of all layers but the last.
    pub fn new(file: &TensorFile, hidden: Activation, output: OutputFunction) -> ChainProposal {
        ChainProposal::of_tensors(file.tensors(), file.order(), hidden, output)
    }

    fn of_tensors(
        tensors: &[TensorInfo],
        order: TensorOrder,
        hidden: Activation,
        output: OutputFunction,
    ) -> ChainProposal {
        let index = index(tensors);
        let mut in_file_order = pair(tensors);
        let mut by_name = in_file_order.clone();
        by_name.sort_by(|left, right| natural_order(&left.weight_name, &right.weight_name));
        // Names without numbers have no order of their own; the file's may fit where the alphabet's does not.
        let name_fits = orient(&index, &mut by_name);
        let file_fits = orient(&index, &mut in_file_order);
        // A chain read backwards and transposed fits as well as the chain itself, so matrices as they are come first.
        let as_is = |entries: &[ChainEntry]| entries.iter().all(|entry| !entry.transpose);
        let (name_rank, file_rank) = ((name_fits, as_is(&by_name)), (file_fits, as_is(&in_file_order)));
        let names_decide = match order {
            TensorOrder::ByName => name_rank >= file_rank,
            TensorOrder::Own => name_rank > file_rank,
        };
        let mut entries = if names_decide { by_name } else { in_file_order };
        normalisation::attach(&mut entries, tensors, &index, order);
        ChainProposal::finish(tensors, entries, hidden, output, false)
    }

    /// The chain of the tensors named, in that order. A vector after a matrix is its bias; a matrix without one gets
    /// the bias that its name tells. The end of a name serves as well where no other tensor's has it: `fc1.weight`, or
    /// `fc1`, for `model.fc1.weight`.
    pub fn of_names(
        tensors: &[TensorInfo],
        names: &[String],
        hidden: Activation,
        output: OutputFunction,
    ) -> ChainProposal {
        let index = index(tensors);
        let mut entries: Vec<ChainEntry> = Vec::new();
        let names = names.iter().map(|name| pairing::full_name(tensors, name).unwrap_or_else(|| name.clone()));
        for name in names {
            let is_vector = index.get(name.as_str()).copied().is_some_and(|tensor| tensor.shape.len() == 1);
            match entries.last_mut() {
                Some(entry) if is_vector => entry.bias_name = Some(name),
                _ => {
                    let bias = bias_by_name(&index, &name);
                    entries.push(entry(&index, name, bias));
                }
            }
        }
        orient(&index, &mut entries);
        normalisation::attach(&mut entries, tensors, &index, TensorOrder::ByName);
        ChainProposal::finish(tensors, entries, hidden, output, true)
    }

    fn finish(
        tensors: &[TensorInfo],
        mut entries: Vec<ChainEntry>,
        hidden: Activation,
        output: OutputFunction,
        is_by_hand: bool,
    ) -> ChainProposal {
        let last = entries.len().saturating_sub(1);
        entries.iter_mut().take(last).for_each(|entry| entry.activation = hidden);
        let mut proposal = ChainProposal {
            entries,
            output,
            input_shape: None,
            ways: Vec::new(),
            widths: Vec::new(),
            moves_are_told: false,
            is_by_hand,
            problems: Vec::new(),
        };
        proposal.check(tensors);
        proposal
    }

    /// Takes the shape of the input, which convolutions need; `check` has to follow.
    pub fn set_input_shape(&mut self, shape: Option<Volume>) {
        self.input_shape = shape;
    }

    /// Takes how the convolutions move, one for all or one for each; none: as the shapes decide. `check` has to follow.
    pub fn set_convolutions(&mut self, settings: &[ConvolutionSettings]) {
        self.moves_are_told = !settings.is_empty();
        moves::set(&mut self.entries, settings);
    }

    /// Whether it has a convolution.
    pub fn has_convolutions(&self) -> bool {
        self.entries.iter().any(|entry| entry.convolution.is_some())
    }

    /// Finds again what does not fit, after entries were changed.
    pub fn check(&mut self, tensors: &[TensorInfo]) {
        self.problems.clear();
        let index = index(tensors);
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
        let is_open = self.settle(&index);
        let followed = shapes::follow(&self.entries, self.input_shape, &index);
        self.widths = followed.widths.iter().map(|(takes, gives)| Some((takes.words()?, gives.words()?))).collect();
        self.problems.extend(followed.problems);
        let fits = match self.ways.len() {
            0 => "none of the usual ways fits its shapes".to_owned(),
            1 => format!("`{}` would fit, or a max pooling, which is no layer of a flow", moves::words(&self.ways[0])),
            _ => {
                let ways: Vec<String> = self.ways.iter().map(|way| format!("`{}`", moves::words(way))).collect();
                format!("several ways fit: {}", ways.join(", "))
            }
        };
        let knows_shape = self.input_shape.is_some() && self.problems.iter().all(ChainProblem::is_of_moves);
        if is_open && knows_shape {
            self.problems.insert(0, ChainProblem::Undetermined { fits });
        }
        let folded = |entry: &ChainEntry| {
            let weight = entry.weight_name.clone();
            let normalisation = entry.normalisation.as_ref()?;
            Some(ChainProblem::Folded { name: normalisation.name.clone(), weight, epsilon: normalisation.epsilon })
        };
        self.problems.extend(self.entries.iter().filter_map(folded));
        // Who names the tensors leaves the others out on purpose.
        if !self.is_by_hand {
            self.problems.extend(self.unused(tensors));
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
    fn settle(&mut self, index: &pairing::Index<'_>) -> bool {
        self.ways.clear();
        if !self.has_convolutions() || self.input_shape.is_none() {
            return false;
        }
        self.ways = moves::fitting(&self.entries, self.input_shape, index);
        if self.moves_are_told {
            return false;
        }
        match &self.ways[..] {
            [way] if way.iter().all(|settings| settings.pooling == PoolingRule::None) => {
                moves::set(&mut self.entries, way);
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
    fn unused(&self, tensors: &[TensorInfo]) -> Option<ChainProblem> {
        let used: HashSet<&String> = self.entries.iter().flat_map(ChainEntry::tensor_names).collect();
        let is_left = |tensor: &&TensorInfo| tensor.needless().is_none() && !used.contains(&tensor.name);
        let left: Vec<&TensorInfo> = tensors.iter().filter(is_left).collect();
        let name =
            |tensor: &&TensorInfo| format!("`{}` ({}, {})", tensor.name, shape_words(&tensor.shape), tensor.dtype);
        let mut named: Vec<String> = left.iter().take(NAMED_TENSORS).map(name).collect();
        named.extend((left.len() > NAMED_TENSORS).then(|| format!("and {} more", left.len() - NAMED_TENSORS)));
        (!left.is_empty()).then(|| ChainProblem::Unused { count: left.len(), named: named.join(", ") })
    }
}
