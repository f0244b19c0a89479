//! Training in the window: play, pause, one step, one epoch, and back to an earlier epoch, while the flow follows.

mod run;

use std::sync::{Arc, Weak};

pub use run::{Goal, Pace, RunningTraining, Snapshot, TrainingChannel, TrainingRun};

use crate::dataset::{Dataset, Labels};
use crate::network::{Network, OutputFunction};
use crate::training::{EpochReport, Loss, Objective, TrainingOptions};

/// The least time between two flows while a network is in training, in seconds: building them must leave the window
/// its share of the processor.
const FLOW_INTERVAL: f64 = 0.08;

/// What a person asks of training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TrainCommand {
    /// Train to the last epoch.
    Play,
    /// Stop after the step under way.
    Pause,
    /// One batch.
    Step,
    /// To the end of the epoch.
    Epoch,
    /// Go back (or on) to a snapshot, by its place in the list.
    Return(usize),
    /// Train otherwise from now on.
    Options(TrainingOptions),
    /// Train faster or slower.
    Pace(Pace),
}

/// A network's training in the window.
#[derive(Debug, Default)]
pub struct Training {
    /// The choices.
    options: TrainingOptions,
    pace: Pace,
    /// How each finished epoch went.
    history: Vec<EpochReport>,
    /// Where training can go back to, in the order of their epochs.
    snapshots: Vec<Snapshot>,
    /// Where training is.
    current: Option<Snapshot>,
    /// The networks that a run began with or whose flow was asked for, as long as anything else holds them.
    wanted: Vec<Weak<Network>>,
    /// How much the last step of the newest epoch changed each layer's weights, as a share of them.
    updates: Arc<[f64]>,
    /// Whether the flow of the current network was not asked for yet.
    unseen: bool,
    /// The run under way.
    feed: Option<Arc<TrainingChannel>>,
    /// The seconds since a flow was asked for, or a run was begun again.
    age: f64,
    /// The data has changed under a run: it begins again with the new data.
    resumes: bool,
    /// Another network has taken the place of the one that was trained: there is nothing to go back to before that one comes
    /// back.
    ended: bool,
}

impl Training {
    /// The choices.
    pub fn options(&self) -> &TrainingOptions {
        &self.options
    }

    /// How fast it goes.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// Whether a run is under way, or about to begin again with other data.
    pub fn running(&self) -> bool {
        self.feed.is_some() || self.resumes
    }

    /// The epochs finished.
    pub fn epoch(&self) -> usize {
        self.current.as_ref().filter(|_| !self.ended).map_or(0, |snapshot| snapshot.epoch)
    }

    /// How each finished epoch went.
    pub fn history(&self) -> &[EpochReport] {
        if self.ended { &[] } else { &self.history }
    }

    /// How much the last step of the newest epoch changed each layer's weights, as a share of them; empty before one.
    pub fn updates(&self) -> &Arc<[f64]> {
        &self.updates
    }

    /// Where training can go back to.
    pub fn snapshots(&self) -> &[Snapshot] {
        if self.ended { &[] } else { &self.snapshots }
    }

