//! What the program asks of the system, and what it does when the system or the program itself fails.

// There is no other way to hear of it: the standard library's own hook for failed allocations is not stable.
#[allow(unsafe_code, reason = "everything is handed on to the system's allocator as it came")]
mod allocator;
pub mod cancel;
pub mod memory;
pub mod panics;
mod priority;
mod process;
pub mod signals;
pub mod text;

pub use allocator::Allocator;
pub use priority::stand_back;
pub use process::{has_ended, own_mark};
