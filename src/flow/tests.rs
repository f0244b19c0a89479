//! The invariants of flow-model section 8 that concern the flow, on random networks.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

use super::*;
use crate::linalg::testing::random_matrix;
use crate::network::{Activation, Affine, Dense, Layer, OutputFunction, Residual};

fn affine(rows: usize, columns: usize, seed: u64) -> Affine {
    let bias =
        (!seed.is_multiple_of(3)).then(|| DVector::from_column_slice(random_matrix(rows, 1, seed ^ 5).as_slice()));
    Affine { weight: random_matrix(rows, columns, seed) * 0.8, bias }
}

/// A random network: dense layers with every activation in turn, and residual blocks with and without projection.
fn random_network(widths: &[usize], activation: Activation, seed: u64) -> Network {
    let mut layers: Vec<Layer> = Vec::new();
    for (k, pair) in widths.windows(2).enumerate() {
        let seed = seed.wrapping_add(31 * k as u64);
        if seed % 4 == 1 {
            layers.push(Layer::Residual(Residual {
                name: format!("block {k}"),
                inner: affine(3, pair[0], seed),
                activation,
                outer: Affine { weight: random_matrix(pair[1], 3, seed ^ 3) * 0.05, bias: None },
                shortcut: (pair[0] != pair[1]).then(|| random_matrix(pair[1], pair[0], seed ^ 4)),
            }));
        } else {
            let affine = affine(pair[1], pair[0], seed);
            layers.push(Layer::Dense(Dense { name: String::new(), affine, activation }));
        }
    }
    Network::new("random".into(), layers, OutputFunction::Softmax).unwrap()
}

fn options() -> impl Strategy<Value = FlowOptions> {
    (0..2_usize, 0..2_usize, 0..2_usize).prop_map(|(decomposition, compression, time)| FlowOptions {
        decomposition: Decomposition::ALL[decomposition],
        compression: CompressionLaw::ALL[compression],
        time: TimeLaw::ALL[time],
        residual: ResidualLaw::Euler,
    })
}

fn network() -> impl Strategy<Value = Network> {
    (prop::collection::vec(1..6_usize, 2..5), 0..Activation::ALL.len(), any::<u64>())
        .prop_map(|(widths, activation, seed)| random_network(&widths, Activation::ALL[activation], seed))
}

