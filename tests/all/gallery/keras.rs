//! Networks that Keras has trained and written: healthy ones, and ones with the faults that people ask about most.

use layerflow::dataset::{Dataset, Generator};
use layerflow::diagnostics::findings::{Finding, Severity, Subject, Thresholds, find};
use layerflow::formats::{self, Opened};

use super::label;
use crate::support::data;

/// The findings of a file of the gallery on the data that it was trained on.
fn findings(name: &str, points: &str) -> Vec<Finding> {
    let path = data(&format!("gallery/{name}.keras"));
    let (network, is_part) = match formats::open_with_non_finite(&path, None).unwrap() {
        Opened::Network(opened) => (opened.network, opened.account.missing_text().is_some()),
        Opened::Graph(graph) => (graph.network.unwrap(), true),
        Opened::Tensors(_) => panic!("{name} is no network"),
    };
    let points = match points {
        "digits" => Generator::Digits.generate(Generator::Digits.training_options()),
        points => Dataset::open(&data(&format!("gallery/{points}.csv")), Some(network.inputs())).unwrap(),
    };
    let subject = Subject::new(&network).of_part(is_part).with_data(Some(&points));
    find(&subject, &Thresholds::default())
}

#[test]
fn faults_that_keras_wrote_are_named_in_their_layer() {
    let faults = [
        ("softmax1_moons", "moons", "output_mismatch", 3),
        ("sig_cce_iris", "iris", "output_mismatch", 2),
        ("out1_of3", "iris", "output_mismatch", 2),
        ("relu_last_bin", "moons", "output_mismatch", 2),
        ("tanh_last_bce", "moons", "output_mismatch", 2),
        ("linear_hidden", "moons", "redundant_linear", 1),
        ("linear_hidden", "moons", "redundant_linear", 2),
        ("zero_init_tanh", "iris", "unbroken_symmetry", 1),
        ("ones_init", "iris", "unbroken_symmetry", 1),
        ("const_init", "moons", "unbroken_symmetry", 1),
        ("const_init", "moons", "unbroken_symmetry", 2),
        ("init100", "moons", "large_weights", 1),
        ("sig10_moons", "moons", "vanishing_gradient", 1),
    ];
    for (name, points, code, layer) in faults {
        let found = findings(name, points);
        let is_named = |finding: &Finding| {
            finding.code == code && finding.layer == Some(layer) && finding.severity > Severity::Note
        };
        assert!(found.iter().any(is_named), "{name}: {code} in layer {layer}\n  {}", label(&found));
    }
}

#[test]
fn healthy_networks_of_keras_have_nothing_above_a_note() {
    for (name, points) in
        [("iris_tanh", "iris"), ("iris_relu", "iris"), ("moons_relu", "moons"), ("moons_tanh", "moons")]
    {
        let mut found = findings(name, points);
        found.retain(|finding| finding.severity > Severity::Note);
        assert!(found.is_empty(), "{name}:\n  {}", label(&found));
    }
}

/// A max pooling ends what flows. The values before it are no answers, and nothing is said of them as such.
#[test]
fn the_end_of_a_part_is_no_answer() {
    for name in ["cnn", "cnn_sig", "cnn_linear"] {
        let mut found = findings(name, "digits");
        found.retain(|finding| finding.severity > Severity::Note);
        assert!(found.is_empty(), "{name}:\n  {}", label(&found));
    }
}
