//! PyTorch files since version 1.6: a zip archive with one entry a storage.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use zip::{CompressionMethod, ZipArchive};

use super::storage_file::{FORMAT, StorageFile};
use crate::formats::FormatError;
use crate::io::{OpenFile, Reader};

/// PyTorch does not compress. An archive that was packed again may expand to this multiple of its own size…
const LARGEST_EXPANSION: u64 = 4;
/// …and to this many bytes in any case.
const ALWAYS_EXPANDED: u64 = 16 << 20;

/// The storages of an archive.
pub(super) struct ZipStorages {
    file: OpenFile,
    archive: Mutex<ZipArchive<Reader>>,
    /// What was expanded last: the views of a storage are often read one after another.
    last: Mutex<Option<(usize, Arc<Vec<u8>>)>>,
    /// The entry of each storage, by its key.
    entries: HashMap<String, usize>,
}

/// Opens the archive and gives the bytes of its pickle.
pub(super) fn open(path: &Path, file: OpenFile) -> Result<(ZipStorages, Vec<u8>), FormatError> {
    let damaged = |reason: String| FormatError::Damaged { path: path.into(), format: FORMAT, reason };
    let archive = ZipArchive::new(file.reader()).map_err(|error| damaged(error.to_string()))?;
    let names: Vec<String> = archive.file_names().flatten().map(|name| name.into_owned()).collect();
    let at = names.iter().position(|name| name == "data.pkl" || name.ends_with("/data.pkl"));
    let at = at.ok_or_else(|| damaged("it holds no data.pkl".into()))?;
    let folder = names[at].trim_end_matches("data.pkl").to_owned();
    if names.iter().any(|name| name.strip_prefix(&folder) == Some("constants.pkl")) {
        return Err(FormatError::TorchScript { path: path.into() });
    }
    let data = format!("{folder}data/");
    let storages = names.iter().enumerate();
    let entries = storages.filter_map(|(entry, name)| Some((name.strip_prefix(&data)?.to_owned(), entry))).collect();
    let storages = ZipStorages { file, archive: Mutex::new(archive), last: Mutex::default(), entries };
    let order = names.iter().position(|name| name.strip_prefix(&folder) == Some("byteorder"));
    let order = order.map(|at| storages.whole(at).map(|bytes| bytes == b"big")).transpose().map_err(damaged)?;
    if order == Some(true) {
        return Err(damaged("its numbers begin with their most significant byte, as on other machines".into()));
    }
    let pickle = storages.whole(at).map_err(damaged)?;
    Ok((storages, pickle))
}

impl ZipStorages {
    fn range(&self, entry: usize) -> Result<Place, String> {
        // A panic while reading leaves the archive readable: every read seeks first.
        let mut archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        let file = archive.by_index(entry).map_err(unreadable)?;
        if file.compression() == CompressionMethod::Stored {
            let start = file.data_start().ok_or("its place in the archive is not known")?;
            let end = start.checked_add(file.size()).ok_or("is absurdly large")?;
            return if end <= self.file.length() {
                Ok(Place::Stored(start..end))
            } else {
                Err("reaches beyond the end of the file".into())
            };
        }
        let most = self.file.length().saturating_mul(LARGEST_EXPANSION).max(ALWAYS_EXPANDED);
        if file.size() > most {
            return Err(format!("expands to {} bytes, far more than the file has", file.size()));
        }
        Ok(Place::Compressed(file.size()))
    }

    /// What a compressed entry expands to: no more than it says, which was found to be in proportion.
    fn expanded(&self, entry: usize, size: u64) -> Result<Arc<Vec<u8>>, String> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((known, bytes)) if *known == entry => return Ok(bytes.clone()),
            _ => *last = None,
        }
        let mut archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        let file = archive.by_index(entry).map_err(unreadable)?;
        let mut bytes = crate::io::reserved(usize::try_from(size).unwrap_or(usize::MAX)).map_err(unreadable)?;
        file.take(size).read_to_end(&mut bytes).map_err(unreadable)?;
        let bytes = Arc::new(bytes);
        *last = Some((entry, bytes.clone()));
        Ok(bytes)
    }

    /// All bytes of an entry.
    fn whole(&self, entry: usize) -> Result<Vec<u8>, String> {
        match self.range(entry)? {
            Place::Stored(range) => self.file.read(range).map_err(unreadable),
            Place::Compressed(size) => Ok(self.expanded(entry, size)?.to_vec()),
        }
    }

    fn entry(&self, key: &str) -> Result<usize, String> {
        self.entries.get(key).copied().ok_or_else(|| format!("has its values in `data/{key}`, which is missing"))
    }
}

/// Where the bytes of an entry are.
enum Place {
    /// In the file as they are.
    Stored(Range<u64>),
    /// Compressed; so many when they are expanded.
    Compressed(u64),
}

fn unreadable(error: impl Display) -> String {
    format!("cannot be read from the archive ({error})")
}

impl StorageFile for ZipStorages {
    fn length(&self, key: &str) -> Result<usize, String> {
        let length = match self.range(self.entry(key)?)? {
            Place::Stored(range) => range.end - range.start,
            Place::Compressed(size) => size,
        };
        usize::try_from(length).map_err(|_| "is absurdly large".into())
    }

    fn piece(&self, key: &str, range: Range<usize>) -> Result<Cow<'_, [u8]>, String> {
        let entry = self.entry(key)?;
        match self.range(entry)? {
            Place::Stored(stored) => {
                let (start, end) = (stored.start + range.start as u64, stored.start + range.end as u64);
                self.file.read(start..end.min(stored.end)).map(Cow::Owned).map_err(unreadable)
            }
            Place::Compressed(size) => {
                let bytes = self.expanded(entry, size)?;
                Ok(Cow::Owned(bytes.get(range).ok_or("reaches beyond the end of its storage")?.to_vec()))
            }
        }
    }
}
