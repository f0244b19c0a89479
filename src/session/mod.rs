//! What the window is about, without the window: what is drawn of the flow and how it is looked at.

mod camera;
mod deviation;
mod extent;
mod lattice;
mod refined;
mod scene;
mod view;

pub use camera::{Camera, Orientation};
pub use extent::{Extent, Frame, coordinate_name};
pub use lattice::Lattice;
pub use refined::Refined;
pub use scene::{Progress, Scene, SceneError};
pub use view::{Compare, Hovered, MAX_STEPS, MAX_TRAIL, Projection, ViewCommand, ViewSettings};
