//! What a person says about unsaved work.

/// What a person says to the question about unsaved work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveAnswer {
    /// Save it first.
    Save,
    /// Let it go.
    Discard,
    /// Stay.
    Stay,
}

/// What a person says to work that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoverAnswer {
    /// Open it.
    Open,
    /// Remove it.
    Remove,
    /// Ask at the next start.
    Later,
}
