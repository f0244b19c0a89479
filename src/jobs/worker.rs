//! One thread for one piece of work, whose panic becomes an error.

use std::thread::Builder;

use super::Progress;
use crate::system::cancel::while_wanted;
use crate::system::panics::catching;
use crate::system::stand_back;

/// Runs `work` on a thread called `name` and gives its result to `done`, on that thread.
///
/// # Errors
/// If the system gives no thread; then `done` is not called.
pub(super) fn start<T: Send + 'static>(
    name: &str,
    progress: Progress,
    work: Box<dyn FnOnce(&Progress) -> T + Send>,
    done: impl FnOnce(Result<T, JobError>) + Send + 'static,
) -> Result<(), JobError> {
    let run = move || {
        stand_back();
        // What the work owned is gone after a panic, and what it shares (`Progress`) is whole after every assignment.
        let result = catching(|| while_wanted(progress.flag(), || work(&progress)));
        done(result.map_err(|panic| JobError::Panicked(panic.to_string())));
    };
    match Builder::new().name(name.to_owned()).spawn(run) {
        Ok(_) => Ok(()),
        Err(error) => Err(JobError::NoThread(error.to_string())),
    }
}

/// Why a job gave no result.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum JobError {
    /// The worker panicked.
    #[error("{0}")]
    Panicked(String),
    /// The system gave no thread.
    #[error("no thread could be started: {0}")]
    NoThread(String),
}
