//! Opens the window.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::NativeOptions;
use egui::ViewportBuilder;

use super::start_failure::{sentence, surroundings};
use super::{ExplorerApp, Startup, window_icon};
use crate::system::panics::catching;

/// The size of the window when it opens, in points.
const FIRST_SIZE: [f32; 2] = [1280.0, 800.0];
/// The size below which the panels no longer fit.
const MIN_SIZE: [f32; 2] = [800.0, 560.0];

/// Opens the window and returns when it is closed.
///
/// # Errors
/// If the system gives no window or no OpenGL, as one sentence.
pub fn run(startup: Startup) -> Result<(), String> {
    let mut app = ExplorerApp::new(startup);
    if let Some(folder) = settings_folder() {
        let own = folder.join("layerflow");
        app.keep_settings(own.join("settings.json"));
        app.keep_unsaved(own.join("unsaved"));
    }
    let kept = app.session().sizes.window;
    let size = kept.map_or(FIRST_SIZE, |kept| [kept.width, kept.height].map(f32::from));
    let viewport = ViewportBuilder::default()
        .with_title("layerflow")
        .with_app_id("layerflow")
        .with_inner_size(size)
        .with_maximized(kept.is_some_and(|kept| kept.maximized))
        .with_min_inner_size(MIN_SIZE)
        .with_drag_and_drop(true);
    let viewport = match window_icon::load() {
        Some(icon) => viewport.with_icon(icon),
        None => viewport,
    };
    let options =
        NativeOptions { viewport, renderer: eframe::Renderer::Glow, dithering: false, ..NativeOptions::default() };
    app.begin_first_start();
    app.watch_signals();
    let was_shown = Arc::new(AtomicBool::new(false));
    let shown = was_shown.clone();
    let create = move |creation: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        shown.store(true, Ordering::SeqCst);
        if creation.gl.is_some() {
            app.draw_on_gpu(&creation.egui_ctx);
        }
        Ok(Box::new(app))
    };
    // Where a library of the system is missing, the window library panics or fails without saying which.
    let opened = catching(|| eframe::run_native("layerflow", options, Box::new(create)));
    match opened {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(sentence(&error.to_string(), &surroundings())),
        Err(panic) if was_shown.load(Ordering::SeqCst) => {
            Err(format!("layerflow made a mistake and had to close: {panic}"))
        }
        Err(panic) => Err(sentence(&panic.message, &surroundings())),
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
