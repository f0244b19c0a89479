//! The refined network's own forward pass against the path that is drawn, on random networks.

mod nodes;

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

use super::*;
use crate::flow::{CompressionLaw, Decomposition, Flow, FlowOptions, ResidualLaw, TimeLaw};
use crate::linalg::testing::random_matrix;
use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction, Residual};

fn network(widths: &[usize], activation: Activation, seed: u64) -> Network {
    let affine = |rows: usize, columns: usize, seed: u64| Affine {
        weight: random_matrix(rows, columns, seed),
        bias: (seed % 3 != 1).then(|| DVector::from_column_slice(random_matrix(rows, 1, seed ^ 1).as_slice())),
    };
    let mut layers = Vec::new();
    for (k, pair) in widths.windows(2).enumerate() {
        let seed = seed.wrapping_add(17 * k as u64);
        layers.push(if seed % 4 == 1 {
            Layer::Residual(Residual {
                name: String::new(),
                inner: affine(2, pair[0], seed),
                activation,
                outer: affine(pair[1], 2, seed ^ 2),
                shortcut: (pair[0] != pair[1]).then(|| random_matrix(pair[1], pair[0], seed ^ 3)),
            })
        } else {
            Layer::Dense(Dense { name: String::new(), affine: affine(pair[1], pair[0], seed), activation })
        });
    }
    Network::new(String::new(), layers, OutputFunction::Softmax).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_blocks_compute_the_path(
        widths in prop::collection::vec(1..5_usize, 2..5),
        activation in 0..Activation::ALL.len(),
        seed: u64,
        choices in (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
        steps in 1..12_usize,
    ) {
        let network = network(&widths, Activation::ALL[activation], seed);
        let options = FlowOptions {
            decomposition: if choices.0 { Decomposition::Svd } else { Decomposition::Polar },
            compression: if choices.1 { CompressionLaw::Geometric } else { CompressionLaw::Straight },
            time: TimeLaw::Smooth,
            residual: ResidualLaw::ALL[usize::from(choices.3)],
        };
        let kind = if choices.2 { RefinementKind::Full } else { RefinementKind::Whole };
        let flow = Flow::new(&network, options, &mut |_, _| true).unwrap();
        let inputs = random_matrix(network.inputs(), 7, seed ^ 5);
        let resnet = ResNet::new(&flow, Refinement { kind, steps, integrator: Integrator::Euler }, &inputs).unwrap();
        let path = resnet.positions(&inputs, flow.duration()).unwrap();
        let explicit = resnet.network(String::new(), network.output()).unwrap();
        let forward = explicit.forward(&inputs).unwrap();
        // Each block by itself is the one in the network; behind a softmax its embedding comes between.
        let blocks: Vec<Layer> = (0..resnet.blocks()).map(|number| resnet.block(number).unwrap()).collect();
        let within = explicit.layers().iter().filter(|layer| !layer.name().ends_with("embed") && layer.name() != "project");
        prop_assert!(within.eq(&blocks) && resnet.block(blocks.len()).is_none());
        let before_projection = &forward.layer_outputs[forward.layer_outputs.len() - 2];
        prop_assert!((before_projection - &path).norm() <= 1e-9 * (1.0 + path.norm()));
        // Embedding and projection stand around the blocks; a softmax that is kept takes two layers.
        let softmaxes = explicit.layers().iter().filter(|layer| layer.name().ends_with("activate")).count();
        prop_assert_eq!(explicit.layers().len(), resnet.blocks() + 2 + softmaxes);
    }

    #[test]
    fn relu_refined_alone_is_exact(widths in prop::collection::vec(1..6_usize, 2..5), seed: u64, steps in 1..40_usize) {
        let network = network(&widths, Activation::Relu, seed);
        let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
        let inputs = random_matrix(network.inputs(), 5, seed ^ 6);
        let refinement = Refinement { kind: RefinementKind::Whole, steps, integrator: Integrator::Euler };
        let explicit = ResNet::new(&flow, refinement, &inputs).unwrap().network(String::new(), network.output()).unwrap();
        let (plain, refined) = (network.forward(&inputs).unwrap(), explicit.forward(&inputs).unwrap());
        prop_assert!((&plain.output - &refined.output).norm() <= 1e-12 * (1.0 + plain.output.norm()));
    }
}

#[test]
fn a_refinement_that_would_fill_the_memory_is_refused() {
    let affine = Affine { weight: DMatrix::identity(600, 600) * 2.0, bias: None };
    let layer = Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Tanh });
    let network = Network::new(String::new(), vec![layer], OutputFunction::Identity).unwrap();
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
    let refinement = Refinement { kind: RefinementKind::Full, steps: 256, integrator: Integrator::Euler };
    let resnet = ResNet::new(&flow, refinement, &DMatrix::from_element(600, 1, 0.5)).unwrap();
    assert!(matches!(resnet.network(String::new(), network.output()), Err(BlocksError::TooLarge { .. })));
}

#[test]
fn only_the_steps_of_euler_are_blocks() {
    let network = network(&[2, 3, 2], Activation::Tanh, 4);
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
    for integrator in [Integrator::Midpoint, Integrator::Rk4] {
        let refinement = Refinement { kind: RefinementKind::Full, steps: 4, integrator };
        let resnet = ResNet::new(&flow, refinement, &random_matrix(2, 5, 9)).unwrap();
        assert_eq!(resnet.network(String::new(), network.output()), Err(BlocksError::NotEuler { integrator }));
    }
}
