//! The application: `logic` takes results and moves time, `ui` reads the session and collects commands.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use egui::{CentralPanel, Context, Panel, ThemePreference, Ui, ViewportCommand};

use super::autosave::Autosave;
use super::crash::CrashGuard;
use super::kept_settings::KeptSettings;
use super::panels::{
    self, findings::FindingsPanel, layer::LayerInput, measures::MeasuresTable, refinement::RefinementInput,
    table::Table,
};
use super::signal_watch::SignalWatch;
use super::stage::{Stage, StageInput};
use super::startup::{StartData, Startup};
use super::{keyboard, theme};
use crate::explorer::bars::menu;
use crate::explorer::bars::status;
use crate::explorer::bars::timeline::Timeline;
use crate::explorer::bars::transport;
use crate::explorer::commands::Action;
use crate::explorer::dialogs::palette::CommandPalette;
use crate::explorer::dialogs::{self, drop};
use crate::jobs::{Finished, Jobs, Status, Wake, task_work};
use crate::session::{
    Appearance, BlockDetail, Command, DialogAnswer, Effect, Example, LayerDetail, Outcome, PanelPart, RefinementStudy,
    Session, Settings, Side, Task, file_name,
};

/// The width of the panel on the left, to begin with.
const LEFT_PANEL: f32 = 232.0;
/// The width of the panel on the right, to begin with.
const RIGHT_PANEL: f32 = 280.0;
/// The least width of a side panel.
const MIN_PANEL: f32 = 180.0;
/// The height of the transport bar.
const TRANSPORT: f32 = 56.0;
/// The height of the table of points, to begin with, and its bounds.
const TABLE: f32 = 170.0;
const MIN_TABLE: f32 = 90.0;
const MAX_TABLE: f32 = 400.0;
/// How often the progress of jobs is drawn, in milliseconds.
const PROGRESS_INTERVAL: u64 = 50;

/// The explorer window, with or without a window around it.
pub struct ExplorerApp {
    pub(super) session: Session,
    pub(super) jobs: Jobs<Task, Outcome>,
    /// Where worker threads ask for a new frame, known from the first frame on.
    context: Arc<OnceLock<Context>>,
    pub(super) stage: Stage,
    pub(super) timeline: Timeline,
    pub(super) table: Table,
    pub(super) palette: CommandPalette,
    pub(super) findings: FindingsPanel,
    pub(super) measures: MeasuresTable,
    pub(super) quit: bool,
    pub(super) crash: CrashGuard,
    pub(super) signals: SignalWatch,
    /// Asks for a frame; called from other threads.
    wake: Wake,
    title: String,
    /// Where settings are kept between starts; `None` where nothing is kept.
    pub(super) settings: Option<KeptSettings>,
    /// Where unsaved work is kept; `None` where nothing is kept.
    pub(super) autosave: Option<Autosave>,
    /// Whether the desktop's dialogs ask for paths.
    shows_dialogs: bool,
}

impl ExplorerApp {
    /// The window's state, with what it is started with under way.
    pub fn new(startup: Startup) -> ExplorerApp {
        let context: Arc<OnceLock<Context>> = Arc::default();
        let wake: Wake = {
            let context = context.clone();
            Arc::new(move || {
                if let Some(context) = context.get() {
                    context.request_repaint();
                }
            })
        };
        let mut app = ExplorerApp {
            session: Session::default(),
            jobs: Jobs::new(wake.clone()),
            context,
            stage: Stage::default(),
            timeline: Timeline::default(),
            table: Table::default(),
            palette: CommandPalette::default(),
            findings: FindingsPanel::default(),
            measures: MeasuresTable::default(),
            quit: false,
            crash: CrashGuard::default(),
            signals: SignalWatch::default(),
            wake,
            title: String::new(),
            settings: None,
            autosave: None,
            shows_dialogs: true,
        };
        let Startup { network, example, data, options, look } = startup;
        app.session.hint = network.is_none() && example.is_none() && data.is_none() && look.is_none();
        app.command(Command::Flow(options));
        // Before the network, so that it is shown with this data at once.
        if let Some(StartData::Generator(generator, options)) = data.clone().filter(|_| network.is_some()) {
            app.command(Command::Generate(generator, options));
        }
        match (network, example) {
            (Some(path), _) => app.command(Command::OpenNetwork(path)),
            (None, example) => app.command(Command::OpenExample(example.unwrap_or(Example::Spiral))),
        }
        match data {
            Some(StartData::File(path)) => app.command(Command::OpenData(path)),
            Some(StartData::Columns(path, choice)) => app.command(Command::OpenColumns(path, choice)),
            Some(StartData::Generator(generator, options)) if app.session.wanted().network.is_some() => {
                app.command(Command::Generate(generator, options));
            }
            Some(StartData::Generator(..)) | None => {}
        }
        if let Some(look) = look {
            app.session.begin_with(look);
        }
        app
    }

