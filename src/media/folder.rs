//! A film as a folder with a picture for each frame: `frame-0001.png` and so on.
//!
//! The pictures are written into a folder beside it, which then gets the name. A folder that is there already is written
//! over only where it holds nothing but such pictures.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::film::{Draw, Film};
use super::{MediaError, png_bytes};

/// Frames have at least so many digits.
const MIN_DIGITS: usize = 4;
/// The end of the name of a folder that is not whole yet.
const PARTIAL: &str = ".partial";

/// Writes the film.
pub(super) fn write(path: &Path, film: &Film, draw: &mut Draw<'_>) -> Result<(), MediaError> {
    let failed = |source| MediaError::Folder { path: path.into(), source };
    // The separator behind a name asks for a folder and is no part of it.
    let path: PathBuf = path.components().collect();
    refuse_others(&path)?;
    let partial = beside(&path).map_err(failed)?;
    // What a writer left that was killed.
    remove(&partial).map_err(failed)?;
    fs::create_dir_all(&partial).map_err(failed)?;
    let filled = fill(&partial, film, draw).and_then(|()| {
        remove(&path).map_err(failed)?;
        fs::rename(&partial, &path).map_err(failed)
    });
    if filled.is_err() {
        // The first failure is the one to tell.
        let _ = remove(&partial);
    }
    filled
}

fn fill(folder: &Path, film: &Film, draw: &mut Draw<'_>) -> Result<(), MediaError> {
    let digits = film.frames.to_string().len().max(MIN_DIGITS);
    for number in 0..film.frames {
        let frame = draw(number)?;
        let path = folder.join(format!("frame-{:0digits$}.png", number + 1));
        let refused = |problem| MediaError::Encode { path: path.clone(), format: "PNG", problem };
        let bytes = png_bytes(&frame).map_err(refused)?;
        fs::write(&path, bytes).map_err(|source| MediaError::Folder { path, source })?;
    }
    Ok(())
}

/// The folder that is filled before it gets its name.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| io::Error::other("it has no name of its own"))?;
    let mut name = name.to_owned();
    name.push(PARTIAL);
    Ok(path.with_file_name(name))
}

/// Whether a file is a frame that was written here.
fn is_frame(name: &str) -> bool {
    let number = name.strip_prefix("frame-").and_then(|rest| rest.strip_suffix(".png"));
    number.is_some_and(|number| number.len() >= MIN_DIGITS && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Refuses a folder that holds anything else than frames.
fn refuse_others(path: &Path) -> Result<(), MediaError> {
    if path.exists() && !path.is_dir() {
        return Err(MediaError::FolderInUse { path: path.into(), found: "it is a file".to_owned() });
    }
    let Ok(entries) = fs::read_dir(path) else { return Ok(()) };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !is_frame(&name) {
            return Err(MediaError::FolderInUse { path: path.into(), found: name });
        }
    }
    Ok(())
}

/// Removes a folder of frames, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        // Nothing else than frames is ever removed; a folder that holds more stays, and is told.
        if is_frame(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    fs::remove_dir(path)
}

#[cfg(test)]
mod tests {
    use super::super::film::testing::{dot, film};
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn frames_are_numbered_and_take_the_place_of_frames_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film");
        let with_separator = PathBuf::from(format!("{}/", path.display()));
        let draw = &mut |number| Ok(dot([20, 12], number));
        write(&with_separator, &film(3), draw).unwrap();
        assert_eq!(names(&path), ["frame-0001.png", "frame-0002.png", "frame-0003.png"]);
        write(&path, &film(2), draw).unwrap();
        assert_eq!(names(&path), ["frame-0001.png", "frame-0002.png"]);
        fs::write(path.join("thesis.tex"), "").unwrap();
        let error = write(&path, &film(1), draw).unwrap_err().to_string();
        assert!(error.contains("thesis.tex"), "{error}");
        assert_eq!((names(&path).len(), names(folder.path())), (3, vec!["film".to_owned()]));
    }

    #[test]
    fn a_film_that_is_stopped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let stopped = |number| if number < 2 { Ok(dot([20, 12], number)) } else { Err(MediaError::Cancelled) };
        assert!(write(&folder.path().join("film"), &film(5), &mut { stopped }).is_err());
        assert!(names(folder.path()).is_empty());
    }
}
