//! The refinement of trained networks: first order in N, exact where the model says so.

use std::fs;

use layerflow::flow::{CompressionLaw, Flow, FlowError, FlowOptions};
use layerflow::formats::examples;
use layerflow::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};
use layerflow::resnet::{Convergence, Integrator, Refinement, RefinementKind, ResNet, measure_blocks};
use nalgebra::{DMatrix, DVector};

use crate::support;

fn full(steps: usize) -> Refinement {
    Refinement { kind: RefinementKind::Full, steps, integrator: Integrator::Euler }
}

fn linear(weight: DMatrix<f64>) -> Network {
    let affine = Affine { weight, bias: None };
    let layer = Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Identity });
    Network::new(String::new(), vec![layer], OutputFunction::Identity).unwrap()
}

fn end_error(network: &Network, inputs: &DMatrix<f64>, options: FlowOptions, refinement: Refinement) -> f64 {
    let flow = Flow::new(network, options, &mut |_, _| true).unwrap();
    let resnet = ResNet::new(&flow, refinement, inputs).unwrap();
    resnet.measure(inputs, network.output(), &mut |_, _| true).unwrap().max_error
}

fn study(network: &Network, inputs: &DMatrix<f64>, integrator: Integrator) -> Convergence {
    let flow = Flow::new(network, FlowOptions::default(), &mut |_, _| true).unwrap();
    Convergence::study(&flow, (RefinementKind::Full, integrator), inputs, network.output(), &mut |_, _| true).unwrap()
}

#[test]
fn every_integrator_has_its_order_on_every_reference_network() {
    let mut fitted = [0; 3];
    for case in fs::read_dir(support::data("cases")).unwrap().map(|entry| entry.unwrap().path()) {
        let network = support::network(&case.join("network.json"), Activation::Identity);
        let inputs = support::points(&case.join("inputs.csv"), network.inputs());
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        for ((integrator, order), count) in Integrator::ALL.into_iter().zip([1.0, 2.0, 4.0]).zip(&mut fitted) {
            let Some(slope) = study(&network, &inputs, integrator).slope else { continue };
            println!("{name}, {}: slope {:.3}, N = {} to {}", integrator.name(), slope.exponent, slope.from, slope.to);
            assert!((slope.exponent + order).abs() < 0.1 * order, "{name}, {integrator:?}: {slope:?}");
            *count += 1;
        }
    }
    // Of the ill-conditioned network RK4 is at rounding before its order shows.
    assert_eq!(fitted, [24, 24, 23]);
}

#[test]
fn the_error_on_trained_networks_falls_as_one_over_n() {
    let (spiral, data) = examples::spiral().unwrap();
    let circles = examples::ExampleNetwork::Circles.load().unwrap();
    for network in [spiral, circles] {
        let study = study(&network, &data.points, Integrator::Euler);
        let slopes = [study.layer_slopes.clone(), vec![study.slope]].concat();
        assert!(
            slopes.iter().all(|slope| (slope.unwrap().exponent + 1.0).abs() < 0.1),
            "{}: {study:?}",
            network.name()
        );
        assert!(study.interpolation_error < 0.1 * study.errors[8].max_error);
    }
}

#[test]
fn the_first_n_with_all_predictions_equal_is_the_first() {
    let (spiral, data) = examples::spiral().unwrap();
    let found = study(&spiral, &data.points, Integrator::Euler).least_agreeing.unwrap();
    assert!(found > 1);
    let flow = Flow::new(&spiral, FlowOptions::default(), &mut |_, _| true).unwrap();
    for steps in 1..=found {
        let resnet = ResNet::new(&flow, full(steps), &data.points).unwrap();
        let error = resnet.measure(&data.points, spiral.output(), &mut |_, _| true).unwrap();
        assert_eq!(error.prediction_agreement == 1.0, steps == found, "N = {steps}");
        let worst = error.worst[0];
        assert_eq!((worst.error, error.worst.len()), (error.max_error, 10));
        let plain = spiral.forward(&data.points).unwrap();
        assert_eq!(worst.agrees, plain.predictions[worst.sample] == error.predictions[worst.sample]);
    }
}

#[test]
fn a_study_of_what_is_kept_whole_has_no_slope_and_can_be_cancelled() {
    let (spiral, data) = examples::spiral().unwrap();
    let flow = Flow::new(&spiral, FlowOptions::default(), &mut |_, _| true).unwrap();
    let whole = (RefinementKind::Whole, Integrator::Euler);
    let study = Convergence::study(&flow, whole, &data.points, spiral.output(), &mut |_, _| true).unwrap();
    assert!(study.slope.is_none() && study.stable_steps.is_empty());
    assert!(study.errors.iter().all(|error| (error.max_error - study.interpolation_error).abs() < 1e-12));
    let mut told = 0;
    let cancelled = Convergence::study(&flow, whole, &data.points, spiral.output(), &mut |_, _| {
        told += 1;
        told < 4
    });
    assert_eq!((cancelled, told), (Err(FlowError::Cancelled), 4));
}

