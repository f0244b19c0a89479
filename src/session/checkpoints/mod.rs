//! The checkpoints of a training as a film: a list of steps of which one is on show, the steps around it read ahead, and a
//! folder that is watched while it grows.

mod cache;
mod detail;
mod listing;
mod play;
mod present;
mod read;
mod step;

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) use cache::{CheckpointCache, KeptCheckpoint};
pub(super) use detail::AT_ONCE;
pub use detail::StepDetail;
use listing::Listing;
pub use play::PlayDirection;
use play::Player;
pub use read::{CheckpointError, CheckpointRead, CheckpointRequest};
pub use step::{CheckpointStep, StepMeasure};

use crate::dataset::Dataset;
use crate::formats::{Checkpoint, RunLog};
use crate::network::Network;
use crate::session::document::Data;
use crate::training::Loss;

/// How many steps ahead of the present one, in the direction of the last move, are read before they are asked for; and
/// behind it.
const AHEAD: usize = 4;
const BEHIND: usize = 1;

/// What is done with the checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckpointCommand {
    /// Shows the step at this index.
    Seek(usize),
    /// Shows the step before.
    Previous,
    /// Shows the next step.
    Next,
    /// Shows the newest step, and every newer one.
    Newest,
    /// Plays through the steps in this direction, or stops.
    TogglePlay(PlayDirection),
    /// Shows every newer step when it appears, or not.
    Follow(bool),
    /// Waits no more for the first step of a run.
    StopWaiting,
    /// Shows the curves of the run, or not.
    ToggleCurves,
}

/// The checkpoints of a folder or of a pattern of names.
#[derive(Debug)]
pub struct CheckpointSeries {
    source: PathBuf,
    listing: Listing,
    player: Player,
    /// The index of the step on show.
    present: Option<usize>,
    /// Its file as it was read.
    shown_file: Option<Checkpoint>,
    /// The index of the step that was asked for last.
    wanted: Option<usize>,
    /// The seconds since a step took the place of another.
    rested: f64,
    /// Whether the last move was back.
    went_back: bool,
    /// What is being read.
    pub(super) under_way: Option<PathBuf>,
    /// Whether steps are read ahead: not after a person has stopped it, until the next move.
    reads_ahead: bool,
    /// The steps around the one on show that were read ahead, or tried.
    tried_ahead: Vec<usize>,
    /// The network of the step on show, as it was read.
    pub(super) network: Option<Arc<Network>>,
    /// The gauge that the flow on show belongs to: flows of one gauge continue each other.
    pub(super) gauge: u64,
    pub(super) next_gauge: u64,
    follows: bool,
    /// Whether the run had not begun when it was opened, and none of its steps was on show yet.
    waits: bool,
    /// Whether the curves of the run are in sight.
    shows_curves: bool,
    /// The training's log beside the files.
    log: Option<Arc<RunLog>>,
    /// The data that was wanted before an example stood in for the first step.
    pub(super) data: Option<Data>,
    /// The file that was asked for last while the first step is waited for.
    first_asked: Option<Checkpoint>,
    /// The data and the loss by which steps were measured.
    measured_by: Option<(Arc<Dataset>, Loss)>,
    pub(super) cache: CheckpointCache,
}

impl CheckpointSeries {
    /// These files, which `source` stands for; the newest is wanted, and every newer one.
    pub fn new(source: PathBuf, files: Vec<Checkpoint>) -> CheckpointSeries {
        let listing = Listing::new(files);
        let wanted = listing.steps().len().checked_sub(1);
        let waits = wanted.is_none();
        CheckpointSeries {
            source,
            listing,
            player: Player::default(),
            present: None,
            shown_file: None,
            wanted,
            rested: f64::INFINITY,
            went_back: true,
            under_way: None,
            reads_ahead: true,
            tried_ahead: Vec::new(),
            network: None,
            gauge: 0,
            next_gauge: 1,
            follows: true,
            waits,
            shows_curves: false,
            log: None,
            first_asked: None,
            data: None,
            measured_by: None,
            cache: CheckpointCache::default(),
        }
    }

    /// These files, of which that at `path` is to be shown first; whether newer ones are followed.
    pub(super) fn beginning_with(
        source: PathBuf,
        files: Vec<Checkpoint>,
        path: &Path,
        follows: bool,
    ) -> CheckpointSeries {
        let mut series = CheckpointSeries::new(source, files);
        series.follows = follows;
        if !follows {
            series.wanted = series.position(path);
        }
        series
    }

    /// The folder or the pattern.
    pub fn source(&self) -> &Path {
        &self.source
    }

    /// The steps, in their order.
    pub fn steps(&self) -> &[CheckpointStep] {
        self.listing.steps()
    }

    /// How many files are still being written.
    pub fn changing(&self) -> usize {
        self.listing.changing()
    }

