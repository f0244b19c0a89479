//! A command line to be given away.

/// A command line, and what it cannot say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareLine {
    /// The words after the program's name.
    pub arguments: Vec<String>,
    /// What is shown and is not in it, a part of a sentence each.
    pub missing: Vec<&'static str>,
}
