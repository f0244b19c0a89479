//! Writing: the page keeps a file when it is whole, and the browser saves it.

use std::io::{self, BufWriter, IntoInnerError};
use std::path::Path;

use super::NewFile;
use crate::io::IoError;

/// Fills a file in memory and holds it once it is whole.
///
/// # Errors
/// What `write` fails with.
pub fn write_beside<F>(path: &Path, write: F) -> Result<(), IoError>
where
    F: FnOnce(&mut BufWriter<NewFile>) -> io::Result<()>,
{
    let mut writer = BufWriter::new(NewFile::default());
    let filled = write(&mut writer).and_then(|()| writer.into_inner().map_err(IntoInnerError::into_error));
    let file = filled.map_err(|source| IoError::Write { path: path.into(), source })?;
    super::put_written(path, file.into_inner());
    Ok(())
}

/// Refuses: what fills a file by its name is another program, and a page starts none.
///
/// # Errors
/// Always.
pub fn write_beside_by<E, F>(path: &Path, _: F) -> Result<(), E>
where
    E: From<IoError>,
    F: FnOnce(&Path) -> Result<(), E>,
{
    Err(refused(path, "a page starts no other program").into())
}

/// Refuses: a browser saves files, not folders.
///
/// # Errors
/// Always.
pub fn write_folder_beside<E, F>(path: &Path, _: F) -> Result<(), E>
where
    E: From<IoError>,
    F: FnOnce(&Path) -> Result<(), E>,
{
    Err(refused(path, "a browser saves no folders").into())
}

/// Whether a file of this name can be written: always.
///
/// # Errors
/// None.
pub fn check_writable(_: &Path) -> Result<(), IoError> {
    Ok(())
}

/// Removes nothing: what was not finished is gone with its writer.
pub fn remove_partials(_: &Path) {}

fn refused(path: &Path, why: &str) -> IoError {
    IoError::Write { path: path.into(), source: io::Error::new(io::ErrorKind::Unsupported, why) }
}
