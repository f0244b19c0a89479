//! Work that is in no file yet, kept beside the settings: each window has a folder of its own, which it removes when it
//! closes in order.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::worker::at_once;
use super::{Progress, worker};
use crate::dataset::{Dataset, StoredPoints};
use crate::formats::{self, FormatError, Opened, Precision, write_beside};
use crate::io::{IoError, remove_partials};
use crate::network::Network;
use crate::session::{FoundWork, UnsavedWork};
use crate::system::{has_ended, own_mark};

const NETWORK: &str = "network.json";
const POINTS: &str = "points.json";
const FORMAT: &str = "layerflow.points/1";
/// The most folders that are looked at.
const MAX_FOLDERS: usize = 64;
/// The longest file of points that is read.
const MAX_BYTES: u64 = 1 << 30;

/// Points as they are kept.
#[derive(Serialize, Deserialize)]
struct PointsFile {
    format: String,
    #[serde(flatten)]
    points: StoredPoints,
}

/// The folder in which this window keeps its work, in the one that all windows share.
pub fn own_folder(shared: &Path) -> PathBuf {
    shared.join(own_mark())
}

/// Keeps work in the folder.
///
/// # Errors
/// If it cannot be written.
pub fn keep_work(folder: &Path, work: &UnsavedWork) -> Result<(), FormatError> {
    fs::create_dir_all(folder).map_err(|source| IoError::Write { path: folder.into(), source })?;
    let points = folder.join(POINTS);
    match &work.points {
        Some(data) => {
            let text = serde_json::to_string(&PointsFile::new(data))
                .map_err(|error| IoError::Write { path: points.clone(), source: error.into() })?;
            write_beside(&points, |writer| writer.write_all(text.as_bytes()))?;
        }
        None => remove_file(&points)?,
    }
    formats::save_as(&folder.join(NETWORK), &work.network, Precision::Double)
}

/// Removes what was kept in the folder.
///
/// # Errors
/// If it is there and cannot be removed.
pub fn remove_work(folder: &Path) -> Result<(), FormatError> {
    remove_file(&folder.join(NETWORK))?;
    remove_file(&folder.join(POINTS))?;
    // What a killed writer left.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().ends_with(".partial") {
            remove_file(&entry.path())?;
        }
    }
    match fs::remove_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(IoError::Write { path: folder.into(), source: error }.into())
        }
        _ => Ok(()),
    }
}

/// Removes, on a thread of its own, what writers that were killed have left in these folders.
pub fn remove_leftovers(folders: BTreeSet<PathBuf>) {
    let work = at_once(move |_: &Progress| folders.iter().for_each(|folder| remove_partials(folder)));
    // Without a thread they are removed at the next start.
    let _ = worker::start("layerflow leftovers", Progress::new(Arc::new(|| {})), work, drop);
}

/// The work of windows that run no more, newest first.
pub fn find_work(shared: &Path) -> Vec<FoundWork> {
    let mut found: Vec<(SystemTime, PathBuf)> = Vec::new();
    for entry in fs::read_dir(shared).into_iter().flatten().flatten().take(MAX_FOLDERS) {
        let name = entry.file_name();
        if !name.to_str().is_some_and(has_ended) {
            continue;
        }
        remove_partials(&entry.path());
        match fs::metadata(entry.path().join(NETWORK)).and_then(|network| network.modified()) {
            Ok(modified) => found.push((modified, entry.path())),
            // Killed before its first work was whole.
            Err(_) => {
                let _ = remove_work(&entry.path());
            }
        }
    }
    found.sort_by_key(|(modified, _)| std::cmp::Reverse(*modified));
    found.into_iter().map(|(modified, folder)| FoundWork { folder, when: age(modified) }).collect()
}

