//! Opening a file, whatever its path stands for.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::{stream, untold};

/// A file to be read.
pub type File = std::fs::File;
/// A file to be filled.
pub type NewFile = std::fs::File;

/// What tells that a file has changed.
#[derive(Clone, Copy, PartialEq)]
pub struct Stamp {
    /// In bytes.
    pub length: u64,
    /// `None` where the system does not keep it.
    modified: Option<SystemTime>,
}

impl Stamp {
    /// That of a file at this moment.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn of(file: &File) -> io::Result<Stamp> {
        let metadata = file.metadata()?;
        Ok(Stamp { length: metadata.len(), modified: metadata.modified().ok() })
    }
}

/// Opens a file to be read from its beginning. A pipe is read once, to its end, and every later call gives the same bytes.
///
/// # Errors
/// If there is no such file, or it is a device or a socket, or a pipe gives nothing or too much,
/// or a file that does not tell its length does not come to its end.
pub fn open(path: &Path) -> io::Result<File> {
    match stream::kept(path)? {
        Some(kept) => File::open(kept),
        None => untold::open(path),
    }
}

/// Whether there is a file at `path`, rather than a folder or nothing.
pub fn is_file(path: &Path) -> bool {
    path.is_file()
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
