//! The state of a window: commands change it and lead to effects.

use std::path::PathBuf;
use std::sync::Arc;

use super::derived::{self, State};
use super::document::FileContents;
use super::findings;
use super::rebuild::IncrementalRebuild;
use super::tour::TOUR_DIMENSIONS;
use super::view::Projection;
use super::wording::counted;
use super::{
    Camera, ColumnImport, Command, Compare, Data, DerivedKind, DerivedResults, DialogPurpose, Document, Effect,
    Example, FindingsView, History, Import, LayerDetail, LayerMeasures, Neighbours, Notices, Orientation, PenCommand,
    Playback, PlaybackCommand, PointCommand, RecentFiles, Refined, RememberedChain, Scene, SeparationProfile, Severity,
    Side, Stored, Task, Training, ViewCommand, ViewSettings, WindowSettings,
};
use crate::flow::Flow;
use crate::formats::NetworkKind;
use crate::resnet::Refinement;

/// Everything that a window is about.
#[derive(Debug)]
pub struct Session {
    /// The clock.
    pub playback: Playback,
    /// How the stage looks at the scene.
    pub view: ViewSettings,
    /// How the window is arranged.
    pub window: WindowSettings,
    /// What there is to tell.
    pub notices: Notices,
    /// The networks opened lately.
    pub recent: RecentFiles,
    /// The import assistant, while it is open.
    pub import: Option<Import>,
    /// The choice of a data file's columns, while it is open.
    pub columns: Option<ColumnImport>,
    /// The choice that was made last.
    pub(super) chosen_columns: Option<ColumnImport>,
    /// How files of tensors were opened, newest first.
    pub(super) chains: Vec<RememberedChain>,
    /// The list of what is wrong with the network.
    pub findings: FindingsView,
    /// The path field that stands in for a file dialog.
    pub path_prompt: Option<PathPrompt>,
    /// Whether the hint of the first start is shown.
    pub hint: bool,
    /// Data asked for before any network; it is read when the network's inputs are known.
    pub(super) waiting_data: Option<PathBuf>,
    /// What to tell when the wanted document is shown: its data stands in for other data.
    pub(super) replaced_data: Option<String>,
    /// What was asked for last: shown already, or still being built.
    pub(super) wanted: Document,
    /// What is shown.
    pub(super) shown: Option<OpenScene>,
    /// What is computed from the scene shown, in the background.
    pub(super) derived: DerivedResults,
    /// The training of the network.
    pub(super) training: Training,
    /// What was done to the network by hand.
    pub(super) history: History,
    /// The flow of what grew out of the document shown.
    pub(super) rebuild: IncrementalRebuild,
}

/// A document with everything that is drawn of it.
#[derive(Clone, Debug)]
pub(super) struct OpenScene {
    pub(super) document: Document,
    pub(super) scene: Arc<Scene>,
    /// The phase boundaries in increasing order, 0 and L among them.
    pub(super) boundaries: Vec<f64>,
}

impl OpenScene {
    /// A document with its scene.
    pub(super) fn new(document: Document, scene: Arc<Scene>) -> OpenScene {
        OpenScene { document, boundaries: boundaries(&scene.flow), scene }
    }
}

/// A text field for a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPrompt {
    /// What the path is for.
    pub purpose: DialogPurpose,
    /// What has been typed.
    pub text: String,
}

impl Default for Session {
    fn default() -> Session {
        Session {
            playback: Playback::new(0.0),
            view: ViewSettings::default(),
            window: WindowSettings::default(),
            notices: Notices::default(),
            recent: RecentFiles::default(),
            import: None,
            chains: Vec::new(),
            columns: None,
            chosen_columns: None,
            findings: FindingsView::default(),
            path_prompt: None,
            hint: false,
            waiting_data: None,
            replaced_data: None,
            wanted: Document::default(),
            shown: None,
            derived: DerivedResults::default(),
            training: Training::default(),
            history: History::default(),
            rebuild: IncrementalRebuild::default(),
        }
    }
}

impl Session {
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

    /// The newest ResNet of the scene that is ready.
    pub fn refined(&self) -> Option<&Arc<Refined>> {
        self.latest()
    }

    /// The newest result of a kind that is ready; while training it may be of a scene before.
    pub fn latest<D: Stored>(&self) -> Option<&Arc<D>> {
        D::slot(&self.derived).latest()
    }

    /// Whether the result that is wanted now was stopped, or cannot be made.
    pub fn is_given_up<D: Stored>(&self) -> bool {
        D::wanted(self).is_some_and(|request| D::slot(&self.derived).state(&request) == State::Failed)
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
        let flow = &self.shown.as_ref()?.scene.flow;
        Some(self.view.panel_layer(flow.moment(self.playback.t()).layer, flow.layers().len()))
    }

    /// Asks for the results that are wanted now and cancels those that are not any more; `seconds` have passed since the
    /// last call.
    pub fn watch_derived(&mut self, seconds: f64) -> Vec<Effect> {
        derived::watch(self, seconds)
    }

