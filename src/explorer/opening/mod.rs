//! Opens the window: with OpenGL where there is OpenGL, else drawn by the processor.

mod accelerated;
mod canvas;
mod library_log;
mod renderer;
mod software;
mod start_failure;
mod window_icon;

pub use renderer::Renderer;

use std::path::PathBuf;

use eframe::UserEvent;
use egui::ViewportBuilder;
use egui_winit::winit::event_loop::EventLoop;
use egui_winit::winit::platform::run_on_demand::EventLoopExtRunOnDemand;

use self::accelerated::AcceleratedWindow;
use self::software::SoftwareWindow;
use self::start_failure::{sentence, surroundings};
use super::{ExplorerApp, Startup};
use crate::session::Severity;
use crate::system::panics::{Panic, catching};

/// The size of the window when it opens, in points.
const FIRST_SIZE: [f32; 2] = [1280.0, 800.0];
/// The size below which the panels no longer fit.
const MIN_SIZE: [f32; 2] = [800.0, 560.0];

/// What the window says where the processor has to draw it.
const WITHOUT_OPENGL: &str = "There is no OpenGL here: the processor draws the window, which is slower. Where there is a graphics card, \
    its driver brings OpenGL (Debian, Ubuntu: apt install libgl1-mesa-dri)";

/// Opens the window and returns when it is closed.
///
/// # Errors
/// If the system gives no window, or no OpenGL where nothing else was wanted, as one sentence.
pub fn run(startup: Startup, renderer: Renderer) -> Result<(), String> {
    let mut app = ExplorerApp::new(startup);
    if let Some(folder) = settings_folder() {
        let own = folder.join("layerflow");
        app.keep_settings(own.join("settings.json"));
        app.keep_unsaved(own.join("unsaved"));
    }
    app.begin_first_start();
    app.watch_signals();
    library_log::listen();
    // Where a library of the system is missing, the window library panics or fails without saying which.
    let unopened = |said: &str| sentence(said, &surroundings());
    let mut event_loop = match catching(|| EventLoop::<UserEvent>::with_user_event().build()) {
        Ok(Ok(event_loop)) => event_loop,
        Ok(Err(error)) => return Err(unopened(&error.to_string())),
        Err(panic) => return Err(unopened(&panic.message)),
    };
    let mut reason = None;
    if renderer != Renderer::Cpu {
        match with_opengl(app, &mut event_loop)? {
            Opened::Closed => return Ok(()),
            Opened::NoOpenGl(_, said) if renderer == Renderer::OpenGl => return Err(unopened(&said)),
            Opened::NoOpenGl(returned, said) => (app, reason) = (*returned, Some(said)),
        }
    }
    if let Some(said) = reason {
        app.session.notices.add(Severity::Warning, WITHOUT_OPENGL, said);
    }
    let viewport = viewport(&app);
    let mut window = SoftwareWindow::new(app, viewport, event_loop.create_proxy());
    match catching(|| event_loop.run_app_on_demand(&mut window)) {
        Ok(Ok(())) => window.failure().map_or(Ok(()), |said| Err(unopened(&said))),
        Ok(Err(error)) => Err(unopened(&error.to_string())),
        Err(panic) if window.is_open() => Err(mistake(&panic)),
        Err(panic) => Err(unopened(&panic.message)),
    }
}

/// What became of a window that OpenGL was to draw.
enum Opened {
    /// It was open, and was closed.
    Closed,
    /// It never opened: the app that it was to show, and what the window library said.
    NoOpenGl(Box<ExplorerApp>, String),
}

/// Opens the window with OpenGL.
fn with_opengl(app: ExplorerApp, event_loop: &mut EventLoop<UserEvent>) -> Result<Opened, String> {
    let viewport = viewport(&app);
    let mut window = AcceleratedWindow::new(app, viewport, event_loop);
    let ended = catching(|| event_loop.run_app_on_demand(&mut window));
    let said = match ended {
        Ok(Ok(())) => library_log::last_error(),
        Ok(Err(error)) => Some(error.to_string()),
        Err(panic) => return Err(mistake(&panic)),
    };
    match (window.into_unopened(), said) {
        (Some((app, panic)), said) => Ok(Opened::NoOpenGl(Box::new(app), said.or(panic).unwrap_or_default())),
        (None, None) => Ok(Opened::Closed),
        (None, Some(said)) => Err(sentence(&said, &surroundings())),
    }
}

fn mistake(panic: &Panic) -> String {
    format!("layerflow made a mistake and had to close: {panic}")
}

/// The window as it was left; at first in its own size.
fn viewport(app: &ExplorerApp) -> ViewportBuilder {
    let kept = app.session().sizes.window;
    let size = kept.map_or(FIRST_SIZE, |kept| [kept.width, kept.height].map(f32::from));
    let viewport = ViewportBuilder::default()
        .with_title("layerflow")
        .with_app_id("layerflow")
        .with_inner_size(size)
        .with_maximized(kept.is_some_and(|kept| kept.maximized))
        .with_min_inner_size(MIN_SIZE)
        .with_drag_and_drop(true);
    match window_icon::load() {
        Some(icon) => viewport.with_icon(icon),
        None => viewport,
    }
}

/// The folder in which programs keep their settings on this system.
fn settings_folder() -> Option<PathBuf> {
    let folder = |variable: &str| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        return folder("APPDATA");
    }
    if cfg!(target_os = "macos") {
        return folder("HOME").map(|home| home.join("Library/Application Support"));
    }
    folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")))
}
