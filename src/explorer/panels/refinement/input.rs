//! What the refinement panel is given in every frame.

use crate::flow::FlowOptions;
use crate::session::{BlockDetail, Refined, RefinementStudy, Scene, ViewSettings};

/// What the refinement panel shows.
#[derive(Debug)]
pub struct RefinementInput<'a> {
    /// The open network and data; `None` before anything is open.
    pub scene: Option<&'a Scene>,
    /// The newest ResNet that is ready; it may be one for settings before the present ones.
    pub refined: Option<&'a Refined>,
    /// The newest study that is ready; it too may be of other settings.
    pub study: Option<&'a RefinementStudy>,
    /// Whether the study of the present settings was given up.
    pub given_up: bool,
    /// The newest block that is ready; it may be one chosen before.
    pub block: Option<&'a BlockDetail>,
    /// The choices of the flow that were asked for last.
    pub options: FlowOptions,
    /// The view's settings.
    pub view: &'a ViewSettings,
    /// The time of the flow, 0 to L.
    pub t: f64,
}
