//! Healthy networks of several kinds, which faults are planted into.

use std::sync::Arc;

use super::keras_files;
use layerflow::dataset::{Dataset, Generator, GeneratorOptions};
use layerflow::formats::examples::{ExampleNetwork, spiral_points};
use layerflow::network::{Activation, Network, OutputFunction};
use layerflow::training::{NetworkPlan, PlanKind, Trainer, TrainingOptions};

/// A network with the data that it has learned.
pub type Base = (Network, Dataset);

pub struct Bases {
    /// 2-3-3-2, moons.
    pub tanh: Base,
    /// 2-16-16-2, circles.
    pub relu: Base,
    /// 2-8-8-2, xor.
    pub gelu: Base,
    /// 2-8-8-3, blobs.
    pub sigmoid: Base,
    /// Residual blocks of tanh, spiral.
    pub residual: Base,
    /// 64-32-10 of ReLU, digits.
    pub digits: Base,
    /// A convolution, a pooling and two dense layers of ReLU that Keras has trained, digits.
    pub convolution: Base,
}

impl Bases {
    pub fn new() -> Bases {
        Bases {
            tanh: example(ExampleNetwork::Moons, Generator::Moons),
            relu: trained(Generator::Circles, &[2, 16, 16, 2], Activation::Relu, None, 1),
            gelu: trained(Generator::Xor, &[2, 8, 8, 2], Activation::Gelu, None, 2),
            sigmoid: trained(Generator::Blobs, &[2, 8, 8, 3], Activation::Sigmoid, None, 3),
            residual: (ExampleNetwork::ResidualSpiral.load().unwrap(), spiral_points().unwrap()),
            digits: example(ExampleNetwork::Digits, Generator::Digits),
            convolution: (keras_files::open("cnn").0, Generator::Digits.generate(Generator::Digits.training_options())),
        }
    }

    /// Those that the codes of plain layers are planted into.
    pub fn plain(&self) -> [&Base; 4] {
        [&self.tanh, &self.relu, &self.gelu, &self.digits]
    }
}

pub fn example(network: ExampleNetwork, data: Generator) -> Base {
    (network.load().unwrap(), data.generate(data.training_options()))
}

/// What the command `train` gives, sooner.
pub fn trained(data: Generator, widths: &[usize], activation: Activation, residual: Option<usize>, seed: u64) -> Base {
    let options = GeneratorOptions { samples: 300, seed, ..data.training_options() };
    let dataset = Arc::new(data.generate(options));
    let name = format!("{widths:?} {} seed {seed}", activation.name());
    let mut plan = NetworkPlan::plain(name, widths, activation, OutputFunction::Softmax);
    let last = plan.layers.len() - 1;
    if let Some(hidden) = residual {
        plan.layers.iter_mut().take(last).for_each(|layer| layer.kind = PlanKind::Residual { hidden });
    }
    let network = Arc::new(plan.draw(seed).unwrap());
    let options = TrainingOptions { epochs: 100, seed, ..TrainingOptions::of_data(&dataset) };
    let mut trainer = Trainer::new(network, dataset.clone(), options).unwrap();
    trainer.run(&mut |_| true).unwrap();
    (trainer.network().unwrap(), (*dataset).clone())
}