    /// Why nothing can be learned from `dataset`, in a sentence; `None` where it can.
    pub fn refusal(&self, dataset: Option<&Dataset>) -> Option<&'static str> {
        match dataset.map(|dataset| &dataset.labels) {
            None => Some("No network and data are open yet."),
            Some(Labels::None) => Some("The data has no labels to learn from; choose data with classes or values."),
            Some(_) if self.epoch() >= self.options.epochs => {
                Some("The last epoch is reached; raise the number of epochs, or go back to an earlier one.")
            }
            Some(_) => None,
        }
    }

    /// The loss that training makes small behind this output function.
    pub(super) fn loss(&self, output: OutputFunction) -> Loss {
        fitting(self.options.objective, output).loss
    }

    /// Other options from now on. A run under way is left.
    pub(super) fn set_options(&mut self, options: TrainingOptions) {
        self.stop();
        self.options = options;
    }

    /// The options that suit other data; the seed stays.
    pub(super) fn suit(&mut self, options: TrainingOptions) {
        self.options = TrainingOptions { seed: self.options.seed, ..options };
    }

    /// Another pace from now on. A run under way is left.
    pub(super) fn set_pace(&mut self, pace: Pace) {
        self.stop();
        self.pace = pace;
    }

    /// Ends the run after the step under way.
    pub(super) fn pause(&mut self) {
        self.resumes = false;
        self.feed.iter().for_each(|feed| feed.stop());
    }

    /// Stops the run without waiting for it; what it has told is kept.
    pub(super) fn stop(&mut self) {
        self.resumes = false;
        if let Some(feed) = self.feed.take() {
            feed.stop();
            self.accept_update(&feed);
        }
    }

    /// Stops the run because another network takes its place.
    pub(super) fn end(&mut self) {
        self.stop();
        self.unseen = false;
        self.ended = true;
        self.updates = Arc::default();
    }

    /// Stops the run because another network is opened: the one that was trained does not come back.
    pub(super) fn leave(&mut self) {
        self.stop();
        self.forget();
    }

    /// This network is wanted again: where it is one of this training, that goes on from it.
    pub(super) fn rejoin(&mut self, network: &Arc<Network>) {
        if let Some(found) = self.reached_at(network) {
            (self.current, self.ended) = (Some(found), false);
        }
    }

    /// The data is about to change: what was learned stays in the weights, but its epochs are over. A run that is under
    /// way begins again with the new data. Answers the network reached, if it is not shown yet.
    pub(super) fn change_data(&mut self) -> Option<Arc<Network>> {
        let resumes = self.running();
        self.stop();
        let reached = self.unseen_network().cloned();
        let wanted = std::mem::take(&mut self.wanted);
        self.forget();
        (self.resumes, self.wanted) = (resumes, wanted);
        reached
    }

    /// Prepares a run that goes on from `network`; false where the network is not one of this training, which is forgotten.
    pub(super) fn continue_from(&mut self, network: &Arc<Network>) -> bool {
        self.stop();
        // A network that is not shown yet is ahead of the one wanted.
        let continues = self.unseen || self.stand_at(network);
        if !continues {
            self.forget();
        }
        self.ended = false;
        continues
    }

    /// Begins a run.
    pub(super) fn begin(&mut self, network: Arc<Network>, dataset: Arc<Dataset>, goal: Goal) -> TrainingRun {
        self.stop();
        let options = TrainingOptions { objective: fitting(self.options.objective, network.output()), ..self.options };
        let feed = Arc::new(TrainingChannel::default());
        self.feed = Some(feed.clone());
        let start = self.current.as_ref().map(|snapshot| snapshot.state.clone());
        self.want(&network);
        TrainingRun { network, dataset, options, start, goal, pace: self.pace, feed }
    }

    /// Begins the run again whose data has changed, if it is time: not at every stroke of a brush.
    pub(super) fn resume(
        &mut self,
        network: Option<&Arc<Network>>,
        dataset: Option<&Arc<Dataset>>,
    ) -> Option<TrainingRun> {
        let dataset = dataset.filter(|_| self.resumes && self.age >= FLOW_INTERVAL)?;
        self.age = 0.0;
        Some(self.begin(network?.clone(), dataset.clone(), Goal::End))
    }

    /// Goes back (or on) to a snapshot; false where there is none at this position.
    pub(super) fn return_to(&mut self, position: usize) -> bool {
        self.stop();
        let Some(snapshot) = self.snapshots().get(position).cloned() else { return false };
        self.current = Some(snapshot);
        self.unseen = true;
        true
    }

    /// Takes what the run has told since the last call; `seconds` have passed. Answers whether it is time for a flow of
    /// the network reached.
    pub(super) fn watch(&mut self, seconds: f64) -> bool {
        self.age += seconds;
        if let Some(feed) = self.feed.clone() {
            self.accept_update(&feed);
        }
        self.age >= FLOW_INTERVAL || !self.running()
    }

    /// A run has ended; false where it is not the one under way.
    pub(super) fn finish(&mut self, feed: &Arc<TrainingChannel>) -> bool {
        let is_own = self.feed.as_ref().is_some_and(|own| Arc::ptr_eq(own, feed));
        if is_own {
            self.accept_update(feed);
            self.feed = None;
        }
        is_own
    }

    /// The network reached, if its flow was not asked for yet.
    pub(super) fn unseen_network(&self) -> Option<&Arc<Network>> {
        self.current.as_ref().filter(|_| self.unseen).map(|current| &current.network)
    }

    /// The flow of the network reached is asked for.
    pub(super) fn mark_seen(&mut self) {
        self.age = 0.0;
        self.unseen = false;
        if let Some(current) = &self.current {
            self.want(&current.network.clone());
        }
    }

    /// What was wanted does not come, and `shown` stays: a training of a network that was never shown ends.
    pub(super) fn stay_with(&mut self, shown: Option<&Arc<Network>>) {
        let is_of_training = |shown: &Arc<Network>| self.wanted.iter().any(|own| own.as_ptr() == Arc::as_ptr(shown));
        if !shown.is_some_and(is_of_training) {
            self.end();
            shown.into_iter().for_each(|shown| self.rejoin(shown));
        }
    }

    fn want(&mut self, network: &Arc<Network>) {
        self.wanted.retain(|own| own.strong_count() > 0);
        self.wanted.push(Arc::downgrade(network));
    }

    fn accept_update(&mut self, feed: &TrainingChannel) {
        let news = feed.take();
        // After a return to an earlier epoch the later ones are lived through again.
        if let Some(first) = news.reports.first() {
            self.history.retain(|report| report.epoch < first.epoch);
            self.snapshots.retain(|snapshot| snapshot.epoch < first.epoch);
        }
        self.history.extend(news.reports);
        self.snapshots.extend(news.kept);
        if let Some(updates) = news.updates {
            self.updates = updates;
        }
        if news.newest.is_some() {
            self.current = news.newest;
            self.unseen = true;
        }
    }

    /// Stands where `network` was reached; answers whether it is one of this training.
    fn stand_at(&mut self, network: &Arc<Network>) -> bool {
        self.current = self.reached_at(network);
        self.current.is_some()
    }

    /// Where `network` was reached, if it is one of this training.
    fn reached_at(&self, network: &Arc<Network>) -> Option<Snapshot> {
        self.current.iter().chain(&self.snapshots).find(|snapshot| Arc::ptr_eq(&snapshot.network, network)).cloned()
    }

    fn forget(&mut self) {
        *self = Training { options: self.options, pace: self.pace, ..Training::default() };
    }
}

/// The objective with a loss that has a gradient behind the output function.
fn fitting(objective: Objective, output: OutputFunction) -> Objective {
    let loss = if objective.loss.check(output).is_ok() { objective.loss } else { Loss::of_output(output) };
    Objective { loss, ..objective }
}
