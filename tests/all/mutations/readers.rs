//! Everything that may be read of a file, through the readers of weights and of data.

use std::path::Path;

use layerflow::dataset::{self, Dataset};
use layerflow::formats::{self, ChainProposal, Opened};
use layerflow::network::{Activation, OutputFunction};

/// A reader may hold this multiple of its file…
const FILE_MULTIPLE: usize = 4;
/// …and this many bytes beside it.
const ALLOWANCE: usize = 64 << 20;

/// The most bytes that reading a file of this size may take.
pub fn most_bytes(file_bytes: usize) -> usize {
    FILE_MULTIPLE * file_bytes + ALLOWANCE
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
            usize::from(network.is_ok())
        }
        Ok(_) => 1,
        Err(_) => 0,
    };
    let data = Dataset::open(path, None).is_ok();
    let outline = dataset::outline(path).is_ok();
    weights + usize::from(data) + usize::from(outline)
}
