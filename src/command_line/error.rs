//! Why a command ended without its result, and the exit status for it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;
use thiserror::Error;

use crate::dataset::DatasetError;
use crate::diagnostics::compare::CompareError;
use crate::flow::FlowError;
use crate::formats::FormatError;
use crate::network::NetworkError;
use crate::resnet::BlocksError;
use crate::training::TrainingError;

/// Why a command ended without its result.
#[derive(Debug, Error)]
pub(super) enum CommandError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] crate::io::IoError),
    /// The network's file, or the file to be written.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A network of which something is not understood.
    #[error(
        "{}: the network is partial: {missing}; --partial goes on with what is understood, and `layerflow inspect` shows it",
        path.display()
    )]
    Partial { path: PathBuf, missing: String },
    /// The data's file.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// Two networks cannot be compared.
    #[error("{} and {}: {source}", a.display(), b.display())]
    Compare { a: PathBuf, b: PathBuf, source: CompareError },
    /// The network and its data do not go together.
    #[error("{}: {source}", path.display())]
    Network { path: PathBuf, source: NetworkError },
    /// The network gives what is no number.
    #[error(
        "{}: layer {layer}, unit {unit} gives {value} for row {row} of the data; --allow-non-finite writes it all the same",
        path.display()
    )]
    NotFinite { path: PathBuf, layer: usize, unit: usize, row: usize, value: f64 },
    /// The flow leads to what is no number.
    #[error(
        "{}: at t = {t} coordinate {coordinate} of row {row} of the data is {value}; --allow-non-finite writes it all the same",
        path.display()
    )]
    NotFiniteAt { path: PathBuf, t: f64, coordinate: usize, row: usize, value: f64 },
    /// The flow could not be built or followed.
    #[error("{}: {source}", path.display())]
    Flow { path: PathBuf, source: FlowError },
    /// The refined network cannot be written as blocks.
    #[error("{}: {source}", path.display())]
    Blocks { path: PathBuf, source: BlocksError },
    /// The network cannot be trained on the data, or training diverged.
    #[error("{data}: {source}")]
    Training { data: String, source: TrainingError },
    /// Built-in data of another width than the network takes.
    #[error(
        "the dataset {name} has {found} coordinates, but the network takes {expected} inputs; `grid` has as many as needed"
    )]
    Width { name: &'static str, expected: usize, found: usize },
    /// A picture or a film was not written.
    #[error(transparent)]
    Media(#[from] crate::media::MediaError),
    /// A signal asked the program to end, and it did.
    #[error("layerflow was ended by {0}; no result was written")]
    Interrupted(&'static str),
    /// Findings of a severity that the caller does not accept.
    #[error("{}: {count} findings of severity {severity} or above", path.display())]
    Findings { path: PathBuf, count: usize, severity: &'static str },
    /// A file of thresholds.
    #[error("{}: {problem}", path.display())]
    Thresholds { path: PathBuf, problem: String },
    /// Standard output could not be written.
    #[error("standard output: cannot be written ({0})")]
    Output(std::io::Error),
    /// The window could not be opened.
    #[error("{0}")]
    Window(String),
    /// Options that contradict each other or the file.
    #[error("{0}")]
    Usage(String),
}

/// An error as one JSON object, for commands that were asked for JSON.
#[derive(Debug, Serialize)]
pub(super) struct ErrorReport {
    error: ErrorParts,
}

/// The parts of the sentence that an error is.
#[derive(Debug, Serialize)]
struct ErrorParts {
    /// The whole sentence.
    message: String,
    /// The file that it is about.
    file: Option<String>,
    /// The place in the file: a tensor, a node, a key.
    #[serde(rename = "place")]
    position: Option<String>,
    /// What to do.
    remedy: Option<String>,
}

impl CommandError {
    /// The error in parts.
    pub(super) fn report(&self) -> ErrorReport {
        let message = self.to_string();
        let file = self.file(&message);
        let position = match self {
            CommandError::Format(error) => error.position(),
            _ => None,
        };
        // Behind the last semicolon of a sentence stands what to do.
        let remedy = message.rsplit_once("; ").map(|(_, remedy)| remedy.to_owned());
        ErrorReport { error: ErrorParts { message, file, position, remedy } }
    }

    fn file(&self, message: &str) -> Option<String> {
        let path = match self {
            CommandError::Format(error) => error.path(),
            CommandError::Partial { path, .. }
            | CommandError::Network { path, .. }
            | CommandError::NotFinite { path, .. }
            | CommandError::NotFiniteAt { path, .. }
            | CommandError::Flow { path, .. }
            | CommandError::Blocks { path, .. } => path,
            // The sentence begins with the name of the file.
            CommandError::Dataset(_) => {
                let mut ends = message.match_indices(": ").map(|(at, _)| &message[..at]);
                let first = message.split(": ").next().unwrap_or_default();
                return Some(ends.find(|name| Path::new(name).exists()).unwrap_or(first).to_owned());
            }
            _ => return None,
        };
        Some(path.display().to_string())
    }

    /// 1 for bad input, 2 for a wrong command line, 3 for findings that are not accepted.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            CommandError::Usage(_) => ExitCode::from(2),
            CommandError::Findings { .. } => ExitCode::from(3),
            // As a shell gives it for a program that a signal ended.
            CommandError::Interrupted("SIGHUP") => ExitCode::from(129),
            CommandError::Interrupted("SIGINT") => ExitCode::from(130),
            CommandError::Interrupted(_) => ExitCode::from(143),
            _ => ExitCode::from(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::FormatError;

    #[test]
    fn a_sentence_has_its_parts() {
        let problem = "is of type F4, whose values are not read; save it as F32".to_owned();
        let error = FormatError::Tensor { path: "a.safetensors".into(), tensor: "w".into(), problem };
        let ErrorParts { message, file, position, remedy } = CommandError::Format(error).report().error;
        assert_eq!(message, "a.safetensors: tensor `w` is of type F4, whose values are not read; save it as F32");
        assert_eq!((file.as_deref(), position.as_deref()), (Some("a.safetensors"), Some("w")));
        assert_eq!(remedy.as_deref(), Some("save it as F32"));
        let usage = CommandError::Usage("inspect needs a FILE".into()).report().error;
        assert_eq!((usage.file, usage.position, usage.remedy), (None, None, None));
    }
}
