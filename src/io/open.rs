//! Opening a file, whatever its path stands for.

use std::fs::File;
use std::io;
use std::path::Path;

use super::stream;

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
