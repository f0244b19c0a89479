//! The walk through a pickle that finds its tensors.

use super::found::Found;
use super::keys::{is_module, join, key_text};
use super::rebuilt::tensor;
use super::tensor::{Content, Tensor};
use crate::pickle::{Pickle, Value, is_builtin};

/// Dictionaries in dictionaries and modules in modules end here.
const DEEPEST: usize = 64;
/// The most values that are looked at: shared parts are met again and again.
const MAX_VISITS: usize = 1 << 20;
/// The most tensors of a file.
const MAX_TENSORS: usize = 1 << 16;
/// Lists in lists of numbers end here.
const DEEPEST_LIST: usize = 4;
/// The most bytes of arrays that stand in the pickle itself, 2 GB.
const MAX_COPIED: u64 = 1 << 31;
/// The longest name of a tensor, in bytes.
const LONGEST_NAME: usize = 512;

/// Attributes of a module that hold its parts, in the order of its own state_dict().
const MODULE_PARTS: [&str; 3] = ["_parameters", "_buffers", "_modules"];
/// Where a quantised layer keeps its weight and its bias.
const PACKED: &str = "_packed_params._packed_params";
/// Packages whose objects are settings, and hold no weights unless they hold a tensor.
const SETTINGS: [&str; 14] = [
    "argparse",
    "collections",
    "datetime",
    "decimal",
    "easydict",
    "enum",
    "fractions",
    "functools",
    "logging",
    "omegaconf",
    "pathlib",
    "re",
    "types",
    "uuid",
];

/// The tensors that were found so far.
pub(super) struct Search<'a> {
    pickle: &'a Pickle<'a>,
    found: Vec<Found>,
    visits: usize,
    count: usize,
    /// The bytes of arrays that stand in the pickle itself.
    copied: u64,
    /// Whether Python's numbers are listed.
    pub lists_numbers: bool,
    /// The values within which the search is.
    within: Vec<Value>,
    /// The modules that were met, with their names, but for those within others.
    modules: Vec<(String, Value)>,
}

