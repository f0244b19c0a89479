//! The tensors of a model among everything that a PyTorch file may hold, in the model's own order.

use super::stored::{Element, StoredTensor, tensor};
use crate::pickle::{Pickle, Value};

/// Dictionaries in dictionaries and modules in modules end here.
const DEEPEST: usize = 48;
/// The most values that are looked at: shared parts are met again and again.
const MOST_VISITS: usize = 1 << 20;
/// The most tensors of a file.
const MOST_TENSORS: usize = 1 << 16;
/// The longest name of a tensor, in bytes.
const LONGEST_NAME: usize = 512;

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
/// Words in the keys of what else a checkpoint keeps: an optimizer's moments, averaged copies of the model, settings.
const OTHER_WORDS: [&str; 14] = [
    "optim", "sched", "ema", "swa", "scaler", "callback", "loop", "rng", "random", "hyper", "config", "args",
    "history", "metric",
];
/// Attributes of a module that hold its parts, in the order of its own state_dict().
const MODULE_PARTS: [&str; 3] = ["_parameters", "_buffers", "_modules"];

/// A tensor of a file.
pub(super) struct Found {
    /// The keys that lead to it from the model, joined by dots; for what is beside the model, from the file's root.
    pub name: String,
    /// Whether it belongs to the model, and not to an optimizer or another copy.
    pub in_model: bool,
    pub tensor: StoredTensor,
    pub element: Element,
}

/// All tensors, those of the model first; in words, why there are too many.
pub(super) fn tensors(pickle: &Pickle<'_>) -> Result<Vec<Found>, String> {
    let mut search = Search { pickle, found: Vec::new(), visits: 0 };
    let (model, others) = parts(pickle);
    for (name, value) in model {
        search.visit(&name, value, true, 0)?;
    }
    for (name, value) in others {
        search.visit(&name, value, false, 0)?;
    }
    // A checkpoint of averaged weights alone is the model.
    if search.found.iter().all(|found| !found.in_model) {
        search.found.iter_mut().for_each(|found| found.in_model = true);
    }
    Ok(search.found)
}

type Parts = Vec<(String, Value)>;

/// What belongs to the model, and what is beside it.
fn parts(pickle: &Pickle<'_>) -> (Parts, Parts) {
    let mut root = pickle.root;
    let mut prefix = String::new();
    let mut others = Vec::new();
    for _ in 0..DEEPEST {
        let Some(entries) = pickle.entries(root).filter(|_| !is_module(pickle, root)) else { break };
        let named: Parts = entries.iter().filter_map(|(key, value)| Some((key_text(pickle, *key)?, *value))).collect();
        // A dictionary whose own values are matrices is the model itself.
        let is_weight = |value: Value| tensor(pickle, value).is_some_and(|(tensor, _)| tensor.shape.len() > 1);
        if named.iter().any(|(_, value)| is_weight(*value)) {
            break;
        }
        let holds = |value: Value| pickle.entries(value).is_some() || is_module(pickle, value);
        let key = MODEL_KEYS.iter().find(|key| named.iter().any(|(name, value)| name == *key && holds(*value)));
        let Some(key) = key else {
            let is_other = |(name, _): &(String, Value)| {
                let name = name.to_lowercase();
                OTHER_WORDS.iter().any(|word| name.contains(word))
            };
            let joined = named.into_iter().map(|(name, value)| (join(&prefix, &name), value));
            let (beside, model): (Parts, Parts) = joined.partition(is_other);
            others.extend(beside);
            return (model, others);
        };
        for (name, value) in named {
            if name == *key {
                root = value;
            } else {
                others.push((join(&prefix, &name), value));
            }
        }
        prefix = join(&prefix, key);
    }
    (vec![(String::new(), root)], others)
}

fn is_module(pickle: &Pickle<'_>, value: Value) -> bool {
    let attributes = pickle.attributes(value);
    attributes.is_some_and(|attributes| pickle.entry(attributes, "_modules").is_some())
}

fn key_text(pickle: &Pickle<'_>, key: Value) -> Option<String> {
    match key {
        Value::Int(number) => Some(number.to_string()),
        key => Some(pickle.text(key)?.into_owned()),
    }
}

fn join(prefix: &str, name: &str) -> String {
    match (prefix.is_empty(), name.is_empty()) {
        (true, _) => name.to_owned(),
        (_, true) => prefix.to_owned(),
        _ => format!("{prefix}.{name}"),
    }
}

struct Search<'a> {
    pickle: &'a Pickle<'a>,
    found: Vec<Found>,
    visits: usize,
}

impl Search<'_> {
    fn visit(&mut self, name: &str, value: Value, in_model: bool, depth: usize) -> Result<(), String> {
        self.visits += 1;
        if self.visits > MOST_VISITS {
            return Err("its parts contain each other too often".into());
        }
        if depth > DEEPEST || name.len() > LONGEST_NAME {
            return Ok(());
        }
        if let Some((tensor, element)) = tensor(self.pickle, value) {
            if self.found.len() >= MOST_TENSORS {
                return Err(format!("it holds more than {MOST_TENSORS} tensors"));
            }
            let name = if name.is_empty() { "tensor".to_owned() } else { name.to_owned() };
            self.found.push(Found { name, in_model, tensor, element });
            return Ok(());
        }
        let pickle = self.pickle;
        if let Some(attributes) = pickle.attributes(value).filter(|state| pickle.entries(*state).is_some()) {
            if is_module(pickle, value) {
                for part in MODULE_PARTS {
                    if let Some(part) = pickle.entry(attributes, part) {
                        self.visit(name, part, in_model, depth + 1)?;
                    }
                }
                return Ok(());
            }
            self.visit_entries(name, attributes, in_model, depth)?;
        }
        self.visit_entries(name, value, in_model, depth)?;
        for (place, part) in pickle.sequence(value).unwrap_or_default().iter().enumerate() {
            if matches!(part, Value::Node(_)) {
                self.visit(&join(name, &place.to_string()), *part, in_model, depth + 1)?;
            }
        }
        Ok(())
    }

    fn visit_entries(&mut self, name: &str, value: Value, in_model: bool, depth: usize) -> Result<(), String> {
        let pickle = self.pickle;
        for (key, part) in pickle.entries(value).unwrap_or_default() {
            if let (Some(key), Value::Node(_)) = (key_text(pickle, *key), part) {
                self.visit(&join(name, &key), *part, in_model, depth + 1)?;
            }
        }
        Ok(())
    }
}
