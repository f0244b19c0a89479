//! The files opened lately, newest first.

use std::path::{Path, PathBuf};

/// How many files are remembered.
pub(super) const MAX_FILES: usize = 8;

/// The files opened lately, newest first.
#[derive(Clone, Debug, Default)]
pub struct RecentFiles {
    paths: Vec<PathBuf>,
}

impl RecentFiles {
    /// Newest first.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Puts a file first.
    pub fn add(&mut self, path: &Path) {
        self.forget(path);
        self.paths.insert(0, path.to_owned());
        self.paths.truncate(MAX_FILES);
    }

    /// Takes a file away, as when it cannot be opened any more.
    pub fn forget(&mut self, path: &Path) {
        self.paths.retain(|known| known != path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_comes_first_once() {
        let mut recent = RecentFiles::default();
        for name in ["a", "b", "c", "a"] {
            recent.add(Path::new(name));
        }
        assert_eq!(recent.paths(), [Path::new("a"), Path::new("c"), Path::new("b")]);
        for index in 0..20 {
            recent.add(Path::new(&index.to_string()));
        }
        assert_eq!(recent.paths().len(), MAX_FILES);
    }
}
