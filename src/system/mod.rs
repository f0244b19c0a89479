//! What the program asks of the system, and what it does when the system or the program itself fails.

mod allocator;
pub mod memory;
pub mod panics;
pub mod signals;

pub use allocator::Allocator;
