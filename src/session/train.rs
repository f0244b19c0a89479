//! Training in the window: play, pause, one step, one epoch, and back to an earlier epoch, while the flow follows.

use std::sync::Arc;

use super::training_run::{Goal, Pace, Snapshot, TrainingChannel, TrainingRun};
use super::{Effect, Session, Severity, Task, UserError};
use crate::dataset::Labels;
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
    /// Whether the flow of the current network was not asked for yet.
    unseen: bool,
    /// The run under way.
    feed: Option<Arc<TrainingChannel>>,
    /// The seconds since a flow was asked for, or a run was begun again.
    age: f64,
    /// The data has changed under a run: it begins again with the new data.
    resumes: bool,
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
        self.current.as_ref().map_or(0, |snapshot| snapshot.epoch)
    }

    /// How each finished epoch went.
    pub fn history(&self) -> &[EpochReport] {
        &self.history
    }

    /// Where training can go back to.
    pub fn snapshots(&self) -> &[Snapshot] {
        &self.snapshots
    }

    /// Stands where `network` was reached; answers whether it is one of this training.
    fn stand_at(&mut self, network: &Arc<Network>) -> bool {
        let is_it = |snapshot: &&Snapshot| Arc::ptr_eq(&snapshot.network, network);
        if self.current.as_ref().filter(is_it).is_none() {
            self.current = self.snapshots.iter().find(is_it).cloned();
        }
        self.current.is_some()
    }

    fn forget(&mut self) {
        *self = Training { options: self.options, pace: self.pace, ..Training::default() };
    }
}

impl Session {
    /// The training of the network.
    pub fn training(&self) -> &Training {
        &self.training
    }

    /// Measures the losses of the points as training does.
    pub(super) fn measure_points(&mut self) {
        if let Some(document) = self.document()
            && let Some(network) = &document.network
        {
            let loss = fitting(self.training.options.objective, network.output()).loss;
            self.view.points.measure_by(loss);
        }
    }