    /// Takes over settings that were kept.
    pub fn restore(&mut self, settings: Settings) {
        self.session.restore(settings);
    }

    /// Has points drawn by the GPU from now on, through OpenGL: the window has it.
    pub fn draw_on_gpu(&mut self, context: &Context) {
        self.stage.draw_on_gpu(context);
    }

    /// Shows no dialogs of the desktop from now on: a field to type a path stands in for them.
    pub fn without_dialogs(&mut self) {
        self.shows_dialogs = false;
    }

    /// Closes in order from now on when a signal asks the program to end.
    pub fn watch_signals(&self) {
        self.signals.start(self.wake.clone());
    }

    /// What the window is about.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Carries out a command, as a widget or a key would.
    pub fn command(&mut self, command: Command) {
        let effects = self.session.apply(command);
        self.perform(effects);
    }

    /// Takes what a worker has finished.
    pub fn receive(&mut self, outcome: Outcome) {
        let effects = self.session.receive(outcome);
        self.perform(effects);
    }

    /// Waits until no job runs, at most `timeout`, and takes what they give. For tests and pictures, which have no
    /// frames in which results could arrive. Answers whether all jobs have ended.
    pub fn wait_for_jobs(&mut self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        while let Some(finished) = self.jobs.wait(deadline.saturating_duration_since(Instant::now())) {
            self.take(finished);
        }
        self.jobs.idle()
    }

    /// Takes what workers have finished and moves time. Draws nothing.
    pub fn logic(&mut self, ctx: &Context) {
        let first = self.context.set(ctx.clone()).is_ok();
        if first {
            theme::install(ctx);
        }
        for finished in self.jobs.poll() {
            self.take(finished);
        }
        let tour_moves = self.session.advance(f64::from(ctx.input(|input| input.unstable_dt)));
        self.apply_appearance(ctx);
        self.name_window(ctx);
        self.watch_unsaved(ctx);
        self.watch_closing(ctx);
        if tour_moves || self.session.playback.playing() && self.session.scene().is_some() {
            ctx.request_repaint();
        } else if !self.jobs.idle() {
            ctx.request_repaint_after(Duration::from_millis(PROGRESS_INTERVAL));
        }
    }

    /// Closes the window if that was asked for, and nothing has to be asked before.
    fn watch_closing(&mut self, ctx: &Context) {
        if self.quit {
            return ctx.send_viewport_cmd(ViewportCommand::Close);
        }
        if self.signals.asks_to_close() {
            self.close_and_keep();
            return ctx.send_viewport_cmd(ViewportCommand::Close);
        }
        if ctx.input(|input| input.viewport().close_requested()) {
            self.command(Command::Quit);
            if !self.quit {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            }
        }
    }

    /// Draws the window into `ui` and carries out what was asked for while drawing. A panic meanwhile is told.
    pub fn ui(&mut self, ui: &mut Ui) {
        self.guarded(ui, ExplorerApp::draw);
    }

