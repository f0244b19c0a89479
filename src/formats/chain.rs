//! A chain of dense layers proposed from the names and shapes of a file's tensors.

use std::collections::{HashMap, HashSet};

use thiserror::Error;

use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};

use super::FormatError;
use super::names::{bias_names, layer_name, natural_order, says_transposed, says_weight};
use super::tensors::{TensorFile, TensorInfo, TensorOrder, shape_words};

/// A chain of dense layers, first to last, to be looked at and changed before it is built.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainProposal {
    /// The layers.
    pub entries: Vec<ChainEntry>,
    /// The function that reads the last layer.
    pub output: OutputFunction,
    /// What does not fit. `ChainProposal::check` brings it up to date after a change.
    pub problems: Vec<ChainProblem>,
}

/// One dense layer of a chain.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainEntry {
    /// The tensor that holds W.
    pub weight_name: String,
    /// The tensor that holds b.
    pub bias_name: Option<String>,
    /// Whether the tensor's rows are inputs, so that it must be transposed.
    pub transpose: bool,
    /// σ.
    pub activation: Activation,
}

/// Why tensors do not make a chain.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ChainProblem {
    /// No tensor has two axes.
    #[error("holds no matrix of numbers, so no dense layer{}", if *.objects { "; its Python objects are never loaded, save numbers instead" } else { "; give a file with weights" })]
    NoMatrix { objects: bool },
    /// Neighbours that do not fit.
    #[error(
        "`{first}` ({first_shape}) gives {outputs} values, but `{second}` ({second_shape}) takes {inputs}; choose the \
         chain by hand or correct the file"
    )]
    Break { first: String, first_shape: String, outputs: usize, second: String, second_shape: String, inputs: usize },
    /// A bias that does not fit its weight.
    #[error("bias `{bias}` has {found}, but `{weight}` ({shape}) gives {outputs} outputs; choose another bias or none")]
    Bias { weight: String, shape: String, outputs: usize, bias: String, found: String },
    /// A tensor that was asked for and is not there.
    #[error("has no tensor `{name}`; `layerflow inspect FILE --tensors` lists what it has")]
    Missing { name: String },
    /// A tensor that was asked for as a weight and is no matrix.
    #[error("tensor `{name}` ({shape}, {dtype}) is not a matrix of numbers; choose one with two axes")]
    NotAMatrix { name: String, shape: String, dtype: String },
    /// A tensor of numbers that the chain leaves out.
    #[error("tensor `{name}` ({shape}) is not part of the chain: only matrices with their biases are understood")]
    Unused { name: String, shape: String },
}

impl ChainProblem {
    /// Whether no network can be built in spite of it.
    pub fn is_fatal(&self) -> bool {
        !matches!(self, ChainProblem::Unused { .. })
    }
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
        let entries = if names_decide { by_name } else { in_file_order };
        ChainProposal::finish(tensors, entries, hidden, output)
    }

    /// The chain of the tensors named, in that order. A vector after a matrix is its bias; a matrix without one gets
    /// the bias that its name tells.
    pub fn of_names(
        tensors: &[TensorInfo],
        names: &[String],
        hidden: Activation,
        output: OutputFunction,
    ) -> ChainProposal {
        let index = index(tensors);
        let mut entries: Vec<ChainEntry> = Vec::new();
        for name in names {
            let is_vector = index.get(name.as_str()).copied().is_some_and(|tensor| tensor.shape.len() == 1);
            match entries.last_mut() {
                Some(entry) if is_vector => entry.bias_name = Some(name.clone()),
                _ => entries.push(entry(name.clone(), bias_by_name(&index, name))),
            }
        }
        orient(&index, &mut entries);
        let mut proposal = ChainProposal::finish(tensors, entries, hidden, output);
        // Who names the tensors leaves the others out on purpose.
        proposal.problems.retain(ChainProblem::is_fatal);
        proposal
    }

    fn finish(
        tensors: &[TensorInfo],
        mut entries: Vec<ChainEntry>,
        hidden: Activation,
        output: OutputFunction,
    ) -> ChainProposal {
        let last = entries.len().saturating_sub(1);
        entries.iter_mut().take(last).for_each(|entry| entry.activation = hidden);
        let mut proposal = ChainProposal { entries, output, problems: Vec::new() };
        proposal.check(tensors);
        proposal
    }

    /// Finds again what does not fit, after entries were changed.
    pub fn check(&mut self, tensors: &[TensorInfo]) {
        self.problems.clear();
        let index = index(tensors);
        if self.entries.is_empty() {
            let objects = tensors.iter().any(|tensor| tensor.dtype == "OBJECT");
            self.problems.push(ChainProblem::NoMatrix { objects });
        }
        let mut previous: Option<(&ChainEntry, &TensorInfo, usize)> = None;
        for entry in &self.entries {
            let tensor = match weight(&index, &entry.weight_name) {
                Ok(tensor) => tensor,
                Err(problem) => {
                    self.problems.push(problem);
                    previous = None;
                    continue;
                }
            };
            let (inputs, outputs) = widths(tensor, entry.transpose);
            if let Some((before, before_tensor, given)) = previous.filter(|(_, _, given)| *given != inputs) {
                self.problems.push(ChainProblem::Break {
                    first: before.weight_name.clone(),
                    first_shape: shape_words(&before_tensor.shape),
                    outputs: given,
                    second: entry.weight_name.clone(),
                    second_shape: shape_words(&tensor.shape),
                    inputs,
                });
            }
            self.problems.extend(bias_problem(&index, entry, tensor, outputs));
            previous = Some((entry, tensor, outputs));
        }
        self.problems.extend(self.unused(tensors));
    }

    /// The first problem that keeps the network from being built.
    pub fn fatal_problem(&self) -> Option<&ChainProblem> {
        self.problems.iter().find(|problem| problem.is_fatal())
    }

    fn unused<'a>(&'a self, tensors: &[TensorInfo]) -> Vec<ChainProblem> {
        let names = |entry: &'a ChainEntry| std::iter::once(&entry.weight_name).chain(&entry.bias_name);
        let used: HashSet<&String> = self.entries.iter().flat_map(names).collect();
        let is_weight = |tensor: &TensorInfo| tensor.in_model && tensor.is_numeric && !tensor.shape.is_empty();
        let is_left = |tensor: &&TensorInfo| is_weight(tensor) && !used.contains(&tensor.name);
        let left = tensors.iter().filter(is_left);
        left.map(|tensor| ChainProblem::Unused { name: tensor.name.clone(), shape: shape_words(&tensor.shape) })
            .collect()
    }
}

