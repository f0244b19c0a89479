//! The state of a window, and what is read of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::derived::State;
use super::file::{Look, LookParts, OpenSessionFile, Relocation, Restoring};
use super::kept_view::KeptState;
use super::open_scene::OpenScene;
use super::rebuild::IncrementalRebuild;
use super::share_line::ShareLine;
use super::{
    ChartFile, CheckpointSeries, ColumnImport, Counterpart, DerivedResults, Document, DroppedNetwork, Example, Field,
    FindingsView, Folding, History, Import, KeptView, KeyChanges, LastFiles, LayerDetail, Neighbours,
    NetworkComparison, Notices, OpenedBy, PanelSizes, PathPrompt, Pen, PictureExport, Playback, PlaybackCommand,
    Previews, RecentFiles, Refined, RememberedChain, Scene, SeparationProfile, Situation, Stored, Training, Unsaved,
    UnsavedWork, ViewSettings, WindowSettings,
};
use crate::dataset::DataChoice;
use crate::flow::Flow;
use crate::network::Network;

/// Everything that a window is about.
#[derive(Debug)]
pub struct Session {
    /// The clock.
    pub playback: Playback,
    /// How the stage looks at the scene.
    pub view: ViewSettings,
    /// The moving pictures of the start page.
    pub previews: Previews,
    /// How the window is arranged.
    pub window: WindowSettings,
    /// What there is to tell.
    pub notices: Notices,
    /// The networks opened lately.
    pub recent: RecentFiles,
    /// The files of data opened lately.
    pub recent_data: RecentFiles,
    /// How large a person made the window and its panels.
    pub sizes: PanelSizes,
    /// What is kept of the view and the files from one start to the next.
    pub(super) kept: KeptState,
    /// Whether the files that were open last are offered to be opened again.
    pub offers_last: bool,
    /// The import assistant, while it is open.
    pub import: Option<Import>,
    /// The choice of a data file's columns, while it is open.
    pub columns: Option<ColumnImport>,
    /// The choice that was made last.
    pub(super) chosen_columns: Option<ColumnImport>,
    /// The command line that shows what is shown, while it is on the screen.
    pub share: Option<ShareLine>,
    /// The example that was opened last, and its network.
    pub(super) example: Option<(Example, Arc<Network>)>,
    /// What the assistant's file is being read with.
    pub(super) opened_by: Option<(PathBuf, OpenedBy)>,
    /// The session's file, where one is open.
    pub(super) session_file: Option<OpenSessionFile>,
    /// The files of a session that are looked for, while they are.
    pub relocation: Option<Relocation>,
    /// What is put back as soon as the document of a session is shown.
    pub(super) restoring: Option<Restoring>,
    /// How files of tensors were opened, newest first.
    pub(super) chains: Vec<RememberedChain>,
    /// The list of what is wrong with the network.
    pub findings: FindingsView,
    /// The thresholds of findings that are others than usual.
    pub(in crate::session) thresholds: BTreeMap<String, f64>,
    /// The commands with other keys than usual.
    pub keys: KeyChanges,
    /// A chart that waits for the name of its file.
    pub(super) chart: Option<ChartFile>,
    /// The dialog for pictures and films.
    pub export: PictureExport,
    /// A network that was dropped on the one on show, until it is told what becomes of it.
    pub dropped: Option<DroppedNetwork>,
    /// The path field that stands in for a file dialog.
    pub path_prompt: Option<PathPrompt>,
    /// Whether the hint of the first start is shown.
    pub hint: bool,
    /// Whether it was read, in this window or in one before.
    pub(in crate::session) knows_hint: bool,
    /// Data asked for before any network; it is read when the network's inputs are known.
    pub(super) waiting_data: Option<(PathBuf, Option<DataChoice>)>,
    /// The file of data for which a network is drawn when it is read.
    pub(super) network_for: Option<PathBuf>,
    /// What to tell when the wanted document is shown: its data stands in for other data.
    pub(super) replaced_data: Option<String>,
    /// What was asked for last: shown already, or still being built.
    pub(super) wanted: Document,
    /// What is shown.
    pub(super) shown: Option<OpenScene>,
    /// The network that the one on show is compared with.
    pub(super) counterpart: Option<Counterpart>,
    /// The checkpoints of a training that the one on show is one of.
    pub(super) checkpoints: Option<CheckpointSeries>,
    /// What is computed from the scene shown, in the background.
    pub(super) derived: DerivedResults,
    /// The training of the network.
    pub(super) training: Training,
    /// What was done to the network by hand.
    pub(super) history: History,
    /// What is in no file yet.
    pub(super) unsaved: Unsaved,
    /// The flow of what grew out of the document shown.
    pub(super) rebuild: IncrementalRebuild,
}

