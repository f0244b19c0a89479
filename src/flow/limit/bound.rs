//! How long a path is followed, and that it was too long.

use thiserror::Error;

/// Steps of one point at most, those that are taken back among them; passing a kink takes about twenty.
pub(super) const MAX_STEPS: usize = 10_000;

/// Why the continuous limit of a block could not be followed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("its velocity changes too fast to be followed in {steps} steps")]
pub struct NoLimit {
    /// The steps after which it was given up.
    pub steps: usize,
}
