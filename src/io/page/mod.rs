//! The files of a browser's page, which has no disk: what a person gave it and what it wrote, by name, held in memory.

mod file;
#[cfg(test)]
mod tests;
mod write;

pub use file::{File, NewFile, Stamp, is_file, open};
pub use write::{check_writable, remove_partials, write_beside, write_beside_by, write_folder_beside};

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What the page holds.
#[derive(Default)]
struct Held {
    files: BTreeMap<PathBuf, Arc<[u8]>>,
    /// Those that were written since [`take_written`], oldest first.
    written: Vec<PathBuf>,
}

static HELD: Mutex<Held> = Mutex::new(Held { files: BTreeMap::new(), written: Vec::new() });

fn with_held<T>(work: impl FnOnce(&mut Held) -> T) -> T {
    // It is whole after every change.
    work(&mut HELD.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Holds a file that a person gave; one of the same name is replaced, as far as nobody reads in it.
pub fn give(path: &Path, bytes: Vec<u8>) {
    with_held(|held| held.files.insert(path.to_owned(), bytes.into()));
}

/// The files that were written since the last call, with what is in them.
pub fn take_written() -> Vec<(PathBuf, Arc<[u8]>)> {
    with_held(|held| {
        let written = std::mem::take(&mut held.written);
        written.into_iter().filter_map(|path| held.files.get(&path).cloned().map(|bytes| (path, bytes))).collect()
    })
}

fn bytes(path: &Path) -> io::Result<Arc<[u8]>> {
    let missing = || io::Error::new(io::ErrorKind::NotFound, "it was not given to this page");
    with_held(|held| held.files.get(path).cloned()).ok_or_else(missing)
}

fn put_written(path: &Path, bytes: Vec<u8>) {
    with_held(|held| {
        held.files.insert(path.to_owned(), bytes.into());
        held.written.retain(|written| written != path);
        held.written.push(path.to_owned());
    });
}
