//! Undo and redo of what is done to the network and the data by hand.

use std::sync::Arc;

use super::document::{Data, DataSource, Document, FileContents};
use super::network_change::{NetworkChange, changed};
use super::{Effect, Fix, PointChange, Preset, Session, Severity};
use crate::dataset::{Generator, Random};
use crate::network::{Network, NetworkError};
use crate::training::{NetworkPlan, TrainingOptions};

/// What a person does to the network and the data.
#[derive(Clone, Debug, PartialEq)]
pub enum EditCommand {
    /// A change of the network that is shown.
    Change(NetworkChange),
    /// A change of the points that are shown.
    Points(PointChange),
    /// A change that takes away what a finding tells of.
    Fix(Fix),
    /// The mouse is released: what follows is a change of its own.
    Release,
    /// A new network for the data that is shown, with random weights.
    New,
    /// A network and data to begin with.
    Preset(Preset),
    /// Back to before the last change.
    Undo,
    /// The change that was taken back last, again.
    Redo,
}

/// The network and the data at one moment.
#[derive(Clone, Debug)]
pub(super) struct EditSnapshot {
    network: Arc<Network>,
    file: FileContents,
    data: Data,
}

/// The moments before and after the changes. What is alike in them is held once, behind `Arc`.
#[derive(Debug, Default)]
pub struct History {
    before: Vec<EditSnapshot>,
    after: Vec<EditSnapshot>,
    /// The change made last, if the mouse is not released yet: dragging one number is one change.
    last: Option<Last>,
    /// The changes ever made: each draws its random numbers from a stream of its own.
    count: u64,
}

/// A change that may go on.
#[derive(Clone, Debug, PartialEq)]
enum Last {
    Network(NetworkChange),
    Points(PointChange),
    Generated(Generator),
}

/// The most changes that can be taken back.
const MAX_CHANGES: usize = 500;
/// The most numbers that the moments of the history hold, 512 MB.
const MAX_NUMBERS: usize = 1 << 26;

impl EditSnapshot {
    /// The numbers that only this moment of the two holds.
    fn numbers_beside(&self, other: Option<&EditSnapshot>) -> usize {
        let network = other.is_none_or(|other| !Arc::ptr_eq(&self.network, &other.network));
        let points = |moment: &EditSnapshot| moment.data.dataset.as_ref().map(Arc::as_ptr);
        let data = other.is_none_or(|other| points(self) != points(other));
        let own = self.data.dataset.as_ref().map_or(0, |dataset| dataset.points.len());
        usize::from(network) * self.network.parameters() + usize::from(data) * own
    }
}

impl History {
    /// Whether there is a change to take back.
    pub fn can_undo(&self) -> bool {
        !self.before.is_empty()
    }

    /// Whether there is a change to make again.
    pub fn can_redo(&self) -> bool {
        !self.after.is_empty()
    }

    /// Keeps the moment that was, before it becomes another.
    fn remember(&mut self, moment: EditSnapshot) {
        self.after.clear();
        self.last = None;
        self.before.push(moment);
        let numbers = |list: &[EditSnapshot]| -> usize {
            list.iter().enumerate().map(|(position, moment)| moment.numbers_beside(list.get(position + 1))).sum()
        };
        while self.before.len() > MAX_CHANGES || (self.before.len() > 1 && numbers(&self.before) > MAX_NUMBERS) {
            self.before.remove(0);
        }
    }

    /// Keeps the moment that was before `change`, unless the change goes on from one that is already kept.
    fn begin(&mut self, moment: EditSnapshot, change: Last) {
        if !self.goes_on(&change) {
            self.remember(moment);
        }
        self.after.clear();
        self.last = Some(change);
    }

    fn goes_on(&self, change: &Last) -> bool {
        match (&self.last, change) {
            (Some(Last::Network(last)), Last::Network(change)) => last.goes_on_as(change),
            (Some(Last::Points(last)), Last::Points(change)) => last.goes_on_as(change),
            (Some(Last::Generated(last)), Last::Generated(change)) => last == change,
            _ => false,
        }
    }
}

impl Session {
    /// What can be taken back and made again.
    pub fn history(&self) -> &History {
        &self.history
    }

    pub(super) fn edit(&mut self, command: &EditCommand, effects: &mut Vec<Effect>) {
        match command {
            EditCommand::Change(change) => self.change_network(change, effects),
            EditCommand::Points(change) => self.change_points(*change, effects),
            EditCommand::Fix(fix) => self.fix(fix, effects),
            EditCommand::Release => self.history.last = None,
            EditCommand::New => {
                let Some(data) = self.wanted.data.draw() else { return };
                self.history.count += 1;
                let seed = self.training().options().seed.wrapping_add(self.history.count - 1);
                let (plan, options) = (NetworkPlan::of_data(&data), TrainingOptions::of_data(&data));
                self.begin_with(plan.draw(seed), None, options, effects);
            }
            EditCommand::Preset(preset) => {
                let (network, mut data) = preset.draw(self.training().options().seed);
                let options = data.draw().map_or_else(TrainingOptions::default, |data| TrainingOptions::of_data(&data));
                self.begin_with(network, Some(data), options, effects);
            }
            EditCommand::Undo => {
                let found = self.history.before.pop();
                self.go_to(found, |history, now| history.after.push(now), effects);
            }
            EditCommand::Redo => {
                let found = self.history.after.pop();
                self.go_to(found, |history, now| history.before.push(now), effects);
            }
        }
    }

