//! What the numbers in the layers' names and their biases let miss: a layer that the file may have had, a bias that all
//! others have.

use std::collections::{HashMap, HashSet};

use super::entry::ChainEntry;
use super::sequential::says_list;
use super::weights::Weights;
use crate::formats::names::{Axes, axes, layer_name, numbered, numbered_module, says_weight};

/// So many modules without tensors stand between two layers of a row at most, an activation and a dropout.
const MAX_BETWEEN: usize = 2;

/// Sentences for what looks left out.
pub(super) fn doubts(entries: &[ChainEntry], weights: &Weights) -> Vec<String> {
    let gaps = gaps(entries, weights);
    let mut sentences = Vec::new();
    if !gaps.is_empty() {
        sentences.push(format!("no layer is missing, though the numbers skip some: {}", gaps.join(", ")));
    }
    sentences.extend(biases(entries));
    sentences
}

/// Layers without a bias beside layers that have one. In front of a normalisation a bias does nothing.
fn biases(entries: &[ChainEntry]) -> Option<String> {
    let needs = |entry: &&ChainEntry| entry.normalisation.is_none();
    let (with, without): (Vec<&ChainEntry>, Vec<&ChainEntry>) =
        entries.iter().filter(needs).partition(|entry| entry.bias_name.is_some());
    let names: Vec<String> = without.iter().map(|entry| format!("`{}`", layer_name(&entry.weight_name))).collect();
    (!with.is_empty() && !without.is_empty()).then(|| {
        let (verb, others) = if names.len() == 1 { ("has", "other layers have") } else { ("have", "others have") };
        format!("{} {verb} no bias, though {others} one", super::listed::listed(&names))
    })
}

fn gaps(entries: &[ChainEntry], weights: &Weights) -> Vec<String> {
    let module = |name: &str| {
        let (container, number) = numbered_module(name.rsplit_once('.')?.0)?;
        Some((container.to_owned(), number))
    };
    let taken: HashSet<(String, usize)> = weights.tensors().iter().filter_map(|tensor| module(&tensor.name)).collect();
    // People count layers of all kinds on: `conv1`, `fc2`.
    let templates: Vec<Option<(String, usize)>> = entries.iter().map(|entry| template(&entry.weight_name)).collect();
    let counted: HashSet<usize> = templates.iter().flatten().map(|(_, number)| *number).collect();
    let consecutive = consecutive(templates.iter().flatten());
    let mut found = Vec::new();
    let mut previous: Option<(&ChainEntry, String, usize)> = None;
    let mut seen = HashSet::new();
    for (entry, own) in entries.iter().zip(&templates) {
        let Some((template, number)) = own.clone() else {
            previous = None;
            continue;
        };
        let name = layer_name(&entry.weight_name);
        let is_row = numbered(&entry.weight_name).is_some();
        let container = numbered(&entry.weight_name).map_or("", |(container, _)| container).to_owned();
        let is_taken = |at: &usize| match is_row {
            true => taken.contains(&(container.clone(), *at)),
            false => counted.contains(at),
        };
        // A few free ones are enough to tell, of however large a number.
        let free = |mut between: std::ops::Range<usize>| {
            let mut found = 0;
            while found <= MAX_BETWEEN && between.any(|at| !is_taken(&at)) {
                found += 1;
            }
            found
        };
        match previous.as_ref().filter(|(_, other, _)| *other == template) {
            Some((before, _, last)) => {
                let most = if is_row && !consecutive.contains(&template) { MAX_BETWEEN } else { 0 };
                if free(last + 1..number) > most {
                    found.push(format!("`{}`→`{name}`", layer_name(&before.weight_name)));
                }
            }
            None if seen.contains(&template) => {}
            None => {
                let is_late = match is_row {
                    true => free(0..number) > usize::from(!says_list(&container)),
                    false => free(1..number) > 0,
                };
                if is_late {
                    found.push(format!("`{name}` is the first"));
                }
            }
        }
        seen.insert(template.clone());
        previous = Some((entry, template, number));
    }
    found
}