#[test]
fn rotations_and_compressions_have_their_closed_form_errors() {
    // W = R(θ)·diag(σ): its singular values differ, so the gauge turns by θ alone.
    let (theta, sigma) = (0.7_f64, [3.0, 0.4]);
    let (sin, cos) = theta.sin_cos();
    let rotation = DMatrix::from_row_slice(2, 2, &[cos, -sin, sin, cos]);
    let network = linear(&rotation * DMatrix::from_diagonal(&DVector::from_row_slice(&sigma)));
    let inputs = DMatrix::from_row_slice(2, 3, &[1.0, 0.0, -0.3, 0.0, 1.0, 2.0]);
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
    for steps in [2_usize, 8, 64, 200] {
        let n = steps as f64;
        let growth = (1.0 + (theta / n).powi(2)).powf(n / 2.0);
        let (sin, cos) = (n * (theta / n).atan()).sin_cos();
        let turned = DMatrix::from_row_slice(2, 2, &[cos, -sin, sin, cos]) * growth;
        let compressed = DMatrix::from_diagonal(&DVector::from_iterator(2, sigma.map(|s| (1.0 + s.ln() / n).powf(n))));
        let expected = turned * compressed * &inputs;
        let found = ResNet::new(&flow, full(steps), &inputs).unwrap().positions(&inputs, 1.0).unwrap();
        assert!((found - &expected).norm() <= 1e-9 * expected.norm(), "N = {steps}");
    }
}

#[test]
fn what_euler_reproduces_exactly() {
    let weight = DMatrix::from_row_slice(2, 2, &[2.0, 0.0, 0.0, 0.0]);
    let inputs = DMatrix::from_row_slice(2, 2, &[1.0, -0.5, 2.0, 0.25]);
    let straight = FlowOptions { compression: CompressionLaw::Straight, ..FlowOptions::default() };
    for steps in [1, 3, 16] {
        assert!(end_error(&linear(weight.clone()), &inputs, straight, full(steps)) < 1e-12);
        let relu = Layer::Dense(Dense {
            name: String::new(),
            affine: Affine {
                weight: DMatrix::from_row_slice(2, 2, &[0.3, -2.0, 1.0, 0.7]),
                bias: Some(DVector::from_row_slice(&[0.1, -0.2])),
            },
            activation: Activation::Relu,
        });
        let relu = Network::new(String::new(), vec![relu], OutputFunction::Identity).unwrap();
        let whole = Refinement { kind: RefinementKind::Whole, steps, integrator: Integrator::Euler };
        assert!(end_error(&relu, &inputs, FlowOptions::default(), whole) < 1e-12);
    }
}

#[test]
fn unstable_compressions_and_blocks_are_told() {
    let network = linear(DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 0.0, (-5.5_f64).exp()]));
    let inputs = DMatrix::from_element(2, 1, 1.0);
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
    let unstable = ResNet::new(&flow, full(4), &inputs).unwrap().unstable();
    assert_eq!(study(&network, &inputs, Integrator::Euler).least_stable(), unstable.first().copied());
    assert_eq!(unstable.len(), 1);
    assert_eq!((unstable[0].layer, unstable[0].least_steps), (1, 6));
    assert!(ResNet::new(&flow, full(6), &inputs).unwrap().unstable().is_empty());
    assert_eq!(ResNet::new(&flow, full(6), &inputs).unwrap().blocks(), 6);
}

#[test]
fn residual_blocks_are_measured_as_numpy_does() {
    // (mean and largest ‖f‖/‖x‖, change to the next block, ‖W₂‖·‖W₁‖), computed with numpy from the same file.
    let expected = [
        (0.24983350386401765, 0.5164913980028095, Some(1.4779451928432925), 2.2428841484802997),
        (0.2720306237150689, 0.5687145594232986, Some(1.5368797822439186), 1.6256918162056153),
        (0.6639164269237983, 0.9111097959203437, Some(1.4320042530645243), 2.323935579668407),
        (0.45914388755785646, 0.7349500234876883, None, 1.7853566061057407),
    ];
    let folder = support::data("cases").join("residual");
    let network = support::network(&folder.join("network.json"), Activation::Identity);
    let inputs = support::points(&folder.join("inputs.csv"), network.inputs());
    let measures = measure_blocks(&network, &inputs).unwrap();
    assert_eq!(measures.len(), expected.len());
    for (measure, (mean, largest, change, bound)) in measures.iter().zip(expected) {
        assert!((measure.mean_residual - mean).abs() < 1e-12, "{measure:?}");
        assert!((measure.largest_residual - largest).abs() < 1e-12, "{measure:?}");
        assert!((measure.lipschitz_bound - bound).abs() < 1e-12, "{measure:?}");
        assert_eq!(measure.change_to_next.is_some(), change.is_some());
        let apart = measure.change_to_next.zip(change).map_or(0.0, |(one, other)| (one - other).abs());
        assert!(apart < 1e-12, "{measure:?}");
    }
}
