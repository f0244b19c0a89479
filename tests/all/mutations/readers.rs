//! Everything that may be read of a file, through the readers of weights and of data.

use std::path::Path;

use layerflow::dataset::{self, Dataset};
use layerflow::formats::{self, ChainProposal, Opened};
use layerflow::network::{Activation, Network, OutputFunction};
use nalgebra::DMatrix;

/// A reader may hold this multiple of its file…
const FILE_MULTIPLE: usize = 8;
/// …or this many bytes, whichever is more.
const ALLOWANCE: usize = 256 << 20;

/// The most bytes that reading a file of this size may take.
pub fn most_bytes(file_bytes: usize) -> usize {
    (FILE_MULTIPLE * file_bytes).max(ALLOWANCE)
}

/// What is taken from a file must bear being used.
fn use_network(network: &Network) {
    network.forward(&DMatrix::from_element(network.inputs(), 1, 0.5)).unwrap();
}

/// Reads what there is: weights with every tensor and the proposed chain, then the data with its columns. Gives how many
/// of the readers took the file.
pub fn read_all(path: &Path) -> usize {
    let weights = match formats::open(path) {
        Ok(Opened::Tensors(file)) => {
            for tensor in file.tensors() {
                let values = file.vector(&tensor.name);
                assert!(values.is_err() || values.unwrap().iter().all(|value| value.is_finite()));
            }
            let chain = ChainProposal::new(&file, Activation::Relu, OutputFunction::Identity);
            let network = formats::build(&file, &chain);
            network.iter().for_each(|opened| use_network(&opened.network));
            usize::from(network.is_ok())
        }
        Ok(Opened::Network(opened)) => {
            use_network(&opened.network);
            1
        }
        Ok(Opened::Graph(graph)) => {
            graph.network.iter().for_each(use_network);
            1
        }
        Err(_) => 0,
    };
    let data = Dataset::open(path, None).is_ok();
    let outline = dataset::outline(path).is_ok();
    weights + usize::from(data) + usize::from(outline)
}
