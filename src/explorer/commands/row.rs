//! How a row of the list of commands is written: what every one has, and then what only some have.

use egui::KeyboardShortcut;

use super::{Description, Mark};
use crate::session::Command;

/// Why what needs a network is not available without one.
pub(super) const NO_NETWORK: &str = "No network is open yet.";

/// A command without keys that is always available.
pub(super) fn row(label: &str, tip: &'static str, command: Command) -> Description {
    let (label, menu_label) = (label.to_owned(), label.to_owned());
    Description { label, menu_label, tip, shortcuts: Vec::new(), mark: Mark::None, refusal: None, command }
}

impl Description {
    pub(super) fn keys(self, shortcuts: &[KeyboardShortcut]) -> Description {
        Description { shortcuts: shortcuts.to_vec(), ..self }
    }

    pub(super) fn menu(self, label: &str) -> Description {
        Description { menu_label: label.to_owned(), ..self }
    }

    pub(super) fn toggle(self, on: bool) -> Description {
        Description { mark: Mark::Toggle(on), ..self }
    }

    pub(super) fn choice(self, chosen: bool) -> Description {
        Description { mark: Mark::Choice(chosen), ..self }
    }

    /// Not available if so, for this reason; a reason given before stays.
    pub(super) fn refused(self, refused: bool, reason: &'static str) -> Description {
        self.refused_for(refused.then_some(reason))
    }

    pub(super) fn refused_for(self, reason: Option<&'static str>) -> Description {
        Description { refusal: self.refusal.or(reason), ..self }
    }
}
