//! The rows of the commands that set the loop and the marks of the timeline.

use egui::Key;

use super::row::{NO_NETWORK, row};
use super::{Description, key, shift};
use crate::session::{Command, PlaybackCommand, Session};

fn of_time(session: &Session, label: &str, tip: &'static str, command: PlaybackCommand) -> Description {
    row(label, tip, Command::Playback(command)).refused(session.scene().is_none(), NO_NETWORK)
}

/// A loop that begins now.
pub(super) fn loop_from(session: &Session) -> Description {
    let tip = "Play from the present time to the end of the loop";
    of_time(session, "Loop from here", tip, PlaybackCommand::RangeFrom)
        .keys(&[key(Key::I)])
        .refused_for(session.playback.range_from_refusal())
}

/// A loop that ends now.
pub(super) fn loop_to(session: &Session) -> Description {
    let tip = "Play from the start of the loop to the present time";
    of_time(session, "Loop up to here", tip, PlaybackCommand::RangeTo)
        .keys(&[key(Key::O)])
        .refused_for(session.playback.range_to_refusal())
}

/// A mark at the present time.
pub(super) fn mark(session: &Session) -> Description {
    let tip = "Set a mark on the timeline, or take the one that is here away";
    of_time(session, "Mark this time", tip, PlaybackCommand::ToggleMark).keys(&[key(Key::M)])
}

/// On to the next mark.
pub(super) fn next_mark(session: &Session) -> Description {
    of_time(session, "Next mark", "On to the next mark of the timeline", PlaybackCommand::NextMark)
        .keys(&[shift(Key::M)])
        .refused(session.playback.marks().is_empty(), "No time is marked yet.")
}