impl<'a> Search<'a> {
    pub fn new(pickle: &'a Pickle<'a>) -> Search<'a> {
        Search {
            pickle,
            found: Vec::new(),
            visits: 0,
            count: 0,
            copied: 0,
            lists_numbers: true,
            within: Vec::new(),
            modules: Vec::new(),
        }
    }

    /// What was found since the last time.
    pub fn take(&mut self) -> Vec<Found> {
        std::mem::take(&mut self.found)
    }

    /// The modules that were met, but for those within others.
    pub fn take_modules(&mut self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.modules)
    }

    /// Looks for tensors in a value of this name; in words, why there are too many.
    pub fn visit(&mut self, name: &str, value: Value, depth: usize) -> Result<(), String> {
        self.visits += 1;
        if self.visits > MAX_VISITS {
            return Err("its parts contain each other too often".into());
        }
        // What contains itself has been seen.
        if self.within.contains(&value) {
            return Ok(());
        }
        if depth > DEEPEST || name.len() > LONGEST_NAME {
            return Err(format!(
                "its parts are nested more than {DEEPEST} times, or have names of more than {LONGEST_NAME} bytes"
            ));
        }
        if let Some(tensor) = tensor(self.pickle, value) {
            return self.add(if name.is_empty() { "tensor" } else { name }, tensor);
        }
        self.within.push(value);
        let done = self.visit_parts(name, value, depth);
        self.within.pop();
        done
    }

    fn add(&mut self, name: &str, tensor: Tensor) -> Result<(), String> {
        if let Content::Array(_) = tensor.content {
            self.copied = self.copied.saturating_add(tensor.bytes);
        }
        if self.copied > MAX_COPIED {
            return Err(format!("its arrays take more than {MAX_COPIED} bytes"));
        }
        self.count += 1;
        if self.count > MAX_TENSORS {
            return Err(format!("it holds more than {MAX_TENSORS} tensors"));
        }
        self.found.push(Found { name: name.to_owned(), in_model: true, tensor, fate: None });
        Ok(())
    }

    fn visit_parts(&mut self, name: &str, value: Value, depth: usize) -> Result<(), String> {
        let (pickle, before) = (self.pickle, self.count);
        let attributes = pickle.attributes(value).filter(|state| pickle.entries(*state).is_some());
        if let Some(attributes) = attributes {
            if is_module(pickle, value) {
                if !self.within.iter().any(|outer| *outer != value && is_module(pickle, *outer)) {
                    self.modules.push((name.to_owned(), value));
                }
                return self.visit_module(name, attributes, depth);
            }
            self.visit_entries(name, attributes, depth, false)?;
        }
        self.visit_entries(name, value, depth, pickle.call(value).is_none_or(|(module, ..)| module == "collections"))?;
        let sequence = pickle.sequence(value).unwrap_or_default();
        if let (Some(layer), [weight, bias]) = (name.strip_suffix(PACKED), sequence) {
            let layer = layer.trim_end_matches('.');
            self.visit(&join(layer, "weight"), *weight, depth + 1)?;
            return self.visit(&join(layer, "bias"), *bias, depth + 1);
        }
        if let Some((shape, numbers)) = numbers(pickle, value, 0).filter(|_| self.lists_numbers) {
            return self.add(if name.is_empty() { "numbers" } else { name }, Tensor::numbers(shape, numbers));
        }
        for (position, part) in sequence.iter().enumerate() {
            if matches!(part, Value::Node(_)) {
                self.visit(&join(name, &position.to_string()), *part, depth + 1)?;
            }
        }
        if self.count > before || attributes.is_some() || pickle.entries(value).is_some() {
            return Ok(());
        }
        // A tuple with names, or another object that is made of its arguments.
        let arguments = pickle.call(value).map(|(.., arguments)| arguments).unwrap_or_default();
        for (position, part) in arguments.iter().enumerate().filter(|(_, part)| matches!(part, Value::Node(_))) {
            self.visit(&join(name, &position.to_string()), *part, depth + 1)?;
        }
        match self.unknown_object(value).filter(|_| self.count == before) {
            Some(what) => {
                let why = format!("is a Python object of the class {what}, which is not read");
                self.add(if name.is_empty() { "object" } else { name }, Tensor::unread(&what, Vec::new(), why))
            }
            None => Ok(()),
        }
    }

    /// The parts of a module, and tensors that it has as plain attributes.
    fn visit_module(&mut self, name: &str, attributes: Value, depth: usize) -> Result<(), String> {
        let pickle = self.pickle;
        let parts = MODULE_PARTS.map(|part| pickle.entry(attributes, part));
        let parameters = parts[0];
        // A quantised layer keeps its steps as numbers, and its tensors packed in a module of its own.
        if parts[2].is_some_and(|modules| pickle.entry(modules, "_packed_params").is_some()) {
            for key in ["scale", "zero_point"] {
                if let Some(number) = pickle.entry(attributes, key).and_then(|step| pickle.number(step)) {
                    self.add(&join(name, key), Tensor::number(number))?;
                }
            }
        }
        let packed = pickle.entry(attributes, "_packed_params").and_then(|packed| pickle.attributes(packed));
        if let Some([weight, bias]) = packed.and_then(|packed| pickle.sequence(packed)) {
            let layer = name.strip_suffix("_packed_params").unwrap_or(name).trim_end_matches('.');
            self.visit(&join(layer, "weight"), *weight, depth + 1)?;
            self.visit(&join(layer, "bias"), *bias, depth + 1)?;
        }
        for part in parts.into_iter().flatten() {
            self.visit(name, part, depth + 1)?;
        }
        for (key, part) in pickle.entries(attributes).unwrap_or_default() {
            let Some(key) = pickle.text(*key).filter(|key| !key.starts_with('_')) else { continue };
            // What a hook computes of the parameters before each use is none of its own.
            let is_computed = parameters.is_some_and(|parameters| {
                ["_g", "_orig"].iter().any(|end| pickle.entry(parameters, &format!("{key}{end}")).is_some())
            });
            if !is_computed && matches!(part, Value::Node(_)) && self.may_hold_tensors(*part) {
                self.visit(&join(name, &key), *part, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Whether an attribute of a module is more than a setting.
    fn may_hold_tensors(&self, value: Value) -> bool {
        let pickle = self.pickle;
        tensor(pickle, value).is_some()
            || is_module(pickle, value)
            || pickle.sequence(value).is_some_and(|parts| parts.iter().any(|part| matches!(part, Value::Node(_))))
            || pickle.entries(value).is_some()
    }

    fn visit_entries(&mut self, name: &str, value: Value, depth: usize, is_dict: bool) -> Result<(), String> {
        let pickle = self.pickle;
        for (position, (key, part)) in pickle.entries(value).unwrap_or_default().iter().enumerate() {
            // What a state dict says of itself beside its tensors.
            if !is_dict && pickle.text(*key).is_some_and(|key| key == "_metadata") {
                continue;
            }
            let path = || join(name, &key_text(pickle, *key, position));
            match (part, pickle.number(*part)) {
                (Value::Node(_), _) => self.visit(&path(), *part, depth + 1)?,
                (_, Some(number)) if is_dict && self.lists_numbers => self.add(&path(), Tensor::number(number))?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The class of an object that is neither a setting nor a collection.
    fn unknown_object(&self, value: Value) -> Option<String> {
        let (module, name, _) = self.pickle.call(value)?;
        let package = module.split('.').next().unwrap_or_default();
        let is_setting = is_builtin(package)
            || SETTINGS.contains(&package)
            || package == "torch" && matches!(name.as_ref(), "device" | "Size" | "dtype" | "_get_layout" | "Generator")
            || module.starts_with("torch.utils.hooks");
        (!is_setting).then(|| format!("{module}.{name}"))
    }
}

/// The shape and values of a list of numbers, or of lists of numbers of equal lengths; `None` for anything else.
fn numbers(pickle: &Pickle<'_>, value: Value, depth: usize) -> Option<(Vec<usize>, Vec<f64>)> {
    let parts = pickle.sequence(value).filter(|parts| !parts.is_empty() && depth < DEEPEST_LIST)?;
    let (mut inner, mut values) = (None, Vec::new());
    for part in parts {
        let (shape, numbers) = match pickle.number(*part) {
            Some(number) => (Vec::new(), vec![number]),
            None => numbers(pickle, *part, depth + 1)?,
        };
        if *inner.get_or_insert_with(|| shape.clone()) != shape || values.len() > MAX_VISITS {
            return None;
        }
        values.extend(numbers);
    }
    let mut shape = vec![parts.len()];
    shape.extend(inner.unwrap_or_default());
    Some((shape, values))
}
