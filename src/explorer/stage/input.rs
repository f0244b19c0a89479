//! What the stage is given in every frame.

use std::sync::Arc;

use crate::session::{
    Field, Figure, Grabbed, GradientArrows, Neighbours, NetworkComparison, Pen, PerturbedPoint, Refined, Scene,
    ViewSettings,
};

/// What the stage shows.
#[derive(Debug)]
pub struct StageInput<'a> {
    /// The open network and data; `None` before anything is open.
    pub scene: Option<&'a Arc<Scene>>,
    /// What is being opened while there is no scene yet.
    pub opening: Option<&'a str>,
    /// The newest ResNet of that scene that is ready; it may be one for settings before the present ones.
    pub refined: Option<&'a Arc<Refined>>,
    /// The newest field of that scene that is ready; it may be one of a time before.
    pub field: Option<&'a Arc<Field>>,
    /// Whether the refinement panel is open, which has the ResNet's controls.
    pub refinement_panel: bool,
    /// The neighbours of the point under the mouse, as far as they are found.
    pub neighbours: Option<&'a Arc<Neighbours>>,
    /// The selected point, moved a little.
    pub perturbed: Option<&'a Arc<PerturbedPoint>>,
    /// The point that was taken in mid-flow.
    pub grabbed: Option<&'a Arc<Grabbed>>,
    /// The gradients of points as arrows; they may be those of a network before.
    pub gradient_arrows: Option<&'a Arc<GradientArrows>>,
    /// The other network's flow of the same data, once it is ready.
    pub compared: Option<&'a Arc<NetworkComparison>>,
    /// Whether another network is open to be compared with.
    pub has_counterpart: bool,
    /// The pen that draws points, where it can.
    pub pen: Option<Pen>,
    /// Whether the network is only a part of its file's, so that what it gives is no answer of the whole.
    pub is_partial: bool,
    /// Whether the time that frames take is told.
    pub frame_time: bool,
    /// Whether the stage has the window for itself, without tools and with a larger caption.
    pub presents: bool,
    /// What a picture says beside the data, where it is one; a window's stage has its toolbar, and all captions.
    pub figure: Option<&'a Figure>,
    /// Whether the scrubber is on its way over checkpoints: trails wait, since each network is gone before its own are
    /// looked at.
    pub scrubs_checkpoints: bool,
    /// The view's settings.
    pub view: &'a ViewSettings,
    /// The time of the flow, 0 to L.
    pub t: f64,
}

impl<'a> StageInput<'a> {
    /// A scene under a view at a time, and nothing else.
    pub fn new(scene: Option<&'a Arc<Scene>>, view: &'a ViewSettings, t: f64) -> StageInput<'a> {
        StageInput {
            scene,
            opening: None,
            refined: None,
            field: None,
            refinement_panel: false,
            neighbours: None,
            perturbed: None,
            grabbed: None,
            gradient_arrows: None,
            compared: None,
            has_counterpart: false,
            pen: None,
            is_partial: false,
            frame_time: false,
            presents: false,
            figure: None,
            scrubs_checkpoints: false,
            view,
            t,
        }
    }
}
