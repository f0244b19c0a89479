//! Gradients against finite differences, and runs that repeat themselves.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::layout::Layout;
use super::*;
use crate::dataset::{Dataset, Generator, GeneratorOptions, Labels, Random};
use crate::network::{Activation, Layer, Network, OutputFunction};

fn layer(kind: PlanKind, width: usize, activation: Activation) -> LayerPlan {
    LayerPlan { kind, width, activation, initialisation: Initialisation::Xavier }
}

/// A network with biases that are not 0, which plans do not draw.
fn network(layers: Vec<LayerPlan>, output: OutputFunction, seed: u64) -> Network {
    let plan = NetworkPlan { name: String::new(), inputs: 3, layers, output };
    let network = plan.draw(seed).unwrap();
    let layout = Layout::new(&network).unwrap();
    let mut random = Random::new(seed + 1000);
    let parameters: Vec<f64> = layout.gather(&network).iter().map(|x| x + 0.3 * random.normal()).collect();
    layout.network(&network, &parameters).unwrap()
}

fn points(seed: u64) -> DMatrix<f64> {
    let mut random = Random::new(seed);
    DMatrix::from_fn(3, 11, |_, _| random.normal())
}

fn classes(count: usize) -> Targets {
    Targets::Classes((0..11).map(|sample| (sample * 5) % count).collect())
}

/// ‖gradient − differences‖/‖differences‖, over all parameters.
fn relative_error(network: &Network, targets: &Targets, objective: Objective) -> f64 {
    let points = points(5);
    let at = gradient(network, &points, targets, &objective).unwrap();
    let layout = Layout::new(network).unwrap();
    let parameters = layout.gather(network);
    let value = |index: usize, step: f64| {
        let mut moved = parameters.clone();
        moved[index] += step;
        let network = layout.network(network, &moved).unwrap();
        gradient(&network, &points, targets, &objective).unwrap().value
    };
    // A difference of fourth order: the truncation is below 1e-11 and rounding near 1e-12.
    let h = 1e-3;
    let differences: Vec<f64> = (0..parameters.len())
        .map(|i| (8.0 * (value(i, h) - value(i, -h)) - (value(i, 2.0 * h) - value(i, -2.0 * h))) / (12.0 * h))
        .collect();
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    let size = norm(&mut differences.iter().copied());
    assert!(size > 1e-3, "a gradient of {size} checks nothing");
    norm(&mut at.gradients.iter().zip(&differences).map(|(one, other)| one - other)) / size
}

#[test]
fn gradients_of_every_activation_agree_with_differences() {
    for activation in Activation::ALL {
        let layers = vec![
            layer(PlanKind::Dense, 4, activation),
            layer(PlanKind::Residual { hidden: 5 }, 4, activation),
            layer(PlanKind::Residual { hidden: 3 }, 2, activation),
            layer(PlanKind::Dense, 2, Activation::Identity),
        ];
        // At a kink a difference is no slope: of several networks one keeps every z away from it.
        let error = |seed| {
            let network = network(layers.clone(), OutputFunction::Softmax, seed);
            relative_error(&network, &classes(2), Objective::default())
        };
        let error = (2..8).map(error).fold(f64::INFINITY, f64::min);
        // Where the second derivative jumps the differences are of lower order.
        let limit = if activation == Activation::Softsign { 1e-5 } else { 1e-6 };
        assert!(error < limit, "{activation:?}: {error:e}");
    }
}

