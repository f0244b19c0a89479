//! Files of sessions, `.layerflow`: everything that the window shows, to be opened again as it was.
//!
//! Network and data are named by their paths from the session's file, with length and checksum, where their own files hold
//! them; what no file holds is embedded, every number with the same bits. What the mouse rests on, what is typed into a
//! search and what undo would take back are not kept, nor are the curves of a training.

mod capture;
mod flow_choices;
mod held;
mod names;
mod pose;
mod problem;
mod read;
mod restore;
mod stored;
mod stored_view;
mod write;

pub(in crate::session) use capture::{look as capture_look, snapshot, usual_look};
pub use held::{Look, LookParts, OpenSessionFile, Relocation, Restoring};
pub use names::option_name;
pub(in crate::session) use names::{Names, name};
pub(in crate::session) use pose::{restored_camera, restored_projection, stored_camera, stored_projection};
pub use problem::{FileProblem, SessionError, SessionPart, SessionSources};
pub(in crate::session) use read::unknown_choices;
pub use read::{OpenedSession, open};
pub(in crate::session) use restore::restore;
pub use stored::{StoredFlow, StoredLook};
pub use stored_view::{
    StoredCamera, StoredPointSettings, StoredProjection, StoredRefinement, StoredTime, StoredView, StoredWindow,
};
pub use write::SessionSnapshot;