    fn draw(&mut self, ui: &mut Ui) {
        let modal = dialogs::show_modal(ui.ctx(), &self.session, &mut self.palette);
        let mut commands = modal.unwrap_or_else(|| keyboard::commands(ui.ctx(), &self.session));
        commands.extend(drop::commands(ui.ctx()));
        let in_front = !dialogs::open(&self.session).is_empty();
        if keyboard::escape(ui.ctx()) && !in_front && !self.stage.selecting() {
            commands.extend(Action::SelectNone.command(&self.session));
        }
        commands.extend(self.bars(ui));
        commands.extend(self.side_panels(ui));
        commands.extend(self.central(ui));
        commands.extend(dialogs::show_windows(ui.ctx(), &self.session));
        drop::hint(ui.ctx());
        for command in commands {
            self.command(command);
        }
        let seconds = f64::from(ui.ctx().input(|input| input.unstable_dt));
        let derived = self.session.watch_derived(seconds);
        self.perform(derived);
        let flow = self.session.watch_training(seconds);
        self.perform(flow);
    }

    fn bars(&mut self, ui: &mut Ui) -> Vec<Command> {
        let session = &self.session;
        let mut commands = Panel::top("menu").show(ui, |ui| menu::show(ui, session)).inner;
        let timeline = &mut self.timeline;
        let bar = Panel::bottom("transport").exact_size(TRANSPORT);
        commands.extend(bar.show(ui, |ui| transport::show(ui, timeline, session)).inner);
        let area = Panel::bottom("all layers").resizable(false);
        commands.extend(area.show(ui, |ui| panels::all_layers::show(ui, session)).inner);
        commands
    }

    fn side_panels(&mut self, ui: &mut Ui) -> Vec<Command> {
        let (session, findings) = (&self.session, &mut self.findings);
        let mut commands = Vec::new();
        let most = (0.4 * ui.available_width()).max(MIN_PANEL);
        if session.window.network_panel {
            let panel = Panel::left("network").default_size(LEFT_PANEL).size_range(MIN_PANEL..=most);
            commands.extend(panel.show(ui, |ui| panels::left(ui, session)).inner);
        }
        if session.window.layer_panel {
            let panel = Panel::right("layer").default_size(RIGHT_PANEL).size_range(MIN_PANEL..=most);
            let right = |ui: &mut Ui| {
                let mut commands = panels::tabs(ui, session.window.side);
                commands.extend(match session.window.side {
                    Side::Layer => panels::layer::show(ui, &layer_input(session)),
                    Side::Refinement => panels::refinement::show(ui, &refinement_input(session)),
                    Side::Findings => findings.show(ui, session),
                    Side::Probes => panels::probes::show(ui, session),
                });
                commands
            };
            commands.extend(panel.show(ui, right).inner);
        }
        commands
    }

    fn central(&mut self, ui: &mut Ui) -> Vec<Command> {
        let (session, stage) = (&self.session, &mut self.stage);
        let mut commands = Vec::new();
        let points = &session.view.points;
        if points.table && !points.selection.is_empty() {
            let panel = Panel::bottom("table").resizable(true).default_size(TABLE).size_range(MIN_TABLE..=MAX_TABLE);
            commands.extend(panel.show(ui, |ui| self.table.show(ui, session)).inner);
        }
        if session.view.panel.shows(PanelPart::Measures) {
            let panel = Panel::bottom("measures").resizable(true).default_size(TABLE).size_range(MIN_TABLE..=MAX_TABLE);
            commands.extend(panel.show(ui, |ui| self.measures.show(ui, session)).inner);
        }
        let central = CentralPanel::default().show(ui, |ui| {
            let mut commands = status::notices(ui, session);
            let opening = session.opening();
            let input = StageInput {
                scene: session.scene(),
                opening: opening.as_deref(),
                refined: session.refined(),
                field: session.latest(),
                refinement_panel: session.window.refinement_panel(),
                neighbours: session.neighbours(),
                perturbed: session.latest(),
                grabbed: session.latest(),
                gradient_arrows: session.latest(),
                pen: session.pen(),
                is_partial: session.document().is_some_and(|document| document.file.missing.is_some()),
                frame_time: session.window.frame_time,
                view: &session.view,
                t: session.playback.t(),
            };
            commands.extend(stage.show(ui, &input).into_iter().map(Command::View));
            commands.extend(stage.take_edits().into_iter().map(Command::Edit));
            commands
        });
        commands.extend(central.inner);
        commands.extend(self.job_strip(ui, central.response.rect));
        commands
    }

