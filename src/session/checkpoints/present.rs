//! Which step is on show, and which is asked for.

use super::{CheckpointSeries, CheckpointStep};

/// A step that has been on show for so many seconds is one to look at, not one on the way to another.
const RESTED: f64 = 0.3;

impl CheckpointSeries {
    /// The index of the step on show; `None` before the first.
    pub fn present(&self) -> Option<usize> {
        self.present
    }

    /// The index of the step that is asked for: that on show, unless it is still being read.
    pub fn wanted(&self) -> Option<usize> {
        self.wanted
    }

    /// The index of the step that is asked for, else of the one on show.
    pub fn asked(&self) -> Option<usize> {
        self.wanted.or(self.present)
    }

    /// The step on show.
    pub fn present_step(&self) -> Option<&CheckpointStep> {
        self.steps().get(self.present?)
    }

    /// Whether the file of the step on show was written over since it was read.
    pub(in crate::session) fn is_present_stale(&self) -> bool {
        self.present_step().is_some_and(|step| step.problem.is_none() && self.shown_file.as_ref() != Some(&step.file))
    }

    /// The index of the step that is to be shown in place of the one on show.
    pub(in crate::session) fn due(&self) -> Option<usize> {
        self.wanted.filter(|wanted| Some(*wanted) != self.present || self.is_present_stale())
    }

    /// Whether the scrubber is on its way over the steps. Steps that are played are each looked at: their findings are
    /// part of the run's curves.
    pub fn is_scrubbed(&self) -> bool {
        self.playing().is_none() && (self.due().is_some() || self.rested < RESTED)
    }
}
