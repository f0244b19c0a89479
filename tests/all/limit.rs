//! The continuous limit of residual blocks: where ever smaller steps lead, followed at all times.

use layerflow::diagnostics::TrajectoryMetrics;
use layerflow::flow::{Flow, FlowError, FlowOptions, NoVelocity, ResidualLaw, TimeLaw};
use layerflow::network::{Activation, Affine, Layer, Network, OutputFunction, Residual};
use layerflow::resnet::{Between, Convergence, Integrator, Refinement, RefinementKind, ResNet, in_smaller_steps};
use nalgebra::{DMatrix, DVector};

use crate::support;

const LIMIT: FlowOptions = FlowOptions {
    decomposition: layerflow::flow::Decomposition::Svd,
    compression: layerflow::flow::CompressionLaw::Geometric,
    time: TimeLaw::Smooth,
    residual: ResidualLaw::Limit,
};

fn entry(seed: usize, row: usize, column: usize) -> f64 {
    ((seed * 71 + row * 89 + column * 31) as f64 * 0.618_034).fract() * 2.0 - 1.0
}

/// Blocks of three coordinates with four hidden units.
fn blocks(activation: Activation, scale: f64) -> Network {
    let affine = |rows, columns, seed, scale: f64| Affine {
        weight: DMatrix::from_fn(rows, columns, |row, column| scale * entry(seed, row, column)),
        bias: Some(DVector::from_fn(rows, |row, _| 0.3 * entry(seed + 40, row, 3))),
    };
    let block = |seed| {
        Layer::Residual(Residual {
            name: String::new(),
            inner: affine(4, 3, seed, 1.0),
            activation,
            outer: affine(3, 4, seed + 7, scale),
            shortcut: None,
        })
    };
    Network::new("blocks".into(), vec![block(1), block(2)], OutputFunction::Softmax).unwrap()
}

fn points() -> DMatrix<f64> {
    DMatrix::from_fn(3, 9, |row, column| 1.5 * entry(90, row, column))
}

fn flow(network: &Network, options: FlowOptions) -> Flow {
    Flow::new(network, options, &mut |_, _| true).unwrap()
}

#[test]
fn it_is_where_halving_the_step_leads() {
    let network = blocks(Activation::Tanh, 0.8);
    let limit = flow(&network, LIMIT).positions(&points(), 2.0).unwrap();
    let miss = |parts: usize| {
        let finer = in_smaller_steps(&network, Between::Repeated, parts).unwrap();
        let finer = finer.with_output(OutputFunction::Identity).answers(&points()).unwrap();
        (finer - &limit).norm()
    };
    let misses: Vec<f64> = [1, 2, 4, 8, 16, 32, 64, 128].map(miss).to_vec();
    assert!(misses[0] > 0.05, "a step of a whole block is far off: {misses:?}");
    // First order: half the step is half the way off.
    for pair in misses.windows(2).skip(3) {
        assert!((pair[0] / pair[1] - 2.0).abs() < 0.2, "{misses:?}");
    }
}

#[test]
fn integrators_reach_it_with_their_orders() {
    let network = blocks(Activation::Tanh, 0.8);
    let flow = flow(&network, LIMIT);
    for kind in RefinementKind::ALL {
        for (integrator, order) in Integrator::ALL.into_iter().zip([1.0, 2.0, 4.0]) {
            let error = |steps| {
                let resnet = ResNet::new(&flow, Refinement { kind, steps, integrator }, &points()).unwrap();
                resnet.measure(&points(), network.output(), &mut |_, _| true).unwrap().max_error
            };
            let found = (error(16) / error(32)).log2();
            assert!((found - order).abs() < 0.1 * order, "{kind:?}, {integrator:?}: {found}");
        }
        // The study of all N sees the same, as far as the limit itself is known.
        let study =
            Convergence::study(&flow, (kind, Integrator::Midpoint), &points(), network.output(), &mut |_, _| true);
        let study = study.unwrap();
        assert!((study.slope.unwrap().exponent + 2.0).abs() < 0.2, "{study:?}");
        assert_eq!(study.interpolation_error, 0.0);
    }
}

#[test]
fn its_blocks_are_the_block_in_parts() {
    let network = blocks(Activation::Relu, 1.2);
    let flow = flow(&network, LIMIT);
    for steps in [1, 2, 7] {
        let refinement = Refinement { kind: RefinementKind::Full, steps, integrator: Integrator::Euler };
        let resnet = ResNet::new(&flow, refinement, &points()).unwrap();
        assert_eq!(resnet.blocks(), 2 * steps);
        let explicit = resnet.network(String::new(), network.output()).unwrap();
        let parts = in_smaller_steps(&network, Between::Repeated, steps).unwrap();
        let (found, expected) = (explicit.answers(&points()).unwrap(), parts.answers(&points()).unwrap());
        assert!((found - expected).norm() < 1e-12);
    }
}

#[test]
fn its_velocity_is_the_rate_of_its_positions() {
    for (activation, options) in
        [(Activation::Tanh, LIMIT), (Activation::Gelu, FlowOptions { time: TimeLaw::Linear, ..LIMIT })]
    {
        let flow = flow(&blocks(activation, 0.8), options);
        let h = 1e-4;
        for t in [0.2, 0.5, 0.83, 1.4, 1.9] {
            let [before, now, after] = [t - h, t, t + h].map(|t| flow.positions(&points(), t).unwrap());
            let difference = (after - before) / (2.0 * h);
            for (position, rate) in now.column_iter().zip(difference.column_iter()) {
                let velocity = flow.velocity(&position.into_owned(), t).unwrap();
                assert!((velocity - rate).norm() < 1e-5, "{activation:?} at t = {t}");
            }
        }
    }
}

