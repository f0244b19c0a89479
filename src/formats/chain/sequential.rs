//! What tells the activations of a chain: the numbers of an `nn.Sequential`, whose modules stand side by side, and the
//! modules that a whole model names.

use std::collections::HashSet;

use super::basis::{ActivationBasis, Doubt};
use super::entry::ChainEntry;
use super::weights::Weights;
use crate::formats::names::{numbered, numbered_module};
use crate::formats::tensor_info::TensorInfo;
use crate::formats::{ModuleNote, ModuleRole};
use crate::network::Activation;

/// What the names of the tensors and the modules tell of the containers of layers.
struct Containers<'a> {
    /// Which numbers of which containers hold tensors.
    numbers: HashSet<(&'a str, usize)>,
    /// Containers whose numbers skip some: those of an `nn.Sequential`, in which modules without tensors stand too.
    skipping: HashSet<&'a str>,
    modules: &'a [ModuleNote],
}

impl<'a> Containers<'a> {
    fn new(tensors: &'a [TensorInfo], entries: &'a [ChainEntry], modules: &'a [ModuleNote]) -> Containers<'a> {
        let module = |tensor: &'a TensorInfo| numbered_module(tensor.name.rsplit_once('.')?.0);
        let numbers: HashSet<(&str, usize)> = tensors.iter().filter_map(module).collect();
        let layers: Vec<(&str, usize)> = entries.iter().filter_map(|entry| numbered(&entry.weight_name)).collect();
        let skips = |pair: &&[(&str, usize)]| pair[0].0 == pair[1].0 && pair[1].1 > pair[0].1 + 1;
        let skipping = layers.windows(2).filter(skips).map(|pair| pair[0].0).collect();
        Containers { numbers, skipping, modules }
    }

    fn class(&self, path: &str) -> Option<&str> {
        self.modules.iter().find(|module| module.path == path).map(|module| module.class.as_str())
    }

    /// Whether the container applies its modules one after the other. A model whose layers have numbers only is one.
    fn is_sequential(&self, container: &str) -> bool {
        match self.class(container) {
            Some(class) => class == "Sequential",
            None => container.is_empty() || self.skipping.contains(container),
        }
    }

    /// The activations among the modules of a container from one number to another.
    fn activations(&self, container: &str, from: usize, to: usize) -> Vec<(&'a ModuleNote, Activation)> {
        let of = |module: &'a ModuleNote| match (&module.role, numbered_module(&module.path)?) {
            (ModuleRole::Activation(activation), (parent, number)) => {
                (parent == container && (from..to).contains(&number)).then_some((module, *activation))
            }
            _ => None,
        };
        self.modules.iter().filter_map(of).collect()
    }
}

/// Gives each layer the activation that the file tells, or says what is in doubt of the one that is chosen.
pub(super) fn settle(entries: &mut [ChainEntry], weights: &Weights, modules: &[ModuleNote], hidden: Activation) {
    let all = entries.to_vec();
    let containers = Containers::new(weights.tensors(), &all, modules);
    for (position, entry) in entries.iter_mut().enumerate() {
        let is_last = position + 1 == all.len();
        let (activation, basis) = match (numbered(&entry.weight_name), all.get(position + 1)) {
            (Some(at), Some(next)) => between(&containers, at, next, hidden),
            (Some((container, number)), None) => behind(&containers, container, number, &all[position], hidden),
            (None, _) if is_last => (Activation::Identity, ActivationBasis::Chosen),
            (None, _) => (hidden, ActivationBasis::Chosen),
        };
        (entry.activation, entry.basis) = (activation, basis);
    }
    if all.iter().all(|entry| numbered(&entry.weight_name).is_none()) {
        of_definition(entries, modules);
    }
}

type Settled = (Activation, ActivationBasis);

fn between(
    containers: &Containers<'_>,
    (container, number): (&str, usize),
    next: &ChainEntry,
    hidden: Activation,
) -> Settled {
    let chosen = (hidden, ActivationBasis::Chosen);
    match numbered(&next.weight_name) {
        Some((other, next_number)) if other == container => {
            if next_number <= number {
                return chosen;
            }
            let known = containers.activations(container, number, next_number);
            let is_sequential = containers.is_sequential(container);
            match known[..] {
                [(module, activation)] if is_sequential => {
                    return (activation, ActivationBasis::Module(module.path.clone()));
                }
                [] if is_sequential && containers.class(container).is_some() => {
                    return (Activation::Identity, ActivationBasis::None);
                }
                _ => {}
            }
            let is_free = |position: usize| !containers.numbers.contains(&(container, position));
            if (number + 1..next_number).any(is_free) {
                return chosen;
            }
            if is_sequential {
                return (Activation::Identity, ActivationBasis::NoRoom);
            }
            if says_list(container) {
                return chosen;
            }
            (hidden, ActivationBasis::Doubtful(Doubt::Numbers))
        }
        other => {
            let mut known = containers.activations(container, number, usize::MAX);
            known.extend(other.iter().flat_map(|(other, first)| containers.activations(other, 0, *first)));
            match known[..] {
                [(module, activation)] if containers.is_sequential(container) => {
                    (activation, ActivationBasis::Module(module.path.clone()))
                }
                _ if containers.is_sequential(container) => (hidden, ActivationBasis::Doubtful(Doubt::End)),
                _ => chosen,
            }
        }
    }
}

/// Whether the container is called as a list of layers is, between which the model's own code puts the activations.
pub(super) fn says_list(container: &str) -> bool {
    let lower = container.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    ["layer", "hidden", "linear", "block", "lins", "fcs"].iter().any(|word| lower.contains(word))
}

/// The activation behind the last layer: a module that is one, or what must stand before a normalisation at the end.
fn behind(
    containers: &Containers<'_>,
    container: &str,
    number: usize,
    entry: &ChainEntry,
    hidden: Activation,
) -> Settled {
    match containers.activations(container, number, usize::MAX)[..] {
        [(module, activation)] if containers.is_sequential(container) => {
            (activation, ActivationBasis::Module(module.path.clone()))
        }
        _ if entry.output_normalisation.is_some() => (hidden, ActivationBasis::Doubtful(Doubt::Last)),
        _ => (Activation::Identity, ActivationBasis::Chosen),
    }
}

/// Where a whole model names its activations in no numbered row: those that it has stand behind the hidden layers in the
/// order of its definition, which its code need not keep to.
fn of_definition(entries: &mut [ChainEntry], modules: &[ModuleNote]) {
    let known: Vec<(&ModuleNote, Activation)> = modules
        .iter()
        .filter_map(|module| match module.role {
            ModuleRole::Activation(activation) => Some((module, activation)),
            _ => None,
        })
        .collect();
    let hidden = entries.len().saturating_sub(1);
    let are_alike = known.windows(2).all(|pair| pair[0].1 == pair[1].1);
    for (position, entry) in entries.iter_mut().take(hidden).enumerate() {
        let module = match known[..] {
            [first, ..] if are_alike => first,
            _ if known.len() == hidden => known[position],
            _ => return,
        };
        entry.activation = module.1;
        entry.basis = ActivationBasis::Suggested(module.0.path.clone());
    }
}
