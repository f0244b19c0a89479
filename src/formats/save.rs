//! Writing a file so that it is never seen half-written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use super::FormatError;

/// Lets `write` fill a new file beside `path`, then gives it that name. When anything fails the new file is removed
/// and what was at `path` is left as it was.
///
/// # Errors
/// If the file cannot be created, filled or renamed.
pub fn write_beside<F>(path: &Path, write: F) -> Result<(), FormatError>
where
    F: FnOnce(&mut BufWriter<File>) -> io::Result<()>,
{
    let failed = |source| FormatError::Write { path: path.into(), source };
    let (partial, file) = create_beside(path).map_err(failed)?;
    let filled = fill(file, write).and_then(|()| fs::rename(&partial, path));
    filled.map_err(|source| {
        // The first failure is the one to tell; a second one here would only hide it.
        let _ = fs::remove_file(&partial);
        failed(source)
    })
}

fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it names no file"))?;
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    let mut attempt = 0_u32;
    loop {
        let mut beside = std::ffi::OsString::from(".");
        beside.push(name);
        beside.push(format!(".{}-{attempt}.partial", std::process::id()));
        let partial = path.with_file_name(beside);
        match OpenOptions::new().write(true).create_new(true).open(&partial) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => attempt += 1,
            opened => return opened.map(|file| (partial, file)),
        }
    }
}

fn fill<F>(file: File, write: F) -> io::Result<()>
where
    F: FnOnce(&mut BufWriter<File>) -> io::Result<()>,
{
    let mut writer = BufWriter::new(file);
    write(&mut writer)?;
    writer.flush()?;
    // An archive's writer may have moved back; the length must be what was written.
    writer.seek(io::SeekFrom::End(0))?;
    writer.get_ref().sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write_beside(&path, |writer| writer.write_all(b"old")).unwrap();
        let failure = write_beside(&path, |writer| {
            writer.write_all(b"half")?;
            Err(io::Error::other("no"))
        });
        assert!(failure.unwrap_err().to_string().contains("cannot be written (no)"));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write_beside(folder.path(), |_| Ok(())).is_err());
        assert!(write_beside(&folder.path().join("none/a.json"), |_| Ok(())).is_err());
    }
}
