//! Where there is no memory left, one sentence and status 1, instead of an abort.
//!
//! What is of a user's size is estimated before ([`super::memory::check`]) or asked for so that it may fail
//! ([`super::memory::reserve`]). What is left are the many small pieces that libraries ask for, none of which can do
//! without: there the program ends. It cannot unwind from here, because the language does not allow it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Whether a failed allocation is an answer that is waited for.
    static MAY_FAIL: Cell<bool> = const { Cell::new(false) };
}

/// Does `work`, in which allocations may fail.
pub(super) fn fallibly<T>(work: impl FnOnce() -> T) -> T {
    let before = MAY_FAIL.replace(true);
    let result = work();
    MAY_FAIL.set(before);
    result
}

/// The system's allocator, which ends the program with a sentence where it fails.
pub struct Allocator;

// SAFETY: every call is handed on to the system's allocator with the arguments as they came, and its answer is given back
// unchanged; `checked` neither allocates nor unwinds.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps what `GlobalAlloc` asks for.
        checked(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        checked(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        checked(unsafe { System.realloc(pointer, layout, size) })
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn checked(pointer: *mut u8) -> *mut u8 {
    if pointer.is_null() && !MAY_FAIL.get() {
        end();
    }
    pointer
}

/// Ends the program without asking for memory.
#[cfg(unix)]
#[cold]
fn end() -> ! {
    const SENTENCE: &[u8] = b"layerflow has run out of memory and ends; use a smaller file, or close other programs\n";
    // SAFETY: the pointer and the length are those of a constant; both calls are safe in any state of the program.
    unsafe {
        libc::write(libc::STDERR_FILENO, SENTENCE.as_ptr().cast(), SENTENCE.len());
        libc::_exit(1)
    }
}

/// Ends the program.
#[cfg(not(unix))]
#[cold]
fn end() -> ! {
    std::process::exit(1)
}
