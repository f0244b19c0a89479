//! Undo and redo of what is done to the network and the data by hand.

use std::sync::Arc;

use super::ablated::Ablated;
use super::data::{Data, DataSource};
use super::file_contents::FileContents;
use super::fix::Fix;
use super::network_change::NetworkChange;
use super::point_change::PointChange;
use super::preset::Preset;
use crate::dataset::{Generator, Random};
use crate::diagnostics::probes::Ablation;
use crate::network::Network;
use crate::session::Document;

/// What a person does to the network and the data.
#[derive(Clone, Debug, PartialEq)]
pub enum EditCommand {
    /// A change of the network that is shown.
    Change(NetworkChange),
    /// A change of the points that are shown.
    Points(PointChange),
    /// A change that takes away what a finding tells of.
    Fix(Fix),
    /// A part of the network is taken out, for a look at what it does.
    Ablate(Ablation),
    /// All parts that were taken out are back.
    EndAblation,
    /// The classes of the data take this order: one name for each output, an empty one for an output without a class.
    Classes(Vec<String>),
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
pub(in crate::session) struct EditSnapshot {
    pub network: Arc<Network>,
    pub ablated: Option<Arc<Ablated>>,
    pub file: FileContents,
    pub data: Data,
}

/// The moments before and after the changes. What is alike in them is held once, behind `Arc`.
#[derive(Debug, Default)]
pub struct History {
    before: Vec<EditSnapshot>,
    after: Vec<EditSnapshot>,
    /// The change made last, if the mouse is not released yet: dragging one number is one change.
    last: Option<OngoingChange>,
    /// The changes ever made: each draws its random numbers from a stream of its own.
    count: u64,
}

/// A change that may go on.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::session) enum OngoingChange {
    Network(NetworkChange),
    Points(PointChange),
    Generated(Generator),
}

/// The most changes that can be taken back.
const MAX_CHANGES: usize = 500;
/// The most numbers that the moments of the history hold, 512 MB.
const MAX_NUMBERS: usize = 1 << 26;

impl EditSnapshot {
    /// The network and the data of a document; `None` before a network is open.
    pub fn new(document: &Document) -> Option<EditSnapshot> {
        let Document { network, ablated, file, data, .. } = document;
        let (ablated, file, data) = (ablated.clone(), file.clone(), data.clone());
        Some(EditSnapshot { network: network.clone()?, ablated, file, data })
    }

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

    /// Takes back the last change of `now`; `None` where there is none.
    pub(in crate::session) fn undo(&mut self, now: EditSnapshot) -> Option<EditSnapshot> {
        let found = self.before.pop()?;
        self.after.push(now);
        self.last = None;
        Some(found)
    }

    /// Makes the change again that was taken back last; `None` where there is none.
    pub(in crate::session) fn redo(&mut self, now: EditSnapshot) -> Option<EditSnapshot> {
        let found = self.after.pop()?;
        self.before.push(now);
        self.last = None;
        Some(found)
    }

    /// What follows is a change of its own.
    pub(in crate::session) fn release(&mut self) {
        self.last = None;
    }

    /// The random numbers of the next change.
    pub(in crate::session) fn next_random(&mut self, seed: u64) -> Random {
        self.count += 1;
        Random::stream(seed, self.count)
    }

    /// The seed of the next network that is drawn.
    pub(in crate::session) fn next_seed(&mut self, seed: u64) -> u64 {
        self.count += 1;
        seed.wrapping_add(self.count - 1)
    }

    /// The moment that `change` changes: the one before it, from which a change that goes on began, or `now`.
    ///
    /// A drag is one change of the network that was before it: it neither piles up rounding nor loses its place when
    /// singular values pass each other.
    pub(in crate::session) fn base<'a>(&'a self, now: &'a EditSnapshot, change: &OngoingChange) -> &'a EditSnapshot {
        self.before.last().filter(|_| self.goes_on(change)).unwrap_or(now)
    }

    /// Keeps the moment that was, before data from `next` takes the place of its data; dragging one of the numbers of a
    /// generator is one change.
    pub(in crate::session) fn begin_data(&mut self, moment: EditSnapshot, next: &DataSource) {
        match next {
            DataSource::Generated(generator, _) => self.begin(moment, OngoingChange::Generated(*generator)),
            _ => self.remember(moment),
        }
    }

    /// Keeps the moment that was, before it becomes another.
    pub(in crate::session) fn remember(&mut self, moment: EditSnapshot) {
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
    pub(in crate::session) fn begin(&mut self, moment: EditSnapshot, change: OngoingChange) {
        if !self.goes_on(&change) {
            self.remember(moment);
        }
        self.after.clear();
        self.last = Some(change);
    }

    fn goes_on(&self, change: &OngoingChange) -> bool {
        match (&self.last, change) {
            (Some(OngoingChange::Network(last)), OngoingChange::Network(change)) => last.goes_on_as(change),
            (Some(OngoingChange::Points(last)), OngoingChange::Points(change)) => last.goes_on_as(change),
            (Some(OngoingChange::Generated(last)), OngoingChange::Generated(change)) => last == change,
            _ => false,
        }
    }
}
