//! What the window is about, without the window: the open network and data, the clock, what is drawn and how it is
//! looked at, the notices.

mod camera;
mod directions;
mod extent;
mod lattice;
mod notice;
mod playback;
mod recent;
mod refined;
mod scene;
mod view;

pub use camera::{Camera, Orientation};
pub use directions::{Directions, compression, directions, phase_time};
pub use extent::{Extent, Frame, coordinate_name, subscript};
pub use lattice::Lattice;
pub use notice::{Notice, Notices, Severity};
pub use playback::{Playback, PlaybackCommand, SPEEDS};
pub use recent::RecentFiles;
pub use refined::Refined;
pub use scene::{Progress, Scene, SceneError};
pub use view::{Compare, Hovered, MAX_STEPS, MAX_TRAIL, Projection, ViewCommand, ViewSettings};
