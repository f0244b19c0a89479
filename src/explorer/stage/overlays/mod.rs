//! What is drawn around the points: axes, grid, trails, the field, legends and marks.

pub(super) mod areas;
pub(super) mod axes;
pub(super) mod captions;
pub(super) mod centres;
pub(super) mod counterpart_note;
pub(super) mod field;
pub(super) mod frame_times;
pub(super) mod gradient_arrows;
pub(super) mod grid;
pub(super) mod legend;
pub(super) mod marks;
pub(super) mod motion;
pub(super) mod polyline;
pub(super) mod probe;
pub(super) mod refusal;
pub(super) mod trails;
pub(super) mod velocity;
