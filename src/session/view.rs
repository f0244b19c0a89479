//! What of the flow is looked at and how: the stage's and the layer panel's settings, and the commands that change them.

use super::FieldRequest;
use super::camera::Camera;
use super::panel::{PanelCommand, PanelSettings};
use super::pen::{PenCommand, PenSettings};
use super::points::{PointCommand, PointSettings};
use super::tour::Tour;
use crate::resnet::{Integrator, Refinement, RefinementKind};

/// The largest N of the N-step ResNet.
pub const MAX_STEPS: usize = 256;
/// The longest trail, in units of the flow's time t (one layer lasts 1).
pub const MAX_TRAIL: f64 = 4.0;

/// Everything that a view needs to know beside the scene and the time.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewSettings {
    /// Which two or three coordinates of the ambient space are drawn.
    pub projection: Projection,
    /// The plane of [`Projection::Tour`].
    pub tour: Tour,
    /// Where they are looked at from; shared by views side by side.
    pub camera: Camera,
    /// Let the scale follow the data slowly; otherwise it is one for the whole flow.
    pub auto_fit: bool,
    /// Draw the deformed grid of the input space.
    pub grid: bool,
    /// Colour the cells of that grid by how much their area has changed.
    pub areas: bool,
    /// Draw where the points came from.
    pub trails: bool,
    /// How far trails reach back, in units of t.
    pub trail_length: f64,
    /// Draw u(x, t) and its decision boundary behind the points.
    pub answers: bool,
    /// How the velocity field is drawn, if at all.
    pub velocity: Option<VelocityPicture>,
    /// The plain net, its ResNet, or both.
    pub compare: Compare,
    /// The ResNet: which part is refined and by how many steps.
    pub refinement: Refinement,
    /// The layer that the panel shows whatever the time, an index from 0; `None` follows the time.
    pub pinned_layer: Option<usize>,
    /// The block of the ResNet whose weights are shown, a number from 0.
    pub block: Option<usize>,
    /// What the mouse rests on in the layer panel; its directions are drawn on the stage.
    pub hovered: Option<Hovered>,
    /// The arrangement of the layer panel and of the strip of all layers.
    pub panel: PanelSettings,
    /// How the points are coloured, which are shown, which are selected.
    pub points: PointSettings,
    /// The pen that draws points, and how.
    pub pen: PenSettings,
    /// What the key R comes back to.
    last_refined: Compare,
}

/// Which coordinates of the ambient space are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Projection {
    /// The coordinates themselves where there are at most three, else three principal components.
    #[default]
    Automatic,
    /// Two coordinates, from 0.
    Plane([usize; 2]),
    /// Three coordinates, from 0.
    Space([usize; 3]),
    /// The first two principal components of the whole flow.
    PrincipalPlane,
    /// The first three.
    PrincipalSpace,
    /// Two principal components of the data at each time.
    FollowingPlane,
    /// Three of them.
    FollowingSpace,
    /// The directions by which the last layer reads two classes, from 0.
    ClassPlane([usize; 2]),
    /// Those of three.
    ClassSpace([usize; 3]),
    /// A plane that turns through the space.
    Tour,
}

/// How the velocity field v(x, t) is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VelocityPicture {
    /// As arrows on a grid.
    Arrows,
    /// As particles that drift with it.
    Particles,
    /// As the lines that follow the field of one moment.
    Streamlines,
}

/// What the stage compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compare {
    /// The exact flow of the plain net.
    #[default]
    Plain,
    /// The N-step ResNet alone.
    ResNet,
    /// Two views with one camera.
    SideBySide,
    /// Both in one view, joined by lines that show the error.
    Overlay,
}

/// A part of a layer's decomposition that the mouse rests on. Indices from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hovered {
    /// A singular value, counted from the largest.
    SingularValue {
        /// Index of the layer.
        layer: usize,
        /// Index among the singular values.
        index: usize,
    },
    /// A plane of a rotation phase.
    Plane {
        /// Index of the layer.
        layer: usize,
        /// Index of the phase in the layer.
        phase: usize,
        /// Index of the plane in the rotation, the largest angle first.
        index: usize,
    },
}

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
    /// Let the scale follow the data, or keep it.
    AutoFit(bool),
    /// Draw the grid or not.
    ShowGrid(bool),
    /// Colour the grid's cells by their change of area or not.
    ShowAreas(bool),
    /// Draw trails or not.
    ShowTrails(bool),
    /// How far trails reach back, in units of t.
    TrailLength(f64),
    /// Draw u(x, t) or not.
    ShowAnswers(bool),
    /// Draw the velocity field in one of its ways, or not.
    ShowVelocity(Option<VelocityPicture>),
    /// Compare otherwise.
    Compare(Compare),
    /// From the plain net to its ResNet as last shown, or back.
    ToggleResNet,
    /// Another number of steps, kept within 1 and [`MAX_STEPS`].
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

