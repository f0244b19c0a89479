//! A document whose network has lost parts for a look at what they do.

use std::sync::Arc;

use crate::diagnostics::probes::Ablation;
use crate::network::Network;

/// What was taken out of a network, and the network as it was.
#[derive(Clone, Debug)]
pub struct Ablated {
    /// The whole network.
    pub base: Arc<Network>,
    /// What was taken out, in this order, with a label each. A direction counts among those that were there then.
    pub parts: Vec<(Ablation, String)>,
}

impl Ablated {
    /// The same with one more part taken out of `network`, which is shown.
    pub(in crate::session) fn with(
        before: Option<&Arc<Ablated>>,
        network: &Arc<Network>,
        part: (Ablation, String),
    ) -> Ablated {
        let mut next = before
            .map_or_else(|| Ablated { base: Arc::clone(network), parts: Vec::new() }, |before| before.as_ref().clone());
        next.parts.push(part);
        next
    }

    /// What was taken out: `unit 3 of layer 2, layer 4`.
    pub fn label(&self) -> String {
        let labels: Vec<&str> = self.parts.iter().map(|(_, label)| label.as_str()).collect();
        match labels.len() {
            ..=MAX_LABELS => labels.join(", "),
            count => format!("{} and {} more parts", labels[..MAX_LABELS].join(", "), count - MAX_LABELS),
        }
    }
}

/// As many parts as a sentence can hold.
const MAX_LABELS: usize = 4;
