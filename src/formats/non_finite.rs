//! Whether NaN and infinity may be read.
//!
//! Every reader refuses them, and for one purpose they are let through: to look at a network that training has broken. The
//! choice belongs to the one that opens a file, and holds for its thread until the file is open; a file of tensors keeps it.

use std::cell::Cell;

use crate::network::{Layer, Network, NetworkError, OutputFunction};

thread_local! {
    static ALLOWED: Cell<bool> = const { Cell::new(false) };
}

/// Puts the choice back, also when a reader panics.
struct Restored(bool);

impl Drop for Restored {
    fn drop(&mut self) {
        ALLOWED.with(|allowed| allowed.set(self.0));
    }
}

/// Does `open` with NaN and infinity let through.
pub(crate) fn allowing<T>(open: impl FnOnce() -> T) -> T {
    let _restored = Restored(ALLOWED.with(|allowed| allowed.replace(true)));
    open()
}

/// Whether they are let through now.
pub(super) fn are_allowed() -> bool {
    ALLOWED.with(Cell::get)
}

/// The network of these layers, which may hold what is not finite where that is let through.
pub(super) fn network(name: String, layers: Vec<Layer>, output: OutputFunction) -> Result<Network, NetworkError> {
    network_if(are_allowed(), name, layers, output)
}

/// The same where the choice was made before.
pub(super) fn network_if(
    is_allowed: bool,
    name: String,
    layers: Vec<Layer>,
    output: OutputFunction,
) -> Result<Network, NetworkError> {
    if is_allowed { Network::with_non_finite(name, layers, output) } else { Network::new(name, layers, output) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_ends_with_the_file() {
        assert!(!are_allowed());
        assert!(allowing(are_allowed));
        assert!(!are_allowed());
        assert!(allowing(|| {
            allowing(|| ());
            are_allowed()
        }));
    }
}
