//! The refinement of trained networks: first order in N, exact where the model says so.

use layerflow::flow::{CompressionLaw, Flow, FlowOptions};
use layerflow::formats::examples;
use layerflow::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};
use layerflow::resnet::{Integrator, Refinement, RefinementKind, ResNet, measure_blocks};
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
    let flow = Flow::new(network, options, &mut |_| true).unwrap();
    let resnet = ResNet::new(&flow, refinement, inputs).unwrap();
    resnet.measure(inputs, network.output(), &mut |_| true).unwrap().max_error
}

/// The slope of ln error against ln N, fitted through these N.
fn slope(network: &Network, inputs: &DMatrix<f64>, integrator: Integrator, steps: [usize; 3]) -> f64 {
    let point = |steps: usize| {
        let refinement = Refinement { integrator, ..full(steps) };
        ((steps as f64).ln(), end_error(network, inputs, FlowOptions::default(), refinement).ln())
    };
    let points = steps.map(point);
    let mean = |pick: fn(&(f64, f64)) -> f64| points.iter().map(pick).sum::<f64>() / points.len() as f64;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum::<f64>() / points.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>()
}

#[test]
fn the_error_on_trained_networks_falls_as_one_over_n() {
    let (spiral, data) = examples::spiral().unwrap();
    let circles = examples::circles().unwrap();
    for network in [spiral, circles] {
        let slope = slope(&network, &data.points, Integrator::Euler, [64, 128, 256]);
        assert!((slope + 1.0).abs() < 0.1, "{}: slope {slope}", network.name());
    }
}

#[test]
fn every_integrator_has_its_order_on_a_trained_network() {
    let (spiral, data) = examples::spiral().unwrap();
    for (integrator, order, steps) in [
        (Integrator::Euler, 1.0, [64, 128, 256]),
        (Integrator::Midpoint, 2.0, [32, 64, 128]),
        (Integrator::Rk4, 4.0, [16, 32, 64]),
    ] {
        let slope = slope(&spiral, &data.points, integrator, steps);
        println!("{}: slope {slope:.3}", integrator.name());
        assert!((slope + order).abs() < 0.1 * order, "{}: slope {slope}", integrator.name());
    }
}

#[test]
fn rotations_and_compressions_have_their_closed_form_errors() {
    // W = R(θ)·diag(σ): its singular values differ, so the gauge turns by θ alone.
    let (theta, sigma) = (0.7_f64, [3.0, 0.4]);
    let (sin, cos) = theta.sin_cos();
    let rotation = DMatrix::from_row_slice(2, 2, &[cos, -sin, sin, cos]);
    let network = linear(&rotation * DMatrix::from_diagonal(&DVector::from_row_slice(&sigma)));
    let inputs = DMatrix::from_row_slice(2, 3, &[1.0, 0.0, -0.3, 0.0, 1.0, 2.0]);
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_| true).unwrap();
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
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_| true).unwrap();
    let unstable = ResNet::new(&flow, full(4), &inputs).unwrap().unstable();
    assert_eq!(unstable.len(), 1);
    assert_eq!((unstable[0].layer, unstable[0].least_steps), (1, 6));
    assert!(ResNet::new(&flow, full(6), &inputs).unwrap().unstable().is_empty());
    assert_eq!(ResNet::new(&flow, full(6), &inputs).unwrap().blocks(), 6);
}

#[test]
fn residual_blocks_are_measured_as_numpy_does() {
    // (mean and largest ‖f‖/‖x‖, change to the next block, ‖W²‖·‖W¹‖), computed with numpy from the same file.
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
