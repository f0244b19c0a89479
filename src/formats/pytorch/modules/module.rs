//! A module of a pickle: its class, its settings and its parts.

use std::cell::RefCell;
use std::collections::HashSet;

use super::super::rebuilt::tensor;
use crate::formats::GraphProblem;
use crate::formats::pytorch::keys::{is_module, join};
use crate::pickle::{Pickle, Value};

/// Attributes of all modules, and those that say what other settings and the tensors' shapes say already.
const WITHOUT_EFFECT: [&str; 33] = [
    "training",
    "inplace",
    "in_features",
    "out_features",
    "in_channels",
    "out_channels",
    "kernel_size",
    "num_features",
    "num_parameters",
    "momentum",
    "affine",
    "track_running_stats",
    "transposed",
    "output_padding",
    "init",
    "device",
    "dtype",
    "T_destination",
    "call_super_init",
    "dump_patches",
    "_parameters",
    "_buffers",
    "_modules",
    "_non_persistent_buffers_set",
    "_is_full_backward_hook",
    "_reversed_padding_repeated_twice",
    "_version",
    "_compiled_call_impl",
    "_padding",
    "_backend",
    "_reversed_padding_repeated_twice_",
    "num_batches_tracked",
    "p",
];

/// A module of a model.
pub(in super::super) struct Module<'a> {
    pickle: &'a Pickle<'a>,
    attributes: Value,
    /// Its name in the model.
    pub path: String,
    /// The package of its class.
    pub package: String,
    /// Its class.
    pub class: String,
    /// The settings that were asked for.
    read: RefCell<HashSet<String>>,
}

/// Whether a class of this package comes with PyTorch.
pub(super) fn is_of_torch(package: &str) -> bool {
    package == "torch" || package.starts_with("torch.")
}

