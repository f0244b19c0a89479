//! The whole content of a file.

use std::io;
use std::path::Path;

use super::open_file::OpenFile;

/// The whole content of a file.
///
/// # Errors
/// As [`super::open`], and if it cannot be read, changes meanwhile, or there is no memory for it.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    OpenFile::open(path)?.whole()
}
