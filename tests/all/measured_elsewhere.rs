//! Gradients and measures of weights against PyTorch, NumPy and WeightWatcher.

use std::fs;

use layerflow::dataset::Labels;
use layerflow::diagnostics::Backward;
use layerflow::diagnostics::findings::Subject;
use layerflow::diagnostics::measures::SpectrumTail;
use layerflow::network::{Activation, OutputFunction};
use layerflow::training::{Loss, Objective, Targets, gradient};
use nalgebra::DMatrix;
use serde_json::Value;

use crate::support::{array, data, network, relative_error};

/// PyTorch's gradients of the cross-entropy in 64 bits, on labels that the network is wrong about.
#[test]
fn gradients_on_digits_are_those_of_pytorch() {
    let network = network(&data("digits/model_f64.safetensors"), Activation::Relu);
    let network = network.with_output(OutputFunction::Softmax);
    let file = data("digits/gradients.npz");
    let (shape, inputs) = array(&file, "inputs");
    let points = DMatrix::from_row_slice(shape[0], shape[1], &inputs).transpose();
    let classes: Vec<usize> = array(&file, "labels").1.iter().map(|label| *label as usize).collect();
    let loss = array(&file, "loss").1[0];

    let objective = Objective { loss: Loss::CrossEntropy, ..Objective::default() };
    let training = gradient(&network, &points, &Targets::Classes(classes.clone()), &objective).unwrap();
    let names = (0..10).map(|class| class.to_string()).collect();
    let backward = Backward::measure(&network, None, &points, &Labels::Classes { of_sample: classes, names }).unwrap();
    assert!((training.loss / loss - 1.0).abs() < 1e-10 && (backward.loss / loss - 1.0).abs() < 1e-10);

    let mut rest = &training.gradients[..];
    for (layer, found) in ["0", "2", "4"].into_iter().zip(&backward.layers) {
        let (shape, weight) = array(&file, &format!("{layer}.weight"));
        let weight = DMatrix::from_row_slice(shape[0], shape[1], &weight);
        let (_, bias) = array(&file, &format!("{layer}.bias"));
        let (of_weight, others) = rest.split_at(weight.len());
        let (of_bias, others) = others.split_at(bias.len());
        rest = others;
        assert!(relative_error(of_weight, weight.as_slice()) < 1e-10, "weight {layer}");
        assert!(relative_error(of_bias, &bias) < 1e-10, "bias {layer}");

        let mean_abs = weight.iter().map(|slope| slope.abs()).sum::<f64>() / weight.len() as f64;
        let bias_norm = bias.iter().map(|slope| slope * slope).sum::<f64>().sqrt();
        let found = [found.norm, found.mean_abs, found.bias_norm];
        assert!(relative_error(&found, &[weight.norm(), mean_abs, bias_norm]) < 1e-10, "layer {layer}");
    }
    assert!(rest.is_empty());

    // ‖λ(0)‖ of the samples: the curve begins with their percentiles.
    let mut norms = array(&file, "input_norms").1;
    norms.sort_by(f64::total_cmp);
    let middle = 0.5 * (norms[norms.len() / 2 - 1] + norms[norms.len() / 2]);
    assert!((backward.median[0] / middle - 1.0).abs() < 1e-10, "{} {middle}", backward.median[0]);
}

/// Noise, noise with a spike, a power law, and square noise. The edge is held against the true one: WeightWatcher smooths
/// the density of the eigenvalues, spikes included, with a window of fixed width and fits that, which is some 5 % off for
/// noise, and up to 25 % where spikes stand out of it.
#[test]
fn measures_of_weights_are_those_of_numpy_and_weightwatcher() {
    let network = network(&data("measures/weights.safetensors"), Activation::Identity);
    let expected: Value = serde_json::from_slice(&fs::read(data("measures/expected.json")).unwrap()).unwrap();
    let found = SpectrumTail::of_network(&Subject::new(&network));
    assert_eq!(found.len(), 4);
    for (found, expected) in found.iter().zip(expected.as_array().unwrap()) {
        let number = |source: &str, key: &str| expected[source][key].as_f64().unwrap();
        let tail = found.tail.unwrap();
        for (key, value) in [
            ("spectral_norm", found.spectral_norm),
            ("stable_rank", found.stable_rank),
            ("log_norm", found.log_norm),
            ("log_spectral_norm", found.log_spectral_norm),
        ] {
            assert!((value / number("numpy", key) - 1.0).abs() < 1e-10, "{} {key} {value}", expected["name"]);
        }
        for (source, key, value) in [
            ("numpy", "alpha_hat", found.alpha_hat().unwrap()),
            ("numpy", "log_alpha_norm", found.log_alpha_norm().unwrap()),
            ("weightwatcher", "alpha", tail.alpha),
            ("weightwatcher", "D", tail.distance),
            ("weightwatcher", "xi_min", tail.xi_min),
        ] {
            assert!((value / number(source, key) - 1.0).abs() < 1e-7, "{} {key} {value}", expected["name"]);
        }
        if let Some(edge) = expected["noise_edge"].as_f64() {
            assert!((found.edge / edge - 1.0).abs() < 0.03, "{} {} {edge}", expected["name"], found.edge);
            assert_eq!(found.spikes as f64, number("weightwatcher", "spikes"), "{}", expected["name"]);
        }
    }
}