fn relative(one: &DMatrix<f64>, other: &DMatrix<f64>) -> f64 {
    (one - other).norm() / (1e-300 + other.norm()).max(1e-3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whole_times_are_the_plain_net(network in network(), options in options()) {
        let flow = Flow::new(&network, options, &mut |_, _| true).unwrap();
        let inputs = random_matrix(network.inputs(), 6, 1);
        let forward = network.forward(&inputs).unwrap();
        for (k, expected) in forward.layer_outputs.iter().enumerate() {
            let positions = flow.positions(&inputs, (k + 1) as f64).unwrap();
            prop_assert!(relative(&positions.rows(0, expected.nrows()).into_owned(), expected) < 1e-10);
            let beyond = positions.rows(expected.nrows(), positions.nrows() - expected.nrows());
            prop_assert!(beyond.iter().all(|value| *value == 0.0));
        }
    }

    #[test]
    fn positions_and_distances_across_phases(network in network(), options in options()) {
        let flow = Flow::new(&network, options, &mut |_, _| true).unwrap();
        let inputs = random_matrix(network.inputs(), 5, 2);
        for phase in flow.layers().iter().flat_map(|layer| &layer.phases) {
            let at = |t: f64| flow.positions(&inputs, t).unwrap();
            let (before, after) = (at(phase.end - 1e-9), at(phase.end + 1e-9));
            prop_assert!((&before - &after).norm() < 1e-6 * (1.0 + before.norm()), "jump at t = {}", phase.end);
            if matches!(phase.kind, PhaseKind::RotateIn | PhaseKind::RotateOut | PhaseKind::Rotate) {
                let (start, middle) = (at(phase.start), at(0.4 * phase.start + 0.6 * phase.end));
                for i in 0..5 {
                    for j in 0..i {
                        let distance = |points: &DMatrix<f64>| (points.column(i) - points.column(j)).norm();
                        prop_assert!((distance(&start) - distance(&middle)).abs() <= 1e-10 * (1.0 + distance(&start)));
                    }
                }
            }
        }
    }

    #[test]
    fn velocity_is_the_rate_of_positions_and_rests_where_phases_meet(network in network(), options in options(), clock in 0.1..0.8_f64) {
        let flow = Flow::new(&network, options, &mut |_, _| true).unwrap();
        let inputs = random_matrix(network.inputs(), 1, 3);
        for phase in flow.layers().iter().flat_map(|layer| &layer.phases) {
            let t = phase.start + clock * (phase.end - phase.start);
            let position = flow.positions(&inputs, t).unwrap();
            let h = 1e-5 * (phase.end - phase.start);
            let difference = (flow.positions(&inputs, t + h).unwrap() - flow.positions(&inputs, t - h).unwrap()) / (2.0 * h);
            let position = DVector::from_column_slice(position.as_slice());
            match flow.velocity(&position, t) {
                Ok(velocity) => {
                    let miss = (DVector::from_column_slice(difference.as_slice()) - &velocity).norm();
                    prop_assert!(miss <= 1e-5 * (1.0 + velocity.norm()), "{:?} at t = {t}: off by {miss}", phase.kind);
                }
                Err(NoVelocity::Projection | NoVelocity::Fold { .. }) => {}
                Err(error) => prop_assert!(false, "{:?}: {error}", phase.kind),
            }
            if options.time == TimeLaw::Smooth {
                prop_assert_eq!(flow.velocity(&position, phase.start).unwrap().norm(), 0.0);
            }
        }
    }

    #[test]
    fn the_pull_back_is_constant_along_a_characteristic(network in network(), options in options()) {
        let flow = Flow::new(&network, options, &mut |_, _| true).unwrap();
        let inputs = random_matrix(network.inputs(), 1, 4);
        let expected = network.forward(&inputs).unwrap().output;
        for step in 0..=24 {
            let t = flow.duration() * f64::from(step) / 24.0;
            let position = flow.positions(&inputs, t).unwrap();
            match flow.pull_back(&network, &DVector::from_column_slice(position.as_slice()), t) {
                Ok(read) => {
                    let miss = (read - DVector::from_column_slice(expected.as_slice())).norm();
                    prop_assert!(miss < 1e-8, "off by {miss} at t = {t}");
                }
                Err(NoVelocity::Projection | NoVelocity::Fold { .. }) => {}
                // Close to the end of an activation that loses information its start cannot be told.
                Err(error) => prop_assert!(error == NoVelocity::OutsideRange && t.fract() > 0.99, "{error} at t = {t}"),
            }
        }
    }

    #[test]
    fn every_monotone_activation_takes_its_answer_along(
        widths in prop::collection::vec(1..5_usize, 2..4), seed in any::<u64>(), options in options()
    ) {
        for activation in Activation::ALL.into_iter().filter(|activation| fold_time(*activation).is_none()) {
            let network = random_network(&widths, activation, seed);
            let flow = Flow::new(&network, options, &mut |_, _| true).unwrap();
            let inputs = random_matrix(network.inputs(), 1, seed ^ 9);
            let expected = DVector::from_column_slice(network.forward(&inputs).unwrap().output.as_slice());
            let mut followed = false;
            for step in 0..=20 {
                let t = flow.duration() * f64::from(step) / 20.0;
                let position = flow.positions(&inputs, t).unwrap();
                match flow.pull_back(&network, &DVector::from_column_slice(position.as_slice()), t) {
                    Ok(read) => {
                        let miss = (read - &expected).norm();
                        prop_assert!(miss < 1e-8, "{activation:?}: off by {miss} at t = {t}");
                        followed = true;
                    }
                    Err(NoVelocity::Projection) => {}
                    Err(error) => prop_assert!(error == NoVelocity::OutsideRange && t.fract() > 0.99, "{activation:?}: {error}"),
                }
            }
            let projects = |layer: &Layer| matches!(layer, Layer::Residual(block) if block.shortcut.is_some());
            prop_assert!(followed || network.layers().iter().any(projects), "{activation:?} was never followed");
        }
    }

    #[test]
    fn frames_agree_with_positions(network in network(), options in options()) {
        let flow = Flow::new(&network, options, &mut |_, _| true).unwrap();
        let inputs = random_matrix(network.inputs(), 7, 5);
        let path = flow.sample_path(&inputs).unwrap();
        let rows = random_matrix(3.min(flow.ambient_dimension()), flow.ambient_dimension(), 6);
        let mut drawn = Vec::new();
        for step in 0..=20 {
            let t = flow.duration() * f64::from(step) / 20.0;
            let positions = flow.positions(&inputs, t).unwrap();
            let expected = &rows * &positions;
            path.project(&flow, t, &rows, &mut drawn);
            prop_assert_eq!(drawn.len(), 7);
            for (sample, index) in drawn.iter().enumerate() {
                for row in 0..rows.nrows() {
                    let miss = (f64::from(index[row]) - expected[(row, sample)]).abs();
                    prop_assert!(miss < 1e-4 * (1.0 + expected.norm()));
                }
                let whole = path.position(&flow, t, sample);
                let expected = positions.column(sample).into_owned();
                let miss = whole.iter().zip(&expected).map(|(one, other)| (f64::from(*one) - other).abs());
                prop_assert!(miss.fold(0.0, f64::max) < 1e-4 * (1.0 + positions.norm()));
            }
        }
    }
}

proptest! {
    #[test]
    fn the_path_of_a_mean_is_the_mean_of_the_paths(network in network(), options in options()) {
        let flow = Flow::new(&network, options, &mut |_, _| true).unwrap();
        let path = flow.sample_path(&random_matrix(network.inputs(), 7, 5)).unwrap();
        let means = path.means(&[0, 1, 0, 1, 1, 0, 0], 3);
        for step in 0..=20 {
            let t = flow.duration() * f64::from(step) / 20.0;
            for (group, members) in [vec![0, 2, 5, 6], vec![1, 3, 4]].iter().enumerate() {
                let indices: Vec<_> = members.iter().map(|sample| path.position(&flow, t, *sample)).collect();
                for (row, centre) in means.position(&flow, t, group).iter().enumerate() {
                    let mean = indices.iter().map(|index| index[row]).sum::<f32>() / members.len() as f32;
                    prop_assert!((centre - mean).abs() < 1e-4 * (1.0 + mean.abs()), "{centre} {mean}");
                }
            }
            prop_assert!(flow.ambient_dimension() == 0 || means.position(&flow, t, 2).iter().any(|x| x.is_nan()));
        }
    }
}

#[test]
fn phases_that_move_nothing_are_left_out() {
    let layer = |weight: DMatrix<f64>| {
        let affine = Affine { weight, bias: Some(DVector::zeros(2)) };
        Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Identity })
    };
    let double = layer(DMatrix::identity(2, 2) * 2.0);
    let nothing = layer(DMatrix::identity(2, 2));
    let network = Network::new(String::new(), vec![double, nothing], OutputFunction::Identity).unwrap();
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
    let kinds: Vec<PhaseKind> = flow.layers()[0].phases.iter().map(|phase| phase.kind).collect();
    assert_eq!(kinds, [PhaseKind::Compress]);
    assert!(flow.layers()[1].phases.is_empty());
    assert_eq!(flow.positions(&DMatrix::from_element(2, 1, 1.0), 2.0).unwrap().as_slice(), [2.0, 2.0]);
    assert_eq!(flow.moment(1.5).phase, None);
}

