//! The bars around the stage: menu, transport, timeline, checkpoints, status.

pub(super) mod checkpoints;
mod edit_menu;
pub(super) mod menu;
mod menu_entry;
pub(super) mod run_curves;
pub(super) mod status;
pub(super) mod timeline;
mod timeline_marks;
pub(super) mod transport;
