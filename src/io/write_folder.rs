//! Writing a folder of files so that it is never seen half-filled.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::IoError;
use super::write::{beside, remove_folder, remove_leftovers, sync_folder};

/// Lets `fill` fill a new folder beside `path`, then gives it that name; the files of a folder of that name are gone then.
/// When anything fails the new folder is removed and what was at `path` is left as it was.
///
/// # Errors
/// If the folder cannot be made or exchanged, and those of `fill`.
pub fn write_folder_beside<E, F>(path: &Path, fill: F) -> Result<(), E>
where
    E: From<IoError>,
    F: FnOnce(&Path) -> Result<(), E>,
{
    let failed = |source| E::from(IoError::Write { path: path.into(), source });
    // A link to a folder is followed: it is the folder that is exchanged.
    let target: PathBuf =
        if path.is_dir() { fs::canonicalize(path).map_err(failed)? } else { path.components().collect() };
    remove_leftovers(&target);
    let (partial, ()) = beside(&target, |partial| fs::create_dir(partial)).map_err(failed)?;
    let filled = fill(&partial).and_then(|()| give_name(&partial, &target).map_err(failed));
    if filled.is_err() {
        // The first failure is the one to tell.
        let _ = remove_folder(&partial);
    }
    filled
}

fn give_name(partial: &Path, target: &Path) -> io::Result<()> {
    sync_folder(&partial.join("."));
    if target.exists() {
        exchange(partial, target)?;
    } else {
        fs::rename(partial, target)?;
    }
    sync_folder(target);
    Ok(())
}

/// Puts one folder into the place of the other, at one moment where the system can, and removes the other.
fn exchange(partial: &Path, target: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, partial, CWD, target, RenameFlags::EXCHANGE).is_ok() {
            // What stays of the old one is removed by the next write.
            let _ = remove_folder(partial);
            return Ok(());
        }
    }
    let is_free = |old: &Path| if old.exists() { Err(io::ErrorKind::AlreadyExists.into()) } else { Ok(()) };
    let (old, ()) = beside(target, is_free)?;
    fs::rename(target, &old)?;
    fs::rename(partial, target)?;
    let _ = remove_folder(&old);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_folder_or_the_new_one_is_there_and_leftovers_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film");
        let fill = |name: &'static str| {
            move |partial: &Path| {
                fs::write(partial.join(name), "a").map_err(|source| IoError::Write { path: partial.into(), source })
            }
        };
        write_folder_beside(&path, fill("old")).unwrap();
        // No process has this number.
        let left = folder.path().join(".film.4194999-7-0.partial");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("half"), "").unwrap();
        let stopped: Result<(), IoError> = write_folder_beside(&path, |partial| {
            assert!(path.join("old").exists());
            fill("half")(partial)?;
            Err(IoError::Write { path: partial.into(), source: io::Error::other("no") })
        });
        assert!(stopped.is_err() && path.join("old").exists());
        write_folder_beside(&path, fill("new")).unwrap();
        assert!(path.join("new").exists() && !path.join("old").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
