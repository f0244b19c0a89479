//! The findings of the open network in the window: which are listed, which were dismissed, and where a click leads.

mod evidence;
mod fix;
mod key;
mod view;
mod visible;

pub(super) use evidence::Evidence;
pub use fix::{Fix, FixFinder, Fixed};
pub use key::{Dismissal, FindingKey};
pub use view::{FindingCommand, FindingScope, FindingsView};
pub use visible::{LayerCount, TimeMark, VisibleFindings, title};
