//! Reading files, whatever a path stands for.

mod stream;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Opens a file to be read from its beginning. A pipe is read once, to its end, and every later call gives the same bytes.
///
/// # Errors
/// If there is no such file, or it is a device or a socket, or a pipe gives nothing or too much.
pub fn open(path: &Path) -> io::Result<File> {
    match stream::kept(path)? {
        Some(kept) => File::open(kept),
        None => File::open(path),
    }
}

/// The whole content of a file.
///
/// # Errors
/// As [`open`], and if it cannot be read.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    open(path)?.read_to_end(&mut content)?;
    Ok(content)
}
