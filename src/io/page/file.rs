//! Files to be read, and files to be filled.

use std::io::{self, Cursor};
use std::path::Path;
use std::sync::Arc;

/// A file to be read.
pub type File = Cursor<Arc<[u8]>>;
/// A file to be filled.
pub type NewFile = Cursor<Vec<u8>>;

/// What tells that a file has changed: its length alone, for nobody writes into what somebody reads.
#[derive(Clone, Copy, PartialEq)]
pub struct Stamp {
    /// In bytes.
    pub length: u64,
}

impl Stamp {
    /// That of a file at this moment.
    ///
    /// # Errors
    /// None.
    pub fn of(file: &File) -> io::Result<Stamp> {
        Ok(Stamp { length: file.get_ref().len() as u64 })
    }
}

/// Opens a file to be read from its beginning.
///
/// # Errors
/// If the page holds none of that name.
pub fn open(path: &Path) -> io::Result<File> {
    super::bytes(path).map(Cursor::new)
}

/// Whether the page holds a file of that name.
pub fn is_file(path: &Path) -> bool {
    super::bytes(path).is_ok()
}
