//! The tensors of a model among everything that a PyTorch file may hold, in the model's own order.

use super::beside;
use super::found::Found;
use super::keys::{is_module, join, key_text};
use super::rebuilt::tensor;
use super::search::Search;
use super::tensor::{Content, Tensor};
use crate::formats::PartName;
use crate::formats::account::Fate;
use crate::pickle::{Pickle, Value};

/// Dictionaries in dictionaries end here.
const DEEPEST: usize = 48;
/// A matrix of at least so many rows, and this multiple of its columns, may be data where its name tells no weight.
const ROWS_OF_DATA: usize = 4096;
const ROWS_FOR_EACH_COLUMN: usize = 256;

/// Keys under which checkpoints keep their model.
const MODEL_KEYS: [&str; 14] = [
    "state_dict",
    "model_state_dict",
    "model_state",
    "model_dict",
    "model_weights",
    "model",
    "module",
    "net_state_dict",
    "net",
    "network",
    "weights",
    "params",
    "parameters",
    "state",
];

/// What a pickle holds.
pub(super) struct Contents {
    /// All tensors, those of the model first.
    pub found: Vec<Found>,
    /// Keys that are no tensors but might be needed.
    pub keys: Vec<(PartName, Fate)>,
    /// What was guessed.
    pub assumed: Vec<String>,
    /// The modules of the model, with their names.
    pub modules: Vec<(String, Value)>,
}

/// All tensors; in words, why there are too many.
pub(super) fn contents(pickle: &Pickle<'_>) -> Result<Contents, String> {
    let Parts { mut model, mut others, key, keys } = parts(pickle);
    let mut assumed = Vec::new();
    if model.iter().all(|(_, value)| pickle.number(*value).is_some()) {
        // A checkpoint of averaged weights alone is the model.
        let average = others.iter().position(|(name, _)| beside::is_average(name));
        match average {
            Some(at) => {
                let (name, value) = others.remove(at);
                assumed.push(format!("the averaged weights `{name}` are the model, as the file holds no others"));
                model = vec![(String::new(), value)];
            }
            None => model.append(&mut others),
        }
    }
    let mut search = Search::new(pickle);
    for (name, value) in model {
        search.visit(&name, value, 0)?;
    }
    let (mut found, modules) = (search.take(), search.take_modules());
    mark_data(&mut found);
    mark_averages(&mut found);
    // Those of an optimizer are too many, and none of the model.
    search.lists_numbers = false;
    for (name, value) in others {
        search.visit(&name, value, 0)?;
        let mut entries = search.take();
        let fate = fate_beside(&name, key.as_deref(), &entries, &found, &mut assumed);
        entries.iter_mut().for_each(|entry| (entry.in_model, entry.fate) = (false, Some(fate.clone())));
        found.extend(entries);
    }
    Ok(Contents { found, keys, assumed, modules })
}

/// What becomes of the tensors under a key beside the model.
fn fate_beside(
    key: &str,
    model_key: Option<&str>,
    entries: &[Found],
    model: &[Found],
    assumed: &mut Vec<String>,
) -> Fate {
    let last = key.rsplit('.').next().unwrap_or(key);
    if let Some(why) = beside::of_key(last) {
        return Fate::Needless(why.into());
    }
    let of_model: Vec<_> =
        model.iter().filter(|found| found.in_model).map(|found| (found.name.as_str(), &found.tensor.shape)).collect();
    let prefix = format!("{key}.");
    let of_entries: Vec<_> = entries
        .iter()
        .map(|found| {
            let name = found.name.strip_prefix(&prefix).unwrap_or(&found.name);
            (name.strip_prefix("module.").unwrap_or(name), &found.tensor.shape)
        })
        .collect();
    let is_copy = !of_model.is_empty() && of_model.iter().all(|tensor| of_entries.contains(tensor));
    match (is_copy, beside::is_average(last)) {
        (true, true) => Fate::Needless("belongs to an averaged copy of the model".into()),
        (true, false) => {
            let taken = model_key.unwrap_or("model");
            assumed.push(format!("`{taken}` is the model, and `{key}` is a copy of it with the same names and shapes"));
            Fate::Needless("belongs to another copy of the model".into())
        }
        _ => Fate::Missing(format!("stands beside the model under `{key}`, and what it is for is not told")),
    }
}

/// Sets aside arrays among the model's tensors that are data and no weights.
fn mark_data(found: &mut [Found]) {
    for entry in found {
        let last = entry.name.rsplit('.').next().unwrap_or_default();
        let is_weight =
            ["weight", "kernel", "embed", "matrix"].iter().any(|word| entry.name.to_lowercase().contains(word));
        let is_tall = matches!(entry.tensor.shape[..], [rows, columns] if rows >= ROWS_OF_DATA.max(columns.saturating_mul(ROWS_FOR_EACH_COLUMN)));
        let fate = match beside::of_key(last) {
            Some(why) if !entry.name.contains('.') => Fate::Needless(why.into()),
            _ if is_tall && !is_weight => {
                let [rows, columns] = entry.tensor.shape[..] else { continue };
                Fate::Missing(format!("has {rows} rows of {columns} and no name of a weight, so that it may be data"))
            }
            _ if is_setting(&entry.tensor) && last != "num_batches_tracked" && beside::is_count(last) => {
                Fate::Needless("tells a size or the progress of a training".into())
            }
            _ => continue,
        };
        (entry.in_model, entry.fate) = (false, Some(fate));
    }
}

