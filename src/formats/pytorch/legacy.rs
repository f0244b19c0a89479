//! PyTorch files from before version 1.6: pickles in a row, then the storages.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::ops::Range;

use super::storage_file::StorageFile;
use crate::io::OpenFile;
use crate::pickle::{Pickle, PickleError, Value, read};

/// The number that these files begin with, as a pickle writes it.
const MAGIC: [u8; 12] = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/// The same number as protocol 0 writes it.
const PRINTED_MAGIC: &[u8] = b"L119547037146038801333356L";
/// So much of a file is read at first, for its pickles.
const FIRST_BYTES: u64 = 1 << 20;
/// How far from the start the number may stand: behind the protocol and a frame.
const MAGIC_WITHIN: usize = 11 + MAGIC.len();

/// Whether a file that begins so is one.
pub(super) fn is_legacy(beginning: &[u8]) -> bool {
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

/// As much of the file as its pickles take: its values, which are far larger, are not read yet.
pub(super) fn beginning(file: &OpenFile) -> io::Result<Vec<u8>> {
    let mut length = FIRST_BYTES.min(file.length());
    loop {
        let bytes = file.read(0..length)?;
        let list = |(_, rest): (Pickle<'_>, usize)| read(bytes.get(rest..).unwrap_or_default()).map(|_| ());
        // Of a pickle that was cut off any of its instructions may look broken.
        let ends = matches!(pickle(&bytes).and_then(list), Ok(()) | Err(PickleError::Dangerous(_)));
        if ends || length == file.length() {
            return Ok(bytes);
        }
        length = length.saturating_mul(4).min(file.length());
    }
}

/// Where each storage is: from `start` on a pickle lists their keys, then each comes with its number of elements in
/// front, which `count_at` reads. In words, what is wrong with them.
fn ranges(
    bytes: &[u8],
    start: usize,
    sizes: &HashMap<String, usize>,
    available: usize,
    count_at: impl Fn(usize) -> Option<[u8; 8]>,
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
        let count = count_at(position).ok_or("it ends before its values")?;
        let size = *sizes.get(&key).ok_or("it holds a storage of an unknown type")?;
        let length = usize::try_from(u64::from_le_bytes(count)).ok().and_then(|count| count.checked_mul(size));
        let first = position + count.len();
        let end = length.and_then(|length| first.checked_add(length)).filter(|end| *end <= available);
        position = end.ok_or("it ends within its values")?;
        positions.insert(key, first..position);
    }
    Ok(positions)
}

/// Where each storage is in a file that is in memory as a whole.
pub(super) fn storages(
    bytes: &[u8],
    start: usize,
    sizes: &HashMap<String, usize>,
) -> Result<HashMap<String, Range<usize>>, String> {
    ranges(bytes, start, sizes, bytes.len(), |position| bytes.get(position..)?.first_chunk().copied())
}

/// The storages of a file.
pub(super) struct Places {
    file: OpenFile,
    positions: HashMap<String, Range<usize>>,
}

impl Places {
    /// Those that are listed in the beginning of the file, from `start` on; in words, what is wrong with them.
    pub fn new(
        file: OpenFile,
        beginning: &[u8],
        start: usize,
        sizes: &HashMap<String, usize>,
    ) -> Result<Places, String> {
        let available = usize::try_from(file.length()).unwrap_or(usize::MAX);
        let count_at = |position: usize| {
            let bytes = file.read(position as u64..(position as u64).checked_add(8)?).ok()?;
            bytes.first_chunk().copied()
        };
        let positions = ranges(beginning, start, sizes, available, count_at)?;
        Ok(Places { file, positions })
    }
}

impl StorageFile for Places {
    fn length(&self, key: &str) -> Result<usize, String> {
        let position = self.positions.get(key).ok_or("has its values in a storage that is missing")?;
        Ok(position.len())
    }

    fn piece(&self, key: &str, range: Range<usize>) -> Result<Cow<'_, [u8]>, String> {
        let position = self.positions.get(key).ok_or("has its values in a storage that is missing")?;
        let first = position.start as u64;
        let bytes = self.file.read(first + range.start as u64..first + range.end as u64);
        bytes.map(Cow::Owned).map_err(|error| format!("cannot be read ({error})"))
    }
}
