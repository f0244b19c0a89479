//! Files that may be compressed with gzip.

use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::error::IoError;
use super::open_file::OpenFile;
use super::whole;
use crate::system::memory;

/// What a table takes for each byte of its text while it is read: the text, where its fields are, and its numbers.
const MEMORY_FOR_EACH_BYTE: u64 = 12;

/// What begins a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// A compressed file may always expand to this many bytes…
const ALWAYS_EXPANDED: u64 = 16 << 20;
/// …and beyond that to this multiple of its own size: images of digits expand fivefold, tables of text tenfold.
const LARGEST_EXPANSION: u64 = 64;

/// The content of the file at `path`, expanded if it is compressed.
///
/// # Errors
/// If it cannot be read, is far larger than it seems, or there is no memory for it.
pub fn read_expanded(path: &Path) -> Result<Vec<u8>, IoError> {
    let unreadable = |source| IoError::Read { path: path.into(), source };
    let room = |bytes: u64| {
        memory::check(bytes.saturating_mul(MEMORY_FOR_EACH_BYTE)).map_err(|error| unreadable(error.into()))
    };
    let file = OpenFile::open(path).map_err(unreadable)?;
    let size = file.length();
    let beginning = file.read(0..size.min(GZIP.len() as u64)).map_err(unreadable)?;
    if beginning != GZIP {
        room(size)?;
    }
    let content = whole::read(path).map_err(unreadable)?;
    if !content.starts_with(&GZIP) {
        return Ok(content);
    }
    let most = size.saturating_mul(LARGEST_EXPANSION).max(ALWAYS_EXPANDED);
    let mut expanded = Vec::new();
    MultiGzDecoder::new(content.as_slice()).take(most + 1).read_to_end(&mut expanded).map_err(unreadable)?;
    if expanded.len() as u64 > most {
        return Err(IoError::Expands { path: path.into(), most });
    }
    room(expanded.len() as u64)?;
    Ok(expanded)
}
