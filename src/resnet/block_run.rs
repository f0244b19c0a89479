//! Consecutive blocks of a refined network.

/// Consecutive blocks that follow one phase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockRun {
    /// The layer of the plain net, from 1.
    pub layer: usize,
    /// The index of its phase; `None` for its linear phases kept whole.
    pub phase: Option<usize>,
    /// What the blocks do.
    pub text: &'static str,
    /// The number of blocks.
    pub blocks: usize,
    /// The times t at which the first begins and the last ends.
    pub times: (f64, f64),
}
