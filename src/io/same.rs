//! Whether two paths name one file.

use std::path::Path;

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