    /// The jobs that take their time, over the foot of the stage: what comes and goes must not move the rest.
    fn job_strip(&self, ui: &Ui, stage: egui::Rect) -> Vec<Command> {
        // Training has its place on the left, with its own way to stop it.
        let has_its_place = |task: Task| task == Task::Train && self.session.window.network_panel;
        let takes_time = |job: &Status<Task>| job.age >= status::MIN_AGE && !has_its_place(job.kind);
        let jobs: Vec<_> = self.jobs.status().into_iter().filter(takes_time).collect();
        if jobs.is_empty() { Vec::new() } else { status::jobs_over(ui.ctx(), stage, &jobs) }
    }

    fn take(&mut self, finished: Finished<Task, Outcome>) {
        if let (Ok(Outcome::SettingsKept(Ok(()))), Some(kept)) = (&finished.result, &mut self.settings) {
            kept.written.clone_from(&kept.asked);
        }
        let is_kept = matches!(finished.result, Ok(Outcome::UnsavedKept(Ok(()))));
        let outcome = finished.result.unwrap_or_else(|error| Outcome::Failed(finished.kind, error.to_string()));
        self.receive(outcome);
        if is_kept {
            self.unsaved_is_kept();
        }
    }

    pub(super) fn perform(&mut self, effects: impl IntoIterator<Item = Effect>) {
        for effect in effects {
            match effect {
                Effect::Quit => self.quit = true,
                Effect::Cancel(task) => {
                    self.jobs.cancel(task);
                }
                // A second dialog over the first would leave one of them without an answer.
                Effect::ShowDialog(..) if self.jobs.running(Task::Dialog) => {}
                Effect::ShowDialog(purpose, _) if !self.shows_dialogs => {
                    let effects = self.session.receive(Outcome::Answer(purpose, DialogAnswer::Unavailable));
                    self.perform(effects);
                }
                effect => {
                    if let Some(work) = task_work(effect) {
                        self.jobs.start(work.task, work.title, work.run);
                    }
                }
            }
        }
        self.write_changed_settings();
    }

    fn apply_appearance(&self, ctx: &Context) {
        let preference = match self.session.window.appearance {
            Appearance::System => ThemePreference::System,
            Appearance::Light => ThemePreference::Light,
            Appearance::Dark => ThemePreference::Dark,
        };
        if ctx.options(|options| options.theme_preference) != preference {
            ctx.set_theme(preference);
        }
    }

    fn name_window(&mut self, ctx: &Context) {
        let title = match self.session.document() {
            Some(document) => {
                let partial = if document.file.missing.is_some() { " (partial)" } else { "" };
                let unsaved = if self.session.has_unsaved_work() { "*" } else { "" };
                let session = self.session.session_path().map(|path| format!(" ({})", file_name(path)));
                format!("{unsaved}{}{partial}{} – layerflow", document.network_name(), session.unwrap_or_default())
            }
            None => "layerflow".to_owned(),
        };
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

fn layer_input(session: &Session) -> LayerInput<'_> {
    let layer = session.panel_layer();
    LayerInput {
        detail: layer.and_then(|layer| session.detail(layer)).map(Arc::as_ref),
        given_up: session.is_given_up::<LayerDetail>(),
        scene: session.scene().map(Arc::as_ref),
        options: session.wanted().options,
        wanted: session.wanted().network.as_deref(),
        findings: &session.findings,
        view: &session.view,
        t: session.playback.t(),
    }
}

fn refinement_input(session: &Session) -> RefinementInput<'_> {
    RefinementInput {
        scene: session.scene().map(Arc::as_ref),
        refined: session.refined().map(Arc::as_ref),
        study: session.latest::<RefinementStudy>().map(Arc::as_ref),
        given_up: session.is_given_up::<RefinementStudy>(),
        block: session.latest::<BlockDetail>().map(Arc::as_ref),
        options: session.wanted().options,
        view: &session.view,
        t: session.playback.t(),
    }
}

impl eframe::App for ExplorerApp {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        ExplorerApp::logic(self, ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        ExplorerApp::ui(self, ui);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.end();
    }
}