    /// Whether every newer step is shown when it appears.
    pub fn follows(&self) -> bool {
        self.follows
    }

    /// Whether the curves of the run are in sight.
    pub fn shows_curves(&self) -> bool {
        self.shows_curves
    }

    /// The training's log beside the files, as it was when they were last listed.
    pub fn log(&self) -> Option<&Arc<RunLog>> {
        self.log.as_ref()
    }

    /// Takes the log as it is now.
    pub(super) fn accept_log(&mut self, log: Option<Arc<RunLog>>) {
        self.log = log;
    }

    /// Whether the run had not begun when it was opened, and its first step is waited for.
    pub fn waits(&self) -> bool {
        self.waits
    }

    /// The loss by which steps were measured.
    pub fn loss(&self) -> Option<Loss> {
        self.measured_by.as_ref().map(|(_, loss)| *loss)
    }

    /// In which direction the steps are played, while they are.
    pub fn playing(&self) -> Option<PlayDirection> {
        self.player.direction()
    }

    /// What the steps that are kept in memory take, in bytes, and how many they are.
    pub fn kept(&self) -> (u64, usize) {
        self.cache.kept()
    }

    /// The index of the step with this file.
    pub fn position(&self, path: &Path) -> Option<usize> {
        self.steps().iter().position(|step| step.file.path == path)
    }

    /// Carries out a command; what is wanted changes by it.
    pub(super) fn apply(&mut self, command: CheckpointCommand) {
        let last = self.steps().len().saturating_sub(1);
        let here = self.asked().unwrap_or(last);
        match command {
            CheckpointCommand::Seek(index) => self.go_to(index.min(last)),
            CheckpointCommand::Previous => self.go_to(here.saturating_sub(1)),
            CheckpointCommand::Next => self.go_to((here + 1).min(last)),
            CheckpointCommand::Newest => self.go_to(last),
            CheckpointCommand::TogglePlay(direction) => {
                self.player.toggle(direction);
                if self.player.direction() == Some(PlayDirection::Back) {
                    self.follows = false;
                }
                // At the end there is nothing left to play but all of it.
                match self.player.direction() {
                    Some(PlayDirection::On) if here == last => self.want(0),
                    Some(PlayDirection::Back) if here == 0 => self.want(last),
                    _ => {}
                }
                return;
            }
            CheckpointCommand::StopWaiting => return,
            CheckpointCommand::ToggleCurves => {
                self.shows_curves = !self.shows_curves;
                return;
            }
            CheckpointCommand::Follow(follows) => {
                self.follows = follows;
                if follows {
                    self.want(last);
                }
            }
        }
        self.player.stop();
    }

    /// A person has gone there: at the newest the others follow, elsewhere it stays.
    fn go_to(&mut self, index: usize) {
        self.follows = index + 1 == self.steps().len();
        self.want(index);
    }

    fn want(&mut self, index: usize) {
        if let Some(present) = self.present.filter(|present| *present != index) {
            self.went_back = index < present;
        }
        self.reads_ahead = true;
        self.wanted = (index < self.steps().len()).then_some(index);
    }

    /// Moves the film by `seconds`, unless the step that is wanted is not on show yet.
    pub(super) fn advance(&mut self, seconds: f64) {
        let (Some(present), false) = (self.present, self.wanted != self.present) else { return };
        if self.player.advance(seconds) {
            let direction = self.player.direction();
            let next = self.listing.readable_from(present, direction == Some(PlayDirection::Back));
            match next {
                Some(next) => self.want(next),
                None => self.player.stop(),
            }
        }
    }

    /// Whether it is time to list the files again; `seconds` have passed since the last call.
    pub(super) fn is_due(&mut self, seconds: f64) -> bool {
        self.rested += seconds.max(0.0);
        self.listing.is_due(seconds)
    }

    /// Takes the files as they are now. What is on show stays where it is in the list; a newer step is wanted where it is
    /// followed.
    pub(super) fn accept_listing(&mut self, files: Vec<Checkpoint>) {
        let path = |series: &CheckpointSeries, index: Option<usize>| {
            index.and_then(|index| series.steps().get(index)).map(|step| step.file.path.clone())
        };
        let (present, wanted) = (path(self, self.present), path(self, self.wanted));
        let newest = self.steps().last().map(|step| step.file.clone());
        self.listing.update(files);
        self.cache.retain(self.listing.steps());
        self.tried_ahead.clear();
        self.present = present.and_then(|path| self.position(&path));
        self.wanted = wanted.and_then(|path| self.position(&path)).or(self.present);
        let is_newer = self.steps().last().map(|step| &step.file) != newest.as_ref();
        if self.follows && self.player.direction().is_none() && is_newer {
            self.wanted = self.steps().len().checked_sub(1);
        }
    }

