//! A signal that asks the window to close: it closes in order, as if its last button had been pressed.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::jobs::Wake;
use crate::system::signals;

/// A window that has not closed after so long is ended by the signal.
const CLOSING_TIME: Duration = Duration::from_secs(3);

/// What the thread that waits for signals and the window share.
#[derive(Clone, Default)]
pub(super) struct SignalWatch {
    is_asked: Arc<AtomicBool>,
    /// What becomes of unsaved work, as the end of a sentence.
    kept: Arc<Mutex<String>>,
}

impl SignalWatch {
    /// Waits for signals from now on; `wake` asks for a frame.
    pub fn start(&self, wake: Wake) {
        let watch = self.clone();
        signals::watch(move |name| {
            let kept = watch.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
            // With standard error closed there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "layerflow closes because of {name}{kept}.");
            watch.is_asked.store(true, Ordering::SeqCst);
            wake();
            CLOSING_TIME
        });
    }

    /// Whether a signal has asked the window to close.
    pub fn asks_to_close(&self) -> bool {
        self.is_asked.load(Ordering::SeqCst)
    }

    /// Says what becomes of unsaved work.
    pub fn announce(&self, kept: String) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = kept;
    }

    /// Asks the window to close, as a signal does.
    #[cfg(test)]
    pub fn ask(&self) {
        self.is_asked.store(true, Ordering::SeqCst);
    }
}
