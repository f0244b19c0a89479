//! What is computed from the open scene in the background: asked for, taken over, thrown away.

use crate::session::derived::Stored;
use crate::session::{DerivedOutput, Effect, Refined, Session, Severity};

/// Asks for the results that are wanted now and cancels those that are not any more; `seconds` have passed since the last
/// call.
pub fn watch(session: &mut Session, seconds: f64) -> Vec<Effect> {
    let Some((situation, results)) = session.situation_and_results() else { return Vec::new() };
    results.watch(&situation, seconds).into_iter().map(Effect::from).collect()
}

/// Asks for the ResNet that the view needs, if it is neither there nor under way.
pub fn refine(session: &mut Session, effects: &mut Vec<Effect>) {
    if let Some((situation, results)) = session.situation_and_results() {
        effects.extend(results.watch_one(Refined::KIND, &situation).into_iter().map(Effect::from));
    }
}

/// Takes what came of the work.
pub fn accept(session: &mut Session, output: DerivedOutput) {
    let Some(shown) = &session.shown else { return };
    if let Some(failure) = session.derived.accept(&shown.scene, output) {
        session.notices.add(Severity::Error, failure.sentence, failure.details);
    }
}