/// Reads the tensors of the chain and builds its network, called by the file's name.
///
/// # Errors
/// If the chain has a fatal problem, or a tensor cannot be read or holds a number that is not finite.
pub fn build(file: &TensorFile, proposal: &ChainProposal) -> Result<Network, FormatError> {
    let mut checked = proposal.clone();
    checked.check(file.tensors());
    if let Some(problem) = checked.fatal_problem() {
        return Err(FormatError::Chain { path: file.path().into(), source: Box::new(problem.clone()) });
    }
    let mut layers = Vec::with_capacity(proposal.entries.len());
    for entry in &proposal.entries {
        let stored = file.matrix(&entry.weight_name)?;
        let weight = if entry.transpose { stored.transpose() } else { stored };
        let bias = entry.bias_name.as_ref().map(|name| file.vector(name)).transpose()?;
        let name = layer_name(&entry.weight_name).to_owned();
        layers.push(Layer::Dense(Dense { name, affine: Affine { weight, bias }, activation: entry.activation }));
    }
    let name = file.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Network::new(name, layers, proposal.output)
        .map_err(|source| FormatError::Network { path: file.path().into(), source })
}

fn entry(weight_name: String, bias_name: Option<String>) -> ChainEntry {
    ChainEntry { weight_name, bias_name, transpose: false, activation: Activation::Identity }
}

/// The tensors by their names: a file may hold very many of them.
type Index<'a> = HashMap<&'a str, &'a TensorInfo>;

fn index(tensors: &[TensorInfo]) -> Index<'_> {
    tensors.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect()
}

fn is_matrix(tensor: &TensorInfo) -> bool {
    tensor.is_numeric && tensor.shape.len() == 2 && !tensor.shape.contains(&0)
}

fn weight<'a>(index: &Index<'a>, name: &str) -> Result<&'a TensorInfo, ChainProblem> {
    let tensor = index.get(name).copied().ok_or_else(|| ChainProblem::Missing { name: name.into() })?;
    if is_matrix(tensor) {
        return Ok(tensor);
    }
    let (name, shape, dtype) = (tensor.name.clone(), shape_words(&tensor.shape), tensor.dtype.clone());
    Err(ChainProblem::NotAMatrix { name, shape, dtype })
}

/// Inputs and outputs of a matrix of this shape.
fn widths(tensor: &TensorInfo, transpose: bool) -> (usize, usize) {
    match (&tensor.shape[..], transpose) {
        ([rows, columns], false) => (*columns, *rows),
        ([rows, columns], true) => (*rows, *columns),
        _ => (0, 0),
    }
}

