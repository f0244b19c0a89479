//! The changes of the view.

use super::camera::Facing;
use super::compare::Compare;
use super::hovered::Hovered;
use super::overlay::Overlay;
use super::pairing::Pairing;
use super::panel::PanelCommand;
use super::pen::PenCommand;
use super::points::PointCommand;
use super::projection::Projection;
use super::velocity_picture::VelocityPicture;
use crate::resnet::{Integrator, RefinementKind};

/// A change of the view, asked for by a widget or a key and applied after drawing.
#[derive(Clone, Debug, PartialEq)]
pub enum ViewCommand {
    /// Draw other coordinates.
    Project(Projection),
    /// Let the tour's plane turn, or keep it.
    PlayTour(bool),
    /// The factor on the tour's pace.
    TourSpeed(f64),
    /// Turn the tour's plane so that a vector of the tour's dimensions is seen at a place.
    PullTour {
        /// The vector: one of the tour's axes, or the centre of a class.
        vector: Vec<f64>,
        /// Right and up, in units of the space.
        to: [f64; 2],
    },
    /// Turn the 3-D view by angles in radians about the screen's vertical and horizontal axis.
    Turn { sideways: f64, downward: f64 },
    /// Move the picture, in radii of the data, right and up.
    Pan([f64; 2]),
    /// Magnify around a place measured from the middle of the view in radii of the data as drawn at zoom 1.
    Zoom { factor: f64, at: [f64; 2] },
    /// Show everything again.
    Fit,
    /// Back to the first orientation and show everything.
    ResetCamera,
    /// One scale for each layer, or one for the whole flow.
    AutoFit(bool),
    /// Let a picture in space turn so that the data is not seen edge-on, or not.
    Face(Facing),
    /// Draw an overlay or not.
    Show(Overlay, bool),
    /// How far trails reach back, in units of t.
    TrailLength(f64),
    /// Draw the velocity field in one of its ways, or not.
    ShowVelocity(Option<VelocityPicture>),
    /// Compare otherwise.
    Compare(Compare),
    /// Show the network together with another one, or no longer.
    Pair(Option<Pairing>),
    /// Put the points so far on the way from the network to the other one.
    Morph(f64),
    /// From the plain net to its ResNet as last shown, or back.
    ToggleResNet,
    /// Another number of steps, kept within 1 and [`MAX_STEPS`](crate::session::MAX_STEPS).
    Steps(usize),
    /// Refine another part of each layer.
    Kind(RefinementKind),
    /// Take the steps by another method.
    Integrate(Integrator),
    /// Keep the panel at a layer, or let it follow the time.
    PinLayer(Option<usize>),
    /// Show the weights of a block of the ResNet, or of none.
    ShowBlock(Option<usize>),
    /// The mouse rests on something, or no longer.
    Hover(Option<Hovered>),
    /// Arrange the layer panel or the strip of all layers.
    Panel(PanelCommand),
    /// What concerns the points.
    Points(PointCommand),
    /// The pen that draws points.
    Hand(PenCommand),
}
