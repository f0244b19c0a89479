//! Reading files, whatever a path stands for.

mod companion;
mod open_file;
mod stream;

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::system::memory;

pub use companion::companion;
pub use open_file::{OpenFile, Reader};

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

/// Whether two paths name the same file, by whatever links.
pub fn is_same(first: &Path, second: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let identity = |path: &Path| std::fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
        identity(first).is_some_and(|found| identity(second) == Some(found))
    }
    #[cfg(not(unix))]
    {
        let identity = |path: &Path| path.canonicalize().ok();
        identity(first).is_some_and(|found| identity(second) == Some(found))
    }
}

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

/// An empty list with room for `count` values: what a file claims may be more than there is memory for.
///
/// # Errors
/// If there is no memory for it.
pub fn reserved<T>(count: usize) -> io::Result<Vec<T>> {
    let bytes = count.saturating_mul(size_of::<T>()) as u64;
    memory::check(bytes)?;
    let mut values = Vec::new();
    memory::reserve(&mut values, count).map_err(|_| {
        let size = memory::size_text(bytes);
        io::Error::new(ErrorKind::OutOfMemory, format!("there is no memory for its {size}; use a smaller file"))
    })?;
    Ok(values)
}

/// Why a file cannot be read or written, as the end of a sentence. An error of the system's own tells no remedy: then it is
/// said what to check.
pub fn reason(error: &io::Error, what: &str) -> String {
    match error.get_ref() {
        Some(own) => format!("({own})"),
        None => format!("({error}); check {what} and the permissions"),
    }
}