#[test]
fn gradients_of_every_loss_agree_with_differences() {
    let mut checked = 0;
    for output in OutputFunction::ALL {
        for loss in Loss::ALL.into_iter().filter(|loss| loss.check(output).is_ok()) {
            for (width, targets) in [(3, classes(3)), (1, classes(2)), (1, Targets::Values(vec![0.7; 11]))] {
                if width == 1 && matches!(output, OutputFunction::Softmax | OutputFunction::LogSoftmax) {
                    continue;
                }
                let layers = vec![
                    layer(PlanKind::Dense, 4, Activation::Tanh),
                    layer(PlanKind::Dense, width, Activation::Identity),
                ];
                let network = network(layers, output, 3);
                let error = relative_error(&network, &targets, Objective { loss, ..Objective::default() });
                assert!(error < 1e-6, "{loss:?} behind {output:?}, {width} outputs: {error:e}");
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 12);
}

#[test]
fn gradients_of_every_regulariser_agree_with_differences() {
    let block = layer(PlanKind::Residual { hidden: 4 }, 3, Activation::Tanh);
    let network = network(vec![block, block, block], OutputFunction::Softmax, 4);
    let plain = Objective::default();
    let all = Objective { decay: 0.3, transport: 0.2, smoothness: 0.1, ..plain };
    let objectives = [
        Objective { decay: 0.3, ..plain },
        Objective { transport: 0.2, ..plain },
        Objective { smoothness: 0.1, ..plain },
        all,
    ];
    for objective in objectives {
        let error = relative_error(&network, &classes(3), objective);
        assert!(error < 1e-6, "{objective:?}: {error:e}");
        let value = |objective| gradient(&network, &points(5), &classes(3), &objective).unwrap().value;
        assert!(value(objective) > value(plain) + 1e-3, "{objective:?} costs nothing");
    }
}

#[test]
fn the_pass_gives_what_the_network_gives() {
    let layers = vec![
        layer(PlanKind::Residual { hidden: 5 }, 4, Activation::Gelu),
        layer(PlanKind::Dense, 2, Activation::Identity),
    ];
    let network = network(layers, OutputFunction::Softmax, 6);
    let (points, targets) = (points(5), classes(2));
    let labels: Vec<usize> = (0..11).map(|sample| (sample * 5) % 2).collect();
    let answers = network.forward(&points).unwrap().output;
    let expected = labels.iter().enumerate().map(|(i, &class)| -answers[(class, i)].ln()).sum::<f64>() / 11.0;
    let found = gradient(&network, &points, &targets, &Objective::default()).unwrap();
    assert!((found.loss - expected).abs() < 1e-12 && (found.value - found.loss).abs() < 1e-12);
}

fn moons() -> Arc<Dataset> {
    Arc::new(Generator::Moons.generate(GeneratorOptions { samples: 150, ..GeneratorOptions::default() }))
}

fn trainer(options: TrainingOptions) -> Trainer {
    let plan = NetworkPlan::plain("moons".into(), &[2, 8, 2], Activation::Tanh, OutputFunction::Softmax);
    Trainer::new(Arc::new(plan.draw(options.seed).unwrap()), moons(), options).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bits_and_training_lowers_the_loss() {
    for optimiser in Optimiser::ALL {
        let options =
            TrainingOptions { optimiser, rate: optimiser.default_rate(), epochs: 30, ..TrainingOptions::default() };
        let run = || {
            let mut trainer = trainer(options);
            let mut losses = Vec::new();
            trainer
                .run(&mut |report| {
                    losses.push(report.train.loss);
                    true
                })
                .unwrap();
            (trainer.network().unwrap(), losses)
        };
        let (one, losses) = run();
        assert_eq!(run(), (one.clone(), losses.clone()));
        assert!(losses[29] < 0.5 * losses[0], "{optimiser:?}: {losses:?}");
        let mut other = trainer(TrainingOptions { seed: 1, ..options });
        other.run(&mut |_| true).unwrap();
        assert_ne!(other.network().unwrap(), one);
    }
}

#[test]
fn a_state_taken_in_the_middle_of_an_epoch_goes_on_to_the_same_end() {
    let options = TrainingOptions { epochs: 4, ..TrainingOptions::default() };
    let mut one = trainer(options);
    one.epoch_on().unwrap();
    assert_eq!(one.step().unwrap(), None);
    let state = one.state().clone();
    let end = |trainer: &mut Trainer| {
        let mut last = None;
        trainer
            .run(&mut |report| {
                last = Some(*report);
                true
            })
            .unwrap();
        (trainer.network().unwrap(), last)
    };
    let first = end(&mut one);
    one.restore(state.clone()).unwrap();
    assert_eq!(end(&mut one), first);
    let mut another = trainer(options);
    another.restore(state).unwrap();
    assert_eq!(end(&mut another), first);
    assert!(first.1.is_some_and(|report| report.epoch == 4 && report.test.is_some()));
}

#[test]
fn a_rate_that_is_too_large_is_told_and_the_run_can_be_ended() {
    let options =
        TrainingOptions { rate: 1e200, optimiser: Optimiser::Sgd { momentum: 0.0 }, ..TrainingOptions::default() };
    let mut diverging = trainer(TrainingOptions {
        objective: Objective { loss: Loss::SquaredError, decay: 1.0, ..Objective::default() },
        ..options
    });
    let error = diverging.run(&mut |_| true).unwrap_err();
    assert!(matches!(error, TrainingError::Diverged { epoch: 1, .. }), "{error}");
    let mut ended = trainer(TrainingOptions::default());
    ended.run(&mut |report| report.epoch < 3).unwrap();
    assert_eq!(ended.epoch(), 3);
}

#[test]
fn what_cannot_be_trained_is_refused_by_a_sentence() {
    let start = |widths: &[usize], output, dataset: Dataset| {
        let network = NetworkPlan::plain(String::new(), widths, Activation::Tanh, output).draw(0).unwrap();
        Trainer::new(Arc::new(network), Arc::new(dataset), TrainingOptions::default()).unwrap_err().to_string()
    };
    let draw = |generator: Generator| generator.generate(GeneratorOptions::default());
    assert!(start(&[2, 2], OutputFunction::Softmax, draw(Generator::Grid)).contains("no labels"));
    assert!(start(&[2, 2], OutputFunction::Softmax, draw(Generator::Blobs)).contains("give the last layer 3"));
    assert!(start(&[2, 2], OutputFunction::Identity, draw(Generator::Moons)).contains("needs the output softmax"));
    assert!(start(&[3, 2], OutputFunction::Softmax, draw(Generator::Moons)).contains("takes 3 inputs"));
    assert!(start(&[3, 2], OutputFunction::Softmax, draw(Generator::SwissRoll)).contains("1 output"));
    let mut single = draw(Generator::Moons);
    single.points = single.points.columns(0, 0).into_owned();
    single.labels = Labels::Classes { of_sample: Vec::new(), names: Vec::new() };
    assert!(start(&[2, 2], OutputFunction::Softmax, single).contains("0 to train on"));
}

#[test]
fn samples_held_back_are_not_trained_on() {
    let trainer = trainer(TrainingOptions { test_share: 0.3, ..TrainingOptions::default() });
    let (train, test) = (trainer.data().train(), trainer.data().test());
    assert_eq!((train.len(), test.len()), (105, 45));
    let mut all: Vec<usize> = train.iter().chain(test).copied().collect();
    all.sort_unstable();
    assert!(all.into_iter().eq(0..150));
}

#[test]
fn the_last_step_of_an_epoch_is_measured_layer_by_layer() {
    let options = TrainingOptions { batch: 1000, ..TrainingOptions::default() };
    let mut trainer = trainer(options);
    assert!(trainer.updates().is_empty());
    let before = trainer.network().unwrap();
    let report = trainer.epoch_on().unwrap();
    let after = trainer.network().unwrap();
    let weight = |layer: &Layer| match layer {
        Layer::Dense(dense) => dense.affine.weight.clone(),
        Layer::Residual(_) | Layer::Node(_) => panic!("no dense layer"),
    };
    let pairs = before.layers().iter().zip(after.layers()).map(|(old, new)| (weight(old), weight(new)));
    let (mut change, mut size) = (0.0_f64, 0.0_f64);
    for ((old, new), found) in pairs.zip(trainer.updates()) {
        let expected = (&new - &old).norm() / old.norm();
        assert!(expected > 0.0 && (found - expected).abs() < 1e-12 * expected, "{found} {expected}");
        change += (&new - &old).norm_squared();
        size += old.norm_squared();
    }
    assert!((report.update - (change / size).sqrt()).abs() < 1e-12);
}
