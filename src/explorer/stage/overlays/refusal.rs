//! Why an overlay cannot be drawn now.

use crate::dataset::Labels;
use crate::session::{Compare, Overlay, Requirement, Scene, ViewSettings};

/// Why there is nothing for this overlay to draw, in a sentence; `None` where there is.
pub fn overlay_refusal(overlay: Overlay, view: &ViewSettings, scene: &Scene) -> Option<&'static str> {
    match overlay.requirement() {
        Requirement::Scene => None,
        Requirement::Field => view.field_refusal(),
        Requirement::Cells if scene.lattice.cells.is_empty() => {
            Some("The grid of this input space has no cells of area.")
        }
        Requirement::Cells => view.field_refusal(),
        Requirement::Losses if view.compare == Compare::ResNet => {
            Some("The gradients are those of the plain net: choose another view than ResNet.")
        }
        Requirement::Losses => matches!(scene.dataset.labels, Labels::None)
            .then_some("Without labels there is no loss, and no gradient of it."),
    }
}