impl Default for Session {
    fn default() -> Session {
        Session {
            playback: Playback::new(0.0),
            view: ViewSettings::default(),
            previews: Previews::default(),
            window: WindowSettings::default(),
            notices: Notices::default(),
            recent: RecentFiles::default(),
            recent_data: RecentFiles::default(),
            sizes: PanelSizes::default(),
            kept: KeptState::default(),
            offers_last: false,
            import: None,
            share: None,
            example: None,
            opened_by: None,
            session_file: None,
            relocation: None,
            restoring: None,
            chains: Vec::new(),
            columns: None,
            chosen_columns: None,
            findings: FindingsView::default(),
            thresholds: BTreeMap::new(),
            keys: KeyChanges::default(),
            chart: None,
            export: PictureExport::default(),
            dropped: None,
            path_prompt: None,
            hint: false,
            knows_hint: false,
            waiting_data: None,
            network_for: None,
            replaced_data: None,
            wanted: Document::default(),
            shown: None,
            counterpart: None,
            checkpoints: None,
            derived: DerivedResults::default(),
            training: Training::default(),
            history: History::default(),
            unsaved: Unsaved::default(),
            rebuild: IncrementalRebuild::default(),
        }
    }
}

impl Session {
    /// The same on show in a session of its own, with nothing under way and nothing under the mouse: for pictures.
    pub fn for_pictures(&self) -> Session {
        let Session { playback, view, window, sizes, thresholds, findings, wanted, shown, counterpart, .. } = self;
        let mut copy = Session {
            sizes: *sizes,
            playback: playback.clone(),
            view: view.clone(),
            window: WindowSettings { modal: None, frame_time: false, folding: Folding::default(), ..*window },
            thresholds: thresholds.clone(),
            wanted: wanted.clone(),
            shown: shown.clone(),
            counterpart: counterpart.clone(),
            ..Session::default()
        };
        copy.findings.restore(findings.dismissed().to_vec());
        copy.playback.apply(PlaybackCommand::Pause, &[]);
        copy.view.forget_the_mouse();
        // A picture is none of what is yet to be saved.
        copy.unsaved.keep(&copy.wanted);
        copy
    }

    /// What is shown: the document that the scene was built from.
    pub fn document(&self) -> Option<&Document> {
        self.shown.as_ref().map(|shown| &shown.document)
    }

    /// What was asked for last: the same as [`Session::document`] unless it is still being built.
    pub fn wanted(&self) -> &Document {
        &self.wanted
    }

    /// What the stage draws.
    pub fn scene(&self) -> Option<&Arc<Scene>> {
        self.shown.as_ref().map(|shown| &shown.scene)
    }

    /// The phase boundaries of the flow in increasing order, 0 and L among them.
    pub fn boundaries(&self) -> &[f64] {
        self.shown.as_ref().map_or(&[], |shown| &shown.boundaries)
    }

    /// What is being opened while nothing is shown yet, by name.
    pub fn opening(&self) -> Option<String> {
        let is_opening = self.shown.is_none() && self.wanted.network.is_some();
        is_opening.then(|| self.wanted.network_name())
    }

