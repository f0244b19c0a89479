//! A film that an encoder writes into its file: what is told says whether the drawing, the encoder or the disk failed.

use std::fmt::Display;
use std::io::{self, BufWriter};
use std::path::Path;

use super::MediaError;
use crate::io::{NewFile, write_beside};

/// What ends an encoder's work.
#[derive(Debug)]
pub(super) enum Failure<E> {
    /// A frame was not drawn.
    Draw(MediaError),
    /// The encoder refused, or could not write.
    Encode(E),
}

impl<E> From<E> for Failure<E> {
    fn from(error: E) -> Failure<E> {
        Failure::Encode(error)
    }
}

/// Fills a file beside its place by `encode` and gives it its name. `is_of_the_disk` tells errors of writing from those of the
/// format, named `format`.
///
/// # Errors
/// What `encode` fails with; nothing is left then.
pub(super) fn write_encoded<E: Display>(
    path: &Path,
    format: &'static str,
    is_of_the_disk: fn(&E) -> bool,
    encode: impl FnOnce(&mut BufWriter<NewFile>) -> Result<(), Failure<E>>,
) -> Result<(), MediaError> {
    let mut failed = None;
    let written = write_beside(path, |writer| {
        encode(writer).map_err(|failure| {
            let message = match &failure {
                Failure::Draw(error) => error.to_string(),
                Failure::Encode(error) => error.to_string(),
            };
            failed = Some(failure);
            io::Error::other(message)
        })
    });
    match failed {
        Some(Failure::Draw(error)) => Err(error),
        Some(Failure::Encode(error)) if !is_of_the_disk(&error) => {
            Err(MediaError::Encode { path: path.into(), format, problem: error.to_string() })
        }
        Some(Failure::Encode(_)) | None => Ok(written?),
    }
}
