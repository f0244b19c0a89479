//! The networks of a folder or of a pattern of names: the checkpoints of a training, in the order of their steps.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::names::natural_order;
use super::{FormatError, SESSION_EXTENSION, folder, registry};

/// The most entries of a folder that are listed.
const MAX_ENTRIES: usize = 200_000;
/// The most folders that a pattern leads through.
const MAX_FOLDERS: usize = 10_000;
/// Words behind which a name has the number of its step.
const STEP_WORDS: [&str; 8] = ["step", "steps", "iter", "iteration", "epoch", "ckpt", "checkpoint", "ep"];

/// A file that may hold a network, not opened yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The file.
    pub path: PathBuf,
    /// The training step or epoch that the name tells.
    pub step: Option<u64>,
    /// The size of the file.
    pub bytes: u64,
    /// When it was last written, where the file system says so.
    pub modified: Option<SystemTime>,
}

/// Whether the path is a pattern of names: it has `*` or `?`, and no file has this name.
pub fn is_pattern(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.contains(['*', '?']) && !path.exists()
}

/// The files in a folder, or of a pattern, whose names are those of networks, in the order in which people count.
///
/// Only names are read, and the beginning of files whose ending is one of other things too. Hidden files are none: what
/// is written beside and renamed has such a name until it is complete. The parts of a network in several files are none
/// either; their index is.
///
/// # Errors
/// If a folder cannot be read or has too many entries.
pub fn checkpoints(path: &Path) -> Result<Vec<Checkpoint>, FormatError> {
    let mut files = if is_pattern(path) { matching(path)? } else { in_folder(path)? };
    files.retain(|file| is_network_name(file));
    let name = |file: &Path| file.to_string_lossy().into_owned();
    let mut named: Vec<(String, PathBuf)> = files.into_iter().map(|file| (name(&file), file)).collect();
    named.sort_by(|(left, _), (right, _)| natural_order(left, right));
    Ok(named.into_iter().map(|(_, path)| Checkpoint::from_path(path)).collect())
}

/// The files of [`checkpoints`] that are checkpoints of a run: all but saved sessions, which name one of them.
///
/// # Errors
/// As [`checkpoints`].
pub fn run_checkpoints(path: &Path) -> Result<Vec<Checkpoint>, FormatError> {
    let mut files = checkpoints(path)?;
    files.retain(|file| file.path.extension().is_none_or(|extension| extension != SESSION_EXTENSION));
    Ok(files)
}

/// The networks that a path stands for: a pattern, or a folder of several. `None` where the path is one file, a folder that
/// holds one model, or one without networks.
///
/// # Errors
/// If a pattern leads through too many folders.
pub fn checkpoint_series(path: &Path) -> Result<Option<Vec<Checkpoint>>, FormatError> {
    series(path, checkpoints)
}

/// The same of [`run_checkpoints`]. A folder in which nothing stands but what is written before the first checkpoint is a run
/// that has not begun: a list of none.
///
/// # Errors
/// As [`checkpoint_series`].
pub fn run_series(path: &Path) -> Result<Option<Vec<Checkpoint>>, FormatError> {
    if !is_pattern(path) && path.is_dir() && has_not_begun(path) {
        return Ok(Some(Vec::new()));
    }
    series(path, run_checkpoints)
}

/// Endings of what stands in the folder of a run beside its checkpoints: logs and settings.
const BESIDE: [&str; 10] = ["csv", "tsv", "jsonl", "ndjson", "log", "txt", "yaml", "yml", "toml", "out"];

/// Whether there is nothing in a folder but hidden files, logs and settings, or nothing at all. One that cannot be read tells
/// so when it is opened.
fn has_not_begun(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.take(MAX_ENTRIES).all(|entry| {
        let Ok(entry) = entry else { return false };
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        let is_beside = name.rsplit_once('.').is_some_and(|(_, extension)| BESIDE.contains(&extension));
        name.starts_with('.') || is_beside && entry.file_type().is_ok_and(|kind| !kind.is_dir())
    })
}

