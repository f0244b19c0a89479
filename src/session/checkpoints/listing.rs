//! The files of a series, as they come and go.
//!
//! A file that appears or changes while the series is open may still be written. It counts as complete when it has the
//! same size and time in two listings one after the other, or was last written some seconds ago. What is written beside and
//! renamed is so as soon as it appears under its name, but cannot be told from the other kind.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::detail::StepDetail;
use super::step::{CheckpointStep, StepMeasure};
use crate::formats::Checkpoint;

/// Seconds between two listings.
const INTERVAL: f64 = 1.0;
/// A file that was last written so long ago is complete.
const COMPLETE_AFTER: Duration = Duration::from_secs(2);

/// The steps, and the files that are none yet.
#[derive(Debug)]
pub(super) struct Listing {
    steps: Vec<CheckpointStep>,
    /// Files as they were in the last listing, where they had changed by then.
    changing: Vec<Checkpoint>,
    /// Seconds since the last listing; `None` while one is under way.
    since: Option<f64>,
}

impl Listing {
    /// The files as they are when the series is opened, in their order.
    pub fn new(files: Vec<Checkpoint>) -> Listing {
        Listing { steps: files.into_iter().map(CheckpointStep::new).collect(), changing: Vec::new(), since: Some(0.0) }
    }

    pub fn steps(&self) -> &[CheckpointStep] {
        &self.steps
    }

    pub fn changing(&self) -> usize {
        self.changing.len()
    }

    /// Whether the next listing is due; it is under way then.
    pub fn is_due(&mut self, seconds: f64) -> bool {
        let Some(since) = &mut self.since else { return false };
        *since += seconds.max(0.0);
        let is_due = *since >= INTERVAL;
        if is_due {
            self.since = None;
        }
        is_due
    }

    /// The next listing is tried after the usual time.
    pub fn fail(&mut self) {
        self.since = Some(0.0);
    }

    /// Takes the files as they are now, in their order.
    pub fn update(&mut self, files: Vec<Checkpoint>) {
        self.update_at(files, SystemTime::now());
    }

    fn update_at(&mut self, files: Vec<Checkpoint>, now: SystemTime) {
        self.since = Some(0.0);
        let known: HashMap<&Path, &CheckpointStep> =
            self.steps.iter().map(|step| (step.file.path.as_path(), step)).collect();
        let (mut steps, mut changing) = (Vec::with_capacity(files.len()), Vec::new());
        for file in files {
            match known.get(file.path.as_path()).copied() {
                Some(step) if step.file == file => steps.push(step.clone()),
                _ if is_complete(&file, &self.changing, now) => steps.push(CheckpointStep::new(file)),
                // What was read of it before stays in the list until it is complete again.
                Some(step) => {
                    steps.push(step.clone());
                    changing.push(file);
                }
                None => changing.push(file),
            }
        }
        (self.steps, self.changing) = (steps, changing);
    }

    /// The next step from `index` that is not known to be broken, back or on.
    pub fn readable_from(&self, index: usize, back: bool) -> Option<usize> {
        let is_readable = |index: &usize| self.steps.get(*index).is_some_and(|step| step.problem.is_none());
        match back {
            true => (0..index).rev().find(is_readable),
            false => (index + 1..self.steps.len()).find(is_readable),
        }
    }

    pub fn mark_read(&mut self, index: usize, measure: Option<StepMeasure>) {
        if let Some(step) = self.steps.get_mut(index) {
            step.problem = None;
            step.measure = measure.or(step.measure);
        }
    }

    pub fn describe(&mut self, index: usize, detail: Arc<StepDetail>) {
        self.steps.iter_mut().skip(index).take(1).for_each(|step| step.detail = Some(detail.clone()));
    }

    pub fn count_findings(&mut self, index: usize, count: usize) {
        self.steps.iter_mut().skip(index).take(1).for_each(|step| step.findings = Some(count));
    }

