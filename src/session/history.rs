//! Undo and redo of what is done to the network by hand.

use std::sync::Arc;

use super::document::Data;
use super::network_change::{NetworkChange, changed};
use super::{Effect, Session, Severity};
use crate::dataset::Random;
use crate::network::Network;
use crate::training::{NetworkPlan, TrainingOptions};

/// What a person does to the network.
#[derive(Clone, Debug, PartialEq)]
pub enum EditCommand {
    /// A change of the network that is shown.
    Change(NetworkChange),
    /// A new network for the data that is shown, with random weights.
    New,
    /// Back to before the last change.
    Undo,
    /// The change that was taken back last, again.
    Redo,
}

/// The networks before and after the changes. Networks that are alike are held once, behind `Arc`.
#[derive(Debug, Default)]
pub struct History {
    before: Vec<Arc<Network>>,
    after: Vec<Arc<Network>>,
    /// The change made last, if nothing came between: dragging one number is one change.
    last: Option<NetworkChange>,
    /// The changes ever made: each draws its random numbers from a stream of its own.
    count: u64,
}

/// The most changes that can be taken back.
const MOST_CHANGES: usize = 500;
/// The most numbers that the networks of the history hold, 512 MB.
const MOST_NUMBERS: usize = 1 << 26;

impl History {
    /// Whether there is a change to take back.
    pub fn can_undo(&self) -> bool {
        !self.before.is_empty()
    }

    /// Whether there is a change to make again.
    pub fn can_redo(&self) -> bool {
        !self.after.is_empty()
    }

    /// Keeps the network that was, before it becomes another.
    pub(super) fn remember(&mut self, network: Arc<Network>) {
        self.after.clear();
        self.last = None;
        self.before.push(network);
        let numbers = |list: &[Arc<Network>]| list.iter().map(|network| network.parameters()).sum::<usize>();
        while self.before.len() > MOST_CHANGES || (self.before.len() > 1 && numbers(&self.before) > MOST_NUMBERS) {
            self.before.remove(0);
        }
    }
}

impl Session {
    /// What can be taken back and made again.
    pub fn history(&self) -> &History {
        &self.history
    }

    pub(super) fn edit(&mut self, command: &EditCommand, effects: &mut Vec<Effect>) {
        let Some(now) = self.wanted.network.clone() else { return };
        let next = match command {
            EditCommand::Change(change) => {
                self.history.count += 1;
                let mut random = Random::stream(self.training().options().seed, self.history.count);
                match changed(&now, change, &mut random) {
                    Ok(next) if next == *now => return,
                    Ok(next) => Some(Arc::new(next)),
                    Err(error) => return self.notices.add(Severity::Error, format!("{error}."), format!("{error:?}")),
                }
            }
            EditCommand::New => {
                let Some(data) = self.wanted.data.draw() else { return };
                self.history.count += 1;
                let plan = NetworkPlan::of_data(&data);
                match plan.draw(self.training().options().seed.wrapping_add(self.history.count - 1)) {
                    Ok(next) => {
                        self.suit_training(TrainingOptions::of_data(&data));
                        Some(Arc::new(next))
                    }
                    Err(error) => return self.notices.add(Severity::Error, format!("{error}."), format!("{error:?}")),
                }
            }
            EditCommand::Undo => self.history.before.pop().inspect(|_| self.history.after.push(now.clone())),
            EditCommand::Redo => self.history.after.pop().inspect(|_| self.history.before.push(now.clone())),
        };
        let Some(next) = next else { return };
        match command {
            EditCommand::Change(change) if self.history.last.as_ref().is_some_and(|last| last.goes_on_as(change)) => {
                self.history.after.clear();
            }
            EditCommand::Change(change) => {
                self.history.remember(now);
                self.history.last = Some(change.clone());
            }
            EditCommand::New => self.history.remember(now),
            EditCommand::Undo | EditCommand::Redo => self.history.last = None,
        }
        self.end_training();
        self.wanted.network = Some(next.clone());
        self.kept_view = Some(next.clone());
        if !self.wanted.data_fits() {
            self.wanted.data = Data::fitting(next.inputs());
        }
        self.build(effects);
    }

    /// A network that is opened has no past here.
    pub(super) fn forget_history(&mut self) {
        self.end_training();
        self.history = History::default();
    }
}
