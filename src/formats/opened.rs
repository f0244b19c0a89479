//! What opening a file of weights gives.

use super::account::Account;
use super::graph::{GraphConvolution, GraphProblem};
use super::tensors::TensorFile;
use crate::network::Network;

/// What a file gives.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one is made a file, and taken apart at once")]
pub enum Opened {
    /// A whole network: order and activations of its layers are known.
    Network(OpenedNetwork),
    /// Names and shapes only.
    Tensors(TensorFile),
    /// A graph that is understood in part.
    Graph(GraphFile),
}

/// A network, and what became of everything in its file.
#[derive(Clone, Debug)]
pub struct OpenedNetwork {
    /// The network.
    pub network: Network,
    /// The account of its file. Where it is not whole the network is partial.
    pub account: Account,
}

/// A file whose graph is no network as a whole.
#[derive(Debug)]
pub struct GraphFile {
    /// The network up to the first thing that is not understood; none where not even one layer is.
    pub network: Option<Network>,
    /// What became of everything in the file.
    pub account: Account,
    /// The first thing that is not understood.
    pub problem: GraphProblem,
    /// Every convolution whose shape is known, in the order of the graph.
    pub convolutions: Vec<GraphConvolution>,
    /// The tensors of the file, from which a chain can be chosen by hand.
    pub tensors: TensorFile,
}
