//! What the mouse does on the stage.

pub(super) mod grab;
pub(super) mod hover;
pub(super) mod navigation;
pub(super) mod pen;
pub(super) mod region_selection;
