//! Memory for what a file claims to hold.

use std::io::{self, ErrorKind};

use crate::system::memory;

/// An empty list with room for `count` values: what a file claims may be more than there is memory for.
///
/// # Errors
/// If there is no memory for it.
pub fn reserved<T>(count: usize) -> io::Result<Vec<T>> {
    let bytes = count.saturating_mul(size_of::<T>()) as u64;
    memory::check(bytes)?;
    let mut values = Vec::new();
    memory::reserve(&mut values, count).map_err(|_| {
        let size = memory::size_text(bytes);
        io::Error::new(ErrorKind::OutOfMemory, format!("there is no memory for its {size}; use a smaller file"))
    })?;
    Ok(values)
}
