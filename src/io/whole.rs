//! The whole content of a file.

use std::io::{self, Read};
use std::path::Path;

use super::file::open;
use super::open_file::OpenFile;

/// The most bytes of a file that does not tell its length, as those of the system's own folders.
const MAX_UNTOLD: u64 = 1 << 26;

/// The whole content of a file.
///
/// # Errors
/// As [`open`], and if it cannot be read, changes meanwhile, or there is no memory for it.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = OpenFile::open(path)?;
    if file.length() > 0 {
        return file.whole();
    }
    let mut content = Vec::new();
    open(path)?.take(MAX_UNTOLD).read_to_end(&mut content)?;
    Ok(content)
}
