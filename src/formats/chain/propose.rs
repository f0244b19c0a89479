//! How a chain is proposed: from all tensors of a file, or from those that are named.

use super::entry::ChainEntry;
use super::order::{Ordered, order as ordered, turn};
use super::pairing::{bias_by_name, entry, full_name, pair};
use super::proposal::ChainProposal;
use super::weights::Weights;
use super::{BlockChoice, normalisation, pairing, sequential, slopes};
use crate::formats::ModuleNote;
use crate::formats::tensor_info::{TensorInfo, TensorOrder};
use crate::formats::tensors::TensorFile;
use crate::network::{Activation, OutputFunction};

/// What a file tells beside its tensors.
#[derive(Clone, Copy)]
pub(super) struct OrderSource<'a> {
    pub order: TensorOrder,
    pub modules: &'a [ModuleNote],
}

impl ChainProposal {
    /// Proposes a chain of all matrices of the model. `hidden` is the activation of all layers but the last, unless the
    /// file tells another.
    pub fn new(file: &TensorFile, hidden: Activation, output: OutputFunction) -> ChainProposal {
        let attribute = OrderSource { order: file.order(), modules: file.modules() };
        let Some(names) = file.weights() else {
            return ChainProposal::of_tensors(file.tensors(), attribute, hidden, output);
        };
        // What a graph takes as something else is no layer, whatever its shape.
        let is_taken = |tensor: &&TensorInfo| tensor.shape.len() < 2 || names.contains(&tensor.name);
        let tensors: Vec<TensorInfo> = file.tensors().iter().filter(is_taken).cloned().collect();
        let proposal = ChainProposal { entries: pairing::attribute(&tensors), ..ChainProposal::empty(output, false) };
        proposal.finish(&tensors, &Weights::new(&tensors), attribute.modules, hidden)
    }

    pub(super) fn of_tensors(
        tensors: &[TensorInfo],
        attribute: OrderSource<'_>,
        hidden: Activation,
        output: OutputFunction,
    ) -> ChainProposal {
        let weights = Weights::new(tensors);
        let Ordered { entries, order_guess, axes_guess } = attached(&weights, attribute);
        let proposal = ChainProposal::empty(output, false);
        let guesses = pairing::axes_guesses(&weights.index(), &entries);
        ChainProposal { entries, order_guess, axes_guess, guesses, ..proposal }.finish(
            tensors,
            &weights,
            attribute.modules,
            hidden,
        )
    }

    /// The chain of the tensors named, in that order. A vector after a matrix is its bias; a matrix without one gets
    /// the bias that its name tells. The end of a name serves as well where no other tensor's has it: `fc1.weight`, or
    /// `fc1`, for `model.fc1.weight`.
    pub fn of_names(file: &TensorFile, names: &[String], hidden: Activation, output: OutputFunction) -> ChainProposal {
        let attribute = OrderSource { order: file.order(), modules: file.modules() };
        ChainProposal::of_names_in(file.tensors(), attribute, names, hidden, output)
    }

    pub(super) fn of_names_in(
        tensors: &[TensorInfo],
        attribute: OrderSource<'_>,
        names: &[String],
        hidden: Activation,
        output: OutputFunction,
    ) -> ChainProposal {
        let weights = Weights::new(tensors);
        let index = weights.index();
        let mut proposal = ChainProposal::empty(output, true);
        let entries = &mut proposal.entries;
        for given in names {
            let name = full_name(&weights, given).unwrap_or_else(|| given.clone());
            if weights.owner(given).is_some_and(|owner| owner != given) {
                proposal.guesses.push(format!("`{given}` is a part of `{name}`, which is taken as a whole"));
                if entries.last().is_some_and(|last: &ChainEntry| last.names().any(|known| *known == name)) {
                    continue;
                }
            }
            let is_vector = index.get(name.as_str()).copied().is_some_and(|tensor| tensor.shape.len() == 1);
            match entries.last_mut() {
                Some(entry) if is_vector => entry.bias_name = Some(name),
                _ => {
                    let bias = bias_by_name(&index, &name);
                    entries.push(entry(&index, name, bias));
                }
            }
        }
        // What stands at a layer in the whole chain stands there in a part of it as well.
        let whole = attached(&weights, attribute).entries;
        for entry in entries.iter_mut() {
            if let Some(known) = whole.iter().find(|known| known.weight_name == entry.weight_name) {
                entry.input_normalisation.clone_from(&known.input_normalisation);
                entry.normalisation.clone_from(&known.normalisation);
                entry.output_normalisation.clone_from(&known.output_normalisation);
                entry.slopes.clone_from(&known.slopes);
            }
        }
        proposal.guesses.extend(pairing::axes_guesses(&index, entries));
        proposal.axes_guess = turn(&index, entries);
        proposal.finish(tensors, &weights, attribute.modules, hidden)
    }

    /// The same layers in the order of these weights; none where they are not the same.
    pub fn reordered(mut self, weights: &[String]) -> Option<ChainProposal> {
        if weights.len() != self.entries.len() {
            return None;
        }
        if self.entries.iter().map(|entry| &entry.weight_name).ne(weights) {
            let find = |name: &String| self.entries.iter().find(|entry| entry.weight_name == *name).cloned();
            let entries: Option<Vec<ChainEntry>> = weights.iter().map(find).collect();
            self.entries = entries?;
            self.order_guess = None;
        }
        Some(self)
    }

    fn empty(output: OutputFunction, is_by_hand: bool) -> ChainProposal {
        ChainProposal {
            entries: Vec::new(),
            output,
            input_shape: None,
            candidates: Vec::new(),
            widths: Vec::new(),
            moves_are_told: false,
            is_by_hand,
            activations_are_listed: false,
            blocks: BlockChoice::Ask,
            block_pattern: None,
            block_activation: Activation::Identity,
            may_add: None,
            order_guess: None,
            axes_guess: None,
            guesses: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn finish(
        mut self,
        tensors: &[TensorInfo],
        weights: &Weights,
        modules: &[ModuleNote],
        hidden: Activation,
    ) -> ChainProposal {
        sequential::settle(&mut self.entries, weights, modules, hidden);
        self.check(tensors);
        self
    }
}

/// All layers in their order, with the normalisations and slopes that stand at them.
fn attached(weights: &Weights, OrderSource { order, modules }: OrderSource<'_>) -> Ordered {
    let (tensors, index) = (weights.tensors(), weights.index());
    let mut found = ordered(&index, pair(tensors), order);
    normalisation::attach(&mut found.entries, tensors, &index, modules, order);
    slopes::attach(&mut found.entries, tensors, &index, modules);
    found
}
