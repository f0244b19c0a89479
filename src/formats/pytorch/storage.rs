//! What a pickle says of a storage: `('storage', class, key, device, elements)`, in old files with a view behind it.

use std::collections::HashMap;

use super::element::Element;
use super::legacy;
use crate::pickle::{Pickle, Value};

/// A storage of a file.
pub(super) struct Storage {
    pub key: String,
    /// The class, which tells the type of its elements.
    pub class: String,
    /// Elements before the view, in old files.
    pub view_offset: usize,
}

impl Storage {
    pub fn new(pickle: &Pickle<'_>, value: Value) -> Option<Storage> {
        Storage::outside(pickle, value).or_else(|| embedded(pickle, value))
    }

    /// A storage that is kept outside of the pickle.
    pub fn outside(pickle: &Pickle<'_>, value: Value) -> Option<Storage> {
        let id = pickle.persistent(value)?;
        // Protocol 0 has no tuples for it: there it is what Python prints.
        if let Some(line) = pickle.text(id) {
            return Storage::printed(&line);
        }
        let parts = pickle.sequence(id)?;
        let [kind, class, key, _device, _elements, view @ ..] = parts else { return None };
        if pickle.text(*kind)? != "storage" {
            return None;
        }
        let (_, class) = pickle.global(*class)?;
        let key = match key {
            Value::Int(key) => key.to_string(),
            key => pickle.text(*key)?.into_owned(),
        };
        let view = view.first().and_then(|view| pickle.sequence(*view));
        let view_offset = match view {
            Some([_, offset, ..]) => index(*offset)?,
            _ => 0,
        };
        Some(Storage { key, class: class.into_owned(), view_offset })
    }

    /// `('storage', <class 'torch.FloatStorage'>, '0', 'cpu', 16)`, or with `None` at its end.
    fn printed(line: &str) -> Option<Storage> {
        let inside = line.strip_prefix('(')?.strip_suffix(')')?;
        let parts: Vec<&str> = inside.split(", ").map(str::trim).collect();
        let [kind, class, key, _device, _elements, view @ ..] = &parts[..] else { return None };
        if unquoted(kind) != "storage" || !matches!(view, [] | ["None"]) {
            return None;
        }
        let class = class.strip_prefix("<class ").and_then(|class| class.strip_suffix('>'))?;
        let class = unquoted(class).rsplit('.').next()?.to_owned();
        Some(Storage { key: unquoted(key).to_owned(), class, view_offset: 0 })
    }
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('u').filter(|text| text.starts_with('\'')).unwrap_or(text).trim_matches('\'')
}

pub(super) fn index(value: Value) -> Option<usize> {
    match value {
        Value::Int(value) => usize::try_from(value).ok(),
        _ => None,
    }
}

/// The bytes of an element of each storage that the pickle names.
pub(super) fn element_sizes(pickle: &Pickle<'_>) -> HashMap<String, usize> {
    let storages = pickle.values().filter_map(|value| Storage::new(pickle, value));
    storages.filter_map(|storage| Some((storage.key, Element::of_storage(&storage.class)?.size))).collect()
}

/// The file that a value is to be loaded from, and the key under which its storage is kept.
pub(super) fn embedded_file(pickle: &Pickle<'_>, value: Value) -> Option<(String, Vec<u8>)> {
    let (module, name, arguments) = pickle.call(value)?;
    match (module.as_ref(), name.as_ref(), arguments, value) {
        ("torch.storage", "_load_from_bytes", [bytes], Value::Node(index)) => {
            Some((format!("embedded {index}"), pickle.bytes(*bytes)?.into_owned()))
        }
        _ => None,
    }
}

/// What a storage is that a value is to be loaded from.
fn embedded(pickle: &Pickle<'_>, value: Value) -> Option<Storage> {
    let (key, file) = embedded_file(pickle, value)?;
    let (inner, _) = legacy::pickle(&file).ok()?;
    let stored = Storage::outside(&inner, inner.root)?;
    Some(Storage { key, ..stored })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_python_prints_of_a_storage_is_read() {
        let storage = Storage::printed("('storage', <class 'torch.FloatStorage'>, '12', 'cpu', 16)").unwrap();
        assert_eq!((storage.key.as_str(), storage.class.as_str(), storage.view_offset), ("12", "FloatStorage", 0));
        let old = Storage::printed("('storage', <class 'torch.LongStorage'>, u'94', 'cuda:0', 3, None)").unwrap();
        assert_eq!((old.key.as_str(), old.class.as_str()), ("94", "LongStorage"));
        for other in ["", "('module', <class 'x.Y'>, 'a', 'b', 1)", "('storage', 3, '1', 'cpu', 2)", "('storage')"] {
            assert!(Storage::printed(other).is_none(), "{other}");
        }
    }
}
