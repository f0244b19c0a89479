//! Tensors in plain pickles, which hold each storage as a whole old file of PyTorch's.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use super::storage::{self, Storage};
use super::{FORMAT, StorageFile, legacy, network_or_tensors};
use crate::formats::{FormatError, Opened};
use crate::network::ImageShape;
use crate::pickle::{Pickle, Value, read};

/// The storages of a pickle take at most this multiple of its length: one that is met twice is kept twice.
const LARGEST_EXPANSION: usize = 4;

/// The bytes of storages, by their keys.
struct Embedded(HashMap<String, Vec<u8>>);

impl StorageFile for Embedded {
    fn length(&self, key: &str) -> Result<usize, String> {
        self.0.get(key).map(Vec::len).ok_or_else(|| "has its values in a storage that is missing".into())
    }

    fn piece(&self, key: &str, range: Range<usize>) -> Result<Cow<'_, [u8]>, String> {
        Ok(Cow::Borrowed(self.0.get(key).and_then(|bytes| bytes.get(range)).unwrap_or_default()))
    }
}

/// Opens a pickle that holds tensors of PyTorch's; gives nothing where it holds none.
pub(in super::super) fn open_pickle(path: &Path, input: Option<ImageShape>) -> Result<Option<Opened>, FormatError> {
    let bytes = crate::io::read(path).map_err(|source| FormatError::Read { path: path.into(), source })?;
    let Ok(pickle) = read(&bytes) else { return Ok(None) };
    let mut storages = HashMap::new();
    let mut kept = 0_usize;
    for value in pickle.values() {
        let Some((key, found)) = bytes_of(&pickle, value) else { continue };
        kept = kept.saturating_add(found.len());
        if kept > bytes.len().saturating_mul(LARGEST_EXPANSION) {
            let reason = "its storages are met again and again".into();
            return Err(FormatError::Damaged { path: path.into(), format: FORMAT, reason });
        }
        storages.insert(key, found);
    }
    if storages.is_empty() {
        return Ok(None);
    }
    network_or_tensors(path, bytes.len() as u64, &pickle, Embedded(storages), input).map(Some)
}

/// The file that a value is to be loaded from, and the key under which its storage is kept.
fn file(pickle: &Pickle<'_>, value: Value) -> Option<(String, Vec<u8>)> {
    let (module, name, arguments) = pickle.call(value)?;
    match (module.as_ref(), name.as_ref(), arguments, value) {
        ("torch.storage", "_load_from_bytes", [bytes], Value::Node(index)) => {
            Some((format!("embedded {index}"), pickle.bytes(*bytes)?.into_owned()))
        }
        _ => None,
    }
}

/// What a storage is that a value is to be loaded from.
pub(super) fn storage(pickle: &Pickle<'_>, value: Value) -> Option<Storage> {
    let (key, file) = file(pickle, value)?;
    let (inner, _) = legacy::pickle(&file).ok()?;
    let stored = Storage::outside(&inner, inner.root)?;
    Some(Storage { key, ..stored })
}

fn bytes_of(pickle: &Pickle<'_>, value: Value) -> Option<(String, Vec<u8>)> {
    let (key, file) = file(pickle, value)?;
    let (inner, rest) = legacy::pickle(&file).ok()?;
    let stored = Storage::outside(&inner, inner.root)?;
    let positions = legacy::storages(&file, rest, &storage::element_sizes(&inner)).ok()?;
    Some((key, file.get(positions.get(&stored.key)?.clone())?.to_vec()))
}
