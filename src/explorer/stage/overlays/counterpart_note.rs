//! What is to be known of the points of the other network in a comparison.

use crate::explorer::stage::source::Source;
use crate::explorer::theme;
use crate::session::Scene;

/// Whose colours they have, and where the two networks do not share a space or a clock. `scene` is the one on show, at
/// time t.
pub fn text(scene: &Scene, t: f64, sources: &[Source]) -> String {
    let mut text = "Colours are those under A.".to_owned();
    let other = sources.iter().find_map(|source| match source {
        Source::Counterpart(compared) | Source::Morph(_, compared, _) => Some(compared),
        Source::Plain(_) | Source::ResNet(_) => None,
    });
    let Some(compared) = other else { return text };
    let flow = &compared.scene.flow;
    if flow.ambient_dimension() != scene.flow.ambient_dimension() {
        text += " The spaces of A and B have other dimensions; coordinates that one lacks are 0.";
    }
    if t > flow.duration() {
        text += &format!(" B has ended at t = {}.", theme::significant(flow.duration()));
    }
    text
}
