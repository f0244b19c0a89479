//! The registry as a whole; the galleries of healthy and faulty networks are integration tests.

use super::registry::checked_codes;
use super::*;

#[test]
fn the_table_has_every_code_once() {
    let mut codes = checked_codes();
    assert_eq!(codes, CODES);
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), CODES.len());
}

#[test]
fn thresholds_are_set_by_name() {
    let mut thresholds = Thresholds::default();
    assert!(thresholds.set("large_weight", 3.0) && !thresholds.set("large_wieght", 3.0));
    assert_eq!(thresholds.get("large_weight"), Some(3.0));
    assert!(Thresholds::NAMES.iter().all(|name| thresholds.get(name).is_some()));
}

mod losses {
    //! What a file tells of its loss, against the last layer.

    use nalgebra::DMatrix;

    use super::*;
    use crate::network::{Activation, Affine, Dense, Layer, Loss, Network, Objective, OutputFunction};

    fn ending(outputs: usize, output: OutputFunction, loss: Loss, of_logits: bool) -> Network {
        let weight = DMatrix::from_fn(outputs, 2, |row, column| 0.5 + row as f64 - 0.7 * column as f64);
        let layer = Layer::Dense(Dense {
            name: String::new(),
            affine: Affine { weight, bias: None },
            activation: Activation::Identity,
        });
        let objective = Objective { loss: Some(loss), of_logits, ..Objective::default() };
        Network::new(String::new(), vec![layer], output).unwrap().with_objective(Some(objective))
    }

    fn severity(network: &Network, is_part: bool) -> Option<Severity> {
        let found = check_output(&Subject::new(network).of_part(is_part), &Thresholds::default());
        found.iter().map(|finding| finding.severity).max()
    }

    #[test]
    fn a_loss_that_does_not_go_with_the_last_layer_is_told() {
        use Loss::*;
        use OutputFunction::*;
        let wrong = [
            (3, Sigmoid, SparseCrossEntropy, false),
            (3, Identity, CategoricalCrossEntropy, false),
            (3, Softmax, SparseCrossEntropy, true),
            (3, Softmax, SquaredError, false),
            (3, Softmax, BinaryCrossEntropy, false),
            (1, Identity, BinaryCrossEntropy, false),
            (1, Sigmoid, BinaryCrossEntropy, true),
        ];
        for (outputs, output, loss, of_logits) in wrong {
            let network = ending(outputs, output, loss, of_logits);
            assert_eq!(severity(&network, false), Some(Severity::Warning), "{output:?} {loss:?} {of_logits}");
            // What a part ends with is no answer.
            assert_eq!(severity(&network, true), None);
        }
        assert_eq!(severity(&ending(1, Sigmoid, SparseCrossEntropy, false), false), Some(Severity::Error));
    }

    #[test]
    fn a_loss_that_goes_with_the_last_layer_is_not_told() {
        use Loss::*;
        use OutputFunction::*;
        let right = [
            (3, Softmax, SparseCrossEntropy, false),
            (3, Identity, CategoricalCrossEntropy, true),
            (2, Softmax, BinaryCrossEntropy, false),
            (1, Sigmoid, BinaryCrossEntropy, false),
            (1, Identity, BinaryCrossEntropy, true),
            (4, Sigmoid, BinaryCrossEntropy, false),
            (1, Sigmoid, SquaredError, false),
            (1, Identity, SquaredError, false),
            (1, Identity, Hinge, false),
        ];
        for (outputs, output, loss, of_logits) in right {
            let network = ending(outputs, output, loss, of_logits);
            assert_eq!(severity(&network, false), None, "{output:?} {loss:?} {of_logits}");
        }
    }
}
