//! A training run in a worker, and the feed by which the window sees it while it runs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use web_time::Instant;

use crate::dataset::Dataset;
use crate::network::Network;
use crate::progress::Progress;
use crate::training::{EpochReport, Trainer, TrainingError, TrainingOptions, TrainingState};

/// The network at one moment of its training.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The epochs finished.
    pub epoch: usize,
    /// The network with the parameters reached.
    pub network: Arc<Network>,
    /// From where training goes on.
    pub state: Arc<TrainingState>,
}

/// How far a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// One batch.
    Step,
    /// To the end of the epoch under way.
    Epoch,
    /// To the last epoch of the options.
    End,
}

/// How fast a run goes, so that the flow can be watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// 5 epochs a second.
    Slow,
    /// 25 epochs a second.
    #[default]
    Steady,
    /// 100 epochs a second.
    Fast,
    /// As fast as the processor can.
    Unlimited,
}

impl Pace {
    /// All of them, in the order in which the window shows them.
    pub const ALL: [Pace; 4] = [Pace::Slow, Pace::Steady, Pace::Fast, Pace::Unlimited];

    /// What the window calls it.
    pub fn label(self) -> &'static str {
        match self {
            Pace::Slow => "5 epochs/s",
            Pace::Steady => "25 epochs/s",
            Pace::Fast => "100 epochs/s",
            Pace::Unlimited => "unlimited",
        }
    }

    fn epoch_time(self) -> Duration {
        Duration::from_millis(match self {
            Pace::Slow => 200,
            Pace::Steady => 40,
            Pace::Fast => 10,
            Pace::Unlimited => 0,
        })
    }
}

/// What the worker has told and the window has not taken yet.
#[derive(Debug, Default)]
pub(super) struct TrainingUpdate {
    pub reports: Vec<EpochReport>,
    /// Snapshots to go back to.
    pub kept: Vec<Snapshot>,
    /// The newest network.
    pub newest: Option<Snapshot>,
    /// How much the last step of the newest epoch changed each layer's weights, as a share of them.
    pub updates: Option<Arc<[f64]>>,
}

/// Between the worker and the window.
#[derive(Debug, Default)]
pub struct TrainingChannel {
    news: Mutex<TrainingUpdate>,
    stop: AtomicBool,
}

impl TrainingChannel {
    /// Ends the run after the step under way.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Takes what is new.
    pub(super) fn take(&self) -> TrainingUpdate {
        // The news are whole after every change, so a panic elsewhere does not spoil them.
        std::mem::take(&mut *self.news.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn send(&self, change: impl FnOnce(&mut TrainingUpdate)) {
        change(&mut self.news.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// A run to be done in a worker.
#[derive(Clone, Debug)]
pub struct TrainingRun {
    pub(super) network: Arc<Network>,
    pub(super) dataset: Arc<Dataset>,
    pub(super) options: TrainingOptions,
    /// Where to go on from; a new run begins with the network's own parameters.
    pub(super) start: Option<Arc<TrainingState>>,
    pub(super) goal: Goal,
    pub(super) pace: Pace,
    pub(super) feed: Arc<TrainingChannel>,
}

/// The most snapshots to go back to, evenly spread over the epochs.
const MAX_SNAPSHOTS: usize = 100;
/// The most numbers that they hold together, 512 MB.
const MAX_NUMBERS: usize = 1 << 26;
/// The longest pause without a look at whether to stop.
const NAP: Duration = Duration::from_millis(20);
/// After so long a run pauses for whoever else wants the processor.
const STRETCH: Duration = Duration::from_millis(20);

impl TrainingRun {
    /// The epochs between two snapshots that are kept.
    fn spacing(&self) -> usize {
        // A snapshot holds the network, and the parameters with two moments.
        let numbers = self.network.parameters().saturating_mul(4).max(1);
        let most = (MAX_NUMBERS / numbers).clamp(2, MAX_SNAPSHOTS);
        self.options.epochs.div_ceil(most).max(1)
    }
}

/// A run that is under way, from one pause to the next.
pub struct RunningTraining {
    run: TrainingRun,
    /// From its first stretch on.
    trainer: Option<Trainer>,
    /// When the next epoch is due.
    due: Instant,
}

impl RunningTraining {
    /// Nothing is done yet.
    pub fn new(run: TrainingRun) -> RunningTraining {
        RunningTraining { run, trainer: None, due: Instant::now() }
    }

    /// The feed of the run.
    pub fn feed(&self) -> &Arc<TrainingChannel> {
        &self.run.feed
    }

    /// Trains until it is time for a pause, and answers how long that is; `None` where the goal is reached, the window stops it, or
    /// `go_on` (told the share of the epochs done) answers false.
    ///
    /// # Errors
    /// If the network cannot be trained on the data, or training diverges.
    pub fn go_on(&mut self, go_on: &mut Progress<'_>) -> Result<Option<Duration>, TrainingError> {
        let run = &self.run;
        let trainer = match &mut self.trainer {
            Some(trainer) => trainer,
            none => {
                let mut trainer = Trainer::new(run.network.clone(), run.dataset.clone(), run.options)?;
                match &run.start {
                    Some(state) => trainer.restore(state.as_ref().clone())?,
                    None => {
                        let first = snapshot(&trainer)?;
                        run.feed.send(|news| news.kept.push(first));
                    }
                }
                none.insert(trainer)
            }
        };
        let (spacing, began) = (run.spacing(), Instant::now());
        while trainer.epoch() < run.options.epochs && !run.feed.stop.load(Ordering::Relaxed) {
            let rest = self.due.saturating_duration_since(Instant::now());
            if !rest.is_zero() {
                return Ok(Some(rest.min(NAP)));
            }
            if began.elapsed() > STRETCH {
                return Ok(Some(Duration::ZERO));
            }
            let finished = trainer.step()?;
            if let Some(report) = finished {
                let now = snapshot(trainer)?;
                run.feed.send(|news| {
                    news.reports.push(report);
                    if report.epoch % spacing == 0 {
                        news.kept.push(now.clone());
                    }
                    news.newest = Some(now);
                    news.updates = Some(trainer.updates().into());
                });
                let share = report.epoch as f32 / run.options.epochs as f32;
                if !go_on(share, &format!("epoch {} of {}", report.epoch, run.options.epochs)) {
                    return Ok(None);
                }
                self.due = (self.due + run.pace.epoch_time()).max(Instant::now());
            }
            if run.goal == Goal::Step || (run.goal == Goal::Epoch && finished.is_some()) {
                break;
            }
        }
        let last = snapshot(trainer)?;
        run.feed.send(|news| news.newest = Some(last));
        Ok(None)
    }
}

fn snapshot(trainer: &Trainer) -> Result<Snapshot, TrainingError> {
    let (network, state) = (Arc::new(trainer.network()?), Arc::new(trainer.state().clone()));
    Ok(Snapshot { epoch: trainer.epoch(), network, state })
}