#[test]
fn other_laws_need_no_other_decomposition() {
    let network = random_network(&[3, 4, 2], Activation::Tanh, 2);
    let inputs = random_matrix(3, 5, 8);
    let given = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
    let straight =
        FlowOptions { compression: CompressionLaw::Straight, time: TimeLaw::Linear, ..FlowOptions::default() };
    let built = Flow::new(&network, straight, &mut |_, _| true).unwrap();
    let changed = given.with_laws(straight);
    assert_eq!(changed.options(), straight);
    for t in [0.3, 0.7, 1.4, 2.0] {
        assert_eq!(changed.positions(&inputs, t).unwrap(), built.positions(&inputs, t).unwrap());
    }
}

#[test]
fn building_can_be_cancelled() {
    let network = random_network(&[3, 4, 2], Activation::Tanh, 2);
    let cancelled = Flow::new(&network, FlowOptions::default(), &mut |done, _| done < 0.5);
    assert_eq!(cancelled.unwrap_err(), FlowError::Cancelled);
}

#[test]
fn an_outline_tells_what_the_flow_tells() {
    let weight = DMatrix::from_row_slice(3, 3, &[0.2, -1.4, 0.3, 0.9, 0.1, -0.5, 0.4, 0.8, 1.1]);
    let affine = Affine { weight, bias: Some(DVector::from_element(3, 0.5)) };
    let layer = Layer::Dense(Dense { name: "a".into(), affine, activation: Activation::Tanh });
    let network = Network::new(String::new(), vec![layer], OutputFunction::Identity).unwrap();
    for decomposition in Decomposition::ALL {
        let options = FlowOptions { decomposition, ..FlowOptions::default() };
        let whole = Flow::new(&network, options, &mut |_, _| true).unwrap();
        let outline = Flow::outline(&network, options, &mut |_, _| true).unwrap();
        assert_eq!(whole.ambient_dimension(), outline.ambient_dimension());
        for (one, other) in whole.layers().iter().zip(outline.layers()) {
            assert_eq!(one.spectrum, other.spectrum);
            let times = |layer: &LayerFlow| -> Vec<_> {
                layer.phases.iter().map(|phase| (phase.kind, phase.start.to_bits(), phase.end.to_bits())).collect()
            };
            assert_eq!(times(one), times(other));
        }
    }
}
