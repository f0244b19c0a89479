//! The application: `logic` takes results and moves time, `ui` reads the session and collects commands.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use egui::{ColorImage, Context, ThemePreference, Ui, ViewportCommand};
use web_time::Instant;

use super::autosave::Autosave;
use super::contents::WindowContents;
use super::crash::CrashGuard;
use super::kept_settings::KeptSettings;
use super::signal_watch::SignalWatch;
use super::startup::{StartData, Startup};
use super::{export, keyboard, theme};
use crate::explorer::bars::status;
use crate::explorer::commands::Action;
use crate::explorer::dialogs::{self, Modals, drop};
use crate::explorer::widgets::chart_menu;
use crate::jobs::{Finished, Jobs, Progress, Status, Wake, task_work};
use crate::session::{
    Appearance, Command, DialogAnswer, Effect, Example, Outcome, PanelCommand, PanelPart, PictureSettings, Room,
    Session, Settings, Severity, SidePanel, Task, UserError, WindowCommand, WindowSize, file_name,
};

/// How often the progress of jobs is drawn, in milliseconds.
const PROGRESS_INTERVAL: u64 = 50;

/// How much larger everything is while the stage is presented.
const PRESENTATION_ZOOM: f32 = 1.3;

/// The explorer window, with or without a window around it.
pub struct ExplorerApp {
    pub(super) session: Session,
    pub(super) jobs: Jobs<Task, Outcome>,
    /// Where worker threads ask for a new frame, known from the first frame on.
    pub(super) context: Arc<OnceLock<Context>>,
    pub(super) contents: WindowContents,
    pub(super) modals: Modals,
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
    /// Whether the stage has the screen for itself now.
    presents: bool,
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
            contents: WindowContents::default(),
            modals: Modals::default(),
            quit: false,
            crash: CrashGuard::default(),
            signals: SignalWatch::default(),
            wake,
            title: String::new(),
            settings: None,
            autosave: None,
            shows_dialogs: true,
            presents: false,
        };
        let Startup { network, counterpart, example, data, options, look } = startup;
        app.session.hint = network.is_none() && example.is_none() && data.is_none() && look.is_none();
        app.session.offers_last = app.session.hint;
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
        if let Some(path) = counterpart {
            app.command(Command::CompareWith(path));
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
        self.contents.stage.draw_on_gpu(context);
    }

    /// Opens the tracks over the timeline where nobody has used the program yet.
    pub fn begin_first_start(&mut self) {
        if self.session.hint && !self.session.has_kept_view() && !self.session.view.panel.shows(PanelPart::AllLayers) {
            self.session.view.panel.apply(PanelCommand::TogglePart(PanelPart::AllLayers));
        }
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
        #[cfg(target_arch = "wasm32")]
        self.serve_page(ctx);
        for finished in self.jobs.poll() {
            self.take(finished);
        }
        let tour_moves = self.session.advance(f64::from(ctx.input(|input| input.unstable_dt)));
        self.apply_appearance(ctx);
        self.measure_window(ctx);
        self.present(ctx);
        self.name_window(ctx);
        self.watch_unsaved(ctx);
        self.watch_closing(ctx);
        if self.session.checkpoints().is_some() {
            ctx.request_repaint_after(self.session.checkpoint_interval());
        }
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
        let modal = dialogs::show_modal(ui.ctx(), &self.session, &mut self.modals);
        let mut commands = modal.unwrap_or_else(|| keyboard::commands(ui.ctx(), &self.session));
        commands.extend(drop::commands(ui.ctx()));
        let in_front = !dialogs::open(&self.session).is_empty();
        if keyboard::escape(ui.ctx()) && !in_front && !self.contents.stage.selecting() {
            let folding = self.session.window.folding;
            commands.extend(match (folding.presents, folding.room == Room::Icons && folding.unfolded.is_some()) {
                (true, _) => Action::Presentation.command(&self.session),
                (false, true) => Some(Command::Window(WindowCommand::Fold)),
                (false, false) => Action::SelectNone.command(&self.session),
            });
        }
        self.session.window.fit(ui.available_width());
        let jobs = self.jobs_to_tell();
        commands.extend(self.contents.show(ui, &self.session, &jobs));
        self.save_chart(ui.ctx(), &mut commands);
        commands.extend(dialogs::show_windows(ui.ctx(), &self.session));
        drop::hint(ui.ctx());
        for command in commands {
            self.command(command);
        }
        let seconds = f64::from(ui.ctx().input(|input| input.unstable_dt));
        let derived = self.session.watch_derived(seconds);
        self.perform(derived);
        let previews = self.session.watch_previews();
        self.perform(previews);
        let flow = self.session.watch_training(seconds);
        self.perform(flow);
        let checkpoints = self.session.watch_checkpoints(seconds);
        self.perform(checkpoints);
    }

    /// Asks for a file for the chart that was asked to be saved.
    fn save_chart(&mut self, ctx: &Context, commands: &mut Vec<Command>) {
        match chart_menu::take(ctx).map(export::chart_file) {
            Some(Ok(chart)) => commands.push(Command::SaveChart(chart)),
            Some(Err(error)) => {
                let sentence = format!("The chart could not be drawn: {error}.");
                self.session.notices.add(Severity::Error, sentence, "");
            }
            None => {}
        }
    }

    /// The jobs that take their time.
    fn jobs_to_tell(&self) -> Vec<Status<Task>> {
        // Training has its place on the left, with its own way to stop it.
        let is_left = self.session.window.is_in_sight(SidePanel::Network);
        let has_its_place = |task: Task| task == Task::Train && is_left;
        let takes_time = |job: &Status<Task>| job.age >= status::MIN_AGE && !has_its_place(job.kind);
        self.jobs.status().into_iter().filter(takes_time).collect()
    }

    fn take(&mut self, finished: Finished<Task, Outcome>) {
        if let (Ok(Outcome::SettingsKept(Ok(()))), Some(kept)) = (&finished.result, &mut self.settings) {
            kept.written.clone_from(&kept.asked);
        }
        if let (Ok(Outcome::PictureDrawn(Ok(frame))), Some(context)) = (&finished.result, self.context.get()) {
            let size = frame.size.map(|side| side as usize);
            context.copy_image(ColorImage::from_rgba_unmultiplied(size, &frame.rgba));
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
                #[cfg(target_arch = "wasm32")]
                Effect::ShowDialog(purpose, name) => self.ask_page(purpose, &name),
                Effect::WritePicture(settings, path) => self.export(*settings, path),
                Effect::DrawPicture(settings) => {
                    let copy = self.session.for_pictures();
                    self.jobs.start(Task::Export, "Drawing the picture", move |progress| {
                        let drawn = export::picture(copy, *settings, &mut |share, text| hear(progress, share, text));
                        Outcome::PictureDrawn(drawn.map(Arc::new).map_err(|error| UserError::new(&error)))
                    });
                }
                effect => {
                    if let Some(work) = task_work(effect) {
                        self.jobs.start_steps(work.task, work.title, work.run);
                    }
                }
            }
        }
        self.write_changed_settings();
    }

    /// Draws a picture or a film in a worker and writes it, while the window goes on.
    fn export(&mut self, settings: PictureSettings, path: PathBuf) {
        let copy = self.session.for_pictures();
        self.jobs.start(Task::Export, format!("Drawing {}", file_name(&path)), move |progress| {
            let written = export::run(copy, settings, &path, &mut |share, text| hear(progress, share, text));
            Outcome::PictureWritten(path, written.map_err(|error| UserError::new(&error)))
        });
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

    /// Gives the stage the whole screen, and larger type, while it is presented.
    fn present(&mut self, ctx: &Context) {
        let wanted = self.session.window.folding.presents;
        if wanted == self.presents {
            return;
        }
        self.presents = wanted;
        let factor = if wanted { PRESENTATION_ZOOM } else { 1.0 / PRESENTATION_ZOOM };
        ctx.set_zoom_factor(ctx.zoom_factor() * factor);
        ctx.send_viewport_cmd(ViewportCommand::Fullscreen(wanted));
    }

    /// Keeps in mind how large a person made the window; what fills the screen has the size from before to come back to.
    fn measure_window(&mut self, ctx: &Context) {
        let (rect, maximized, is_full) = ctx.input(|input| {
            let viewport = input.viewport();
            let is_full = viewport.fullscreen == Some(true) || viewport.minimized == Some(true);
            (viewport.inner_rect, viewport.maximized == Some(true), is_full)
        });
        let Some(rect) = rect.filter(|_| !is_full && !self.presents) else { return };
        let size = match self.session.sizes.window.filter(|_| maximized) {
            Some(before) => WindowSize { maximized, ..before },
            None => WindowSize { width: rect.width().round() as u16, height: rect.height().round() as u16, maximized },
        };
        self.session.sizes.window = Some(size);
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
            #[cfg(target_arch = "wasm32")]
            super::page::name(&title);
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

/// Shows how far a worker is, and answers whether it is still wanted.
fn hear(progress: &Progress, share: f32, text: &str) -> bool {
    progress.set(share, text);
    !progress.cancelled()
}

impl eframe::App for ExplorerApp {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        ExplorerApp::logic(self, ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        ExplorerApp::ui(self, ui);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.end();
    }
}
