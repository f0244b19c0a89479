//! What went wrong, told in the window: one plain sentence, and details that can be copied.

use crate::system::text::{MAX_SENTENCE, bounded};

/// How many notices are kept; older ones give way.
const MAX_NOTICES: usize = 4;

/// The most characters of a notice's details.
const MAX_DETAILS: usize = 20_000;

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Tells it from others, so that it can be dismissed.
    pub id: u64,
    /// How grave it is.
    pub severity: Severity,
    /// One plain sentence: what, where, and what to do.
    pub sentence: String,
    /// More for those who want to report it; what `Copy details` copies.
    pub details: String,
}

/// How grave a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something was done.
    Done,
    /// Something was done, but not quite as asked.
    Warning,
    /// Something could not be done.
    Error,
}

/// The notices shown now, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    shown: Vec<Notice>,
    next_id: u64,
}

impl Notices {
    /// The notices shown now, oldest first.
    pub fn shown(&self) -> &[Notice] {
        &self.shown
    }

    /// Adds one. The same sentence is not shown twice.
    pub fn add(&mut self, severity: Severity, sentence: impl Into<String>, details: impl Into<String>) {
        // Names come from files, and may be as long as these.
        let sentence = bounded(&sentence.into(), MAX_SENTENCE).into_owned();
        self.shown.retain(|notice| notice.sentence != sentence);
        self.shown.push(Notice {
            id: self.next_id,
            severity,
            sentence,
            details: bounded(&details.into(), MAX_DETAILS).into_owned(),
        });
        self.next_id += 1;
        if self.shown.len() > MAX_NOTICES {
            self.shown.remove(0);
        }
    }

    /// Takes one away.
    pub fn dismiss(&mut self, id: u64) {
        self.shown.retain(|notice| notice.id != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_and_repeats_are_not_shown_twice() {
        let mut notices = Notices::default();
        for sentence in ["a", "b", "c", "b", "d", "e"] {
            notices.add(Severity::Error, sentence, "");
        }
        let sentences: Vec<_> = notices.shown().iter().map(|notice| notice.sentence.as_str()).collect();
        assert_eq!(sentences, ["c", "b", "d", "e"]);
        notices.dismiss(notices.shown()[1].id);
        assert_eq!(notices.shown().len(), 3);
    }
}