/// Reads work again.
///
/// # Errors
/// If it is damaged.
pub fn read_work(folder: &Path) -> Result<(Network, Option<Dataset>), FormatError> {
    let path = folder.join(NETWORK);
    let network = match formats::open_with_non_finite(&path, None)? {
        Opened::Network(opened) => opened.network,
        _ => {
            let problem = "holds no whole network; remove the folder".to_owned();
            return Err(FormatError::Content { path, position: "the kept work".into(), problem });
        }
    };
    let points = folder.join(POINTS);
    if !points.is_file() {
        return Ok((network, None));
    }
    let unreadable = |source| FormatError::Read { path: points.clone(), source };
    if fs::metadata(&points).map_err(unreadable)?.len() > MAX_BYTES {
        return Err(unreadable(io::Error::other("it is far too long")));
    }
    let bytes = fs::read(&points).map_err(unreadable)?;
    let data = serde_json::from_slice::<PointsFile>(&bytes).ok().and_then(PointsFile::into_dataset);
    let reason = || "its points are not understood".into();
    match data {
        Some(data) => Ok((network, Some(data))),
        None => Err(FormatError::Damaged { path: points.clone(), format: FORMAT, reason: reason() }),
    }
}

impl PointsFile {
    fn new(data: &Arc<Dataset>) -> PointsFile {
        PointsFile { format: FORMAT.into(), points: StoredPoints::from(data.as_ref()) }
    }

    fn into_dataset(self) -> Option<Dataset> {
        if self.format == FORMAT { self.points.into_dataset() } else { None }
    }
}

fn remove_file(path: &Path) -> Result<(), FormatError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(IoError::Write { path: path.into(), source }.into())
        }
        _ => Ok(()),
    }
}

/// How long ago a moment was, in words.
fn age(moment: SystemTime) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let seconds = SystemTime::now().duration_since(moment).unwrap_or(Duration::ZERO).as_secs();
    let ago = |count: u64, unit: &str| format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" });
    match seconds {
        ..MINUTE => "less than a minute ago".into(),
        MINUTE..HOUR => ago(seconds / MINUTE, "minute"),
        HOUR..DAY => ago(seconds / HOUR, "hour"),
        _ => ago(seconds / DAY, "day"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::examples;

    fn work() -> UnsavedWork {
        let (network, data) = examples::spiral().unwrap();
        UnsavedWork { network: Arc::new(network), points: Some(Arc::new(data)) }
    }

    #[test]
    fn work_comes_back_bit_by_bit_and_goes() {
        let shared = tempfile::tempdir().unwrap();
        let folder = own_folder(shared.path());
        let work = work();
        keep_work(&folder, &work).unwrap();
        let (network, data) = read_work(&folder).unwrap();
        let data = data.unwrap();
        let before = work.points.as_ref().unwrap();
        assert_eq!(network, *work.network);
        assert_eq!((&data.points, &data.labels), (&before.points, &before.labels));
        keep_work(&folder, &UnsavedWork { points: None, ..work }).unwrap();
        assert!(read_work(&folder).unwrap().1.is_none());
        remove_work(&folder).unwrap();
        remove_work(&folder).unwrap();
        assert_eq!(fs::read_dir(shared.path()).unwrap().count(), 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_the_work_of_windows_that_have_ended_is_found() {
        let shared = tempfile::tempdir().unwrap();
        keep_work(&own_folder(shared.path()), &work()).unwrap();
        assert_eq!(find_work(shared.path()), []);
        // No process has this number.
        let ended = shared.path().join("4194999-1");
        keep_work(&ended, &work()).unwrap();
        fs::write(ended.join(".points.json.4194999-1-0.partial"), "half").unwrap();
        fs::create_dir(shared.path().join("4194998-1")).unwrap();
        fs::write(shared.path().join("4194998-1/.network.json.1-0.partial"), "half").unwrap();
        let found = find_work(shared.path());
        assert_eq!(fs::read_dir(&ended).unwrap().count(), 2);
        assert_eq!(found, [FoundWork { folder: ended, when: "less than a minute ago".into() }]);
        assert!(!shared.path().join("4194998-1").exists());
    }

    #[test]
    fn damaged_points_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        keep_work(folder.path(), &work()).unwrap();
        for text in ["{", "{}", r#"{"format":"layerflow.points/1","name":"","dimension":0,"values":[],"columns":[]}"#] {
            fs::write(folder.path().join(POINTS), text).unwrap();
            assert!(read_work(folder.path()).is_err(), "{text}");
        }
    }
}
