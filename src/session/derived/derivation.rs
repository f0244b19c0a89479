//! What a derived result is: what it is asked for, when it is wanted, and how it is computed.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use crate::dataset::Dataset;
use crate::diagnostics::findings::Thresholds;
use crate::flow::FlowError;
use crate::network::Network;
use crate::session::scene::{Progress, Scene, SceneError};
use crate::session::{Counterpart, Document, Playback, Refined, Training, ViewSettings, WindowSettings};

/// A result that is computed from the open scene in the background.
pub trait Derivation: Debug + Send + Sync + Sized + 'static {
    /// What is asked for: a result answers one request.
    type Request: Clone + PartialEq + Debug + Send + Sync + 'static;

    /// What is being done, as the start of a sentence.
    const LABEL: &'static str;
    /// The start of the sentence that tells of an error; without it an error is only marked where the result would be.
    const FAILURE: Option<&'static str> = None;
    /// How many results are kept, for as many requests.
    const KEPT: usize = 1;
    /// The least time between two requests while time runs, in seconds: a result that is wanted anew in every frame must
    /// not take a core for itself.
    const INTERVAL: f64 = 0.0;
    /// Whether a result of the scene before stays in sight until it is made of a scene like it, as while training.
    const OUTLIVES_SCENE: bool = true;
    /// Whether it does so even where the phases of the flow are others than before.
    const OUTLIVES_PHASES: bool = false;
    /// Whether a result stays when nothing wants it any more.
    const OUTLIVES_DEMAND: bool = true;
    /// Whether it waits while the scrubber is on its way over checkpoints, each of which is gone at once.
    const WAITS_FOR_REST: bool = false;
    /// Whether wanting it again after it was not wanted tries again what failed.
    const RETRIED: bool = false;

    /// The least time between two requests now, in seconds; `latest` is the newest result.
    fn interval(situation: &Situation<'_>, _latest: Option<&Self>) -> f64 {
        if situation.playback.playing() { Self::INTERVAL } else { 0.0 }
    }

    /// The request that the view makes now; `None` while nothing shows the result.
    fn wanted(situation: &Situation<'_>) -> Option<Self::Request>;

    /// Computes the result; `None` where there is none for this request.
    ///
    /// # Errors
    /// If it cannot be computed or `progress` answers false.
    fn build(source: &Source, request: Self::Request, progress: &mut Progress<'_>) -> Result<Option<Self>, SceneError>;

    /// What the window calls the work for this request.
    fn title(_request: &Self::Request) -> String {
        Self::LABEL.to_owned()
    }

    /// Whether a new request ends the work for the one under way; otherwise it waits for that to end.
    fn replaces(_under_way: &Self::Request, _wanted: &Self::Request) -> bool {
        true
    }
}

/// What a result is computed from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The open scene.
    pub scene: Arc<Scene>,
    /// Its ResNet, if one is ready.
    pub refined: Option<Arc<Refined>>,
    /// The data as it was opened, before points were left out or classes numbered as outputs; `None` where points of the
    /// input space stand in for data.
    pub data: Option<Arc<Dataset>>,
    /// The network as its file has it, where numbers that are not finite end the one that flows before.
    pub whole: Option<Arc<Network>>,
    /// Whether the file holds more of the network than is open: its end is no answer.
    pub is_part: bool,
    /// How much the last step of training changed each layer's weights, as a share of them; empty without one.
    pub updates: Arc<[f64]>,
    /// What counts as a finding.
    pub thresholds: Thresholds,
}

/// What is open and how it is looked at: from this follows which results are wanted.
#[derive(Debug)]
pub struct Situation<'a> {
    /// The open scene.
    pub scene: &'a Arc<Scene>,
    /// The document that it was built from.
    pub document: &'a Document,
    /// The clock.
    pub playback: &'a Playback,
    /// How the stage looks at the scene.
    pub view: &'a ViewSettings,
    /// How the window is arranged.
    pub window: &'a WindowSettings,
    /// The network's training.
    pub training: &'a Training,
    /// The thresholds of findings that are others than usual, by name.
    pub thresholds: &'a BTreeMap<String, f64>,
    /// The newest ResNet of the scene, if one is ready.
    pub refined: Option<Arc<Refined>>,
    /// The network that this one is compared with.
    pub counterpart: Option<&'a Counterpart>,
}

impl Situation<'_> {
    /// Whether the network is in training.
    pub fn is_training(&self) -> bool {
        self.training.running()
    }

    /// The index of the layer that the panel shows now.
    pub fn panel_layer(&self) -> usize {
        let flow = &self.scene.flow;
        self.view.panel_layer(flow.moment(self.playback.t()).layer, flow.layers().len())
    }

    /// What a result is computed from.
    pub(super) fn source(&self) -> Source {
        let mut thresholds = Thresholds::default();
        self.thresholds.iter().for_each(|(name, value)| {
            // A name that is none was told when the settings were read.
            let _ = thresholds.set(name, *value);
        });
        let data = Some(&self.document.data).filter(|data| !data.is_stand_in());
        Source {
            scene: Arc::clone(self.scene),
            refined: self.refined.clone(),
            data: data.and_then(|data| data.dataset.clone()),
            whole: self.document.file.whole.clone(),
            is_part: self.document.file.missing.is_some(),
            updates: self.training.updates().clone(),
            thresholds,
        }
    }
}

/// Whether an error only says that the work was stopped.
pub(in crate::session) fn is_cancelled(error: &SceneError) -> bool {
    matches!(error, SceneError::Flow(FlowError::Cancelled))
}
