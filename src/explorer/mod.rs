//! The window: panels and views read the session and answer with commands, which are applied after drawing.

mod app;
mod columns;
mod drop;
mod icons;
mod import;
mod import_spectra;
mod import_tensors;
mod keyboard;
mod menu;
mod model_help;
pub mod panels;
mod path_field;
mod raised_t;
mod run;
mod status;
pub mod theme;
mod timeline;
mod transport;
pub mod views;
pub mod widgets;
mod window_icon;

pub use app::{ExplorerApp, StartData, Startup};
pub use run::run;