    /// The phase boundaries of the flow in increasing order, 0 and L among them.
    pub fn boundaries(&self) -> &[f64] {
        self.shown.as_ref().map_or(&[], |shown| &shown.boundaries)
    }

    /// Carries out a command and tells what has to be done outside.
    pub fn apply(&mut self, command: Command) -> Vec<Effect> {
        let mut effects = Vec::new();
        match command {
            Command::OpenNetwork(path) => effects.push(self.read_network(path)),
            Command::OpenData(path) => self.read_data(path, &mut effects),
            Command::SaveNetwork(path) => effects.extend(self.save(path)),
            Command::WriteMeasures(path) => effects.extend(self.write_measures(path)),
            Command::OpenFiles(paths) if paths.is_empty() => {}
            Command::OpenFiles(paths) => effects.push(Effect::ReadFiles(paths, self.inputs())),
            Command::OpenExample(example) => self.open_example(example, &mut effects),
            Command::Generate(generator, options) => {
                self.want_data(Data::generated(generator, options), &mut effects);
            }
            Command::Flow(options) if options == self.wanted.options => {}
            Command::Flow(options) => {
                self.wanted.options = options;
                self.build(&mut effects);
            }
            Command::Ask(purpose) => self.ask(purpose, &mut effects),
            Command::EditPath(text) => {
                if let Some(prompt) = &mut self.path_prompt {
                    prompt.text = text;
                }
            }
            Command::AcceptPath => self.accept_path(&mut effects),
            Command::ClosePath => self.path_prompt = None,
            Command::Playback(command) => {
                self.hint = false;
                self.play(command);
            }
            Command::View(command) => self.apply_view(command, &mut effects),
            Command::Window(command) => {
                self.window.apply(command);
                self.refine(&mut effects);
            }
            Command::Import(command) => self.import(command, &mut effects),
            Command::Columns(command) => self.change_columns(command, &mut effects),
            Command::Findings(command) => findings::apply(self, command, &mut effects),
            Command::Edit(command) => self.edit(&command, &mut effects),
            Command::Train(command) => self.train(command, &mut effects),
            Command::Cancel(task) => self.cancel(task, &mut effects),
            Command::Dismiss(id) => self.notices.dismiss(id),
            Command::DismissHint => self.hint = false,
            Command::Quit => effects.push(Effect::Quit),
        }
        self.measure_points();
        effects
    }

    /// Moves time by `seconds` of the wall clock, and the tour with it. True while the tour moves.
    pub fn advance(&mut self, seconds: f64) -> bool {
        let Some(shown) = &self.shown else { return false };
        self.playback.advance(seconds);
        let dimensions = shown.scene.extent.dimension().min(TOUR_DIMENSIONS);
        self.view.projection == Projection::Tour && self.view.tour.advance(dimensions, seconds)
    }

    /// The number of inputs that data must have.
    pub(super) fn inputs(&self) -> Option<usize> {
        self.wanted.network.as_ref().map(|network| network.inputs())
    }

    pub(super) fn path_chosen(&mut self, purpose: DialogPurpose, path: PathBuf, effects: &mut Vec<Effect>) {
        match purpose {
            DialogPurpose::OpenNetwork => effects.push(self.read_network(path)),
            DialogPurpose::OpenData => self.read_data(path, effects),
            DialogPurpose::SaveNetwork(_) => effects.extend(self.save(path)),
            DialogPurpose::SaveMeasures => effects.extend(self.write_measures(path)),
        }
    }

    /// The network that is shown, to be written to a file of the kind that its name asks for.
    fn save(&self, path: PathBuf) -> Option<Effect> {
        Some(Effect::Save(self.document()?.network.clone()?, path))
    }

    /// All measures of the layers, to be written to a file.
    fn write_measures(&self, path: PathBuf) -> Option<Effect> {
        let table = self.latest::<LayerMeasures>()?;
        let text = table.csv(&table.sorted("", 0, false)).ok()?;
        Some(Effect::Write(text, path))
    }

    /// What is being opened while nothing is shown yet, by name.
    pub fn opening(&self) -> Option<String> {
        let is_opening = self.shown.is_none() && self.wanted.network.is_some();
        is_opening.then(|| self.wanted.network_name())
    }

    /// Asks for the wanted document's scene, as soon as there is a network.
    pub(super) fn build(&mut self, effects: &mut Vec<Effect>) {
        if self.wanted.network.is_some() {
            self.end_rebuild();
            let known = self.known_flow();
            effects.push(Effect::Build(self.wanted.clone(), known));
        }
    }

    /// Gives up what is not built yet.
    pub(super) fn back_to_shown(&mut self) {
        if let Some(shown) = &self.shown {
            self.wanted = shown.document.clone();
        }
    }

    pub(super) fn want_data(&mut self, data: Data, effects: &mut Vec<Effect>) {
        if self.inputs().is_none_or(|inputs| inputs == data.dimension()) {
            self.replaced_data = None;
            let grows = self.remember_data(&data.source);
            self.data_changes();
            self.wanted.data = data;
            return if grows { self.grow(effects) } else { self.build(effects) };
        }
        let sentence = format!(
            "{} does not fit: it has {} of values, but the network takes {}; the data shown stays.",
            data.name(),
            counted(data.dimension(), "column"),
            counted(self.inputs().unwrap_or(0), "input")
        );
        self.notices.add(Severity::Error, sentence, "");
    }

