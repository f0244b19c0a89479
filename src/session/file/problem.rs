//! Why a session is not opened, and what takes the place of files that are not as they were.

use std::path::PathBuf;

use thiserror::Error;

use crate::dataset::DatasetError;
use crate::formats::FormatError;
use crate::io::ReferenceProblem;
use crate::network::NetworkError;

/// A part of a session that is in a file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionPart {
    /// The network.
    Network,
    /// The data.
    Data,
}

impl SessionPart {
    /// What it is called in a sentence.
    pub fn label(self) -> &'static str {
        match self {
            SessionPart::Network => "network",
            SessionPart::Data => "data",
        }
    }
}

/// A file that a session names, and that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// What it holds.
    pub part: SessionPart,
    /// Where it was looked for.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: ReferenceProblem,
}

impl FileProblem {
    /// `The data /a/b.csv has changed since`.
    pub fn label(&self) -> String {
        format!("The {} {} {}", self.part.label(), self.path.display(), self.problem.label())
    }
}

/// What takes the place of the files that a session names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionSources {
    /// The network's file.
    pub network: Option<PathBuf>,
    /// The data's file.
    pub data: Option<PathBuf>,
    /// Whether files that have changed are taken as they are now.
    pub accept_changed: bool,
}

impl SessionSources {
    /// The file that takes the place of a part's.
    pub(super) fn of(&self, part: SessionPart) -> Option<&PathBuf> {
        match part {
            SessionPart::Network => self.network.as_ref(),
            SessionPart::Data => self.data.as_ref(),
        }
    }
}

/// Why a session is not opened.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum SessionError {
    /// Files that it names are missing or have changed.
    #[error("{}: {}; open it in the window to say what takes their place", path.display(), listed(problems))]
    Files { path: PathBuf, problems: Vec<FileProblem> },
    /// The session's own file, or that of its network.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Its data.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// Its network makes none.
    #[error("{}: {source}", path.display())]
    Network { path: PathBuf, source: NetworkError },
}

fn listed(problems: &[FileProblem]) -> String {
    problems.iter().map(FileProblem::label).collect::<Vec<_>>().join("; ")
}
