//! What the window keeps of a session's file while it is open.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::problem::{FileProblem, SessionSources};
use super::stored::StoredLook;
use crate::dataset::Dataset;
use crate::flow::FlowOptions;
use crate::network::Network;
use crate::session::{
    Document, FindingKey, FindingScope, FindingsView, Folding, PanelCommand, ViewSettings, WindowSettings,
};
use crate::training::{Loss, TrainingOptions};

/// The session's file that is open.
#[derive(Clone, Debug)]
pub struct OpenSessionFile {
    /// The file.
    pub path: PathBuf,
    /// Whether network and data are embedded by choice.
    pub embeds: bool,
    /// What it shows; `None` until that is shown for the first time.
    pub saved: Option<Look>,
}

/// Files of a session that are missing or have changed, until a person says what takes their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relocation {
    /// The session's file.
    pub path: PathBuf,
    /// What is not as it was.
    pub problems: Vec<FileProblem>,
    /// What was said already.
    pub sources: SessionSources,
}

/// What is put back as soon as its network is shown.
#[derive(Debug)]
pub struct Restoring {
    /// The network of the session; `None` for the first that is shown.
    pub network: Option<Arc<Network>>,
    /// What was looked at.
    pub look: StoredLook,
}

/// What a session keeps beside the time, which goes on by itself: two are equal where nothing has to be saved again.
#[derive(Clone, Debug)]
pub struct Look {
    network: Arc<Network>,
    dataset: Arc<Dataset>,
    options: FlowOptions,
    view: ViewSettings,
    window: WindowSettings,
    training: TrainingOptions,
    thresholds: BTreeMap<String, f64>,
    findings: (FindingScope, bool, Option<FindingKey>),
}

/// The parts of the window that a session keeps.
#[derive(Clone, Copy, Debug)]
pub struct LookParts<'a> {
    /// What is shown.
    pub document: &'a Document,
    /// How it is looked at.
    pub view: &'a ViewSettings,
    /// How the window is arranged.
    pub window: WindowSettings,
    /// How the network is trained.
    pub training: TrainingOptions,
    /// What counts as a finding.
    pub thresholds: &'a BTreeMap<String, f64>,
    /// Which findings are listed.
    pub findings: &'a FindingsView,
}

impl Look {
    /// That of a window; `None` before anything is shown.
    pub fn new(parts: LookParts<'_>) -> Option<Look> {
        let LookParts { document, view, window, training, thresholds, findings } = parts;
        Some(Look {
            network: document.network.clone()?,
            dataset: document.data.dataset.clone()?,
            options: document.options,
            view: kept_view(view),
            window: WindowSettings { modal: None, folding: Folding::default(), ..window },
            training,
            thresholds: thresholds.clone(),
            findings: (findings.scope, findings.show_dismissed, findings.chosen.clone()),
        })
    }
}

impl PartialEq for Look {
    fn eq(&self, other: &Look) -> bool {
        Arc::ptr_eq(&self.network, &other.network)
            && Arc::ptr_eq(&self.dataset, &other.dataset)
            && self.options == other.options
            && self.view == other.view
            && self.window == other.window
            && self.training == other.training
            && self.thresholds == other.thresholds
            && self.findings == other.findings
    }
}

/// The settings without what the mouse rests on, and without what moves by itself.
fn kept_view(view: &ViewSettings) -> ViewSettings {
    let mut kept = view.clone();
    kept.hovered = None;
    (kept.points.resting, kept.points.row) = (None, None);
    // Which loss is meant follows from the training.
    kept.points.measure_by(Loss::default());
    kept.panel.apply(PanelCommand::Focused);
    if kept.tour.playing {
        kept.tour = kept.tour.at_rest();
    }
    kept
}
