//! What several tests need: the data's place, comparisons, and running the program.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use layerflow::dataset::Dataset;
use layerflow::dataset::numpy::{Archive, Values};
use layerflow::formats::{self, ChainProposal, Opened};
use layerflow::network::{Activation, Network, OutputFunction};
use nalgebra::DMatrix;

/// A file of the test data.
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The network of a file; one that gives only tensors gets this activation between its layers.
pub fn network(path: &Path, hidden: Activation) -> Network {
    match formats::open(path).unwrap() {
        Opened::Network(opened) => opened.network,
        Opened::Graph(graph) => panic!("{}: {}", path.display(), graph.problem),
        Opened::Tensors(tensors) => {
            let chain = ChainProposal::new(&tensors, hidden, OutputFunction::Identity);
            formats::build(&tensors, &chain).unwrap().network
        }
    }
}

/// The points of a CSV or NumPy file, coordinates × samples.
pub fn points(path: &Path, inputs: usize) -> DMatrix<f64> {
    Dataset::open(path, Some(inputs)).unwrap().points
}

/// An array of a NumPy archive: its shape and its values in row-major order.
pub fn array(path: &Path, name: &str) -> (Vec<usize>, Vec<f64>) {
    let mut archive = Archive::open(path).unwrap();
    let position = archive.position(name).unwrap_or_else(|| panic!("no array {name} in {}", path.display()));
    let array = archive.read(position).unwrap().unwrap();
    let values = match array.values {
        Values::Texts(texts) => panic!("{name} holds text: {texts:?}"),
        numbers => numbers.into_floats().unwrap(),
    };
    (array.shape, values)
}

/// The largest difference, relative to the largest expected value.
pub fn relative_error(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().fold(0.0_f64, |scale, value| scale.max(value.abs()));
    let differences = found.iter().zip(expected).map(|(found, expected)| (found - expected).abs());
    differences.fold(0.0, f64::max) / scale.max(f64::MIN_POSITIVE)
}

/// Runs the program to its end.
pub fn layerflow(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_layerflow")).args(arguments).output().unwrap()
}

/// Runs the program and gives what it printed; it must succeed.
pub fn printed(arguments: &[&str]) -> String {
    let output = layerflow(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs the program, which must fail with this status and one line on standard error and print nothing else, or the same
/// as JSON where JSON is asked for; gives that line.
pub fn refusal(arguments: &[&str], status: i32) -> String {
    let output = layerflow(arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {message}");
    if arguments.contains(&"--json") {
        let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(printed["error"]["message"], message.trim_end());
    } else {
        assert!(output.stdout.is_empty());
    }
    message
}
