//! The slopes of PReLU among a file's tensors: vectors that stand where an activation does.

use std::collections::HashSet;

use super::entry::{ChainEntry, Slopes};
use super::layer_widths::outputs;
use super::weights::index::Index;
use crate::formats::ModuleNote;
use crate::formats::names::{layer_name, numbered};
use crate::formats::tensor_info::TensorInfo;

/// Gives each layer the slopes that stand behind it.
pub(super) fn attach(entries: &mut [ChainEntry], tensors: &[TensorInfo], index: &Index<'_>, modules: &[ModuleNote]) {
    let used: HashSet<String> = entries.iter().flat_map(ChainEntry::names).cloned().collect();
    let is_vector = |tensor: &&TensorInfo| {
        tensor.is_numeric && tensor.in_model && tensor.shape.len() == 1 && !used.contains(&tensor.name)
    };
    // A vector of factors with shifts beside it is a normalisation, and so is one with a running mean.
    let alone = |tensor: &&TensorInfo| {
        let beside = |word: &str| tensor.name.strip_suffix("weight").map(|before| format!("{before}{word}"));
        ["bias", "running_mean"].iter().all(|word| beside(word).is_none_or(|name| !index.contains_key(name.as_str())))
    };
    for tensor in tensors.iter().filter(is_vector).filter(alone) {
        let length = tensor.shape.first().copied().unwrap_or_default();
        let fits = |at: usize| {
            entries.get(at).is_some_and(|entry| {
                let weight = index.get(entry.weight_name.as_str()).copied();
                let width = weight.map(|weight| outputs(entry, weight));
                entry.slopes.is_none() && entry.convolution.is_none() && (length == 1 || width == Some(length))
            })
        };
        if length == 1 && says_slopes(&tensor.name) && is_shared(&tensor.name) {
            // One slope for the whole model, which its code applies where it likes.
            let last = entries.len().saturating_sub(1);
            let hidden = entries.iter_mut().take(last).filter(|entry| entry.slopes.is_none());
            hidden.for_each(|entry| entry.slopes = Some(Slopes { name: tensor.name.clone(), is_told: last == 1 }));
            continue;
        }
        let class = modules.iter().find(|module| module.path == layer_name(&tensor.name)).map(|module| &*module.class);
        let by_number = numbered(&tensor.name).and_then(|(container, number)| by_number(entries, container, number));
        let says = says_slopes(&tensor.name) || class == Some("PReLU");
        let found = match (by_number, class) {
            (_, Some(class)) if class != "PReLU" => None,
            // Between two layers there is no room for another activation: a factor alone would leave them without one.
            (Some((at, is_alone)), _) if says || is_alone => Some((at, says || length == 1)),
            (Some(_), _) => None,
            (None, _) if says => by_name(entries, &tensor.name).map(|at| (at, false)),
            (None, _) => None,
        };
        if let Some((at, is_told)) = found.filter(|(at, _)| fits(*at)) {
            entries[at].slopes = Some(Slopes { name: tensor.name.clone(), is_told });
        }
    }
}

/// Whether no number in the name tells a place.
fn is_shared(name: &str) -> bool {
    !name.contains(|character: char| character.is_ascii_digit())
}

fn says_slopes(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let mut text = lower.split(|character: char| !character.is_ascii_alphabetic());
    text.any(|word| ["prelu", "act", "activation", "relu", "slope", "slopes", "nonlinearity"].contains(&word))
}

/// The layer in front of this place in a row of numbered modules, and whether nothing else stands between it and the next.
fn by_number(entries: &[ChainEntry], container: &str, number: usize) -> Option<(usize, bool)> {
    let of =
        |entry: &ChainEntry| numbered(&entry.weight_name).filter(|(other, _)| *other == container).map(|(_, at)| at);
    let layers = entries.iter().enumerate().filter_map(|(at, entry)| Some((at, of(entry)?)));
    let (at, layer) = layers.filter(|(_, layer)| *layer < number).max_by_key(|(_, layer)| *layer)?;
    let next = entries.get(at + 1).and_then(of);
    // What a normalisation takes of the room is known.
    let normalised = usize::from(entries.get(at)?.normalisation.is_some());
    Some((at, number == layer + 1 + normalised && next == Some(number + 1)))
}

/// The layer that ends in the same number: `fc2` for `prelu2`; the only hidden layer where there is one.
fn by_name(entries: &[ChainEntry], name: &str) -> Option<usize> {
    let number = |name: &str| {
        let digits: String =
            name.chars().rev().skip_while(|end| !end.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        Some(digits).filter(|digits| !digits.is_empty())
    };
    let wanted = number(layer_name(name));
    let named = || entries.iter().position(|entry| number(layer_name(&entry.weight_name)) == wanted);
    match entries.len() {
        2 => Some(0),
        _ => wanted.as_ref().and_then(|_| named()),
    }
}
