//! What of the flow is looked at and how: the stage's and the layer panel's settings, and the commands that change them.

use super::camera::{Camera, Facing, Orientation};
use super::command::ViewCommand;
use super::compare::Compare;
use super::field_request::FieldRequest;
use super::hovered::Hovered;
use super::overlay::{Overlay, ShownOverlays};
use super::pairing::Pairing;
use super::panel::{PanelCommand, PanelSettings};
use super::pen::PenSettings;
use super::points::PointSettings;
use super::projection::Projection;
use super::tour::Tour;
use super::velocity_picture::VelocityPicture;
use super::window::WindowSettings;
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
    /// One scale for each layer; otherwise it is one for the whole flow.
    pub auto_fit: bool,
    /// What is drawn beside the points and is simply on or off.
    overlays: ShownOverlays,
    /// How far trails reach back, in units of t.
    pub trail_length: f64,
    /// How the velocity field is drawn, if at all.
    pub velocity: Option<VelocityPicture>,
    /// The plain net, its ResNet, or both.
    pub compare: Compare,
    /// How the network is seen together with another one; `None` shows what [`ViewSettings::compare`] says.
    pub pairing: Option<Pairing>,
    /// How far the points are on the way from the network to the other, 0 to 1.
    pub morph: f64,
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

impl Default for ViewSettings {
    fn default() -> Self {
        ViewSettings {
            projection: Projection::Automatic,
            tour: Tour::default(),
            camera: Camera::default(),
            auto_fit: true,
            overlays: ShownOverlays::default(),
            trail_length: 0.25,
            velocity: None,
            compare: Compare::Plain,
            pairing: None,
            morph: 0.5,
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

impl ViewSettings {
    /// What the key R comes back to.
    pub fn last_refined(&self) -> Compare {
        self.last_refined
    }

    /// Whether an overlay is on.
    pub fn shows(&self, overlay: Overlay) -> bool {
        self.overlays.has(overlay)
    }

    /// Whether a person wants an overlay drawn, if anybody said so.
    pub fn chosen(&self, overlay: Overlay) -> Option<bool> {
        self.overlays.choice(overlay)
    }

    /// The ResNet that the view needs now; `None` while only the plain net is shown.
    pub fn wanted_refinement(&self) -> Option<Refinement> {
        self.compare.needs_resnet().then_some(self.refinement)
    }

    /// The ResNet that the stage or the refinement panel of the window shows; `None` while neither does.
    pub fn refinement_in_sight(&self, window: &WindowSettings) -> Option<Refinement> {
        let in_panel = window.refinement_panel().then_some(self.refinement);
        self.wanted_refinement().or(in_panel)
    }

    /// The field that the view needs at time t; `None` while none is shown, or only the ResNet is.
    pub fn wanted_field(&self, t: f64) -> Option<FieldRequest> {
        let Self { projection, auto_fit, velocity, .. } = *self;
        let (answers, areas) = (self.shows(Overlay::Answers), self.shows(Overlay::Areas));
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
            ViewCommand::Face(Facing::Data) => {
                // The turns are reckoned from the first direction.
                self.camera = Camera { orientation: Orientation::default(), facing: Facing::Data, ..self.camera };
            }
            ViewCommand::Face(facing) => self.camera.facing = facing,
            ViewCommand::AutoFit(follows) => self.auto_fit = follows,
            ViewCommand::Show(overlay, is_on) => self.overlays.set(overlay, is_on),
            ViewCommand::TrailLength(length) if length.is_finite() => self.trail_length = length.clamp(0.0, MAX_TRAIL),
            ViewCommand::TrailLength(_) => {}
            ViewCommand::ShowVelocity(shown) => self.velocity = shown,
            ViewCommand::Compare(compare) => self.set_compare(compare),
            ViewCommand::ToggleResNet if self.compare.needs_resnet() => self.set_compare(Compare::Plain),
            ViewCommand::ToggleResNet => self.set_compare(self.last_refined),
            ViewCommand::Pair(pairing) => self.pairing = pairing,
            ViewCommand::Morph(share) if share.is_finite() => self.morph = share.clamp(0.0, 1.0),
            ViewCommand::Morph(_) => {}
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

    /// What is drawn at first of a scene; what a person chose stays.
    pub fn begin_scene(&mut self, proposed: impl IntoIterator<Item = (Overlay, bool)>) {
        proposed.into_iter().for_each(|(overlay, is_on)| self.overlays.propose(overlay, is_on));
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
        self.points.probe.grab = None;
        self.panel.apply(PanelCommand::FitWeights);
    }

    /// Forgets what the mouse rests on, and puts the pen away.
    pub fn forget_the_mouse(&mut self) {
        self.hovered = None;
        self.points.resting = None;
        self.points.row = None;
        self.pen.pen = None;
    }

    fn set_compare(&mut self, compare: Compare) {
        self.compare = compare;
        self.pairing = None;
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