fn series(
    path: &Path,
    list: fn(&Path) -> Result<Vec<Checkpoint>, FormatError>,
) -> Result<Option<Vec<Checkpoint>>, FormatError> {
    if is_pattern(path) {
        return list(path).map(Some);
    }
    if !path.is_dir() {
        return Ok(None);
    }
    // What is no list of networks is told of by opening it, and so is a folder that holds one model. A checkpoint whose
    // name tells its step is the first of more.
    let files = list(path).unwrap_or_default();
    let is_list = files.len() > 1 || files.iter().any(|file| file.step.is_some());
    Ok((is_list && !holds_one_model(path, &files)).then_some(files))
}

/// Whether the files belong together as one model: an index of parts, or an architecture beside its weights.
fn holds_one_model(folder: &Path, files: &[Checkpoint]) -> bool {
    let named = |end: &str| files.iter().filter(|file| file.path.to_string_lossy().ends_with(end)).count();
    let is_keras = folder.join("config.json").is_file() && folder.join("model.weights.h5").is_file();
    named(".index.json") == files.len() || is_keras || (named("model.json") == 1 && files.len() == 1)
}

impl Checkpoint {
    /// The file at this path, which may be missing: reading it will tell so.
    pub fn from_path(path: PathBuf) -> Checkpoint {
        let metadata = std::fs::metadata(&path).ok();
        let bytes = metadata.as_ref().map_or(0, |metadata| metadata.len());
        let modified = metadata.and_then(|metadata| metadata.modified().ok());
        Checkpoint { step: step_of(&path), bytes, modified, path }
    }
}

/// The number of the step in a name: the one behind a word for a step, or the only number there is.
fn step_of(path: &Path) -> Option<u64> {
    let stem = path.file_stem()?.to_string_lossy().to_ascii_lowercase();
    let mut numbers = Vec::new();
    let mut word = String::new();
    let mut rest = stem.as_str();
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let end = rest.find(|next: char| next.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        if is_digit {
            numbers.push((std::mem::take(&mut word), part.parse::<u64>().ok()));
        } else {
            let trimmed = part.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
            word = trimmed.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default().to_owned();
        }
        rest = behind;
    }
    let by_word = numbers.iter().find(|(word, _)| STEP_WORDS.contains(&word.as_str()));
    match (by_word, &numbers[..]) {
        (Some((_, step)), _) | (None, [(_, step)]) => *step,
        _ => None,
    }
}

fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, FormatError> {
    let unreadable = |source| FormatError::Read { path: folder.into(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        if files.len() == MAX_ENTRIES {
            let problem = format!("has more than {MAX_ENTRIES} entries; give a pattern of names that fewer have");
            return Err(FormatError::Folder { path: folder.into(), problem });
        }
        let entry = entry.map_err(unreadable)?;
        // A link is followed: it may lead to a file.
        if entry.file_type().is_ok_and(|kind| !kind.is_dir()) {
            files.push(entry.path());
        }
    }
    Ok(files)
}

/// The files whose names, part by part, are of the pattern's kind.
fn matching(pattern: &Path) -> Result<Vec<PathBuf>, FormatError> {
    let mut found: Vec<PathBuf> = vec![PathBuf::new()];
    let parts: Vec<String> = pattern.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    for (index, part) in parts.iter().enumerate() {
        let is_last = index + 1 == parts.len();
        if !part.contains(['*', '?']) {
            found.iter_mut().for_each(|path| path.push(part));
            continue;
        }
        let mut next = Vec::new();
        for folder in &found {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder.as_path() };
            // A folder that is named by nobody may be missing, or be a file.
            let Ok(entries) = std::fs::read_dir(folder) else { continue };
            for entry in entries.take(MAX_ENTRIES).flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if is_of_kind(part, &name) && (is_last || entry.path().is_dir()) {
                    next.push(entry.path());
                }
            }
        }
        if !is_last && next.len() > MAX_FOLDERS {
            let problem = format!("leads through more than {MAX_FOLDERS} folders; give one that fewer have");
            return Err(FormatError::Folder { path: pattern.into(), problem });
        }
        found = next;
    }
    Ok(found.into_iter().filter(|path| path.is_file()).collect())
}

