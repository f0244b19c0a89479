//! The list of findings: which are listed, and which were dismissed.

use std::collections::HashSet;
use std::sync::Arc;

use super::dismissal::Dismissal;
use super::visible::VisibleFindings;
use crate::diagnostics::findings::Severity;
use crate::session::{FindingKey, Findings};

/// How many dismissals are remembered, the newest of all networks.
const MAX_DISMISSED: usize = 1000;

/// Which findings are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FindingScope {
    /// All of them.
    #[default]
    All,
    /// Those of a layer, from 1.
    Layer(usize),
    /// Those of the data and of the network as a whole.
    Whole,
}

/// What a person asks of the findings.
#[derive(Clone, Debug, PartialEq)]
pub enum FindingCommand {
    /// List those of a severity, or no longer.
    Toggle(Severity),
    /// List these, and show the list.
    Show(FindingScope),
    /// Forget which were dismissed in the list, or list them too.
    ShowDismissed(bool),
    /// Do not tell of this one again.
    Dismiss(FindingKey),
    /// Tell of it again.
    Restore(FindingKey),
    /// Go to where it shows.
    GoTo(FindingKey),
}

/// The state of the list of findings.
#[derive(Debug, Default)]
pub struct FindingsView {
    /// The severities that are not listed, in the order of [`Severity::ALL`].
    hidden: [bool; Severity::ALL.len()],
    /// Which are listed.
    pub scope: FindingScope,
    /// Whether those dismissed are listed too.
    pub show_dismissed: bool,
    /// The one that was gone to last.
    pub chosen: Option<FindingKey>,
    dismissed: Vec<Dismissal>,
    /// Counts the changes of what is dismissed.
    revision: u64,
    visible: VisibleFindings,
}

impl FindingsView {
    /// Carries out a command on the findings of `network`, as it is known between starts.
    pub(in crate::session) fn apply(&mut self, command: FindingCommand, network: String) {
        match command {
            FindingCommand::Toggle(severity) => self.hidden[severity as usize] ^= true,
            FindingCommand::Show(scope) => self.scope = scope,
            FindingCommand::ShowDismissed(shown) => self.show_dismissed = shown,
            FindingCommand::Dismiss(key) => self.dismiss(network, key),
            FindingCommand::Restore(key) => self.take_back(&network, &key),
            FindingCommand::GoTo(key) => self.chosen = Some(key),
        }
    }

    /// Brings what is shown up to date, if `list` or the dismissals have changed; `network` is what the network is known
    /// by between starts.
    pub(in crate::session) fn refresh(&mut self, list: Option<&Arc<Findings>>, network: impl FnOnce() -> String) {
        if self.visible.is_of(list, self.revision) {
            return;
        }
        let network = network();
        let own = self.dismissed.iter().filter(|dismissal| dismissal.network == network);
        let dismissed: HashSet<&FindingKey> = own.map(|dismissal| &dismissal.key).collect();
        self.visible = VisibleFindings::new(list.cloned(), &dismissed, self.revision);
        let layers = self.visible.layers().len();
        if let FindingScope::Layer(layer) = self.scope
            && self.visible.list().is_some()
            && layer > layers
        {
            self.scope = FindingScope::All;
        }
    }

    /// Whether those of a severity are listed.
    pub fn lists(&self, severity: Severity) -> bool {
        !self.hidden[severity as usize]
    }

    /// What is known of the findings of the open network without those dismissed.
    pub fn visible(&self) -> &VisibleFindings {
        &self.visible
    }

    /// The dismissals of all networks, the oldest first.
    pub fn dismissed(&self) -> &[Dismissal] {
        &self.dismissed
    }

    /// Lists all findings again, as those of a network that was just opened.
    pub(in crate::session) fn reset_for_new_network(&mut self) {
        self.scope = FindingScope::All;
        self.chosen = None;
    }

    /// Lists what was listed when a session was kept, and forgets the findings of `network` that were dismissed then.
    pub(in crate::session) fn restore_view(
        &mut self,
        hidden: &[Severity],
        scope: FindingScope,
        show_dismissed: bool,
        chosen: Option<FindingKey>,
        dismissed: (String, Vec<FindingKey>),
    ) {
        self.hidden = Severity::ALL.map(|severity| hidden.contains(&severity));
        (self.scope, self.show_dismissed, self.chosen) = (scope, show_dismissed, chosen);
        let (network, keys) = dismissed;
        self.dismissed.retain(|known| known.network != network);
        keys.into_iter().for_each(|key| self.dismiss(network.clone(), key));
        self.revision += 1;
    }

    /// Takes over dismissals that were kept.
    pub fn restore(&mut self, dismissed: Vec<Dismissal>) {
        self.dismissed = dismissed;
        self.revision += 1;
    }

    /// The positions of the findings that are listed, the worst first.
    pub fn listed(&self) -> Vec<usize> {
        let Some(list) = self.visible.list() else { return Vec::new() };
        let is_listed = |position: &usize| {
            let Some(entry) = list.entries().get(*position) else { return false };
            let is_in_scope = match self.scope {
                FindingScope::All => true,
                FindingScope::Layer(layer) => entry.finding.layer == Some(layer),
                FindingScope::Whole => entry.finding.layer.is_none(),
            };
            is_in_scope && self.lists(entry.finding.severity)
        };
        let all: Vec<usize> =
            if self.show_dismissed { (0..list.entries().len()).collect() } else { self.visible.open().to_vec() };
        all.into_iter().filter(is_listed).collect()
    }

    fn dismiss(&mut self, network: String, key: FindingKey) {
        let dismissal = Dismissal { network, key };
        self.dismissed.retain(|known| *known != dismissal);
        self.dismissed.push(dismissal);
        let surplus = self.dismissed.len().saturating_sub(MAX_DISMISSED);
        self.dismissed.drain(..surplus);
        self.revision += 1;
    }

    fn take_back(&mut self, network: &str, key: &FindingKey) {
        self.dismissed.retain(|known| known.network != network || known.key != *key);
        self.revision += 1;
    }
}
