//! Tensors in plain pickles, which hold each storage as a whole old file of PyTorch's.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use super::legacy;
use super::storage::{Storage, element_sizes, embedded_file};
use super::storage_file::{FORMAT, StorageFile};
use crate::formats::FormatError;
use crate::pickle::{Pickle, Value};

/// The storages of a pickle take at most this multiple of its length: one that is met twice is kept twice.
const LARGEST_EXPANSION: usize = 4;

/// The bytes of storages, by their keys.
pub(super) struct Embedded(HashMap<String, Vec<u8>>);

impl StorageFile for Embedded {
    fn length(&self, key: &str) -> Result<usize, String> {
        self.0.get(key).map(Vec::len).ok_or_else(|| "has its values in a storage that is missing".into())
    }

    fn piece(&self, key: &str, range: Range<usize>) -> Result<Cow<'_, [u8]>, String> {
        Ok(Cow::Borrowed(self.0.get(key).and_then(|bytes| bytes.get(range)).unwrap_or_default()))
    }
}

/// The storages that a pickle of so many bytes holds; none where it holds none.
pub(super) fn storages(path: &Path, length: usize, pickle: &Pickle<'_>) -> Result<Option<Embedded>, FormatError> {
    let mut storages = HashMap::new();
    let mut kept = 0_usize;
    for value in pickle.values() {
        let Some((key, found)) = bytes_of(pickle, value) else { continue };
        kept = kept.saturating_add(found.len());
        if kept > length.saturating_mul(LARGEST_EXPANSION) {
            let reason = "its storages are met again and again".into();
            return Err(FormatError::Damaged { path: path.into(), format: FORMAT, reason });
        }
        storages.insert(key, found);
    }
    Ok((!storages.is_empty()).then_some(Embedded(storages)))
}

fn bytes_of(pickle: &Pickle<'_>, value: Value) -> Option<(String, Vec<u8>)> {
    let (key, file) = embedded_file(pickle, value)?;
    let (inner, rest) = legacy::pickle(&file).ok()?;
    let stored = Storage::outside(&inner, inner.root)?;
    let positions = legacy::storages(&file, rest, &element_sizes(&inner)).ok()?;
    Some((key, file.get(positions.get(&stored.key)?.clone())?.to_vec()))
}
