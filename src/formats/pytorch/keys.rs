//! The keys of a pickle's dictionaries as names, and what tells a module from a dictionary.

use crate::pickle::{Pickle, Value};

/// Whether the value is a module of PyTorch's.
pub(super) fn is_module(pickle: &Pickle<'_>, value: Value) -> bool {
    let attributes = pickle.attributes(value);
    attributes.is_some_and(|attributes| pickle.entry(attributes, "_modules").is_some())
}

/// A key as text; one that has none is known by its place.
pub(super) fn key_text(pickle: &Pickle<'_>, key: Value, position: usize) -> String {
    match key {
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        key => match (pickle.text(key), pickle.bytes(key)) {
            (Some(text), _) => text.into_owned(),
            (None, Some(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
            (None, None) => format!("key {}", position + 1),
        },
    }
}

/// Two parts of a name, joined by a dot.
pub(super) fn join(prefix: &str, name: &str) -> String {
    match (prefix.is_empty(), name.is_empty()) {
        (true, _) => name.to_owned(),
        (_, true) => prefix.to_owned(),
        _ => format!("{prefix}.{name}"),
    }
}
