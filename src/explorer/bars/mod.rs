//! The bars around the stage: menu, transport, timeline, checkpoints, status.

pub(super) mod checkpoints;
pub(super) mod menu;
pub(super) mod run_curves;
pub(super) mod status;
pub(super) mod timeline;
pub(super) mod transport;
