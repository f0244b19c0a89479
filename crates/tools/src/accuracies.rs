//! Trains on every built-in dataset with classes from the default settings, with ten seeds, and prints the test accuracies.
//! `cargo xtask accuracies`

use std::error::Error;
use std::sync::Arc;

use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::training::{NetworkPlan, Trainer, TrainingOptions};

const SEEDS: u64 = 10;
/// What is asked of each dataset: the least test accuracy over all seeds.
const ASKED: [(Generator, f64); 5] = [
    (Generator::Moons, 0.99),
    (Generator::Circles, 0.99),
    (Generator::Xor, 0.99),
    (Generator::Spiral, 0.98),
    (Generator::Digits, 0.97),
];

pub fn run() -> Result<(), Box<dyn Error>> {
    println!(
        "{:>10} {:>7} {:>9} {:>9}   test accuracy of seeds 0 to {} in %",
        "dataset",
        "asked",
        "least",
        "reached",
        SEEDS - 1
    );
    for (generator, asked) in ASKED {
        let mut accuracies = Vec::new();
        for seed in 0..SEEDS {
            let data = Arc::new(generator.generate(GeneratorOptions { seed, ..generator.training_options() }));
            let network = Arc::new(NetworkPlan::of_data(&data).draw(seed)?);
            let options = TrainingOptions { seed, ..TrainingOptions::of_data(&data) };
            let mut trainer = Trainer::new(network, data, options)?;
            trainer.run(&mut |_| true)?;
            accuracies.push(trainer.evaluate_test().and_then(|test| test.accuracy).unwrap_or(0.0));
        }
        let least = accuracies.iter().copied().fold(1.0, f64::min);
        let reached = accuracies.iter().filter(|accuracy| **accuracy >= asked).count();
        let list: Vec<String> = accuracies.iter().map(|accuracy| format!("{:.1}", 100.0 * accuracy)).collect();
        println!(
            "{:>10} {:>5.0} % {:>7.1} % {:>6}/{SEEDS}   {}",
            generator.name(),
            100.0 * asked,
            100.0 * least,
            reached,
            list.join(" ")
        );
    }
    Ok(())
}
