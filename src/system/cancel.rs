//! Work that is not wanted any more: what runs on the thread of a job can ask, however deep in a reader it is.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    /// Whether the job of this thread is not wanted any more; none on other threads.
    static CANCELLED: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
}

/// Puts back what was before, also after a panic.
struct Restored(Option<Arc<AtomicBool>>);

impl Drop for Restored {
    fn drop(&mut self) {
        CANCELLED.set(self.0.take());
    }
}

/// Does `work`, which is not wanted any more as soon as `cancelled` is set.
pub fn while_wanted<T>(cancelled: Arc<AtomicBool>, work: impl FnOnce() -> T) -> T {
    let _restored = Restored(CANCELLED.replace(Some(cancelled)));
    work()
}

/// Whether the work on this thread is still wanted.
///
/// # Errors
/// If it is not.
pub fn check() -> io::Result<()> {
    let is_cancelled = CANCELLED.with_borrow(|flag| flag.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)));
    if is_cancelled { Err(io::Error::other("reading it was cancelled")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_work_that_is_not_wanted_is_told_so() {
        assert!(check().is_ok());
        let flag = Arc::new(AtomicBool::new(false));
        while_wanted(flag.clone(), || {
            assert!(check().is_ok());
            flag.store(true, Ordering::Relaxed);
            assert!(check().is_err());
            while_wanted(Arc::default(), || assert!(check().is_ok()));
            assert!(check().is_err());
        });
        assert!(check().is_ok());
    }
}