    /// The ResNet that the stage or the refinement panel shows; `None` while neither does.
    pub(super) fn refinement_in_sight(&self) -> Option<Refinement> {
        let in_panel = self.window.refinement_panel().then_some(self.view.refinement);
        self.view.wanted_refinement().or(in_panel)
    }

    /// Asks for the ResNet that the view needs, if it is neither there nor under way.
    pub(super) fn refine(&mut self, effects: &mut Vec<Effect>) {
        effects.extend(derived::watch_one::<Refined>(self, 0.0));
    }

    fn read_network(&mut self, path: PathBuf) -> Effect {
        self.path_prompt = None;
        Effect::ReadNetwork(path)
    }

    fn read_data(&mut self, path: PathBuf, effects: &mut Vec<Effect>) {
        self.path_prompt = None;
        match self.inputs() {
            Some(inputs) => effects.push(Effect::ReadData(path, Some(inputs))),
            None => self.waiting_data = Some(path),
        }
    }

    fn open_example(&mut self, example: Example, effects: &mut Vec<Effect>) {
        match example.load() {
            Ok((network, data)) => {
                self.replaced_data = None;
                self.forget_history();
                self.wanted.network = Some(Arc::new(network));
                self.wanted.network_path = None;
                self.wanted.file = FileContents::default();
                self.wanted.data = data;
                effects.push(Effect::Cancel(Task::Read));
                self.build(effects);
                let waiting = self.waiting_data.take();
                effects.extend(waiting.map(|path| Effect::ReadData(path, self.inputs())));
            }
            Err(error) => self.notices.add(Severity::Error, error.to_string(), format!("{error:?}")),
        }
    }

    fn ask(&mut self, purpose: DialogPurpose, effects: &mut Vec<Effect>) {
        let name = match purpose {
            DialogPurpose::SaveNetwork(_) if self.shown.is_none() => return,
            DialogPurpose::SaveNetwork(kind) => {
                self.document().map_or_else(String::new, |document| proposed_file_name(document, kind))
            }
            DialogPurpose::SaveMeasures => "measures.csv".to_owned(),
            DialogPurpose::OpenNetwork | DialogPurpose::OpenData => String::new(),
        };
        effects.push(Effect::ShowDialog(purpose, name));
    }

    fn accept_path(&mut self, effects: &mut Vec<Effect>) {
        let Some(prompt) = self.path_prompt.take() else { return };
        let text = prompt.text.trim();
        if text.is_empty() {
            self.path_prompt = Some(prompt);
            return;
        }
        self.path_chosen(prompt.purpose, PathBuf::from(text), effects);
    }

    pub(super) fn play(&mut self, command: PlaybackCommand) {
        if let Some(shown) = &self.shown {
            self.playback.apply(command, &shown.boundaries);
        }
    }

    fn apply_view(&mut self, command: ViewCommand, effects: &mut Vec<Effect>) {
        if !matches!(command, ViewCommand::Hover(_) | ViewCommand::Points(PointCommand::Rest(_))) {
            self.hint = false;
        }
        // Points are drawn where the data begins and while it rests, on a sheet that is seen from the front.
        if matches!(command, ViewCommand::Hand(PenCommand::Use(Some(_)))) && self.view.pen.pen.is_none() {
            self.play(PlaybackCommand::Pause);
            self.play(PlaybackCommand::Home);
            self.view.camera = Camera { orientation: Orientation::FRONT, ..Camera::default() };
        }
        self.view.apply(command);
        self.refine(effects);
    }

    fn cancel(&mut self, task: Task, effects: &mut Vec<Effect>) {
        effects.push(Effect::Cancel(task));
        self.give_up(task);
        match task {
            Task::Build => self.refine(effects),
            // Without the ResNet that was asked for the plain net remains to be shown.
            Task::Derive(DerivedKind::Refined) if self.refined().is_none() => {
                if self.window.refinement_panel() {
                    self.window.side = Side::Layer;
                }
                self.apply_view(ViewCommand::Compare(Compare::Plain), effects);
            }
            _ => {}
        }
        self.fall_back(effects);
    }
}

/// A file name for a network: its own name with what file systems dislike replaced.
fn proposed_file_name(document: &Document, kind: NetworkKind) -> String {
    let name = document.network_name();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let kept: String =
        stem.chars().map(|c| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect();
    format!("{kept}.{}", kind.extension())
}

/// The phase boundaries of a flow in increasing order, 0 and L among them.
fn boundaries(flow: &Flow) -> Vec<f64> {
    let phases = flow.layers().iter().flat_map(|layer| &layer.phases).map(|phase| phase.end);
    let layers = flow.layers().iter().map(|layer| layer.index as f64);
    let mut times: Vec<f64> = std::iter::once(0.0).chain(phases).chain(layers).collect();
    times.sort_by(f64::total_cmp);
    times.dedup_by(|later, earlier| (*later - *earlier).abs() < 1e-9);
    times
}
