//! The checkpoints of a training are not open any more.

use crate::session::{Effect, Session, Task};

/// Ends the series of checkpoints, if one is open.
pub fn end(session: &mut Session, effects: &mut Vec<Effect>) {
    if session.checkpoints.take().is_some() {
        effects.extend([Task::ListCheckpoints, Task::ReadCheckpoint].map(Effect::Cancel));
    }
}
