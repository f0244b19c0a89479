//! What a file gives whose graph was followed.

use super::convolution::GraphConvolution;
use super::layers::GraphNetwork;
use super::problem::GraphProblem;
use crate::formats::Account;
use crate::formats::opened::{GraphFile, Opened, OpenedNetwork};
use crate::formats::stored_precision::StoredTypes;
use crate::formats::tensors::TensorFile;

/// What a file gives whose graph was followed: a network that can flow, or as much of it as there is beside its tensors.
pub(in crate::formats) fn opened(
    followed: GraphNetwork,
    convolutions: Vec<GraphConvolution>,
    nothing: &str,
    mut account: Account,
    tensors: impl FnOnce() -> TensorFile,
) -> Opened {
    let GraphNetwork { network, problem } = followed;
    let tensors = tensors();
    let types = StoredTypes::of(tensors.tensors());
    let network = network.map(|network| types.annotate(network));
    let too_wide = || network.as_ref().and_then(GraphProblem::of_width);
    match (problem.or_else(too_wide), network) {
        (None, Some(network)) => Opened::Network(OpenedNetwork { network, account }),
        (problem, network) => {
            let problem = problem.unwrap_or_else(|| GraphProblem::Ends { problem: nothing.into() });
            if !problem.leaves_network_whole() {
                let (part, why) = problem.part();
                account.misses(part, why);
                if let Some(last) = network.as_ref().and_then(|network| network.layers().last()) {
                    account.ends_after(last.name());
                }
            }
            Opened::Graph(GraphFile { network, account, problem, convolutions, tensors })
        }
    }
}