#[test]
fn frames_and_distances_follow_the_curved_path() {
    let network = blocks(Activation::Tanh, 1.5);
    let flow = flow(&network, LIMIT);
    let path = flow.sample_path(&points()).unwrap();
    let refinement = |steps| Refinement { kind: RefinementKind::Full, steps, integrator: Integrator::Euler };
    let in_steps: Vec<ResNet<'_>> =
        [1, 3, 8, 50].map(|steps| ResNet::new(&flow, refinement(steps), &points()).unwrap()).into();
    let mut bent = 0.0_f64;
    for step in 0..=64 {
        let t = f64::from(step) / 32.0;
        let positions = flow.positions(&points(), t).unwrap();
        let drawn = |path: &layerflow::flow::SampledPath, positions: &DMatrix<f64>, bound: f32| {
            for (sample, position) in positions.column_iter().enumerate() {
                let found = path.position(&flow, t, sample);
                let miss = found.iter().zip(position.iter()).map(|(one, other)| (one - *other as f32).abs());
                assert!(miss.fold(0.0, f32::max) < bound, "{sample} at t = {t}");
            }
            // What the stage draws, and its trails.
            let (mut all, mut some) = (Vec::new(), Vec::new());
            path.project(&flow, t, &DMatrix::identity(3, 3), &mut all);
            path.project_some(&flow, t, &DMatrix::identity(3, 3), &[4], &mut some);
            for (drawn, sample) in all.iter().zip(0..).chain([(&some[0], 4)]) {
                let position = positions.column(sample).into_owned();
                let miss = drawn.iter().zip(position.iter()).map(|(one, other)| (one - *other as f32).abs());
                assert!(miss.fold(0.0, f32::max) < bound, "drawn: {sample} at t = {t}");
            }
            let distances = path.distances(&flow, t, 2, &mut |_, _| true).unwrap();
            for (sample, found) in distances.iter().enumerate() {
                let expected = (positions.column(sample) - positions.column(2)).norm() as f32;
                assert!((found - expected).abs() < 2.0 * bound, "distance of {sample} at t = {t}");
            }
        };
        drawn(&path, &positions, 2e-3);
        for resnet in &in_steps {
            // Few steps are a polygon with its own corners; of many the corners are rounded off.
            let bound = if resnet.refinement().steps <= 8 { 1e-5 } else { 2e-2 };
            drawn(&resnet.sample_path(&points()).unwrap(), &resnet.positions(&points(), t).unwrap(), bound);
        }
        let (start, end) = (flow.positions(&points(), t.floor()).unwrap(), t.floor() + 1.0);
        if end <= 2.0 {
            let s = flow.moment(t).s;
            let straight = start * (1.0 - s) + flow.positions(&points(), end - 1e-12).unwrap() * s;
            bent = bent.max((straight - positions).amax());
        }
    }
    assert!(bent > 0.05, "the path must not be a straight line: {bent}");
}

#[test]
fn the_pull_back_is_constant_along_it_and_the_journey_is_measured() {
    let network = blocks(Activation::Tanh, 0.8);
    let flow = flow(&network, LIMIT);
    let end = flow.positions(&points(), 2.0).unwrap();
    for t in [0.0, 0.3, 1.0, 1.7, 2.0] {
        let positions = flow.positions(&points(), t).unwrap();
        for (position, end) in positions.column_iter().zip(end.column_iter()) {
            let mut expected = end.into_owned();
            network.output().apply(expected.as_mut_slice());
            let found = flow.pull_back(&network, &position.into_owned(), t).unwrap();
            assert!((found - expected).norm() < 1e-7, "t = {t}");
        }
    }
    let trajectory = TrajectoryMetrics::measure(&flow, &points(), &mut |_, _| true).unwrap();
    assert!(trajectory.log_volume.iter().chain(&trajectory.path_length).all(|value| value.is_finite()));
}

#[test]
fn a_projection_stays_one_step_and_dense_layers_stay_what_they_are() {
    let network = support::network(&support::data("cases/chain-tanh/network.json"), Activation::Identity);
    let inputs = support::points(&support::data("cases/chain-tanh/inputs.csv"), network.inputs());
    let (step, limit) = (flow(&network, FlowOptions::default()), flow(&network, LIMIT));
    assert_eq!(step.positions(&inputs, 1.3).unwrap(), limit.positions(&inputs, 1.3).unwrap());
    let mut layers = blocks(Activation::Relu, 0.5).layers().to_vec();
    let Layer::Residual(block) = &mut layers[1] else { panic!() };
    block.shortcut = Some(DMatrix::identity(3, 3) * 2.0);
    let network = Network::new(String::new(), layers, OutputFunction::Identity).unwrap();
    let flow = flow(&network, LIMIT);
    let before = flow.positions(&points(), 1.0).unwrap();
    let expected = network.layers()[1].apply(&before);
    assert!((flow.positions(&points(), 2.0).unwrap() - expected).norm() < 1e-12);
}

#[test]
fn a_limit_that_cannot_be_followed_says_so() {
    let flow = flow(&blocks(Activation::Relu, 1e8), LIMIT);
    let error = flow.positions(&points(), 2.0).unwrap_err();
    assert!(matches!(error, FlowError::Limit { layer: 1, .. }), "{error}");
    assert!(error.to_string().contains("Euler steps"));
    assert!(flow.sample_path(&points()).is_err());
    let position = points().column(0).into_owned();
    let network = blocks(Activation::Relu, 1e8);
    assert!(matches!(flow.pull_back(&network, &position, 0.5), Err(NoVelocity::Limit(_))));
}
