//! PyTorch files from before version 1.6: pickles in a row, then the storages.

use std::collections::HashMap;
use std::ops::Range;

use super::storage_file::StorageFile;
use crate::formats::mapped::MappedFile;
use crate::pickle::{Pickle, PickleError, Value, read};

/// The number that these files begin with, as a pickle writes it.
const MAGIC: [u8; 12] = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/// The same number as protocol 0 writes it.
const PRINTED_MAGIC: &[u8] = b"L119547037146038801333356L";
/// How far from the start the number may stand: behind the protocol and a frame.
const MAGIC_WITHIN: usize = 11 + MAGIC.len();

/// Whether a file that begins so is one.
pub(in super::super) fn is_legacy(beginning: &[u8]) -> bool {
    let beginning = beginning.get(..MAGIC_WITHIN.min(beginning.len())).unwrap_or_default();
    beginning.starts_with(&PRINTED_MAGIC[..MAGIC_WITHIN])
        || beginning.windows(MAGIC.len()).any(|window| window == MAGIC)
}

/// The pickle of the tensors, and where the file goes on behind it. Before it come the magic number, the version and the
/// sizes of types on the machine that wrote the file.
pub(super) fn pickle(bytes: &[u8]) -> Result<(Pickle<'_>, usize), PickleError> {
    let mut start = 0;
    for _ in 0..3 {
        start += read(bytes.get(start..).unwrap_or_default())?.length;
    }
    let pickle = read(bytes.get(start..).unwrap_or_default())?;
    let end = start + pickle.length;
    Ok((pickle, end))
}

/// Where each storage is: from `start` on a pickle lists their keys, then each comes with its number of elements in
/// front. In words, what is wrong with them.
pub(super) fn storages(
    bytes: &[u8],
    start: usize,
    sizes: &HashMap<String, usize>,
) -> Result<HashMap<String, Range<usize>>, String> {
    let list = read(bytes.get(start..).unwrap_or_default()).map_err(|error| error.to_string())?;
    let keys = list.sequence(list.root).ok_or("it does not list its storages")?;
    let mut position = start + list.length;
    let mut positions = HashMap::new();
    for key in keys {
        let key = match key {
            Value::Int(key) => key.to_string(),
            key => list.text(*key).ok_or("a storage has no key")?.into_owned(),
        };
        let count = bytes.get(position..).and_then(|rest| rest.first_chunk()).ok_or("it ends before its values")?;
        let size = *sizes.get(&key).ok_or("it holds a storage of an unknown type")?;
        let length = usize::try_from(u64::from_le_bytes(*count)).ok().and_then(|count| count.checked_mul(size));
        let first = position + count.len();
        let end = length.and_then(|length| first.checked_add(length)).filter(|end| *end <= bytes.len());
        position = end.ok_or("it ends within its values")?;
        positions.insert(key, first..position);
    }
    Ok(positions)
}

/// The storages of a file.
pub(super) struct Places {
    map: MappedFile,
    positions: HashMap<String, Range<usize>>,
}

impl Places {
    pub fn new(map: MappedFile, positions: HashMap<String, Range<usize>>) -> Places {
        Places { map, positions }
    }
}

impl StorageFile for Places {
    fn with_bytes<T>(&self, key: &str, read: impl FnOnce(&[u8]) -> Result<T, String>) -> Result<T, String> {
        let position = self.positions.get(key).ok_or("has its values in a storage that is missing")?;
        read(self.map.as_ref().get(position.clone()).ok_or("reaches beyond the end of the file")?)
    }
}
