//! What the mouse does on the stage.

pub(super) mod gesture;
pub(super) mod grab;
pub(super) mod hover;
pub(super) mod pen;