/// Whether it is a number, or a list of numbers of Python's, which a model's settings are.
fn is_setting(tensor: &Tensor) -> bool {
    tensor.shape.is_empty() || tensor.shape.len() == 1 && matches!(tensor.content, Content::Numbers(_))
}

/// Sets aside averaged copies that stand among the tensors of the model: `model_ema.0.weight` beside `model.0.weight`.
fn mark_averages(found: &mut [Found]) {
    let split = |name: &str| name.split_once('.').map(|(first, rest)| (first.to_owned(), rest.to_owned()));
    let names: Vec<Option<(String, String)>> = found.iter().map(|entry| split(&entry.name)).collect();
    let mut averages: Vec<String> = names.iter().flatten().map(|(first, _)| first.clone()).collect();
    averages.dedup();
    averages.retain(|first| beside::is_average(first));
    for average in averages {
        let plain = beside::without_average(&average);
        let of = |first: &dyn Fn(&str) -> bool| -> Vec<(String, Vec<usize>)> {
            let entries = names.iter().zip(found.iter());
            let entries = entries.filter_map(|(name, entry)| Some((name.as_ref()?, &entry.tensor.shape)));
            entries
                .filter(|((name, _), _)| first(name))
                .map(|((_, rest), shape)| (rest.clone(), shape.clone()))
                .collect()
        };
        let copy = of(&|first| first == average);
        let model =
            of(&|first| first == plain || plain.is_empty() && matches!(first, "model" | "net" | "network" | "module"));
        // A counter may be kept of one and not of the other.
        let is_counter = |name: &str| name.ends_with("num_batches_tracked") || name == "n_averaged";
        let within = |left: &[(String, Vec<usize>)], right: &[(String, Vec<usize>)]| {
            left.iter().all(|tensor| is_counter(&tensor.0) || right.contains(tensor))
        };
        if model.is_empty() || !within(&model, &copy) || !within(&copy, &model) {
            continue;
        }
        for (entry, name) in found.iter_mut().zip(&names) {
            if name.as_ref().is_some_and(|(first, _)| *first == average) {
                let fate = Fate::Needless("belongs to an averaged copy of the model".into());
                (entry.in_model, entry.fate) = (false, Some(fate));
            }
        }
    }
}

#[derive(Default)]
struct Parts {
    /// What belongs to the model, by name.
    model: Vec<(String, Value)>,
    /// What is beside it.
    others: Vec<(String, Value)>,
    /// The key under which the model is, where it is under one.
    key: Option<String>,
    /// Numbers beside the model that might scale something.
    keys: Vec<(PartName, Fate)>,
}

/// What belongs to the model, and what is beside it.
fn parts(pickle: &Pickle<'_>) -> Parts {
    let mut parts = Parts::default();
    let mut root = pickle.root;
    let mut prefix = String::new();
    for _ in 0..DEEPEST {
        let Some(entries) = pickle.entries(root).filter(|_| !is_module(pickle, root)) else { break };
        let named: Vec<(String, Value)> = entries
            .iter()
            .enumerate()
            .map(|(position, (key, value))| (key_text(pickle, *key, position), *value))
            .collect();
        // A dictionary whose own values are matrices is the model itself.
        let is_weight = |name: &str, value: Value| {
            beside::of_key(name).is_none() && tensor(pickle, value).is_some_and(|tensor| tensor.shape.len() > 1)
        };
        if named.iter().any(|(name, value)| is_weight(name, *value)) {
            break;
        }
        let holds =
            |value: Value| pickle.entries(value).is_some_and(|entries| !entries.is_empty()) || is_module(pickle, value);
        let key = MODEL_KEYS.iter().find(|key| named.iter().any(|(name, value)| name == *key && holds(*value)));
        let Some(key) = key else {
            for (name, value) in named {
                let is_optimizer = pickle.entry(value, "param_groups").is_some();
                let is_other = is_optimizer || beside::of_key(&name).is_some() || beside::is_average(&name);
                let name = join(&prefix, &name);
                if is_other && matches!(value, Value::Node(_)) {
                    parts.others.push((name, value));
                } else {
                    parts.model.push((name, value));
                }
            }
            return parts;
        };
        for (name, value) in named {
            if name == *key {
                root = value;
                continue;
            }
            let path = join(&prefix, &name);
            match pickle.number(value) {
                Some(_) if !beside::is_count(&name) && SCALES.contains(&name.to_lowercase().as_str()) => {
                    let why = Fate::Missing("is a number beside the model, and what it is for is not told".into());
                    parts.keys.push((PartName::key(path), why));
                }
                Some(_) => {}
                None => parts.others.push((path, value)),
            }
        }
        prefix = join(&prefix, key);
        parts.key = Some(prefix.clone());
    }
    parts.model.push((String::new(), root));
    parts
}

/// Numbers of these names change what a network gives.
const SCALES: [&str; 12] =
    ["scale", "temperature", "mean", "std", "mu", "sigma", "alpha", "gain", "offset", "shift", "factor", "bias"];