/// Whether a name is of the kind that a pattern gives: `*` stands for anything, `?` for one character. A name that begins
/// with a dot is meant only by a pattern that does.
fn is_of_kind(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut index) = (0, 0);
    // Where the last star stands, and how much of the name it has taken: going back to it is enough.
    let mut star: Option<(usize, usize)> = None;
    while index < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, index));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == name[index] => {
                at += 1;
                index += 1;
            }
            _ => {
                let Some((behind, taken)) = star else { return false };
                star = Some((behind, taken + 1));
                at = behind + 1;
                index = taken + 1;
            }
        }
    }
    pattern[at.min(pattern.len())..].iter().all(|rest| *rest == '*')
}

fn is_network_name(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else { return false };
    if name.starts_with('.') || folder::is_part(&name) {
        return false;
    }
    match name.rsplit_once('.') {
        Some((_, "json")) => name.ends_with(".index.json") || folder::is_json_network(path),
        // The names of other things end so as well.
        Some((_, "bin")) => folder::is_named_as_model(&name),
        Some((_, extension)) => registry::extensions().contains(&extension.to_lowercase().as_str()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_the_number_that_the_name_tells() {
        let step = |name: &str| step_of(Path::new(name));
        assert_eq!(step("run2/step_000400.safetensors"), Some(400));
        assert_eq!(step("mnist28-epoch=7-loss=0.25.ckpt"), Some(7));
        assert_eq!(step("ckpt-12.pt"), Some(12));
        assert_eq!(step("model.0042.npz"), Some(42));
        assert_eq!(step("resnet18-v2.onnx"), None);
        assert_eq!(step("model.onnx"), None);
        assert_eq!(step("step_99999999999999999999999.pt"), None);
    }

    #[test]
    fn a_folder_is_listed_as_people_count() {
        let folder = tempfile::tempdir().unwrap();
        let names = [
            "step_10.pt",
            "step_9.pt",
            "step_100.safetensors",
            ".step_11.pt.part",
            "notes.txt",
            "log.jsonl",
            "model-00001-of-00002.safetensors",
            "settings.json",
        ];
        for name in names {
            std::fs::write(folder.path().join(name), "{}").unwrap();
        }
        std::fs::create_dir(folder.path().join("step_1.pt")).unwrap();
        let listed = |path: &Path| -> Vec<String> {
            let found = checkpoints(path).unwrap();
            found.iter().map(|file| file.path.file_name().unwrap().to_string_lossy().into_owned()).collect()
        };
        assert_eq!(listed(folder.path()), ["step_9.pt", "step_10.pt", "step_100.safetensors"]);
        assert_eq!(listed(&folder.path().join("step_?.pt")), ["step_9.pt"]);
        assert_eq!(listed(&folder.path().join("s*p_1*")), ["step_10.pt", "step_100.safetensors"]);
        assert!(listed(&folder.path().join("*.gguf")).is_empty());
        let above = folder.path().join("*").join("*.pt");
        assert!(is_pattern(&above) && listed(&above).is_empty());
        assert!(checkpoints(&folder.path().join("missing")).is_err());
    }

    #[test]
    fn a_folder_with_nothing_but_logs_is_a_run_that_has_not_begun() {
        let folder = tempfile::tempdir().unwrap();
        let begun = || run_series(folder.path()).unwrap().map(|files| files.len());
        assert_eq!(begun(), Some(0));
        for name in [".step_0.pt.part", "log.jsonl", "config.yaml"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(begun(), Some(0));
        // It is a folder with no network for everything else.
        assert!(checkpoint_series(folder.path()).unwrap().is_none());
        std::fs::write(folder.path().join("step_0.pt"), "").unwrap();
        assert_eq!(begun(), Some(1));
        // What is no run tells what it lacks when it is opened.
        let other = tempfile::tempdir().unwrap();
        std::fs::write(other.path().join("letter.doc"), "").unwrap();
        assert!(run_series(other.path()).unwrap().is_none());
        assert!(run_series(&other.path().join("missing")).unwrap().is_none());
    }

    #[test]
    fn stars_take_as_much_as_is_needed() {
        for (pattern, name, expected) in [
            ("*", "a", true),
            ("*", ".a", false),
            (".*", ".a", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b", "abc", false),
            ("?", "é", true),
            ("", "", true),
            ("a?", "a", false),
        ] {
            assert_eq!(is_of_kind(pattern, name), expected, "{pattern} {name}");
        }
    }
}
