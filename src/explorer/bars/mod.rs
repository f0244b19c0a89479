//! The bars around the stage: menu, transport, timeline, status.

pub(super) mod menu;
pub(super) mod status;
pub(super) mod timeline;
pub(super) mod transport;
