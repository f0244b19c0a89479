//! The findings of the open network in the window: which are listed, which were dismissed, and where a click leads.

mod dismissal;
mod evidence;
mod view;
mod visible;

pub use dismissal::Dismissal;
pub(super) use evidence::Evidence;
pub use view::{FindingCommand, FindingScope, FindingsView};
pub use visible::{LayerCount, TimeMark, VisibleFindings, title};
