//! The log of a training that lies beside its checkpoints: loss, accuracy and the like against steps.
//!
//! A table with a first row of names, or one JSON object a line, as training programs write them. A row that is still being
//! written, the last without an end of line, waits for the next reading. A record need not have every column.

mod log;
mod table;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use log::{LOG_NAMES, extension};
pub use log::{LogColumn, RunLog};
use table::Table;

use super::names::natural_order;
use crate::io;

/// A log that is larger is read as far as this.
const MAX_BYTES: u64 = 128 << 20;
/// Files whose beginnings are looked at.
const MAX_FILES: usize = 50;

impl RunLog {
    /// The log in the folder of these checkpoints: of a folder or a pattern. `before` is what was read last, which is given
    /// again while its file stays as it is. `None` where there is none.
    pub fn beside(source: &Path, before: Option<&Arc<RunLog>>) -> Option<Arc<RunLog>> {
        let folder = if source.is_dir() { source } else { source.parent()? };
        // Other tables may be large: their beginnings tell that they are no logs.
        let mut found = candidates(folder).into_iter().filter(|path| is_log(path));
        let path = found.next()?;
        let others: Vec<String> = found.map(|path| name_of(&path)).collect();
        let others = (!others.is_empty()).then(|| format!("Not read, as one log is enough: {}.", others.join(", ")));
        if let Some(before) =
            before.filter(|before| before.path == path && before.is_as_read() && before.others == others)
        {
            return Some(before.clone());
        }
        let mut log = RunLog::read(&path)?;
        log.notes.extend(others.clone());
        Some(Arc::new(RunLog { others, ..log }))
    }

    fn is_as_read(&self) -> bool {
        std::fs::metadata(&self.path)
            .is_ok_and(|found| (found.len(), found.modified().ok()) == (self.bytes, self.modified))
    }

    /// Reads a log; `None` where the file is none.
    fn read(path: &Path) -> Option<RunLog> {
        let metadata = std::fs::metadata(path).ok()?;
        let file = io::OpenFile::open(path).ok()?;
        let content = file.read(0..file.length().min(MAX_BYTES)).ok()?;
        let is_cut = file.length() > MAX_BYTES;
        let text = String::from_utf8_lossy(&content);
        let mut table = Table::default();
        if is_lines_of_json(path) {
            table.read_json(&text)
        } else {
            table.read_delimited(&text, path)?
        }
        let mut log = table.into_log(path)?;
        if is_cut {
            log.notes.push(format!("Only its first {} MB are read.", MAX_BYTES >> 20));
        }
        Some(RunLog { bytes: metadata.len(), modified: metadata.modified().ok(), ..log })
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn is_lines_of_json(path: &Path) -> bool {
    matches!(extension(path).as_str(), "jsonl" | "ndjson")
}

/// Files of a folder that may be logs, those with the name of one first.
fn candidates(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .take(200_000)
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| matches!(extension(path).as_str(), "csv" | "tsv" | "jsonl" | "ndjson"))
        .filter(|path| !name_of(path).starts_with('.') && path.is_file())
        .collect();
    let rank = |path: &Path| {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        LOG_NAMES.iter().position(|name| *name == stem).unwrap_or(LOG_NAMES.len())
    };
    found.sort_by(|one, other| rank(one).cmp(&rank(other)).then_with(|| natural_order(&name_of(one), &name_of(other))));
    found.truncate(MAX_FILES);
    found
}

/// Whether the beginning of a file is that of a log.
fn is_log(path: &Path) -> bool {
    const HEAD: u64 = 64 << 10;
    let Ok(file) = io::OpenFile::open(path) else { return false };
    let Ok(content) = file.read(0..file.length().min(HEAD)) else { return false };
    let text = String::from_utf8_lossy(&content);
    let mut table = Table::default();
    if is_lines_of_json(path) {
        table.read_json(&text);
    } else if table.read_delimited(&text, path).is_none() {
        return false;
    }
    table.into_log(path).is_some()
}

#[cfg(test)]
mod tests;
