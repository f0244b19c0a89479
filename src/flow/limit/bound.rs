//! How long a path is followed, and that it was too long.

use thiserror::Error;

/// The error of one step at most, over the largest coordinate: where positions are compared.
pub(crate) const EXACT: f64 = 1e-12;
/// The same where a range or a share is told of them.
pub(crate) const TOLD: f64 = 1e-9;
/// The same where they are drawn, in numbers of seven digits.
pub(crate) const DRAWN: f64 = 3e-8;
/// Steps of one point at most, those that are taken back among them; passing a kink takes about twenty.
pub(super) const MAX_STEPS: usize = 10_000;

/// Why the continuous limit of a block could not be followed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("its velocity changes too fast to be followed in {steps} steps")]
pub struct NoLimit {
    /// The steps after which it was given up.
    pub steps: usize,
}
