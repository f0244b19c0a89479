//! The file of the settings, which several windows write.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::formats::{FormatError, write_beside};
use crate::io::IoError;
use crate::session::Settings;

/// A longer file is not one of settings.
const MAX_BYTES: u64 = 16 << 20;
/// How long another window is waited for that is just writing.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(10);
/// The most files that are put aside; the last gives way then.
const MAX_ASIDE: usize = 9;

/// What was found at the path of the settings.
#[derive(Debug)]
pub enum SettingsFile {
    /// Settings.
    Read(Box<Settings>),
    /// Nothing.
    Missing,
    /// A file that holds something else, or settings of a later version; why.
    NotUnderstood(String),
    /// What cannot be read, or is no file; why.
    Unusable(String),
}

/// Reads the settings at `path`.
pub fn read_settings(path: &Path) -> SettingsFile {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return SettingsFile::Missing,
        Err(error) => return SettingsFile::Unusable(error.to_string()),
        // A pipe would be waited for, and a folder cannot be written over.
        Ok(found) if !found.is_file() => return SettingsFile::Unusable("it is not a file".into()),
        Ok(found) if found.len() > MAX_BYTES => return SettingsFile::NotUnderstood("it is far too long".into()),
        Ok(_) => {}
    }
    match fs::read(path) {
        Ok(bytes) => match Settings::parse(&String::from_utf8_lossy(&bytes)) {
            Ok(settings) => SettingsFile::Read(Box::new(settings)),
            Err(why) => SettingsFile::NotUnderstood(why),
        },
        Err(error) => SettingsFile::Unusable(error.to_string()),
    }
}

/// Writes what became of the settings that were `before` when this window wrote them last: what another window has written
/// meanwhile stays, and a file that is not understood is put aside.
pub fn keep_settings(path: &Path, before: &Settings, now: &Settings) -> Result<(), FormatError> {
    let failed = |source: io::Error| IoError::Write { path: path.into(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|source| IoError::Write { path: folder.into(), source })?;
    }
    // Held until the end of the function. Without it the worst is that one of two changes at one moment is lost.
    let _lock = lock(&path.with_extension("lock"));
    let merged = match read_settings(path) {
        SettingsFile::Read(stored) => now.merged(before, &stored),
        SettingsFile::Missing => now.clone(),
        SettingsFile::NotUnderstood(_) => {
            fs::rename(path, aside(path)).map_err(failed)?;
            now.clone()
        }
        SettingsFile::Unusable(why) => return Err(failed(io::Error::other(why)).into()),
    };
    Ok(write_beside(path, |writer| writer.write_all(merged.to_json().as_bytes()))?)
}

/// Waits a while for other windows; none where this file system knows no locks.
fn lock(path: &Path) -> Option<File> {
    let file = File::create(path).ok()?;
    let since = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Some(file),
            Err(TryLockError::WouldBlock) if since.elapsed() < LOCK_TIMEOUT => sleep(PAUSE),
            Err(_) => return None,
        }
    }
}

/// A name for a file that is put aside, which no other has.
fn aside(path: &Path) -> PathBuf {
    let name = |number: usize| path.with_extension(format!("{number}.aside.json"));
    (1..MAX_ASIDE).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(MAX_ASIDE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(recent: &[&str]) -> Settings {
        Settings { recent: recent.iter().map(PathBuf::from).collect(), ..Settings::default() }
    }

    fn read(path: &Path) -> Settings {
        match read_settings(path) {
            SettingsFile::Read(settings) => *settings,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn two_windows_lose_nothing_of_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("layerflow/settings.json");
        keep_settings(&path, &Settings::default(), &with(&["a"])).unwrap();
        std::thread::scope(|scope| {
            for window in ["b", "c", "d", "e"] {
                let path = &path;
                scope.spawn(move || keep_settings(path, &with(&["a"]), &with(&[window, "a"])).unwrap());
            }
        });
        let mut recent = read(&path).recent;
        recent.sort();
        assert_eq!(recent, with(&["a", "b", "c", "d", "e"]).recent);
    }

    #[test]
    fn what_is_not_understood_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        for text in ["{", "{\"format\": \"layerflow.settings/2\", \"network_panel\": true}"] {
            fs::write(&path, text).unwrap();
            assert!(matches!(read_settings(&path), SettingsFile::NotUnderstood(_)));
            keep_settings(&path, &Settings::default(), &with(&["a"])).unwrap();
            assert_eq!(read(&path).recent, with(&["a"]).recent);
        }
        let first = fs::read_to_string(folder.path().join("settings.1.aside.json")).unwrap();
        let second = fs::read_to_string(folder.path().join("settings.2.aside.json")).unwrap();
        assert!(first == "{" && second.contains("settings/2"), "{first} {second}");
    }

    #[test]
    fn what_is_no_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        fs::create_dir(&path).unwrap();
        assert!(matches!(read_settings(&path), SettingsFile::Unusable(_)));
        assert!(keep_settings(&path, &Settings::default(), &with(&["a"])).is_err());
        assert!(path.is_dir());
    }
}
