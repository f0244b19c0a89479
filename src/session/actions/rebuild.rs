//! The scene of the wanted document is built, at once or as it grows out of the one on show.

use crate::session::rebuild::VisibleOutputs;
use crate::session::{Effect, Session, SidePanel};

/// Asks for the wanted document's scene, as soon as there is a network.
pub fn build(session: &mut Session, effects: &mut Vec<Effect>) {
    if session.wanted.network.is_some() {
        session.rebuild.stop();
        effects.push(Effect::Build(session.wanted.clone(), session.known_flow()));
    }
}

/// The wanted document has changed: its flow is built now, or as soon as the one under way is there.
pub fn grow(session: &mut Session, effects: &mut Vec<Effect>) {
    session.rebuild.request();
    go_on(session, effects);
}

/// Asks for the flow that is due, if nothing holds it up. The field of the flow before is waited for: otherwise it would
/// never be ready.
pub fn go_on(session: &mut Session, effects: &mut Vec<Effect>) {
    if !session.rebuild.can_begin() || session.field_is_under_way() {
        return;
    }
    session.rebuild.begin();
    let shows_layer = session.window.is_in_sight(SidePanel::Layer) && !session.window.refinement_panel();
    let layer = shows_layer.then(|| session.panel_layer()).flatten();
    let refinement = session.view.refinement_in_sight(&session.window);
    let in_sight = VisibleOutputs { refinement, layer, projection: Some(session.view.projection) };
    effects.push(Effect::Grow(session.wanted.clone(), session.known_flow(), in_sight));
}