    /// What is open and how it is looked at; `None` before the first scene.
    pub fn situation(&self) -> Option<Situation<'_>> {
        let Session { shown, playback, view, window, training, thresholds, counterpart, .. } = self;
        let (OpenScene { document, scene, .. }, refined) = (shown.as_ref()?, self.refined().cloned());
        let counterpart = counterpart.as_ref();
        Some(Situation { scene, document, playback, view, window, training, thresholds, refined, counterpart })
    }

    /// [`Session::situation`] with the results, to be changed by it.
    pub(super) fn situation_and_results(&mut self) -> Option<(Situation<'_>, &mut DerivedResults)> {
        let Session { shown, derived, playback, view, window, training, thresholds, counterpart, .. } = self;
        let (OpenScene { document, scene, .. }, refined) = (shown.as_ref()?, Refined::slot(derived).latest().cloned());
        let counterpart = counterpart.as_ref();
        let situation =
            Situation { scene, document, playback, view, window, training, thresholds, refined, counterpart };
        Some((situation, derived))
    }

    /// The newest ResNet of the scene that is ready.
    pub fn refined(&self) -> Option<&Arc<Refined>> {
        self.latest()
    }

    /// The checkpoints that the network on show is one of.
    pub fn checkpoints(&self) -> Option<&CheckpointSeries> {
        self.checkpoints.as_ref()
    }

    /// Whether the scrubber is on its way over checkpoints.
    pub fn scrubs_checkpoints(&self) -> bool {
        self.checkpoints.as_ref().is_some_and(CheckpointSeries::is_scrubbed)
    }

    /// Why another checkpoint cannot be shown now, in a sentence; `None` where it can.
    pub fn checkpoint_refusal(&self) -> Option<&'static str> {
        let Some(series) = &self.checkpoints else { return Some("No checkpoints are open.") };
        if self.wanted.ablated.is_some() {
            return Some("A part of the network is taken out: end the ablation first.");
        }
        let is_as_read = series.network.as_ref().zip(self.wanted.network.as_ref());
        let is_as_read = is_as_read.is_none_or(|(read, wanted)| Arc::ptr_eq(read, wanted));
        (!is_as_read)
            .then_some("The network was changed here: undo the change, or save the network and open it by itself.")
    }

    /// The network that the one on show is compared with.
    pub fn counterpart(&self) -> Option<&Counterpart> {
        self.counterpart.as_ref()
    }

    /// The comparison with it, once it is ready.
    pub fn comparison(&self) -> Option<&Arc<NetworkComparison>> {
        let counterpart = self.counterpart.as_ref()?;
        self.latest::<NetworkComparison>().filter(|compared| compared.counterpart == *counterpart)
    }

    /// The newest result of a kind that is ready; while training it may be of a scene before.
    pub fn latest<D: Stored>(&self) -> Option<&Arc<D>> {
        D::slot(&self.derived).latest()
    }

    /// The result of a kind that is wanted now, of the scene on show, once it is ready.
    pub fn current<D: Stored>(&self) -> Option<&Arc<D>> {
        let request = self.situation().and_then(|situation| D::wanted(&situation))?;
        let slot = D::slot(&self.derived);
        (slot.state(&request) == State::Ready).then(|| slot.get(&request)).flatten()
    }

    /// Whether the result that is wanted now was stopped, or cannot be made.
    pub fn is_given_up<D: Stored>(&self) -> bool {
        let request = self.situation().and_then(|situation| D::wanted(&situation));
        request.is_some_and(|request| D::slot(&self.derived).state(&request) == State::Failed)
    }

    /// The newest detail of layer `index` that is ready.
    pub fn detail(&self, index: usize) -> Option<&Arc<LayerDetail>> {
        LayerDetail::slot(&self.derived).get(&index)
    }

    /// The neighbours of the point that the mouse rests on, once they are found; they may be those of a time before.
    pub fn neighbours(&self) -> Option<&Arc<Neighbours>> {
        let resting = self.view.points.resting;
        self.latest::<Neighbours>().filter(|found| Some(found.request.sample) == resting)
    }

    /// How far apart the selected points are, once it is known.
    pub fn separation(&self) -> Option<&Arc<SeparationProfile>> {
        self.latest::<SeparationProfile>().filter(|profile| profile.selection.is(&self.view.points.selection))
    }

    /// The index of the layer that the panel shows now.
    pub fn panel_layer(&self) -> Option<usize> {
        self.situation().map(|situation| situation.panel_layer())
    }

    /// The training of the network.
    pub fn training(&self) -> &Training {
        &self.training
    }

    /// Why the network cannot be trained on the data shown, in a sentence; `None` where it can.
    pub fn training_refusal(&self) -> Option<&'static str> {
        self.training.refusal(self.document().and_then(|document| document.data.dataset.as_deref()))
    }

    /// What can be taken back and made again.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// What is known of unsaved work.
    pub fn unsaved(&self) -> &Unsaved {
        &self.unsaved
    }

    /// The work that is in no file.
    pub fn unsaved_work(&self) -> Option<UnsavedWork> {
        self.unsaved.work(&self.wanted)
    }

    /// Whether there is work that is in no file, or a session's file that shows something else.
    pub fn has_unsaved_work(&self) -> bool {
        self.unsaved_work().is_some() || self.session_has_changed()
    }

    /// The file of the session that is open.
    pub fn session_path(&self) -> Option<&Path> {
        self.session_file.as_ref().map(|file| file.path.as_path())
    }

    /// What is to be kept of the view: what a person made of it. What a session or a command line shows is its own.
    pub(super) fn view_to_keep(&self) -> Option<KeptView> {
        let is_own = self.session_file.is_none() && self.restoring.is_none();
        let shown = self.document().filter(|_| is_own);
        self.kept.view_to_keep(shown.map(|shown| KeptView::new(&self.view, Some(shown.identity()))))
    }

    /// Whether this window began with a view that was kept.
    pub fn has_kept_view(&self) -> bool {
        self.kept.view.is_some()
    }

    /// The files that were open when a window ended last, while they are offered.
    pub fn offered_last(&self) -> Option<&LastFiles> {
        Some(&self.kept.last).filter(|last| self.offers_last && !last.paths().is_empty())
    }

    /// The files that are open, or those that were, where none is.
    pub(super) fn last_files(&self) -> LastFiles {
        let series = self.checkpoints().map(CheckpointSeries::source);
        let open = match self.session_path() {
            // It names its data itself.
            Some(session) => LastFiles::new(Some(session), None),
            None => LastFiles::new(series, self.document()),
        };
        if open.paths().is_empty() { self.kept.last.clone() } else { open }
    }

    /// The times that are in sight on the timeline: the whole flow, and a unit for each layer that does not flow, unless a
    /// part of it is looked at.
    pub fn times_in_sight(&self) -> (f64, f64) {
        let not_flowing = self.document().map_or(0, |document| document.file.not_flowing);
        self.playback.visible().unwrap_or((0.0, self.playback.duration() + not_flowing as f64))
    }

    /// What the window shows, as far as a session keeps it; `None` before anything is shown.
    pub(in crate::session) fn look(&self) -> Option<Look> {
        Look::new(LookParts {
            document: self.document()?,
            view: &self.view,
            window: self.window,
            training: *self.training.options(),
            thresholds: &self.thresholds,
            findings: &self.findings,
        })
    }

    /// Whether a session's file is open that shows something else than the window. The time alone is no change.
    pub fn session_has_changed(&self) -> bool {
        let saved = self.session_file.as_ref().and_then(|file| file.saved.as_ref());
        saved.is_some_and(|saved| self.restoring.is_none() && self.look().is_none_or(|now| now != *saved))
    }

    /// The example that is open, changed or not.
    pub fn example(&self) -> Option<Example> {
        self.example.as_ref().filter(|_| self.wanted.network_path.is_none()).map(|(example, _)| *example)
    }

    /// Whether the network is that of the example, without a change.
    pub(super) fn shows_example(&self) -> bool {
        let shown = self.document().and_then(Document::whole_network);
        shown.zip(self.example.as_ref()).is_some_and(|(shown, (_, network))| Arc::ptr_eq(shown, network))
    }

    /// Why points cannot be drawn by hand; `None` where they can.
    pub fn pen_refusal(&self) -> Option<&'static str> {
        self.scene().map_or(Some("No network is open yet."), |scene| scene.pen_refusal())
    }

    /// The pen in hand where it can draw: at t = 0, where the points are the data.
    pub fn pen(&self) -> Option<Pen> {
        self.view.pen.pen.filter(|_| self.playback.t() == 0.0 && self.pen_refusal().is_none())
    }

    /// How many classes can be drawn: those of the data and of the network's answers, and one more.
    pub fn drawn_classes(&self) -> usize {
        self.wanted.drawn_classes()
    }

    /// How the data that is shown was scaled, in words; `None` where it is as its file has it.
    pub fn scaling_text(&self) -> Option<String> {
        self.chosen_columns.as_ref()?.scaling_text(&self.document()?.data.source)
    }

    /// The number of inputs that data must have.
    pub(super) fn inputs(&self) -> Option<usize> {
        self.wanted.network.as_ref().map(|network| network.inputs())
    }

    /// Whether the network that is wanted is the one that is shown.
    pub(super) fn shows_wanted_network(&self) -> bool {
        let shown = self.document().and_then(|shown| shown.network.as_ref());
        shown.zip(self.wanted.network.as_ref()).is_some_and(|(one, other)| Arc::ptr_eq(one, other))
    }

    /// The flow on show, if it is the one of the network that is wanted.
    pub(super) fn known_flow(&self) -> Option<Arc<Flow>> {
        self.shown.as_ref().filter(|_| self.shows_wanted_network()).map(|shown| shown.scene.flow.clone())
    }

    /// Whether a field is being computed.
    pub(super) fn field_is_under_way(&self) -> bool {
        Field::slot(&self.derived).is_under_way()
    }
}
