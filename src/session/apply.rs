//! Commands and outcomes: each goes to the part that it concerns, and tells what has to be done outside.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::actions::{
    checkpoints, columns, compare, derive, edit, findings, import, leave, open, paths, picture, receive, save,
    session_file, stop, train, view,
};
use super::file::{Restoring, StoredLook, restore, unknown_choices};
use super::share_line::ShareLine;
use super::unsaved::Leaving;
use super::view::TOUR_DIMENSIONS;
use super::{
    Command, Data, DialogPurpose, Effect, Folding, FoundWork, Modal, Outcome, Projection, Session, Settings,
    WindowSettings,
};
use crate::diagnostics::findings::Thresholds;

impl Session {
    /// Carries out a command and tells what has to be done outside.
    pub fn apply(&mut self, command: Command) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.carry_out(command, &mut effects);
        self.measure_points();
        effects
    }

    /// Takes what came back and tells what has to be done next.
    pub fn receive(&mut self, outcome: Outcome) -> Vec<Effect> {
        let mut effects = Vec::new();
        receive::accept(self, outcome, &mut effects);
        self.measure_points();
        findings::refresh(self);
        effects
    }

    /// Moves time by `seconds` of the wall clock, and the tour with it. True while the tour moves.
    pub fn advance(&mut self, seconds: f64) -> bool {
        let Some(shown) = &self.shown else { return false };
        self.playback.advance(seconds);
        let dimensions = shown.scene.extent.dimension().min(TOUR_DIMENSIONS);
        self.view.projection == Projection::Tour && self.view.tour.advance(dimensions, seconds)
    }

    /// Asks for the results that are wanted now and cancels those that are not any more; `seconds` have passed since the
    /// last call.
    pub fn watch_derived(&mut self, seconds: f64) -> Vec<Effect> {
        derive::watch(self, seconds)
    }

    /// Asks for the next picture of the start page while that is in sight.
    pub fn watch_previews(&mut self) -> Option<Effect> {
        let is_in_sight = self.window.modal == Some(Modal::Start);
        if is_in_sight { self.previews.next().map(Effect::DrawPreview) } else { None }
    }

    /// Takes what a training run has told since the last call and asks for the flow of its newest network; `seconds` have
    /// passed since the last call.
    pub fn watch_training(&mut self, seconds: f64) -> Vec<Effect> {
        train::watch(self, seconds)
    }

    /// Plays and watches the checkpoints; `seconds` have passed since the last call.
    pub fn watch_checkpoints(&mut self, seconds: f64) -> Vec<Effect> {
        checkpoints::watch(self, seconds)
    }

    /// How long the checkpoints can wait for the next call.
    pub fn checkpoint_interval(&self) -> Duration {
        let plays = self.checkpoints.as_ref().is_some_and(|series| series.playing().is_some());
        if plays { Duration::ZERO } else { Duration::from_secs(1) }
    }

    /// Offers work that a window left that was ended.
    pub fn offer(&mut self, found: Vec<FoundWork>) {
        self.unsaved.found = found;
    }

    /// The work that was taken up again is kept anew: where it came from.
    pub fn take_taken_up(&mut self) -> Option<PathBuf> {
        self.unsaved.taken_up.take()
    }

    /// Looks at the first network with its data as `look` says, as far as it says something.
    pub fn begin_with(&mut self, look: StoredLook) {
        self.restoring = Some(Restoring { network: None, look });
        self.kept.is_led = true;
    }

    /// What is to be kept between starts.
    pub fn settings(&self) -> Settings {
        let recent = self.recent.paths().to_vec();
        let dismissed = self.findings.dismissed().to_vec();
        let others = serde_json::Map::new();
        Settings {
            recent,
            recent_data: self.recent_data.paths().to_vec(),
            window: WindowSettings { folding: Folding::default(), ..self.window },
            sizes: self.sizes,
            view: self.view_to_keep(),
            last: self.last_files(),
            chains: self.chains.clone(),
            dismissed,
            knows_hint: self.knows_hint,
            thresholds: self.thresholds.clone(),
            // What the file says stays as it is.
            memory: None,
            keys: self.keys.clone(),
            others,
        }
    }

    /// Takes over what was kept.
    pub fn restore(&mut self, settings: Settings) {
        self.window = settings.window;
        self.chains = settings.chains;
        self.keys = settings.keys;
        self.knows_hint = settings.knows_hint;
        self.hint &= !self.knows_hint;
        self.findings.restore(settings.dismissed);
        let known = |name: &str| Thresholds::default().get(name).is_some();
        for name in settings.thresholds.keys().filter(|name| !known(name)) {
            let sentence =
                format!("The settings give `{name}` a value, which is no threshold of a finding; it changes nothing.");
            self.notices.add(super::Severity::Warning, sentence, "");
        }
        self.thresholds = settings.thresholds;
        settings.recent.iter().rev().for_each(|path| self.recent.add(path));
        settings.recent_data.iter().rev().for_each(|path| self.recent_data.add(path));
        (self.sizes, self.kept.last) = (settings.sizes, settings.last);
        if let Some(view) = settings.view {
            view.restore(&mut self.view);
            self.kept.camera.clone_from(&view.seen);
            self.kept.view = Some(view);
        }
        findings::refresh(self);
    }

    /// Looks at what is shown as a session's file says; answers what of it is not known, a sentence.
    pub fn apply_stored_view(&mut self, path: &Path, look: &StoredLook) -> Option<String> {
        unknown_choices(path, &restore(self, look, true))
    }

    fn carry_out(&mut self, command: Command, effects: &mut Vec<Effect>) {
        match command {
            Command::OpenNetwork(path) => effects.push(open::read_network(self, path)),
            Command::OpenData(path) => open::read_data(self, path, None, effects),
            Command::OpenColumns(path, choice) => open::read_data(self, path, Some(choice), effects),
            Command::CompareWith(path) => compare::read(self, path, effects),
            Command::Checkpoints(command) => checkpoints::apply(self, command, effects),
            Command::EndComparison => compare::end(self, effects),
            Command::SaveNetwork(path) => effects.extend(paths::save(self, path)),
            Command::WriteMeasures(path) => effects.extend(paths::write_measures(self, path)),
            Command::Keys(command) => self.keys.apply(command),
            Command::SaveChart(chart) => {
                let kind = chart.kind;
                self.chart = Some(chart);
                paths::ask(self, DialogPurpose::SaveChart(kind), effects);
            }
            Command::WriteNumbers(kind, path) => effects.extend(paths::write_numbers(self, kind, path)),
            Command::WritePicture(path) => effects.extend(picture::write(self, path)),
            Command::Export(command) => {
                if let Some(purpose) = picture::apply(self, command, effects) {
                    paths::ask(self, purpose, effects);
                }
            }
            Command::OpenFiles(paths) if paths.is_empty() => {}
            Command::OpenFiles(paths) => effects.push(Effect::ReadFiles(paths, self.inputs())),
            Command::Dropped(answer) => receive::answer_drop(self, answer, effects),
            Command::OpenExample(example) if self.has_unsaved_work() => self.unsaved.ask(Leaving::Example(example)),
            Command::OpenExample(example) => open::open_example(self, example, effects),
            Command::Generate(generator, options) => {
                open::want_data(self, Data::generated(generator, options), effects)
            }
            Command::Flow(options) => open::set_options(self, options, effects),
            Command::Ask(purpose) => paths::ask(self, purpose, effects),
            Command::EditPath(text) => paths::edit(self, text),
            Command::AcceptPath => paths::accept(self, effects),
            Command::ClosePath => paths::close(self),
            Command::Playback(command) => view::play(self, command),
            Command::View(command) => view::apply(self, command, effects),
            Command::Window(command) => view::arrange(self, command, effects),
            Command::Resize(panel, size) => self.sizes.set(panel, size),
            Command::OpenLast(opens) => open::open_last(self, opens, effects),
            Command::Import(command) => import::apply(self, command, effects),
            Command::Columns(command) => columns::apply(self, command, effects),
            Command::Findings(command) => findings::apply(self, command, effects),
            Command::Edit(command) => edit::apply(self, &command, effects),
            Command::Train(command) => train::apply(self, command, effects),
            Command::Cancel(task) => stop::cancel(self, task, effects),
            Command::Dismiss(id) => self.notices.dismiss(id),
            Command::DismissHint => (self.hint, self.knows_hint) = (false, true),
            Command::Share(is_shown) => self.share = if is_shown { ShareLine::new(self) } else { None },
            Command::Save => save::save_as_opened(self, effects),
            Command::Session(command) => session_file::apply(self, command, effects),
            Command::Leave(answer) => {
                if let Some(leaving) = leave::answer(self, answer, effects) {
                    receive::go_on(self, leaving, effects);
                }
            }
            Command::Recover(answer) => leave::recover(self, answer, effects),
            Command::Quit => leave::quit(self, effects),
        }
    }

    /// Measures the losses of the points as training does.
    fn measure_points(&mut self) {
        let network = self.document().and_then(|document| document.network.as_ref());
        if let Some(loss) = network.map(|network| self.training.loss(network.output())) {
            self.view.points.measure_by(loss);
        }
    }
}
