//! What all fuzz targets share: the readers take paths, the fuzzer gives bytes.

use std::path::Path;

use layerflow::dataset::{self, Dataset};
use layerflow::formats::{self, ChainProposal, Opened};
use layerflow::network::{Activation, OutputFunction};

/// Writes the bytes to a file of this name and reads all weights in it.
pub fn read_weights(name: &str, bytes: &[u8]) {
    with_file(name, bytes, |path| {
        let Ok(Opened::Tensors(file)) = formats::open(path) else { return };
        for tensor in file.tensors() {
            let _ = file.vector(&tensor.name);
        }
        let chain = ChainProposal::new(&file, Activation::Relu, OutputFunction::Identity);
        let _ = formats::build(&file, &chain);
    });
}

/// Writes the bytes to a file of this name and reads it as data.
pub fn read_data(name: &str, bytes: &[u8]) {
    with_file(name, bytes, |path| {
        let _ = Dataset::open(path, None);
        let _ = dataset::outline(path);
    });
}

fn with_file(name: &str, bytes: &[u8], read: impl FnOnce(&Path)) {
    // A fuzzer without a place for its files has nothing to find.
    let folder = tempfile::tempdir().expect("a folder for the file");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("room for the file");
    read(&path);
}
