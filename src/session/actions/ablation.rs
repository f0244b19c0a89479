//! What is said of the parts that are taken out of the network, and what becomes of them when it changes otherwise.

use crate::diagnostics::probes::Ablation;
use crate::session::{Session, Severity};

/// The network is about to change otherwise: what was taken out stays out, and that is told.
pub fn keep_ablation(session: &mut Session) {
    if let Some(ablated) = session.wanted.ablated.take() {
        let sentence = format!(
            "The change begins with the network without {}: that stays out now. Undo leads back to before.",
            ablated.label()
        );
        session.notices.add(Severity::Warning, sentence, "");
    }
}

/// What a part is called: a direction with its singular value, because those behind it move up.
pub fn part_label(session: &Session, ablation: Ablation) -> String {
    let label = ablation.label();
    let Ablation::Direction { layer, index } = ablation else { return label };
    let spectrum = session.known_flow().and_then(|flow| flow.layers().get(layer)?.spectrum.clone());
    let sigma = spectrum.and_then(|spectrum| spectrum.singular_values.get(index).copied());
    sigma.map_or(label, |sigma| format!("direction {} (σ = {sigma:.3}) of layer {}", index + 1, layer + 1))
}
