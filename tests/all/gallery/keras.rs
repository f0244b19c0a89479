//! The files that Keras has written.

use layerflow::diagnostics::findings::{Finding, Severity, Subject, Thresholds, find};

use super::faults::keras_files::{self, FAULTS, HEALTHY};
use super::faults::label;

#[test]
fn faults_that_keras_wrote_are_named_in_their_layer() {
    for (name, points, code, layer) in FAULTS {
        let found = keras_files::findings(name, points);
        let is_named = |finding: &Finding| {
            finding.code == code && finding.layer.unwrap_or(0) == layer && finding.severity > Severity::Note
        };
        assert!(found.iter().any(is_named), "{name}: {code} in layer {layer}\n  {}", label(&found));
    }
}

#[test]
fn healthy_networks_of_keras_have_nothing_above_a_note() {
    for (name, points) in HEALTHY {
        let mut found = keras_files::findings(name, points);
        found.retain(|finding| finding.severity > Severity::Note);
        assert!(found.is_empty(), "{name}:\n  {}", label(&found));
    }
}

/// The values at which a part ends are no answers, and nothing is said of them as such.
#[test]
fn the_end_of_a_part_is_no_answer() {
    for name in ["cnn", "cnn_sig", "digits_decay"] {
        let (network, _) = keras_files::open(name);
        let points = keras_files::points("digits", network.inputs());
        for count in 1..network.layers().len() {
            let part = network.up_to(count).unwrap();
            let subject = Subject::new(&part).of_part(true).with_data(Some(&points));
            let mut found = find(&subject, &Thresholds::default());
            found.retain(|finding| finding.severity > Severity::Note);
            assert!(found.is_empty(), "{name} up to {count}:\n  {}", label(&found));
        }
    }
}
