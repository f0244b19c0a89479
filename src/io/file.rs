//! Opening a file, whatever its path stands for.

use std::fs::File;
use std::io;
use std::path::Path;

use super::{stream, untold};

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
