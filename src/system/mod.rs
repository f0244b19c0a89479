//! What the program asks of the system, and what it does when the system or the program itself fails.

// There is no other way to hear of it: the standard library's own hook for failed allocations is not stable.
#[allow(unsafe_code, reason = "everything is handed on to the system's allocator as it came")]
mod allocator;
pub mod cancel;
pub mod memory;
pub mod panics;
pub mod signals;
pub mod text;

pub use allocator::Allocator;

/// Whether the process of this number runs no more; where that cannot be known it may run.
pub fn has_ended(process: u32) -> bool {
    let is_another = process != std::process::id();
    cfg!(target_os = "linux") && is_another && !std::path::Path::new(&format!("/proc/{process}")).exists()
}
