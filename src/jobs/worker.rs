//! One piece of work, step by step, whose panic becomes an error: on a thread of its own, or between the frames of a page that
//! has none.

use std::time::Duration;

use super::Progress;
use crate::system::cancel::while_wanted;
use crate::system::panics::catching;

#[cfg(target_arch = "wasm32")]
pub(super) use between_frames::{run_for, start};
#[cfg(not(target_arch = "wasm32"))]
pub(super) use thread::start;

/// What one step of a piece of work gave.
pub enum Step<T> {
    /// All of it is done.
    Done(T),
    /// More is to be done, not sooner than after this time.
    Later(Duration),
}

/// A piece of work: called until it is done.
pub type Work<T> = Box<dyn FnMut(&Progress) -> Step<T> + Send>;

/// The work that is done at once. Called again, which nobody does, it would wait.
pub(super) fn at_once<T: 'static>(work: impl FnOnce(&Progress) -> T + Send + 'static) -> Work<T> {
    let mut work = Some(work);
    Box::new(move |progress| match work.take() {
        Some(work) => Step::Done(work(progress)),
        None => Step::Later(Duration::MAX),
    })
}

/// One step of `work`.
fn step<T>(work: &mut Work<T>, progress: &Progress) -> Result<Step<T>, JobError> {
    // What the work owned is gone after a panic, and what it shares (`Progress`) is whole after every assignment.
    let result = catching(|| while_wanted(progress.flag(), || work(progress)));
    result.map_err(|panic| JobError::Panicked(panic.to_string()))
}

#[cfg(not(target_arch = "wasm32"))]
mod thread {
    use std::thread::{Builder, sleep};

    use super::{JobError, Progress, Step, Work, step};
    use crate::system::stand_back;

    /// Runs `work` on a thread called `name` and gives its result to `done`, on that thread.
    ///
    /// # Errors
    /// If the system gives no thread; then `done` is not called.
    pub(in crate::jobs) fn start<T: Send + 'static>(
        name: &str,
        progress: Progress,
        mut work: Work<T>,
        done: impl FnOnce(Result<T, JobError>) + Send + 'static,
    ) -> Result<(), JobError> {
        let run = move || {
            stand_back();
            let result = loop {
                match step(&mut work, &progress) {
                    Ok(Step::Done(result)) => break Ok(result),
                    Ok(Step::Later(pause)) => sleep(pause),
                    Err(error) => break Err(error),
                }
            };
            drop(work);
            done(result);
        };
        match Builder::new().name(name.to_owned()).spawn(run) {
            Ok(_) => Ok(()),
            Err(error) => Err(JobError::NoThread(error.to_string())),
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod between_frames {
    use std::cell::RefCell;
    use std::collections::VecDeque;
    use std::time::Duration;

    use web_time::Instant;

    use super::{JobError, Progress, Step, Work, step};

    /// A step of a piece of work, and when it may be done. Answers when the next may be; `None` where that was the last.
    struct Waiting {
        due: Instant,
        step: Box<dyn FnMut() -> Option<Instant>>,
    }

    thread_local! {
        /// What is to be done between frames, in turns.
        static WAITING: RefCell<VecDeque<Waiting>> = const { RefCell::new(VecDeque::new()) };
    }

    /// Has `work` done between frames, and its result given to `done`.
    ///
    /// # Errors
    /// None.
    pub(in crate::jobs) fn start<T: Send + 'static>(
        _: &str,
        progress: Progress,
        mut work: Work<T>,
        done: impl FnOnce(Result<T, JobError>) + Send + 'static,
    ) -> Result<(), JobError> {
        let mut done = Some(done);
        let mut finish = move |result| {
            if let Some(done) = done.take() {
                done(result);
            }
            None
        };
        let step = Box::new(move || match step(&mut work, &progress) {
            Ok(Step::Done(result)) => finish(Ok(result)),
            Ok(Step::Later(pause)) => Some(Instant::now() + pause),
            Err(error) => finish(Err(error)),
        });
        WAITING.with_borrow_mut(|waiting| waiting.push_back(Waiting { due: Instant::now(), step }));
        Ok(())
    }

    /// Does what is due, in turns, until this time is over. One step can take longer.
    pub(in crate::jobs) fn run_for(time: Duration) {
        let began = Instant::now();
        while began.elapsed() < time {
            let next = WAITING.with_borrow_mut(|waiting| {
                let position = waiting.iter().position(|waiting| waiting.due <= Instant::now())?;
                waiting.remove(position)
            });
            let Some(mut next) = next else { break };
            if let Some(due) = (next.step)() {
                WAITING.with_borrow_mut(|waiting| waiting.push_back(Waiting { due, ..next }));
            }
        }
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
