//! Networks that Keras has trained and written: healthy ones, and ones with the faults that people ask about most.

use std::path::{Path, PathBuf};

use layerflow::dataset::{Dataset, Generator};
use layerflow::diagnostics::findings::{Finding, Subject, Thresholds, find};
use layerflow::formats::{self, Opened};
use layerflow::network::Network;

/// File, data, code, and layer from 1.
pub const FAULTS: [(&str, &str, &str, usize); 18] = [
    ("softmax1_moons", "moons", "output_mismatch", 3),
    ("sig_cce_iris", "iris", "output_mismatch", 2),
    ("out1_of3", "iris", "output_mismatch", 2),
    ("relu_last_bin", "moons", "output_mismatch", 2),
    ("tanh_last_bce", "moons", "output_mismatch", 2),
    ("linear_bce", "moons", "output_mismatch", 2),
    ("twice_softmax", "iris", "output_mismatch", 2),
    ("linear_hidden", "moons", "redundant_linear", 1),
    ("linear_hidden", "moons", "redundant_linear", 2),
    ("zero_init_tanh", "iris", "unbroken_symmetry", 1),
    ("ones_init", "iris", "unbroken_symmetry", 1),
    ("const_init", "moons", "unbroken_symmetry", 1),
    ("const_init", "moons", "unbroken_symmetry", 2),
    ("init100", "moons", "large_weights", 1),
    ("sig10_moons", "moons", "vanishing_gradient", 1),
    // Of a convolution, too: sigmoid where the file says that the loss takes shares, and one that never bends.
    ("cnn_sig", "digits", "output_mismatch", 4),
    ("cnn_linear", "digits", "redundant_linear", 3),
    ("labels_pm1", "moons_pm1", "data_labels", 0),
];

/// Healthy files and their data.
pub const HEALTHY: [(&str, &str); 7] = [
    ("iris_tanh", "iris"),
    ("iris_relu", "iris"),
    ("moons_relu", "moons"),
    ("moons_tanh", "moons"),
    ("cnn", "digits"),
    ("digits_decay", "digits"),
    ("normalised", "scaled"),
];

/// A file of the gallery.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/gallery").join(name)
}

/// The network of a file, and whether it is a part.
pub fn open(name: &str) -> (Network, bool) {
    match formats::open_with_non_finite(&file(&format!("{name}.keras")), None).unwrap() {
        Opened::Network(opened) => (opened.network, opened.account.missing_text().is_some()),
        Opened::Graph(graph) => (graph.network.unwrap(), true),
        Opened::Tensors(_) => panic!("{name} is no network"),
    }
}

/// What a file was trained on.
pub fn points(name: &str, inputs: usize) -> Dataset {
    match name {
        "digits" => Generator::Digits.generate(Generator::Digits.training_options()),
        name => Dataset::open(&file(&format!("{name}.csv")), Some(inputs)).unwrap(),
    }
}

/// The findings of a file of the gallery on the data that it was trained on.
pub fn findings(name: &str, data: &str) -> Vec<Finding> {
    let (network, is_part) = open(name);
    let points = points(data, network.inputs());
    let subject = Subject::new(&network).of_part(is_part).with_data(Some(&points));
    find(&subject, &Thresholds::default())
}
