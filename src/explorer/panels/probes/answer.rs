//! What the answers of a network are called.

use crate::dataset::Labels;
use crate::session::Scene;

/// What a class that the network answers is called.
pub(super) fn class_name(scene: &Scene, class: usize) -> String {
    match &scene.dataset.labels {
        Labels::Classes { names, .. } => names.get(class).cloned().unwrap_or_else(|| class.to_string()),
        Labels::None | Labels::Values(_) => class.to_string(),
    }
}

/// Whether the network is asked for values and not for classes.
pub(super) fn gives_values(scene: &Scene) -> bool {
    matches!(scene.dataset.labels, Labels::Values(_))
}