impl<'a> Module<'a> {
    pub fn new(pickle: &'a Pickle<'a>, value: Value, path: String) -> Option<Module<'a>> {
        if !is_module(pickle, value) {
            return None;
        }
        let attributes = pickle.attributes(value)?;
        let (package, class) = match pickle.call(value) {
            Some((package, class, _)) => (package.into_owned(), class.into_owned()),
            None => (String::new(), "a class without a name".into()),
        };
        Some(Module { pickle, attributes, path, package, class, read: RefCell::default() })
    }

    /// What it is called: its name in the model, or its class where it is the model itself.
    pub fn label(&self) -> &str {
        if self.path.is_empty() { &self.class } else { &self.path }
    }

    /// Whether it is of this class of PyTorch's own layers.
    pub fn is(&self, class: &str) -> bool {
        self.class == class && self.is_of_library()
    }

    /// Whether its class is one of PyTorch's own layers.
    pub fn is_of_library(&self) -> bool {
        self.package == "torch.nn"
            || self.package.starts_with("torch.nn.modules.")
            || self.package.starts_with("torch.nn.parallel")
    }

    /// Whether its class is one of PyTorch's quantised layers, or of what stands around them.
    pub fn is_quantised(&self) -> bool {
        is_of_torch(&self.package)
            && (self.package.contains(".quantized") || self.package.ends_with("quantization.stubs"))
    }

    /// The modules that are its parts, in order.
    pub fn children(&self) -> Vec<Module<'a>> {
        let parts = self.pickle.entry(self.attributes, "_modules");
        let entries = parts.and_then(|parts| self.pickle.entries(parts)).unwrap_or_default();
        let child = |(name, value): &(Value, Value)| {
            Module::new(self.pickle, *value, join(&self.path, &self.pickle.text(*name)?))
        };
        entries.iter().filter_map(child).collect()
    }

    /// A setting.
    pub fn setting(&self, name: &str) -> Option<Value> {
        self.read.borrow_mut().insert(name.to_owned());
        self.pickle.entry(self.attributes, name).filter(|value| *value != Value::None)
    }

    pub fn number(&self, name: &str) -> Option<f64> {
        self.setting(name).and_then(|value| self.pickle.number(value))
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.setting(name).and_then(|value| Some(self.pickle.text(value)?.into_owned()))
    }

    pub fn is_true(&self, name: &str) -> bool {
        matches!(self.setting(name), Some(Value::Bool(true)) | Some(Value::Int(1)))
    }

    /// A whole number, or several.
    pub fn lengths(&self, name: &str) -> Option<Vec<i64>> {
        let value = self.setting(name)?;
        let whole = |value: &Value| match value {
            Value::Int(length) => Some(*length),
            _ => None,
        };
        match self.pickle.sequence(value) {
            Some(parts) => parts.iter().map(whole).collect(),
            None => whole(&value).map(|length| vec![length]),
        }
    }

    /// The shape of a parameter or buffer of this name; `None` where there is none, or it is `None`.
    pub fn tensor_shape(&self, name: &str) -> Option<Vec<usize>> {
        ["_parameters", "_buffers"].iter().find_map(|part| {
            let value = self.pickle.entry(self.pickle.entry(self.attributes, part)?, name)?;
            Some(tensor(self.pickle, value)?.shape)
        })
    }

    /// The name under which the file lists a tensor of the module.
    pub fn tensor_name(&self, name: &str) -> String {
        join(&self.path, name)
    }

    /// Whether it has tensors of its own, as parameters, buffers or attributes.
    pub fn has_tensors(&self) -> bool {
        let entries = |value: Value| self.pickle.entries(value).unwrap_or_default();
        let parts = ["_parameters", "_buffers"].iter().filter_map(|part| self.pickle.entry(self.attributes, part));
        let own = parts.flat_map(entries).chain(entries(self.attributes));
        own.into_iter().any(|(_, value)| tensor(self.pickle, *value).is_some())
    }

    /// What acts on the module before or after each use: the class of each hook, and the hook.
    pub fn hooks(&self) -> Vec<(String, Value)> {
        let kinds = ["_forward_pre_hooks", "_forward_hooks"];
        let lists = kinds.iter().filter_map(|kind| self.pickle.entry(self.attributes, kind));
        let hooks = lists.flat_map(|list| self.pickle.entries(list).unwrap_or_default());
        let class = |value: Value| match (self.pickle.call(value), self.pickle.global(value)) {
            (Some((package, class, _)), _) | (None, Some((package, class))) => format!("{package}.{class}"),
            (None, None) => "an unknown function".into(),
        };
        hooks.map(|(_, hook)| (class(*hook), *hook)).collect()
    }

    /// The attribute of a hook.
    pub fn of_hook(&self, hook: Value, name: &str) -> Option<Value> {
        self.pickle.entry(self.pickle.attributes(hook)?, name)
    }

    /// The text of a hook's attribute.
    pub fn text_of_hook(&self, hook: Value, name: &str) -> Option<String> {
        Some(self.pickle.text(self.of_hook(hook, name)?)?.into_owned())
    }

    /// The attributes that were never asked for and could have an effect.
    pub fn unread_settings(&self) -> Vec<String> {
        let read = self.read.borrow();
        let names = self.pickle.entries(self.attributes).unwrap_or_default().iter();
        let names = names.filter_map(|(name, value)| Some((self.pickle.text(*name)?.into_owned(), *value)));
        let is_known = |name: &str, value: Value| {
            // Hooks are asked for by themselves; those of gradients and of saving do nothing to what the module gives.
            read.contains(name) || WITHOUT_EFFECT.contains(&name) || name.contains("_hooks") || value == Value::None
        };
        names.filter(|(name, value)| !is_known(name, *value)).map(|(name, _)| name).collect()
    }

    /// That its class is not understood.
    pub fn operator(&self) -> GraphProblem {
        let operator = match self.class.as_str() {
            "LayerNorm" => "LayerNormalization".to_owned(),
            "GroupNorm" => "GroupNormalization".to_owned(),
            "RMSNorm" => "RMSNormalization".to_owned(),
            name if name.starts_with("InstanceNorm") => "InstanceNormalization".to_owned(),
            name if self.is_of_library() => name.to_owned(),
            name => format!("{}.{name}", self.package),
        };
        GraphProblem::Operator { node: self.label().to_owned(), operator }
    }

    /// That a setting is not understood.
    pub fn fault(&self, setting: &str, value: impl Into<String>) -> GraphProblem {
        GraphProblem::Setting { node: self.label().to_owned(), setting: setting.into(), value: value.into() }
    }
}
