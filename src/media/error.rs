//! Why a picture or a film was not written.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::io::IoError;

/// Why a picture or a film was not written.
#[derive(Debug, Error)]
pub enum MediaError {
    /// The file could not be written.
    #[error(transparent)]
    File(#[from] IoError),
    /// The folder for the pictures could not be made or filled.
    #[error("{}: cannot be made ({source}); give the name of a folder that can be written to", path.display())]
    Folder { path: PathBuf, source: io::Error },
    /// The folder has files of another origin.
    #[error("{}: holds {found}, which is no picture of a film made here; give an empty folder or a new name", path.display())]
    FolderInUse { path: PathBuf, found: String },
    /// The encoder refused a frame.
    #[error("{}: the frames cannot be written as {format} ({problem}); choose another size or another format", path.display())]
    Encode { path: PathBuf, format: &'static str, problem: String },
    /// There is no ffmpeg.
    #[error(
        "{}: MP4 is written by ffmpeg, which is not on the PATH; install it, or give a name that ends in .gif, .apng or .webp",
        path.display()
    )]
    NoFfmpeg { path: PathBuf },
    /// ffmpeg ended without a film.
    #[error("{}: ffmpeg could not write it: {problem}; give a name that ends in .gif, .apng or .webp", path.display())]
    Ffmpeg { path: PathBuf, problem: String },
    /// A frame could not be drawn.
    #[error("{0}")]
    Draw(String),
    /// The work was stopped.
    #[error("the work was stopped; nothing was written")]
    Cancelled,
}