    /// The files could not be listed, or the work was stopped.
    pub(super) fn fail_listing(&mut self) {
        self.listing.fail();
    }

    /// The step at `index` is on show.
    pub(super) fn mark_shown(&mut self, index: usize, network: Arc<Network>, gauge: u64) {
        if let Some(present) = self.present.filter(|present| *present != index) {
            self.went_back = index < present;
            self.rested = 0.0;
        }
        self.present = Some(index);
        (self.waits, self.first_asked) = (false, None);
        self.shown_file = self.steps().get(index).map(|step| step.file.clone());
        if self.wanted.is_none() {
            self.wanted = self.present;
        }
        self.network = Some(network);
        self.gauge = gauge;
        self.tried_ahead.clear();
        self.listing.mark_read(index, None);
    }

    /// What the step of this file is like.
    pub(super) fn describe(&mut self, file: &Checkpoint, detail: Arc<StepDetail>) {
        if let Some(index) = self.steps().iter().position(|step| step.file == *file) {
            self.listing.describe(index, detail);
        }
    }

    /// How many findings the step on show has.
    pub(super) fn count_findings(&mut self, count: usize) {
        if let Some(index) = self.present {
            self.listing.count_findings(index, count);
        }
    }

    /// Steps are measured on this data, by this loss; what was measured otherwise is forgotten.
    pub(super) fn measure_by(&mut self, data: Arc<Dataset>, loss: Loss) {
        let is_same = self.measured_by.as_ref().is_some_and(|(of, by)| Arc::ptr_eq(of, &data) && *by == loss);
        if !is_same {
            self.measured_by = Some((data, loss));
            self.listing.forget_measures();
        }
    }

    /// How the network on show does on the data.
    pub(super) fn measure_present(&mut self, measure: StepMeasure) {
        if let Some(index) = self.present {
            self.listing.mark_read(index, Some(measure));
        }
    }

    /// The file at `path` cannot be read as it is, for this reason. What was wanted of it is given up.
    pub(super) fn mark_broken(&mut self, path: &Path, problem: String) {
        let Some(index) = self.position(path) else { return };
        self.listing.mark_broken(index, problem);
        if self.wanted == Some(index) {
            self.wanted = self.present;
        }
    }

    /// What was wanted is not any more.
    pub(super) fn give_up(&mut self) {
        self.under_way = None;
        self.wanted = self.present;
        self.reads_ahead = false;
        self.player.stop();
    }

    /// The newest step that is not known to be broken.
    pub(super) fn newest_readable(&self) -> Option<usize> {
        self.steps().iter().rposition(|step| step.problem.is_none())
    }

    /// The first is wanted of those that can be read, before any is on show.
    pub(super) fn want_first(&mut self) -> Option<PathBuf> {
        let index = self.newest_readable()?;
        self.wanted = Some(index);
        Some(self.steps().get(index)?.file.path.clone())
    }

    /// The file to begin with of a run that is waited for, once: it is asked for again when it is another one.
    pub(super) fn want_awaited(&mut self) -> Option<PathBuf> {
        let file = self.steps().get(self.newest_readable()?)?.file.clone();
        if !self.waits || self.first_asked.as_ref() == Some(&file) {
            return None;
        }
        self.first_asked = Some(file);
        self.want_first()
    }

    /// The steps around the one on show that are to be read before they are asked for, the nearest first.
    pub(super) fn wanted_ahead(&self) -> Vec<usize> {
        let (Some(present), true) = (self.present, self.reads_ahead) else { return Vec::new() };
        let (on, back) = if self.went_back { (BEHIND, AHEAD) } else { (AHEAD, BEHIND) };
        let last = self.steps().len().saturating_sub(1);
        let mut around: Vec<usize> =
            (present.saturating_sub(back)..=(present + on).min(last)).filter(|index| *index != present).collect();
        around.sort_by_key(|index| (index.abs_diff(present), (*index < present) != self.went_back));
        around.retain(|index| self.steps().get(*index).is_some_and(|step| step.problem.is_none()));
        around
    }

    /// Whether the step was read ahead, or tried, since the one on show is.
    pub(super) fn was_tried_ahead(&self, index: usize) -> bool {
        self.tried_ahead.contains(&index)
    }

    /// The step at `index` is read ahead.
    pub(super) fn try_ahead(&mut self, index: usize) {
        self.tried_ahead.push(index);
    }

    /// The step beside that at `index` on the way to `present`, past those that are known to be broken.
    pub(super) fn toward(&self, index: usize, present: usize) -> usize {
        match index.cmp(&present) {
            Ordering::Equal => present,
            Ordering::Less => self.listing.readable_from(index, false).map_or(present, |next| next.min(present)),
            Ordering::Greater => self.listing.readable_from(index, true).map_or(present, |next| next.max(present)),
        }
    }
}

#[cfg(test)]
mod tests;