    /// Why the network cannot be trained on the data shown, in a sentence; `None` where it can.
    pub fn training_refusal(&self) -> Option<&'static str> {
        let dataset = self.document().and_then(|document| document.data.dataset.as_ref());
        match dataset.map(|dataset| &dataset.labels) {
            None => Some("No network and data are open yet."),
            Some(Labels::None) => Some("The data has no labels to learn from; choose data with classes or values."),
            Some(_) if self.training.epoch() >= self.training.options.epochs => {
                Some("The last epoch is reached; raise the number of epochs, or go back to an earlier one.")
            }
            Some(_) => None,
        }
    }

    pub(super) fn train(&mut self, command: TrainCommand, effects: &mut Vec<Effect>) {
        match command {
            TrainCommand::Play => self.run_training(Goal::End, effects),
            TrainCommand::Step => self.run_training(Goal::Step, effects),
            TrainCommand::Epoch => self.run_training(Goal::Epoch, effects),
            TrainCommand::Pause => {
                self.training.resumes = false;
                self.training.feed.iter().for_each(|feed| feed.stop());
            }
            TrainCommand::Return(position) => self.return_to(position, effects),
            TrainCommand::Options(options) => self.change_run(effects, |training| training.options = options),
            TrainCommand::Pace(pace) => self.change_run(effects, |training| training.pace = pace),
        }
    }

    /// Takes what the run has told since the last call and asks for the flow of its newest network. One flow is under way
    /// at a time; `seconds` have passed since the last call.
    pub fn watch_training(&mut self, seconds: f64) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.training.age += seconds;
        if let Some(feed) = self.training.feed.clone() {
            self.take_news(&feed);
        }
        if self.training.age >= FLOW_INTERVAL || !self.training.running() {
            self.follow_training(&mut effects);
        }
        self.continue_rebuild(&mut effects);
        self.resume_training(&mut effects);
        effects
    }

    /// The data is about to change: what was learned stays in the weights, but its epochs are over. A run that is under
    /// way begins again with the new data.
    pub(super) fn data_changes(&mut self) {
        let resumes = self.training.running();
        self.leave_training();
        if let Some(current) = self.training.current.as_ref().filter(|_| self.training.unseen) {
            self.wanted.network = Some(current.network.clone());
        }
        self.training.forget();
        self.training.resumes = resumes;
    }

    /// Begins the run again whose data has changed, as soon as the data is drawn and not at every stroke of a brush.
    fn resume_training(&mut self, effects: &mut Vec<Effect>) {
        if self.training.resumes && self.training.age >= FLOW_INTERVAL && self.wanted.data.dataset.is_some() {
            self.training.age = 0.0;
            self.begin_run(Goal::End, effects);
        }
    }

    /// A run has ended.
    pub(super) fn trained(
        &mut self,
        feed: &Arc<TrainingChannel>,
        result: Result<(), UserError>,
        effects: &mut Vec<Effect>,
    ) {
        if !self.training.feed.as_ref().is_some_and(|own| Arc::ptr_eq(own, feed)) {
            return;
        }
        self.take_news(feed);
        self.training.feed = None;
        self.follow_training(effects);
        if let Err(trouble) = result {
            self.notices.add(Severity::Error, format!("{}.", trouble.sentence), trouble.details);
        }
    }

    /// The options that suit other data; the seed stays.
    pub(super) fn suit_training(&mut self, options: TrainingOptions) {
        self.training.options = TrainingOptions { seed: self.training.options.seed, ..options };
    }

    /// Stops the run without waiting for it; what it has told is kept.
    pub(super) fn leave_training(&mut self) {
        self.training.resumes = false;
        if let Some(feed) = self.training.feed.take() {
            feed.stop();
            self.take_news(&feed);
        }
    }

    /// Stops the run because another network takes its place.
    pub(super) fn end_training(&mut self) {
        self.leave_training();
        self.training.unseen = false;
    }

    fn run_training(&mut self, goal: Goal, effects: &mut Vec<Effect>) {
        let Some(network) = self.wanted.network.clone() else { return };
        self.leave_training();
        // A network that is not shown yet is ahead of the one wanted.
        if !self.training.unseen && !self.training.stand_at(&network) {
            self.training.forget();
            self.remember_moment();
        }
        self.begin_run(goal, effects);
    }

    fn begin_run(&mut self, goal: Goal, effects: &mut Vec<Effect>) {
        let (Some(network), Some(dataset)) = (self.wanted.network.clone(), self.wanted.data.draw()) else { return };
        self.leave_training();
        let objective = fitting(self.training.options.objective, network.output());
        let options = TrainingOptions { objective, ..self.training.options };
        let feed = Arc::new(TrainingChannel::default());
        self.training.feed = Some(feed.clone());
        let start = self.training.current.as_ref().map(|snapshot| snapshot.state.clone());
        let pace = self.training.pace;
        effects.push(Effect::Train(TrainingRun { network, dataset, options, start, goal, pace, feed }));
    }

    fn change_run(&mut self, effects: &mut Vec<Effect>, change: impl FnOnce(&mut Training)) {
        let was_running = self.training.running();
        self.leave_training();
        change(&mut self.training);
        if was_running {
            self.run_training(Goal::End, effects);
        }
    }

    fn return_to(&mut self, position: usize, effects: &mut Vec<Effect>) {
        self.leave_training();
        effects.push(Effect::Cancel(Task::Train));
        let Some(snapshot) = self.training.snapshots.get(position).cloned() else { return };
        self.training.current = Some(snapshot);
        self.training.unseen = true;
        self.follow_training(effects);
    }

    fn take_news(&mut self, feed: &TrainingChannel) {
        let news = feed.take();
        let training = &mut self.training;
        // After a return to an earlier epoch the later ones are lived through again.
        if let Some(first) = news.reports.first() {
            training.history.retain(|report| report.epoch < first.epoch);
            training.snapshots.retain(|snapshot| snapshot.epoch < first.epoch);
        }
        training.history.extend(news.reports);
        training.snapshots.extend(news.kept);
        if news.newest.is_some() {
            training.current = news.newest;
            training.unseen = true;
        }
    }

    /// Asks for the flow of the network reached, if nothing else is being built.
    fn follow_training(&mut self, effects: &mut Vec<Effect>) {
        let current = self.training.current.as_ref().filter(|_| self.training.unseen);
        let (Some(current), Some(wanted)) = (current, &self.wanted.network) else { return };
        let is_shown = self.document().and_then(|shown| shown.network.as_ref()).is_some_and(|n| Arc::ptr_eq(n, wanted));
        if !is_shown || !self.rebuild.rests() || self.field_is_under_way() {
            return;
        }
        self.wanted.network = Some(current.network.clone());
        self.training.age = 0.0;
        self.training.unseen = false;
        self.grow(effects);
    }
}

/// The objective with a loss that has a gradient behind the output function.
fn fitting(objective: Objective, output: OutputFunction) -> Objective {
    let loss = if objective.loss.check(output).is_ok() { objective.loss } else { Loss::of_output(output) };
    Objective { loss, ..objective }
}
