//! Opens the window.

use std::path::PathBuf;

use eframe::NativeOptions;
use egui::ViewportBuilder;

use super::{ExplorerApp, Startup, window_icon};

/// The size of the window when it opens, in points.
const FIRST_SIZE: [f32; 2] = [1280.0, 800.0];
/// The size below which the panels no longer fit.
const MIN_SIZE: [f32; 2] = [800.0, 560.0];

/// Opens the window and returns when it is closed.
///
/// # Errors
/// If the system gives no window or no OpenGL, as one sentence.
pub fn run(startup: Startup) -> Result<(), String> {
    let viewport = ViewportBuilder::default()
        .with_title("layerflow")
        .with_app_id("layerflow")
        .with_inner_size(FIRST_SIZE)
        .with_min_inner_size(MIN_SIZE)
        .with_drag_and_drop(true);
    let viewport = match window_icon::load() {
        Some(icon) => viewport.with_icon(icon),
        None => viewport,
    };
    let options =
        NativeOptions { viewport, renderer: eframe::Renderer::Glow, dithering: false, ..NativeOptions::default() };
    let mut app = ExplorerApp::new(startup);
    if let Some(folder) = settings_folder() {
        app.keep_settings(folder.join("layerflow").join("settings.json"));
    }
    let create = move |creation: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        if creation.gl.is_some() {
            app.draw_on_gpu(&creation.egui_ctx);
        }
        Ok(Box::new(app))
    };
    eframe::run_native("layerflow", options, Box::new(create)).map_err(|error| sentence(&error))
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

fn sentence(error: &eframe::Error) -> String {
    match error {
        // These tell where in the window library they arose, which helps nobody.
        eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_) => {
            "The window could not be opened: no display could \
            be reached; start layerflow from a desktop session, or use its subcommands without a window"
                .to_owned()
        }
        error => format!("The window could not be opened: {error}; OpenGL 2.1 or newer is needed"),
    }
}
