//! The command that changes a number of a layer.

use crate::session::{Command, EditCommand, NetworkChange, NumberChange};

/// Another value of a number of the layer with this index.
pub(super) fn number(layer: usize, change: NumberChange) -> Command {
    Command::Edit(EditCommand::Change(NetworkChange::Number { layer, change }))
}
