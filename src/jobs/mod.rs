//! Work that takes longer than a frame: named worker threads with progress and cancel, of which the latest wins.
//!
//! A job has a kind and a generation. Starting another of the same kind, or cancelling, makes the result of the older
//! one worthless: it is dropped when it arrives, so a worker deep inside a decomposition never holds up the window.
//! A panic in a worker is a result like any other.

#[cfg(not(target_arch = "wasm32"))]
mod file_dialog;
mod number_files;
mod progress;
mod settings_file;
mod tasks;
mod unsaved_files;
mod worker;

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use web_time::Instant;

pub use progress::{Progress, Wake};
pub use settings_file::{SettingsFile, keep_settings, read_settings};
pub use tasks::{TaskWork, task_work};
pub use unsaved_files::{find_work, keep_work, own_folder, remove_leftovers, remove_work};
pub use worker::{JobError, Step, Work};

/// How many threads of one kind may be busy at a time. More than one, because a cancelled worker can be inside a long
/// decomposition; bounded, because dragging a slider asks for a new refinement every frame.
const THREADS_PER_KIND: usize = 2;

/// For how long a page works between two frames.
#[cfg(target_arch = "wasm32")]
const BETWEEN_FRAMES: Duration = Duration::from_millis(12);

/// The jobs of kinds `K`, each of which ends with a `T`.
pub struct Jobs<K, T> {
    wake: Wake,
    sender: Sender<Arrival<K, T>>,
    arrivals: Receiver<Arrival<K, T>>,
    current: Vec<Job<K, T>>,
    busy: Vec<K>,
    next_generation: u64,
}

/// A job that was started and is still wanted.
struct Job<K, T> {
    kind: K,
    generation: u64,
    title: String,
    started: Instant,
    progress: Progress,
    /// The work, as long as no thread is free for it.
    waiting: Option<Work<T>>,
}

/// What a worker sends when it ends.
struct Arrival<K, T> {
    kind: K,
    generation: u64,
    result: Result<T, JobError>,
}

/// A job that has ended and was still wanted.
#[derive(Debug)]
pub struct Finished<K, T> {
    /// The kind of job.
    pub kind: K,
    /// What it was called in the window.
    pub title: String,
    /// Its result.
    pub result: Result<T, JobError>,
}

/// A job as the window shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Status<K> {
    /// The kind of job.
    pub kind: K,
    /// What it is doing, as a title.
    pub title: String,
    /// The part done, 0 to 1; `None` where it cannot be known.
    pub fraction: Option<f32>,
    /// Where it is now, in words; may be empty.
    pub text: String,
    /// How long ago it was started.
    pub age: Duration,
}

impl<K: Copy + Eq + Send + std::fmt::Debug + 'static, T: Send + 'static> Jobs<K, T> {
    /// No jobs yet. `wake` is called when a worker has something to show.
    pub fn new(wake: Wake) -> Jobs<K, T> {
        let (sender, arrivals) = channel();
        Jobs { wake, sender, arrivals, current: Vec::new(), busy: Vec::new(), next_generation: 0 }
    }

    /// Starts a job. An older one of the same kind is cancelled.
    pub fn start(&mut self, kind: K, title: impl Into<String>, work: impl FnOnce(&Progress) -> T + Send + 'static) {
        self.start_steps(kind, title, worker::at_once(work));
    }

    /// Starts a job that is done step by step. An older one of the same kind is cancelled.
    pub fn start_steps(&mut self, kind: K, title: impl Into<String>, work: Work<T>) {
        self.cancel(kind);
        let generation = self.next_generation;
        self.next_generation += 1;
        let progress = Progress::new(self.wake.clone());
        let waiting = Some(work);
        let started = Instant::now();
        self.current.push(Job { kind, generation, title: title.into(), started, progress, waiting });
        self.start_waiting(kind);
    }

