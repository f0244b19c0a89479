//! Pictures and films of the session, drawn off screen: the same by the window's dialog and by the command line.

mod chart;
mod cut;
mod frames;
mod run;
mod svg;

pub use chart::chart_file;
pub use run::{picture, run};
