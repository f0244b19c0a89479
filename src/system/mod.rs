//! What the program asks of the system, and what it does when the system or the program itself fails.

pub mod panics;
pub mod signals;
