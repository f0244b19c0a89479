//! What the window library says of its failures: where the event loop is ours, it does so in its log only.

use std::sync::{Mutex, PoisonError};

use log::{Level, LevelFilter, Log, Metadata, Record};

/// How the window library begins to say why it ends a window.
const ENDED: &str = "Exiting because of error: ";

/// The last error in the log of the window library that ended a window.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Keeps the errors that end a window and drops everything else.
struct LibraryLog;

impl Log for LibraryLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() == Level::Error && metadata.target().starts_with("eframe")
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        if let Some(error) = record.args().to_string().strip_prefix(ENDED) {
            *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_owned());
        }
    }

    fn flush(&self) {}
}

/// Listens from now on.
pub(super) fn listen() {
    // Another logger is there only in a program that uses this one as a library: it then hears the errors.
    if log::set_logger(&LibraryLog).is_ok() {
        log::set_max_level(LevelFilter::Error);
    }
}

/// The last error that ended a window since this was asked.
pub(super) fn last_error() -> Option<String> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_errors_that_end_a_window_are_kept() {
        let say = |level, target: &str, text: &str| {
            LibraryLog.log(&Record::builder().level(level).target(target).args(format_args!("{text}")).build());
        };
        say(Level::Error, "eframe::native::run", "Exiting because of error: no configs");
        say(Level::Error, "eframe::native::app_icon", "the icon has an odd size");
        say(Level::Warn, "eframe::native::run", "a warning");
        say(Level::Error, "another", "another's error");
        assert_eq!(last_error().as_deref(), Some("no configs"));
        assert_eq!(last_error(), None);
    }
}
