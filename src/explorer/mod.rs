//! The window: panels and views read the session and answer with commands, which are applied after drawing.

mod app;
mod autosave;
mod bars;
pub mod commands;
mod contents;
mod crash;
mod dialogs;
pub mod export;
mod guarded;
mod icons;
mod kept_settings;
mod keyboard;
pub mod panels;
mod run;
mod settings;
mod signal_watch;
mod spelled_out;
pub mod stage;
mod start_failure;
mod startup;
pub mod theme;
mod unsaved;
pub mod widgets;
mod window_icon;

pub use app::ExplorerApp;
pub use run::run;
pub use startup::{StartData, Startup};
