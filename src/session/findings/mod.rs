//! The findings of the open network in the window: which are listed, which were dismissed, and where a click leads.

mod evidence;
mod fix;
mod key;
mod visible;

use std::collections::HashSet;

pub use fix::{Fix, FixFinder, Fixed};
pub use key::{Dismissal, FindingKey};
pub use visible::{LayerCount, TimeMark, VisibleFindings, title};

use super::{Effect, Findings, Session, Side};
use crate::diagnostics::findings::Severity;

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
    pub(super) fn reset_for_new_network(&mut self) {
        self.scope = FindingScope::All;
        self.chosen = None;
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

/// What the open network is known by between starts: its file, or its name.
fn network_of(session: &Session) -> String {
    let document = session.document();
    let path = document.and_then(|document| document.network_path.as_ref()).map(|path| path.display().to_string());
    path.or_else(|| document.map(|document| document.network_name())).unwrap_or_default()
}

/// Carries out a command.
pub(super) fn apply(session: &mut Session, command: FindingCommand, effects: &mut Vec<Effect>) {
    let view = &mut session.findings;
    match command {
        FindingCommand::Toggle(severity) => view.hidden[severity as usize] ^= true,
        FindingCommand::Show(scope) => {
            view.scope = scope;
            session.window.layer_panel = true;
            session.window.side = Side::Findings;
        }
        FindingCommand::ShowDismissed(shown) => view.show_dismissed = shown,
        FindingCommand::Dismiss(key) => {
            let network = network_of(session);
            session.findings.dismiss(network, key);
        }
        FindingCommand::Restore(key) => {
            let network = network_of(session);
            session.findings.take_back(&network, &key);
        }
        FindingCommand::GoTo(key) => evidence::go_to(session, &key, effects),
    }
    refresh(session);
}

/// Brings what is shown of the findings up to date, if they or the dismissals have changed.
pub(super) fn refresh(session: &mut Session) {
    let list = session.latest::<Findings>().cloned();
    let view = &session.findings;
    if view.visible.is_of(list.as_ref(), view.revision) {
        return;
    }
    let network = network_of(session);
    let view = &mut session.findings;
    let own = view.dismissed.iter().filter(|dismissal| dismissal.network == network);
    let dismissed: HashSet<&FindingKey> = own.map(|dismissal| &dismissal.key).collect();
    view.visible = VisibleFindings::new(list, &dismissed, view.revision);
    let layers = view.visible.layers().len();
    if let FindingScope::Layer(layer) = view.scope
        && view.visible.list().is_some()
        && layer > layers
    {
        view.scope = FindingScope::All;
    }
}
