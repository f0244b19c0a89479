//! The signal that asks the program to end while a film is drawn.

use std::sync::Mutex;

/// The signal that asked the program to end, once there was one.
static INTERRUPTED: Mutex<Option<&'static str>> = Mutex::new(None);

/// The program is asked to end: what is being drawn is not wanted any more.
pub(in crate::command_line) fn interrupt(name: &'static str) {
    if let Ok(mut interrupted) = INTERRUPTED.lock() {
        *interrupted = Some(name);
    }
}

/// The signal, once there was one.
pub(super) fn interrupted() -> Option<&'static str> {
    INTERRUPTED.lock().ok().and_then(|interrupted| *interrupted)
}
