//! Undo and redo of what is done to the network and the data by hand, step by step and by name, and of what was opened.

use std::sync::Arc;

use super::document::FileContents;
use super::origin::Origin;
use super::{Ablated, Data, DataSource, Document, NetworkChange, PointChange};
use crate::dataset::{Generator, Random};
use crate::network::Network;

/// The network and the data at one moment.
#[derive(Clone, Debug)]
pub(super) struct EditSnapshot {
    pub network: Arc<Network>,
    pub ablated: Option<Arc<Ablated>>,
    pub file: FileContents,
    pub data: Data,
}

/// A change that was made, or taken back: what it is called, and the moment on its other side.
#[derive(Debug)]
struct Step {
    name: String,
    moment: EditSnapshot,
    /// What belongs to the file that is open on that side, where another was opened.
    origin: Option<Origin>,
}

/// A way through the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Takes a change back.
    Undo,
    /// Makes a change again.
    Redo,
}

/// The changes and the moments beside them. What is alike in them is held once, behind `Arc`.
#[derive(Debug, Default)]
pub struct History {
    before: Vec<Step>,
    after: Vec<Step>,
    /// The change made last, if the mouse is not released yet: dragging one number is one change.
    last: Option<OngoingChange>,
    /// The changes ever made: each draws its random numbers from a stream of its own.
    count: u64,
}

/// A change that may go on.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum OngoingChange {
    Network(NetworkChange),
    Points(PointChange),
    Generated(Generator),
}

/// The most changes that can be taken back.
const MAX_CHANGES: usize = 500;
/// The most numbers that the moments of the history hold, 512 MB.
const MAX_NUMBERS: usize = 1 << 26;
/// The most numbers of a network and data that are held after others were opened, 128 MB.
const MAX_LEFT: usize = 1 << 24;

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

    /// What the changes are called, those that were taken back after the others.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.before.iter().chain(self.after.iter().rev()).map(|step| step.name.as_str())
    }

    /// How many of the changes are made now.
    pub fn position(&self) -> usize {
        self.before.len()
    }

    /// Goes one step: from `now`, of the file that `here` belongs to, to the moment on the other side, with what belongs to
    /// another file where that is open there. `None` where there is no step.
    pub(super) fn step(
        &mut self,
        way: Way,
        now: EditSnapshot,
        here: &Origin,
    ) -> Option<(EditSnapshot, Option<Origin>)> {
        let (from, to) = match way {
            Way::Undo => (&mut self.before, &mut self.after),
            Way::Redo => (&mut self.after, &mut self.before),
        };
        let Step { name, moment, origin } = from.pop()?;
        to.push(Step { name, moment: now, origin: origin.is_some().then(|| here.clone()) });
        self.last = None;
        Some((moment, origin))
    }

    /// Takes the step back by which the network of `moment` was left, if that was the last one and what was opened is not
    /// shown: what belongs to its file.
    pub(super) fn forget_opening(&mut self, shown: &Arc<Network>) -> Option<Origin> {
        let is_it = |step: &mut Step| step.origin.is_some() && Arc::ptr_eq(&step.moment.network, shown);
        self.before.pop_if(is_it).and_then(|step| step.origin)
    }

    /// What follows is a change of its own.
    pub(super) fn release(&mut self) {
        self.last = None;
    }

    /// The random numbers of the next change.
    pub(super) fn next_random(&mut self, seed: u64) -> Random {
        self.count += 1;
        Random::stream(seed, self.count)
    }

    /// The seed of the next network that is drawn.
    pub(super) fn next_seed(&mut self, seed: u64) -> u64 {
        self.count += 1;
        seed.wrapping_add(self.count - 1)
    }

    /// The moment that `change` changes: the one before it, from which a change that goes on began, or `now`.
    ///
    /// A drag is one change of the network that was before it: it neither piles up rounding nor loses its place when
    /// singular values pass each other.
    pub(super) fn base<'a>(&'a self, now: &'a EditSnapshot, change: &OngoingChange) -> &'a EditSnapshot {
        self.before.last().filter(|_| self.goes_on(change)).map_or(now, |step| &step.moment)
    }

    /// Keeps the moment that was, before data from `next` takes the place of its data; dragging one of the numbers of a
    /// generator is one change.
    pub(super) fn begin_data(&mut self, moment: EditSnapshot, next: &DataSource, name: String) {
        match next {
            DataSource::Generated(generator, _) => self.begin(moment, OngoingChange::Generated(*generator), name),
            _ => self.remember(moment, name),
        }
    }

    /// Keeps the moment that was, before it becomes another by the change of this name.
    pub(super) fn remember(&mut self, moment: EditSnapshot, name: String) {
        self.push(Step { name, moment, origin: None });
    }

    /// Keeps the moment that was, and what belongs to its file, before another is opened.
    pub(super) fn open(&mut self, moment: EditSnapshot, origin: Origin, name: String) {
        let is_small = moment.numbers_beside(None) <= MAX_LEFT;
        self.push(Step { name, moment, origin: Some(origin) });
        if !is_small {
            // The memory is for what is open now.
            self.before.clear();
        }
    }

    fn push(&mut self, step: Step) {
        self.after.clear();
        self.last = None;
        self.before.push(step);
        let numbers = |list: &[Step]| -> usize {
            let beside = |position: usize| list.get(position + 1).map(|step| &step.moment);
            list.iter().enumerate().map(|(position, step)| step.moment.numbers_beside(beside(position))).sum()
        };
        while self.before.len() > MAX_CHANGES || (self.before.len() > 1 && numbers(&self.before) > MAX_NUMBERS) {
            self.before.remove(0);
        }
    }

    /// Keeps the moment that was before `change`, unless the change goes on from one that is already kept.
    pub(super) fn begin(&mut self, moment: EditSnapshot, change: OngoingChange, name: String) {
        if !self.goes_on(&change) {
            self.remember(moment, name);
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