    /// Cancels the job of this kind: its worker is asked to stop, and what it may still give is dropped.
    /// Answers whether there was one.
    pub fn cancel(&mut self, kind: K) -> bool {
        let before = self.current.len();
        self.current.retain(|job| {
            if job.kind == kind {
                job.progress.cancel();
            }
            job.kind != kind
        });
        before > self.current.len()
    }

    /// Whether a job of this kind is wanted.
    pub fn running(&self, kind: K) -> bool {
        self.current.iter().any(|job| job.kind == kind)
    }

    /// Whether no job is wanted.
    pub fn idle(&self) -> bool {
        self.current.is_empty()
    }

    /// The jobs that are wanted, oldest first.
    pub fn status(&self) -> Vec<Status<K>> {
        let status = |job: &Job<K, T>| {
            let (fraction, text) = job.progress.read();
            Status { kind: job.kind, title: job.title.clone(), fraction, text, age: job.started.elapsed() }
        };
        self.current.iter().map(status).collect()
    }

    /// The jobs that have ended since the last call. Never waits.
    pub fn poll(&mut self) -> Vec<Finished<K, T>> {
        #[cfg(target_arch = "wasm32")]
        worker::run_for(BETWEEN_FRAMES);
        let mut finished = Vec::new();
        while let Ok(arrival) = self.arrivals.try_recv() {
            finished.extend(self.accept(arrival));
        }
        finished
    }

