//! Reading files, whatever a path stands for.

mod companion;
mod file;
pub mod numpy;
mod open_file;
mod room;
mod stream;

use std::io::{self, Read};
use std::path::Path;

pub use companion::companion;
pub use file::{is_same, open};
pub use open_file::{OpenFile, Reader};
pub use room::reserved;

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

/// Why a file cannot be read or written, as the end of a sentence. An error of the system's own tells no remedy: then it is
/// said what to check.
pub fn reason(error: &io::Error, what: &str) -> String {
    match error.get_ref() {
        Some(own) => format!("({own})"),
        None => format!("({error}); check {what} and the permissions"),
    }
}
