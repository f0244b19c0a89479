//! Epochs a second of the training loop, and what a step costs beside the plain forward pass of the same samples.
//! `cargo bench --bench training`

#![allow(clippy::expect_used, reason = "a bench without its subject has nothing to print")]

use std::sync::Arc;
use std::time::Instant;

use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::network::{Activation, OutputFunction};
use layerflow::training::{NetworkPlan, Trainer, TrainingOptions};

/// Odd, so that the median is one of the runs.
const RUNS: usize = 9;

struct Case {
    generator: Generator,
    widths: &'static [usize],
    activation: Activation,
    batch: usize,
    /// The epochs of one run.
    epochs: usize,
}

const CASES: [Case; 3] = [
    Case { generator: Generator::Moons, widths: &[2, 16, 16, 2], activation: Activation::Tanh, batch: 32, epochs: 200 },
    Case { generator: Generator::Moons, widths: &[2, 16, 16, 2], activation: Activation::Relu, batch: 32, epochs: 200 },
    Case {
        generator: Generator::Digits,
        widths: &[64, 64, 32, 10],
        activation: Activation::Relu,
        batch: 64,
        epochs: 20,
    },
];

fn main() {
    for case in CASES {
        let data = Arc::new(case.generator.generate(case_options(case.generator)));
        let plan = NetworkPlan::plain(String::new(), case.widths, case.activation, OutputFunction::Softmax);
        let network = Arc::new(plan.draw(0).expect("the widths are positive"));
        // All samples are trained on, so that no time goes to testing.
        let options = TrainingOptions { batch: case.batch, test_share: 0.0, ..TrainingOptions::default() };
        let mut trainer = Trainer::new(network.clone(), data.clone(), options).expect("the data fits the network");
        let epoch = median(|| {
            for _ in 0..case.epochs {
                trainer.epoch_on().expect("training converges");
            }
        }) / case.epochs as f64;
        let forward = median(|| drop(network.forward(&data.points)));
        println!(
            "{} {:?} {}, batch {}, {} samples: {:.0} epochs/s, {:.2} × forward pass",
            case.generator.name(),
            case.widths,
            case.activation.name(),
            case.batch,
            data.samples(),
            1.0 / epoch,
            epoch / forward
        );
    }
}

fn case_options(generator: Generator) -> GeneratorOptions {
    GeneratorOptions { noise: 0.1, ..generator.training_options() }
}

fn median(mut work: impl FnMut()) -> f64 {
    let mut seconds: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[RUNS / 2]
}
