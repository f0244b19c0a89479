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
#[cfg(not(target_arch = "wasm32"))]
mod opening;
#[cfg(target_arch = "wasm32")]
mod page;
pub mod panels;
mod settings;
mod signal_watch;
mod spelled_out;
pub mod stage;
mod startup;
pub mod theme;
mod unsaved;
#[cfg(target_arch = "wasm32")]
pub mod web;
pub mod widgets;

pub use app::ExplorerApp;
#[cfg(not(target_arch = "wasm32"))]
pub use opening::{Renderer, run};
pub use startup::{StartData, Startup};