impl Default for ViewSettings {
    fn default() -> Self {
        ViewSettings {
            projection: Projection::Automatic,
            tour: Tour::default(),
            camera: Camera::default(),
            auto_fit: true,
            grid: true,
            areas: false,
            trails: true,
            trail_length: 0.5,
            answers: false,
            velocity: None,
            compare: Compare::Plain,
            refinement: Refinement { kind: RefinementKind::Full, steps: 8, integrator: Integrator::Euler },
            pinned_layer: None,
            block: None,
            hovered: None,
            panel: PanelSettings::default(),
            points: PointSettings::default(),
            pen: PenSettings::default(),
            last_refined: Compare::ResNet,
        }
    }
}

impl VelocityPicture {
    /// Every way to draw it, in the order in which the window shows them.
    pub const ALL: [VelocityPicture; 3] =
        [VelocityPicture::Arrows, VelocityPicture::Particles, VelocityPicture::Streamlines];

    /// The word used in the window.
    pub fn label(self) -> &'static str {
        match self {
            VelocityPicture::Arrows => "arrows",
            VelocityPicture::Particles => "particles",
            VelocityPicture::Streamlines => "streamlines",
        }
    }
}

impl Compare {
    /// Every way to compare, in the order in which the window shows them.
    pub const ALL: [Compare; 4] = [Compare::Plain, Compare::ResNet, Compare::SideBySide, Compare::Overlay];

    /// The words used in the window.
    pub fn label(self) -> &'static str {
        match self {
            Compare::Plain => "Plain",
            Compare::ResNet => "ResNet",
            Compare::SideBySide => "Side by side",
            Compare::Overlay => "Overlay",
        }
    }

    /// Whether the ResNet is drawn.
    pub fn needs_resnet(self) -> bool {
        self != Compare::Plain
    }
}

impl ViewSettings {
    /// The ResNet that the view needs now; `None` while only the plain net is shown.
    pub fn wanted_refinement(&self) -> Option<Refinement> {
        self.compare.needs_resnet().then_some(self.refinement)
    }

    /// The field that the view needs at time t; `None` while none is shown, or only the ResNet is.
    pub fn wanted_field(&self, t: f64) -> Option<FieldRequest> {
        let Self { projection, auto_fit, answers, velocity, areas, .. } = *self;
        let shown = (answers || areas || velocity.is_some()) && self.has_field();
        shown.then_some(FieldRequest { t, projection, auto_fit, answers, velocity, areas })
    }

    /// Whether there can be a field: the ResNet has none of its own, and the tour's plane never rests.
    pub fn has_field(&self) -> bool {
        self.field_refusal().is_none()
    }

