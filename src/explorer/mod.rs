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
pub mod stage;
mod start_failure;
pub mod theme;
mod unsaved;
pub mod widgets;
mod window_icon;

pub use app::{ExplorerApp, StartData, Startup};
pub use run::run;