    fn change_network(&mut self, change: &NetworkChange, effects: &mut Vec<Effect>) {
        let Some(now) = self.moment() else { return };
        self.history.count += 1;
        let mut random = Random::stream(self.training().options().seed, self.history.count);
        let last = Last::Network(change.clone());
        // A drag is one change of the network that was before it: it neither piles up rounding nor loses its place when
        // singular values pass each other.
        let base = self.history.before.last().filter(|_| self.history.goes_on(&last)).unwrap_or(&now);
        match changed(&base.network, change, &mut random) {
            Ok(next) if next == *now.network => {}
            Ok(next) => {
                self.history.begin(now, last);
                self.end_training();
                self.put(Arc::new(next), None, effects);
            }
            Err(error) => self.notices.add(Severity::Error, format!("{error}."), format!("{error:?}")),
        }
    }

    fn change_points(&mut self, change: PointChange, effects: &mut Vec<Effect>) {
        let (Some(now), Some(dataset)) = (self.moment(), self.wanted.data.draw()) else { return };
        self.history.count += 1;
        let mut random = Random::stream(self.training().options().seed, self.history.count);
        match change.apply(&dataset, &mut random) {
            Ok(Some(next)) => {
                self.history.begin(now, Last::Points(change));
                self.data_changes();
                self.wanted.data = self.wanted.data.moved(Arc::new(next));
                self.grow(effects);
            }
            Ok(None) => {}
            Err(error) => self.notices.add(Severity::Error, format!("{error}."), format!("{error:?}")),
        }
    }

    fn fix(&mut self, fix: &Fix, effects: &mut Vec<Effect>) {
        let Some(now) = self.moment() else { return };
        let dataset = self.wanted.data.draw();
        self.history.count += 1;
        let mut random = Random::stream(self.training().options().seed, self.history.count);
        match fix.apply(&now.network, dataset.as_deref(), &mut random) {
            Ok(Some(fixed)) => {
                self.history.remember(now);
                if fixed.data.is_some() {
                    self.data_changes();
                }
                let data = fixed.data.map(|(data, change)| self.wanted.data.changed(Arc::new(data), change));
                match fixed.network {
                    Some(network) => {
                        self.end_training();
                        self.put(Arc::new(network), data, effects);
                    }
                    None => {
                        self.wanted.data = data.unwrap_or_else(|| self.wanted.data.clone());
                        self.grow(effects);
                    }
                }
            }
            Ok(None) => {}
            Err(error) => self.notices.add(Severity::Error, format!("{error}."), format!("{error:?}")),
        }
    }

    fn begin_with(
        &mut self,
        network: Result<Network, NetworkError>,
        data: Option<Data>,
        options: TrainingOptions,
        effects: &mut Vec<Effect>,
    ) {
        let Some(now) = self.moment() else { return };
        match network {
            Ok(network) => {
                self.history.remember(now);
                self.end_training();
                self.suit_training(options);
                self.wanted.file = FileContents::default();
                self.put(Arc::new(network), data, effects);
            }
            Err(error) => self.notices.add(Severity::Error, format!("{error}."), format!("{error:?}")),
        }
    }

    fn go_to(&mut self, found: Option<EditSnapshot>, keep: fn(&mut History, EditSnapshot), effects: &mut Vec<Effect>) {
        let (Some(found), Some(now)) = (found, self.moment()) else { return };
        keep(&mut self.history, now);
        self.history.last = None;
        self.end_training();
        self.wanted.file = found.file;
        self.put(found.network, Some(found.data), effects);
    }

    /// Lets another network, and other data if there is some, take the place of those that are wanted.
    fn put(&mut self, network: Arc<Network>, data: Option<Data>, effects: &mut Vec<Effect>) {
        self.wanted.network = Some(network);
        self.wanted.data = data.unwrap_or_else(|| self.wanted.data.clone());
        if !self.wanted.data_fits() {
            self.wanted.data = Data::fitting(self.inputs().unwrap_or(1));
        }
        self.grow(effects);
    }

    /// The network and the data that are wanted.
    fn moment(&self) -> Option<EditSnapshot> {
        let Document { network, file, data, .. } = &self.wanted;
        Some(EditSnapshot { network: network.clone()?, file: file.clone(), data: data.clone() })
    }

    /// Keeps what is wanted now, before training changes it.
    pub(super) fn remember_moment(&mut self) {
        if let Some(moment) = self.moment() {
            self.history.remember(moment);
        }
    }

    /// Keeps what is wanted now, before other data takes the place of the data that is shown; dragging one of the numbers
    /// of a generator is one change. Answers whether the network that is wanted is the one that is shown.
    pub(super) fn remember_data(&mut self, next: &DataSource) -> bool {
        let shown = self.document().and_then(|shown| shown.network.as_ref());
        let is_shown = shown.zip(self.wanted.network.as_ref()).is_some_and(|(one, other)| Arc::ptr_eq(one, other));
        if let Some(moment) = self.moment().filter(|_| is_shown) {
            match next {
                DataSource::Generated(generator, _) => self.history.begin(moment, Last::Generated(*generator)),
                _ => self.history.remember(moment),
            }
        }
        is_shown
    }

    /// A network that is opened has no past here.
    pub(super) fn forget_history(&mut self) {
        self.end_training();
        self.history = History::default();
    }
}
