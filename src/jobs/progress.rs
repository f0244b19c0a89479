//! What a worker says while it works, and how it learns that it is not wanted any more.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The worker's end and the window's end of a job's progress.
#[derive(Clone)]
pub struct Progress {
    wake: Wake,
    cancelled: Arc<AtomicBool>,
    /// The part done, and words for it.
    state: Arc<Mutex<(Option<f32>, String)>>,
}

impl Progress {
    pub(super) fn new(wake: Wake) -> Progress {
        Progress { wake, cancelled: Arc::default(), state: Arc::default() }
    }

    /// Tells the part done (0 to 1) and where it is, in words.
    pub fn set(&self, fraction: f32, text: impl Into<String>) {
        let fraction = fraction.is_finite().then(|| fraction.clamp(0.0, 1.0));
        // The state is whole after every assignment, so a panic elsewhere does not spoil it.
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = (fraction, text.into());
        (self.wake)();
    }

    /// Whether the result is not wanted any more; workers ask between pieces of work.
    pub fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Set when the result is not wanted any more.
    pub(super) fn flag(&self) -> Arc<AtomicBool> {
        self.cancelled.clone()
    }

    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> (Option<f32>, String) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Asks the window to draw again; called from worker threads.
pub type Wake = Arc<dyn Fn() + Send + Sync>;