    /// The data is another: what was measured on it is not known any more.
    pub fn forget_measures(&mut self) {
        for step in &mut self.steps {
            (step.measure, step.findings) = (None, None);
            step.detail = step.detail.take().map(|detail| Arc::new(detail.without_gradients()));
        }
    }

    pub fn mark_broken(&mut self, index: usize, problem: String) {
        if let Some(step) = self.steps.get_mut(index) {
            step.problem = Some(problem);
        }
    }
}

/// Whether a file that has changed is not being written any more.
fn is_complete(file: &Checkpoint, before: &[Checkpoint], now: SystemTime) -> bool {
    let age = file.modified.and_then(|modified| now.duration_since(modified).ok());
    age.is_some_and(|age| age >= COMPLETE_AFTER) || before.contains(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(1_000_000);

    fn file(name: &str, bytes: u64, seconds: u64) -> Checkpoint {
        let modified = Some(SystemTime::UNIX_EPOCH + START + Duration::from_secs(seconds));
        Checkpoint { path: name.into(), step: None, bytes, modified }
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + START + Duration::from_secs(seconds)
    }

    fn names(listing: &Listing) -> Vec<String> {
        listing.steps().iter().map(|step| step.file.path.display().to_string()).collect()
    }

    #[test]
    fn a_file_that_is_still_written_is_waited_for() {
        let mut listing = Listing::new(vec![file("a", 5, 0)]);
        // It grows from listing to listing.
        listing.update_at(vec![file("a", 5, 0), file("b", 1, 10)], at(10));
        assert_eq!((names(&listing), listing.changing()), (vec!["a".to_owned()], 1));
        listing.update_at(vec![file("a", 5, 0), file("b", 2, 11)], at(11));
        assert_eq!((names(&listing).len(), listing.changing()), (1, 1));
        // And rests.
        listing.update_at(vec![file("a", 5, 0), file("b", 2, 11)], at(12));
        assert_eq!((names(&listing).len(), listing.changing()), (2, 0));
        // What was written long ago and only now appears, by renaming or copying, is complete.
        listing.update_at(vec![file("0", 3, 2), file("a", 5, 0), file("b", 2, 11)], at(13));
        assert_eq!(names(&listing), ["0", "a", "b"]);
        // A clock that goes ahead of this one's tells nothing of the age.
        listing.update_at(vec![file("a", 5, 0), file("c", 2, 99)], at(14));
        assert_eq!((names(&listing), listing.changing()), (vec!["a".to_owned()], 1));
    }

    #[test]
    fn a_file_that_is_written_over_is_a_new_one_when_it_rests() {
        let mut listing = Listing::new(vec![file("a", 5, 0), file("b", 5, 0)]);
        listing.mark_broken(1, "why".into());
        listing.update_at(vec![file("a", 5, 0), file("b", 6, 20)], at(20));
        // Until then it stays as it was.
        assert!(listing.steps()[1].problem.is_some() && listing.steps()[1].file.bytes == 5);
        listing.update_at(vec![file("a", 5, 0), file("b", 6, 20)], at(21));
        assert_eq!(listing.steps()[1], CheckpointStep::new(file("b", 6, 20)));
        listing.mark_broken(0, "why".into());
        assert_eq!(listing.readable_from(1, true), None);
        assert_eq!(listing.readable_from(0, false), Some(1));
        // What is gone is gone.
        listing.update_at(vec![file("b", 6, 20)], at(22));
        assert_eq!(names(&listing), ["b"]);
    }

    #[test]
    fn files_are_listed_once_a_second() {
        let mut listing = Listing::new(Vec::new());
        assert!(!listing.is_due(0.5) && listing.is_due(0.6));
        // While one is under way there is no other.
        assert!(!listing.is_due(5.0));
        listing.update(Vec::new());
        assert!(!listing.is_due(0.9) && listing.is_due(0.2));
    }
}