/// The length of a bias: a vector, or a matrix of one row or one column.
fn bias_length(tensor: &TensorInfo) -> Option<usize> {
    match tensor.shape[..] {
        _ if !tensor.is_numeric => None,
        [length] | [1, length] | [length, 1] => Some(length),
        _ => None,
    }
}

fn bias_by_name(index: &Index<'_>, weight: &str) -> Option<String> {
    let named = |name: &String| index.get(name.as_str()).copied().is_some_and(|tensor| bias_length(tensor).is_some());
    bias_names(weight).into_iter().find(|name| name != weight && named(name))
}

/// All matrices in the order of the file, each with its bias. Where names tell nothing, as in `arr_0`, `arr_1`, a vector
/// right after a matrix is its bias if its length fits.
fn pair(tensors: &[TensorInfo]) -> Vec<ChainEntry> {
    let index = index(tensors);
    let candidates: Vec<&TensorInfo> = tensors.iter().filter(|tensor| tensor.in_model && is_matrix(tensor)).collect();
    let biases: HashSet<String> = candidates.iter().filter_map(|tensor| bias_by_name(&index, &tensor.name)).collect();
    let weights = candidates.into_iter().filter(|tensor| !biases.contains(&tensor.name));
    let mut ordered: Vec<&TensorInfo> = tensors.iter().collect();
    ordered.sort_by(|left, right| natural_order(&left.name, &right.name));
    let next: HashMap<&str, &TensorInfo> =
        ordered.windows(2).map(|neighbours| (neighbours[0].name.as_str(), neighbours[1])).collect();
    let following = |weight: &TensorInfo| {
        let next = next.get(weight.name.as_str()).filter(|next| next.shape.len() == 1)?;
        let fits = bias_length(next).is_some_and(|length| weight.shape.contains(&length));
        (fits && !says_weight(&weight.name) && !says_weight(&next.name)).then(|| next.name.clone())
    };
    let pairs = weights.map(|weight| {
        let bias = bias_by_name(&index, &weight.name).or_else(|| following(weight));
        entry(weight.name.clone(), bias)
    });
    pairs.collect()
}

/// Chooses whether the matrices are taken as they are or transposed, and answers how many joints and biases fit.
/// Where both fit as well, the names decide.
fn orient(index: &Index<'_>, entries: &mut [ChainEntry]) -> usize {
    let fitting = |transpose: bool| {
        let mut fitting = 0;
        let mut given = None;
        for entry in entries.iter() {
            let Some(tensor) = index.get(entry.weight_name.as_str()).copied() else { continue };
            let (inputs, outputs) = widths(tensor, transpose);
            fitting += usize::from(given == Some(inputs));
            let bias =
                entry.bias_name.as_ref().and_then(|name| index.get(name.as_str()).copied()).and_then(bias_length);
            fitting += usize::from(bias == Some(outputs));
            given = Some(outputs);
        }
        fitting
    };
    let (as_is, transposed) = (fitting(false), fitting(true));
    let named = entries.iter().filter(|entry| says_transposed(&entry.weight_name)).count();
    let transpose = transposed > as_is || (transposed == as_is && named > 0 && 2 * named >= entries.len());
    entries.iter_mut().for_each(|entry| entry.transpose = transpose);
    as_is.max(transposed)
}

