//! How a person looks at what is open: settings, and the commands that change them. Nothing here computes or knows a scene.

mod camera;
mod color_map;
mod colouring;
mod command;
mod compare;
mod field_request;
mod filter;
mod hovered;
mod overlay;
mod panel;
mod panel_part;
mod pen;
mod points;
mod probe;
mod projection;
mod selection;
mod settings;
mod table_column;
mod tour;
mod velocity_picture;
mod window;

pub use camera::{Camera, Facing, Orientation};
pub use color_map::{ColorMap, ColorValues};
pub use colouring::{Colouring, column_text};
pub use command::ViewCommand;
pub use compare::Compare;
pub use field_request::FieldRequest;
pub use filter::Filter;
pub use hovered::Hovered;
pub use overlay::{Overlay, Requirement};
pub use panel::{HeatWindow, MatrixEntry, PanelCommand, PanelSettings, Section};
pub use panel_part::PanelPart;
pub use pen::{DENSITIES, Pen, PenCommand, PenSettings, RADII};
pub use points::{PointCommand, PointSettings, Tool};
pub use probe::{EPSILONS, Grab, ProbeCommand, ProbeSettings};
pub use projection::Projection;
pub use selection::{Pick, Selection};
pub use settings::{MAX_STEPS, MAX_TRAIL, ViewSettings};
pub use table_column::{Sorting, TableColumn};
pub(in crate::session) use tour::{TOUR_DIMENSIONS, TourState};
pub use tour::{TOUR_SPEEDS, Tour};
pub use velocity_picture::VelocityPicture;
pub use window::{
    Appearance, Folding, Modal, Room, Side, SidePanel, Standing, WindowCommand, WindowSettings,
};