/// The kinds of names of which most are numbered without gaps.
fn consecutive<'t>(templates: impl Iterator<Item = &'t (String, usize)>) -> HashSet<String> {
    // Of each kind: how many, how many that follow the last, and the last.
    let mut kinds: HashMap<&str, (usize, usize, usize)> = HashMap::new();
    for (template, number) in templates {
        let (count, steps, last) = kinds.entry(template).or_default();
        *steps += usize::from(*count > 0 && last.checked_add(1) == Some(*number));
        *count += 1;
        *last = *number;
    }
    let most = kinds.into_iter().filter(|(_, (count, steps, _))| 2 * steps > count.saturating_sub(1));
    most.map(|(template, _)| template.to_owned()).collect()
}

/// The name with its last number taken out, and the number; only of names that PyTorch or a person gives.
fn template(weight: &str) -> Option<(String, usize)> {
    if axes(weight) == Axes::InputsFirst || !says_weight(weight) {
        return None;
    }
    // What an adaptation wraps keeps its place.
    let wrapped = ["base_layer.", "linear.", "original."];
    let weight = &wrapped.iter().fold(weight.to_owned(), |name, word| name.replace(word, ""));
    let end = weight.rfind(|character: char| character.is_ascii_digit())? + 1;
    // `h2o` leads from here to there; a number that counts ends a word.
    if weight[end..].starts_with(char::is_alphabetic) {
        return None;
    }
    let digits = weight[..end].bytes().rev().take_while(u8::is_ascii_digit).count();
    let number = weight[end - digits..end].parse().ok()?;
    Some((format!("{}#{}", &weight[..end - digits], &weight[end..]), number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::chain::pairing::entry;
    use crate::formats::tensor_info::TensorInfo;

    fn found(names: &[&str], others: &[&str]) -> Vec<String> {
        let info = |name: &&str| TensorInfo {
            name: (*name).into(),
            shape: vec![4, 4],
            dtype: "F32".into(),
            bytes: 0,
            is_numeric: true,
            in_model: true,
        };
        let weights = Weights::new(&names.iter().chain(others).map(info).collect::<Vec<_>>());
        let index = weights.index();
        let entries: Vec<ChainEntry> = names.iter().map(|name| entry(&index, (*name).into(), None)).collect();
        gaps(&entries, &weights)
    }

    #[test]
    fn numbers_that_skip_a_layer_are_told() {
        assert_eq!(found(&["fc1.weight", "fc2.weight", "out.weight"], &[]), Vec::<String>::new());
        assert_eq!(found(&["0.weight", "3.weight", "6.weight"], &[]), Vec::<String>::new());
        assert_eq!(found(&["1.weight", "3.weight", "4.weight"], &[]), Vec::<String>::new());
        assert_eq!(found(&["0.weight", "4.weight"], &["1.running_mean"]), Vec::<String>::new());
        assert_eq!(found(&["l.0.a.weight", "l.0.b.weight", "l.1.a.weight"], &[]), Vec::<String>::new());
        assert_eq!(found(&["conv1.weight", "fc2.weight"], &[]), Vec::<String>::new());
        assert_eq!(found(&["fc1.base_layer.weight", "fc2.weight"], &[]), Vec::<String>::new());
        assert_eq!(found(&["layers.1.weight", "layers.2.weight"], &[]), ["`layers.1` is the first"]);
        assert_eq!(found(&["i2h.weight", "h2o.weight"], &[]), Vec::<String>::new());
        assert_eq!(found(&["0.weight", "4.weight"], &[]), ["`0`→`4`"]);
        assert_eq!(found(&["fc1.weight", "fc3.weight"], &[]), ["`fc1`→`fc3`"]);
        assert_eq!(found(&["2.weight", "4.weight"], &[]), ["`2` is the first"]);
        let far = format!("fc{}.weight", usize::MAX);
        assert_eq!(found(&["fc1.weight", &far], &[]), [format!("`fc1`→`fc{}`", usize::MAX)]);
        assert_eq!(found(&["l.0.weight", "l.1.weight", "l.3.weight", "l.4.weight"], &[]), ["`l.1`→`l.3`"]);
    }
}
