//! PyTorch files since version 1.6: a zip archive with one entry a storage.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use zip::{CompressionMethod, ZipArchive};

use super::storage_file::{FORMAT, StorageFile};
use crate::formats::FormatError;
use crate::formats::mapped::MappedFile;

/// PyTorch does not compress. An archive that was packed again may expand to this multiple of its own size…
const LARGEST_EXPANSION: u64 = 4;
/// …and to this many bytes in any case.
const ALWAYS_EXPANDED: u64 = 16 << 20;

/// The storages of an archive.
pub(super) struct ZipStorages {
    map: MappedFile,
    archive: Mutex<ZipArchive<Cursor<MappedFile>>>,
    /// The entry of each storage, by its key.
    entries: HashMap<String, usize>,
}

/// Opens the archive and gives the bytes of its pickle.
pub(super) fn open(path: &Path, map: MappedFile) -> Result<(ZipStorages, Vec<u8>), FormatError> {
    let damaged = |reason: String| FormatError::Damaged { path: path.into(), format: FORMAT, reason };
    let archive = ZipArchive::new(Cursor::new(map.clone())).map_err(|error| damaged(error.to_string()))?;
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
    let storages = ZipStorages { map, archive: Mutex::new(archive), entries };
    let order = names.iter().position(|name| name.strip_prefix(&folder) == Some("byteorder"));
    let order = order.map(|at| storages.with_entry(at, |bytes| Ok(bytes == b"big"))).transpose().map_err(damaged)?;
    if order == Some(true) {
        return Err(damaged("its numbers begin with their most significant byte, as on other machines".into()));
    }
    let pickle = storages.with_entry(at, |bytes| Ok(bytes.to_vec())).map_err(damaged)?;
    Ok((storages, pickle))
}

impl ZipStorages {
    fn with_entry<T>(&self, entry: usize, read: impl FnOnce(&[u8]) -> Result<T, String>) -> Result<T, String> {
        let mut expanded = Vec::new();
        let stored = {
            // A panic while reading leaves the archive readable: every read seeks first.
            let mut archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
            let unreadable = |error: &dyn std::fmt::Display| format!("cannot be read from the archive ({error})");
            let mut file = archive.by_index(entry).map_err(|error| unreadable(&error))?;
            if file.compression() == CompressionMethod::Stored {
                let start = file.data_start().ok_or("its place in the archive is not known")?;
                Some((start, file.size()))
            } else {
                let most = (self.map.as_ref().len() as u64).saturating_mul(LARGEST_EXPANSION).max(ALWAYS_EXPANDED);
                if file.size() > most {
                    return Err(format!("expands to {} bytes, far more than the file has", file.size()));
                }
                file.by_ref().take(most).read_to_end(&mut expanded).map_err(|error| unreadable(&error))?;
                None
            }
        };
        match stored {
            // What is not compressed is read where it lies.
            Some((start, size)) => {
                let end = start.checked_add(size).ok_or("is absurdly large")?;
                let bytes = self.map.as_ref().get(start as usize..end as usize);
                read(bytes.ok_or("reaches beyond the end of the file")?)
            }
            None => read(&expanded),
        }
    }
}

impl StorageFile for ZipStorages {
    fn with_bytes<T>(&self, key: &str, read: impl FnOnce(&[u8]) -> Result<T, String>) -> Result<T, String> {
        let entry = self.entries.get(key).ok_or_else(|| format!("has its values in `data/{key}`, which is missing"))?;
        self.with_entry(*entry, read)
    }
}
