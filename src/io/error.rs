//! Why a file could not be read or written, whatever it holds.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::reason::reason;

/// Why a file could not be read or written.
#[derive(Debug, Error)]
pub enum IoError {
    /// It could not be read.
    #[error("{}: cannot be read {}", path.display(), reason(source, "the name"))]
    Read { path: PathBuf, source: io::Error },
    /// It could not be written.
    #[error("{}: cannot be written {}", path.display(), reason(source, "the folder"))]
    Write { path: PathBuf, source: io::Error },
    /// It is compressed, and far larger than its size tells.
    #[error("{}: expands to more than {most} bytes; unpack it with gzip -d if that is meant", path.display())]
    Expands { path: PathBuf, most: u64 },
}

impl IoError {
    /// The file.
    pub fn path(&self) -> &Path {
        match self {
            IoError::Read { path, .. } | IoError::Write { path, .. } | IoError::Expands { path, .. } => path,
        }
    }
}