    /// Why there can be no field, in a sentence; `None` where there can.
    pub fn field_refusal(&self) -> Option<&'static str> {
        if self.compare == Compare::ResNet {
            return Some("The field is that of the plain net: choose another view than ResNet.");
        }
        (self.projection == Projection::Tour)
            .then_some("The tour's plane never rests long enough for a field: choose another projection.")
    }

    /// The layer that the panel shows when the time is in layer `current` of `layers`.
    pub fn panel_layer(&self, current: usize, layers: usize) -> usize {
        self.pinned_layer.unwrap_or(current).min(layers.saturating_sub(1))
    }

    /// Carries out a command.
    pub fn apply(&mut self, command: ViewCommand) {
        match command {
            ViewCommand::Project(projection) => {
                self.projection = projection;
                self.camera.fit();
            }
            ViewCommand::PlayTour(playing) => self.tour.playing = playing,
            ViewCommand::TourSpeed(speed) => self.tour.set_speed(speed),
            ViewCommand::PullTour { vector, to } => self.tour.pull(&vector, to),
            ViewCommand::Turn { sideways, downward } => self.camera.turn(sideways, downward),
            ViewCommand::Pan(by) => self.camera.pan(by),
            ViewCommand::Zoom { factor, at } => self.camera.zoom(factor, at),
            ViewCommand::Fit => self.camera.fit(),
            ViewCommand::ResetCamera => self.camera = Camera::default(),
            ViewCommand::AutoFit(follows) => self.auto_fit = follows,
            ViewCommand::ShowGrid(shown) => self.grid = shown,
            ViewCommand::ShowAreas(shown) => self.areas = shown,
            ViewCommand::ShowTrails(shown) => self.trails = shown,
            ViewCommand::TrailLength(length) if length.is_finite() => self.trail_length = length.clamp(0.0, MAX_TRAIL),
            ViewCommand::TrailLength(_) => {}
            ViewCommand::ShowAnswers(shown) => self.answers = shown,
            ViewCommand::ShowVelocity(shown) => self.velocity = shown,
            ViewCommand::Compare(compare) => self.set_compare(compare),
            ViewCommand::ToggleResNet if self.compare.needs_resnet() => self.set_compare(Compare::Plain),
            ViewCommand::ToggleResNet => self.set_compare(self.last_refined),
            ViewCommand::Steps(steps) => self.refinement.steps = steps.clamp(1, MAX_STEPS),
            ViewCommand::Kind(kind) => self.refinement.kind = kind,
            ViewCommand::Integrate(integrator) => self.refinement.integrator = integrator,
            ViewCommand::PinLayer(layer) => self.pinned_layer = layer,
            ViewCommand::ShowBlock(block) => self.block = block,
            ViewCommand::Hover(hovered) => self.hovered = hovered,
            ViewCommand::Panel(command) => self.panel.apply(command),
            ViewCommand::Points(command) => self.points.apply(command),
            ViewCommand::Hand(command) => self.pen.apply(command),
        }
    }

    /// Forgets what belongs to the network and data that were open before.
    pub fn reset_for_new_scene(&mut self) {
        self.projection = Projection::Automatic;
        self.tour = Tour::default();
        self.camera = Camera::default();
        self.forget_layers();
    }

    /// Forgets what is said of single layers, whose numbers may be others'.
    pub fn forget_layers(&mut self) {
        self.pinned_layer = None;
        self.block = None;
        self.hovered = None;
        self.panel.apply(PanelCommand::FitWeights);
    }

    fn set_compare(&mut self, compare: Compare) {
        self.compare = compare;
        if compare.needs_resnet() {
            self.last_refined = compare;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_goes_to_the_resnet_as_last_shown_and_back() {
        let mut view = ViewSettings::default();
        assert_eq!(view.wanted_refinement(), None);
        view.apply(ViewCommand::ToggleResNet);
        assert_eq!(view.compare, Compare::ResNet);
        view.apply(ViewCommand::Compare(Compare::Overlay));
        view.apply(ViewCommand::ToggleResNet);
        assert_eq!(view.compare, Compare::Plain);
        view.apply(ViewCommand::ToggleResNet);
        assert_eq!(view.compare, Compare::Overlay);
        assert_eq!(view.wanted_refinement(), Some(view.refinement));
    }

    #[test]
    fn steps_and_trails_stay_in_range() {
        let mut view = ViewSettings::default();
        view.apply(ViewCommand::Steps(0));
        assert_eq!(view.refinement.steps, 1);
        view.apply(ViewCommand::Steps(usize::MAX));
        assert_eq!(view.refinement.steps, MAX_STEPS);
        view.apply(ViewCommand::TrailLength(f64::NAN));
        assert_eq!(view.trail_length, ViewSettings::default().trail_length);
        view.apply(ViewCommand::TrailLength(1e9));
        assert_eq!(view.trail_length, MAX_TRAIL);
    }

    #[test]
    fn a_pinned_layer_that_is_gone_shows_the_last() {
        let mut view = ViewSettings::default();
        assert_eq!(view.panel_layer(1, 3), 1);
        view.apply(ViewCommand::PinLayer(Some(7)));
        assert_eq!(view.panel_layer(1, 3), 2);
        view.reset_for_new_scene();
        assert_eq!(view.pinned_layer, None);
    }
}