fn bias_problem(index: &Index<'_>, entry: &ChainEntry, weight: &TensorInfo, outputs: usize) -> Option<ChainProblem> {
    let name = entry.bias_name.as_ref()?;
    let Some(bias) = index.get(name.as_str()).copied() else {
        return Some(ChainProblem::Missing { name: name.clone() });
    };
    (bias_length(bias) != Some(outputs)).then(|| ChainProblem::Bias {
        weight: weight.name.clone(),
        shape: shape_words(&weight.shape),
        outputs,
        bias: name.clone(),
        found: shape_words(&bias.shape),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensors(list: &[(&str, &[usize])]) -> Vec<TensorInfo> {
        let info = |(name, shape): &(&str, &[usize])| TensorInfo {
            name: (*name).into(),
            shape: shape.to_vec(),
            dtype: "F32".into(),
            bytes: 0,
            is_numeric: true,
            in_model: true,
        };
        list.iter().map(info).collect()
    }

    fn propose(list: &[(&str, &[usize])]) -> ChainProposal {
        ChainProposal::of_tensors(&tensors(list), TensorOrder::ByName, Activation::Tanh, OutputFunction::Softmax)
    }

    fn words(proposal: &ChainProposal) -> Vec<String> {
        let word = |entry: &ChainEntry| {
            let mark = if entry.transpose { "ᵀ" } else { "" };
            format!("{}{mark}+{}", entry.weight_name, entry.bias_name.as_deref().unwrap_or("0"))
        };
        proposal.entries.iter().map(word).collect()
    }

    #[test]
    fn layers_are_ordered_by_number_and_paired_by_name() {
        let proposal = propose(&[
            ("l.10.bias", &[2]),
            ("l.10.weight", &[2, 5]),
            ("l.2.weight", &[5, 4]),
            ("l.0.weight", &[4, 3]),
            ("l.0.bias", &[4]),
        ]);
        assert_eq!(words(&proposal), ["l.0.weight+l.0.bias", "l.2.weight+0", "l.10.weight+l.10.bias"]);
        assert_eq!(proposal.problems, []);
        let activations: Vec<Activation> = proposal.entries.iter().map(|entry| entry.activation).collect();
        assert_eq!(activations, [Activation::Tanh, Activation::Tanh, Activation::Identity]);
    }

    #[test]
    fn transposed_matrices_are_recognised() {
        let by_shape = propose(&[("W1", &[3, 4]), ("b1", &[4]), ("W2", &[4, 2]), ("b2", &[1, 2])]);
        assert_eq!(words(&by_shape), ["W1ᵀ+b1", "W2ᵀ+b2"]);
        let by_name = propose(&[("coefs_0", &[3, 3]), ("intercepts_0", &[3])]);
        assert_eq!(words(&by_name), ["coefs_0ᵀ+intercepts_0"]);
        let by_bias = propose(&[("kernel", &[2, 3]), ("bias", &[3])]);
        assert_eq!(words(&by_bias), ["kernelᵀ+bias"]);
        assert_eq!(words(&propose(&[("m", &[2, 3])])), ["m+0"]);
    }

    #[test]
    fn names_that_tell_nothing_and_names_without_order() {
        let positional = propose(&[("arr_0", &[4, 2]), ("arr_1", &[4]), ("arr_2", &[1, 4]), ("arr_3", &[1])]);
        assert_eq!(words(&positional), ["arr_0+arr_1", "arr_2+arr_3"]);
        let file_order = propose(&[("hidden.weight", &[4, 2]), ("final.weight", &[3, 4])]);
        assert_eq!(words(&file_order), ["hidden.weight+0", "final.weight+0"]);
        assert_eq!(file_order.fatal_problem(), None);
    }

    #[test]
    fn a_model_tells_its_own_order_and_what_is_beside_it_is_left_alone() {
        let mut list = tensors(&[("wide.weight", &[3, 3]), ("deep.weight", &[3, 3]), ("moment", &[3, 3])]);
        list[2].in_model = false;
        let names = |order| {
            let proposal = ChainProposal::of_tensors(&list, order, Activation::Relu, OutputFunction::Identity);
            assert_eq!(proposal.problems, []);
            words(&proposal)
        };
        assert_eq!(names(TensorOrder::ByName), ["deep.weight+0", "wide.weight+0"]);
        assert_eq!(names(TensorOrder::Own), ["wide.weight+0", "deep.weight+0"]);
    }

    #[test]
    fn the_first_break_names_both_sides() {
        let proposal = propose(&[("0.weight", &[32, 64]), ("2.weight", &[16, 20]), ("4.weight", &[10, 16])]);
        let problem = proposal.fatal_problem().unwrap().to_string();
        assert!(
            problem.starts_with("`0.weight` (32×64) gives 32 values, but `2.weight` (16×20) takes 20"),
            "{problem}"
        );
        assert_eq!(propose(&[("x", &[3])]).fatal_problem(), Some(&ChainProblem::NoMatrix { objects: false }));
    }

    #[test]
    fn what_is_left_out_is_said_and_the_hand_decides() {
        let list: [(&str, &[usize]); 4] =
            [("conv.weight", &[3, 3, 3, 3]), ("a.weight", &[4, 2]), ("b.weight", &[4, 4]), ("b.bias", &[4])];
        let proposal = propose(&list);
        assert_eq!(proposal.problems.len(), 1);
        assert!(!proposal.problems[0].is_fatal());
        let names = ["b.weight".to_owned()];
        let chosen = ChainProposal::of_names(&tensors(&list), &names, Activation::Relu, OutputFunction::Identity);
        assert_eq!((words(&chosen), chosen.problems.len()), (vec!["b.weight+b.bias".to_owned()], 0));
        let missing = ["c".to_owned(), "conv.weight".to_owned()];
        let chosen = ChainProposal::of_names(&tensors(&list), &missing, Activation::Relu, OutputFunction::Identity);
        assert_eq!(chosen.problems.len(), 2);
    }
}