    /// Waits until a wanted job ends, at most `timeout`; `None` where none is wanted or none ended in that time.
    /// For tests and for programs without a window.
    pub fn wait(&mut self, timeout: Duration) -> Option<Finished<K, T>> {
        let deadline = Instant::now() + timeout;
        while !self.idle() {
            match self.arrivals.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(arrival) => {
                    if let Some(finished) = self.accept(arrival) {
                        return Some(finished);
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
        None
    }

    fn accept(&mut self, arrival: Arrival<K, T>) -> Option<Finished<K, T>> {
        if let Some(position) = self.busy.iter().position(|kind| *kind == arrival.kind) {
            self.busy.swap_remove(position);
        }
        let position = self.current.iter().position(|job| job.generation == arrival.generation);
        let job = position.map(|position| self.current.remove(position));
        self.start_waiting(arrival.kind);
        job.map(|job| Finished { kind: job.kind, title: job.title, result: arrival.result })
    }

    fn start_waiting(&mut self, kind: K) {
        if self.busy.iter().filter(|busy| **busy == kind).count() >= THREADS_PER_KIND {
            return;
        }
        let Some(job) = self.current.iter_mut().find(|job| job.kind == kind) else { return };
        let Some(work) = job.waiting.take() else { return };
        let (generation, sender, progress) = (job.generation, self.sender.clone(), job.progress.clone());
        self.busy.push(kind);
        let wake = self.wake.clone();
        let started = worker::start(&format!("layerflow {kind:?}"), progress, work, {
            let sender = sender.clone();
            move |result| {
                // The receiver is gone only when the window is.
                let _ = sender.send(Arrival { kind, generation, result });
                wake();
            }
        });
        if let Err(error) = started {
            let _ = sender.send(Arrival { kind, generation, result: Err(error) });
        }
    }
}

impl<K, T> Drop for Jobs<K, T> {
    fn drop(&mut self) {
        self.current.iter().for_each(|job| job.progress.cancel());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::sync_channel;

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(60);

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Kind {
        Read,
        Decompose,
    }

    fn jobs<T: Send + 'static>() -> Jobs<Kind, T> {
        Jobs::new(Arc::new(|| {}))
    }

    #[test]
    fn a_result_arrives_and_the_window_is_woken() {
        let woken = Arc::new(AtomicUsize::new(0));
        let counter = woken.clone();
        let mut jobs = Jobs::new(Arc::new(move || {
            counter.fetch_add(1, Ordering::SeqCst);
        }));
        jobs.start(Kind::Read, "reading", |_| 7);
        let finished = jobs.wait(TIMEOUT).unwrap();
        assert_eq!((finished.kind, finished.title.as_str()), (Kind::Read, "reading"));
        assert_eq!(finished.result, Ok(7));
        assert!(jobs.idle());
        // Waking follows sending, so it may still be under way when the result is here.
        while woken.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
    }

    #[test]
    fn the_latest_wins_even_if_the_older_ends_after_it() {
        let (release, held) = sync_channel::<()>(0);
        let mut jobs = jobs();
        jobs.start(Kind::Read, "old", move |_| {
            let _ = held.recv();
            "old"
        });
        jobs.start(Kind::Read, "new", |_| "new");
        assert_eq!(jobs.wait(TIMEOUT).unwrap().result, Ok("new"));
        release.send(()).unwrap();
        jobs.start(Kind::Decompose, "another", |_| "another");
        assert_eq!(jobs.wait(TIMEOUT).unwrap().result, Ok("another"));
        assert!(jobs.poll().is_empty());
    }

    #[test]
    fn cancel_takes_effect_while_the_worker_is_busy() {
        let (release, held) = sync_channel::<()>(0);
        let mut jobs = jobs();
        jobs.start(Kind::Decompose, "long", move |progress| {
            let _ = held.recv();
            progress.cancelled()
        });
        assert!(jobs.cancel(Kind::Decompose));
        assert!(jobs.idle() && jobs.status().is_empty());
        assert!(!jobs.cancel(Kind::Decompose));
        release.send(()).unwrap();
        assert!(jobs.wait(TIMEOUT).is_none());
    }

    #[test]
    fn threads_of_a_kind_are_bounded_and_the_latest_still_runs() {
        let (release, held) = sync_channel::<()>(0);
        let held = Arc::new(std::sync::Mutex::new(held));
        let started = Arc::new(AtomicUsize::new(0));
        let mut jobs = jobs();
        for index in 0..10 {
            let (held, started) = (held.clone(), started.clone());
            jobs.start(Kind::Decompose, "refining", move |_| {
                started.fetch_add(1, Ordering::SeqCst);
                if index < 9 {
                    let _ = held.lock().unwrap().recv();
                }
                index
            });
        }
        drop(release);
        assert_eq!(jobs.wait(TIMEOUT).unwrap().result, Ok(9));
        assert!(started.load(Ordering::SeqCst) <= THREADS_PER_KIND + 1);
    }

    #[test]
    fn a_panic_is_an_error() {
        let mut jobs = jobs::<()>();
        jobs.start(Kind::Read, "reading", |_| panic!("row 3 is missing"));
        let result = jobs.wait(TIMEOUT).unwrap().result;
        assert_eq!(result, Err(JobError::Panicked("row 3 is missing".into())));
    }

    #[test]
    fn work_in_steps_is_called_until_it_is_done() {
        let mut jobs = jobs();
        let mut calls = 0;
        let work = move |_: &Progress| {
            calls += 1;
            if calls < 3 { Step::Later(Duration::from_millis(1)) } else { Step::Done(calls) }
        };
        jobs.start_steps(Kind::Decompose, "step by step", Box::new(work));
        assert_eq!(jobs.wait(TIMEOUT).unwrap().result, Ok(3));
    }

    #[test]
    fn progress_is_seen_while_it_runs() {
        let (report, reported) = sync_channel::<()>(0);
        let (release, held) = sync_channel::<()>(0);
        let mut jobs = jobs();
        jobs.start(Kind::Decompose, "decomposing", move |progress| {
            progress.set(0.25, "layer 1 of 4");
            let _ = report.send(());
            let _ = held.recv();
        });
        reported.recv().unwrap();
        let status = jobs.status();
        assert_eq!((status[0].fraction, status[0].text.as_str()), (Some(0.25), "layer 1 of 4"));
        release.send(()).unwrap();
        assert!(jobs.wait(TIMEOUT).is_some());
    }
}
