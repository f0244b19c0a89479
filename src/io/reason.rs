//! Why a file cannot be read or written, as the end of a sentence.

use std::io;

/// Why a file cannot be read or written, as the end of a sentence. An error of the system's own tells no remedy: then it is
/// said what to check.
pub fn reason(error: &io::Error, what: &str) -> String {
    match error.get_ref() {
        Some(own) => format!("({own})"),
        None => format!("({error}); check {what} and the permissions"),
    }
}
