//! Why a command ended without its result, and the exit status for it.

use std::path::PathBuf;
use std::process::ExitCode;

use thiserror::Error;

use crate::dataset::DatasetError;
use crate::flow::FlowError;
use crate::formats::FormatError;
use crate::network::NetworkError;
use crate::resnet::BlocksError;
use crate::training::TrainingError;

/// Why a command ended without its result.
#[derive(Debug, Error)]
pub(super) enum CommandError {
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
    /// The network and its data do not go together.
    #[error("{}: {source}", path.display())]
    Network { path: PathBuf, source: NetworkError },
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

impl CommandError {
    /// 1 for bad input, 2 for a wrong command line, 3 for findings that are not accepted.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            CommandError::Usage(_) => ExitCode::from(2),
            CommandError::Findings { .. } => ExitCode::from(3),
            _ => ExitCode::from(1),
        }
    }
}
