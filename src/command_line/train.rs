//! `layerflow train`: a network that has learned a dataset.

use std::path::Path;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use crate::dataset::{Dataset, Generator, GeneratorOptions, Labels};
use crate::network::{Activation, Network, OutputFunction};
use crate::system::memory;
use crate::training::{
    EpochReport, Evaluation, Initialisation, Loss, NetworkPlan, Objective, Optimiser, PlanKind, Schedule, Trainer,
    TrainingError, TrainingOptions,
};

use super::column_options::ColumnOptions;
use super::error::CommandError;
use super::named_values::by_name;
use super::network_file::NetworkFileOptions;
use super::options::{MAX_NUMBERS, activation_parser, generated, noise, output_parser};
use super::output::{print, print_json, print_note};

/// The lines of progress on standard error.
const PROGRESS_LINES: usize = 10;
/// The widest layer that can be asked for.
const WIDEST: u64 = 100_000;

/// Train a network and write it
#[derive(Args, Clone, Debug)]
pub(super) struct TrainArguments {
    /// A data file with labels, or one of moons, circles, spiral, xor, blobs, swiss-roll, digits
    #[arg(long, value_name = "NAME", visible_alias = "data")]
    dataset: String,
    #[command(flatten)]
    to: NetworkFileOptions,
    /// Widths from the inputs to the outputs, such as 2,8,8,2 [default: two hidden layers that suit the data]
    #[arg(long, value_name = "WIDTHS", value_delimiter = ',', value_parser = clap::value_parser!(u64).range(1..=WIDEST))]
    layers: Vec<u64>,
    /// Activation of the hidden layers [default: tanh; relu for data of more than 8 coordinates]
    #[arg(long, value_name = "NAME", value_parser = activation_parser())]
    activation: Option<Activation>,
    /// Make the hidden layers residual blocks of this inner width; they need widths above their inputs or equal to them
    #[arg(long, value_name = "WIDTH", value_parser = clap::value_parser!(u64).range(1..=WIDEST))]
    residual: Option<u64>,
    /// How weights begin [default: he for relu and its relatives, else xavier]
    #[arg(long, value_name = "NAME", value_parser = by_name(Initialisation::ALL, Initialisation::name))]
    init: Option<Initialisation>,
    /// Output function [default: softmax for classes, identity for values]
    #[arg(long, value_name = "NAME", value_parser = output_parser())]
    output: Option<OutputFunction>,
    /// What is made small, the mean over the samples: cross-entropy is −ln of the probability of the right class (behind
    /// sigmoid the sum of −ln over the outputs), squared-error is ½‖f(x) − y‖² [default: cross-entropy behind softmax and
    /// sigmoid, else squared-error]
    #[arg(long, value_name = "NAME", value_parser = by_name(Loss::ALL, Loss::name))]
    loss: Option<Loss>,
    /// How a gradient becomes a step
    #[arg(long, value_name = "NAME", default_value = "adam", value_parser = by_name(Optimiser::ALL, Optimiser::name))]
    optimiser: Optimiser,
    /// Momentum of sgd, from 0 to below 1 [default: 0.9]
    #[arg(long, value_name = "M")]
    momentum: Option<f64>,
    /// Learning rate [default: 0.01 for adam, 0.003 for data of more than 8 coordinates, 0.1 for sgd]
    #[arg(long, value_name = "R")]
    rate: Option<f64>,
    /// How the learning rate changes: cosine takes rate·(0.01 + 0.99·(1 + cos(π·e/E))/2) in epoch e, from 0, of E, so that it
    /// ends at a hundredth; step halves it every 50 epochs
    #[arg(long, value_name = "NAME", default_value = "cosine", value_parser = by_name(Schedule::ALL, Schedule::name))]
    schedule: Schedule,
    /// Samples of one step
    #[arg(long, value_name = "N", default_value_t = 32)]
    batch: usize,
    /// How often every sample is used [default: 200; 60 for data of more than 8 coordinates]
    #[arg(long, value_name = "N")]
    epochs: Option<usize>,
    /// Share of the samples that is held back to test on
    #[arg(long, value_name = "SHARE", default_value_t = 0.2)]
    test_share: f64,
    /// Weight decay: half of it times the sum of the squared weights is added to the loss [default: 0; 0.001 for
    /// data of more than 8 coordinates]
    #[arg(long, value_name = "X")]
    decay: Option<f64>,
    /// Cost of moving the data through residual blocks: times the mean of ‖f(x)‖², summed over the blocks
    #[arg(long, value_name = "X", default_value_t = 0.0)]
    transport: f64,
    /// Cost of parameters that change from one residual block to the next: times the sum of the squared differences of all
    /// weights and biases, between neighbouring blocks of the same shape
    #[arg(long, value_name = "X", default_value_t = 0.0)]
    smoothness: f64,
    /// Number of points of a built-in dataset [default: 500, all digits]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    samples: Option<u32>,
    /// Standard deviation of the noise of a built-in dataset [default: 0.05; 0 for digits]
    #[arg(long, value_name = "S", value_parser = noise)]
    noise: Option<f64>,
    #[command(flatten)]
    columns: ColumnOptions,
    /// Decides the data of a built-in dataset, the first weights, the samples held back and the order of the others
    #[arg(long, value_name = "K", default_value_t = 0)]
    seed: u64,
    /// The network's name in the file [default: that of the dataset]
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

/// What `train --json` prints.
#[derive(Serialize)]
struct Report {
    dataset: String,
    layers: Vec<usize>,
    parameters: usize,
    epochs: usize,
    /// What the losses are.
    loss: &'static str,
    train: Option<Measured>,
    /// Null where no sample is held back.
    test: Option<Measured>,
}

/// The mean over some samples.
#[derive(Serialize)]
struct Measured {
    loss: f64,
    /// Null for values.
    accuracy: Option<f64>,
}

pub(super) fn run(arguments: &TrainArguments) -> Result<(), CommandError> {
    arguments.to.check(&[Path::new(&arguments.dataset)])?;
    let failed = |source: TrainingError| CommandError::Training { data: arguments.dataset.clone(), source };
    let dataset = Arc::new(arguments.data()?);
    let plan = arguments.plan(&dataset)?;
    memory::check(plan.needed_bytes()).map_err(|source| failed(source.into()))?;
    let network = Arc::new(plan.draw(arguments.seed).map_err(TrainingError::from).map_err(failed)?);
    let options = arguments.options(&dataset, network.output());
    let mut trainer = Trainer::new(network, dataset, options).map_err(failed)?;
    let every = options.epochs.div_ceil(PROGRESS_LINES).max(1);
    trainer
        .run(&mut |report| {
            if report.epoch % every == 0 || report.epoch == options.epochs {
                print_note(&progress(report, options.epochs));
            }
            true
        })
        .map_err(failed)?;
    let trained = trainer.network().map_err(failed)?;
    arguments.to.write(&trained)?;
    let report = Report {
        dataset: arguments.dataset.clone(),
        layers: widths(&trained),
        parameters: trained.parameters(),
        epochs: trainer.epoch(),
        loss: options.objective.loss.rule(),
        train: trainer.evaluate_train().map(Measured::from),
        test: trainer.evaluate_test().map(Measured::from),
    };
    if arguments.json { print_json(&report) } else { print(&report.label()) }
}

impl TrainArguments {
    fn data(&self) -> Result<Dataset, CommandError> {
        let Some(generator) = Generator::from_name(&self.dataset) else {
            let expected = self.layers.first().map(|&width| width as usize);
            return Ok(self.matched(self.columns.read(Path::new(&self.dataset), expected)?));
        };
        let defaults = generator.training_options();
        let samples = self.samples.map_or(defaults.samples, |samples| samples as usize);
        let options =
            GeneratorOptions { samples, noise: self.noise.unwrap_or(defaults.noise), seed: self.seed, ..defaults };
        let coordinates = generator.dimension().unwrap_or(options.dimension);
        if samples.checked_mul(coordinates).is_none_or(|numbers| numbers > MAX_NUMBERS) {
            let problem = format!("{coordinates} coordinates are more than {MAX_NUMBERS} numbers; ask for fewer");
            return Err(CommandError::Usage(format!("--samples {samples} of {problem}")));
        }
        Ok(generated(generator, options))
    }

    /// The data with its classes numbered as the network's outputs. What was assumed is told on standard error.
    fn matched(&self, data: Dataset) -> Dataset {
        let Labels::Classes { of_sample, names } = &data.labels else { return data };
        let Some(&outputs) = self.layers.last().filter(|_| self.layers.len() > 1) else {
            if !of_sample.contains(&0) {
                let outputs = names.len().max(2);
                let problem =
                    format!("no sample has the first of {outputs} classes, so output 0 stands for none of them");
                print_note(&format!("{}: {problem}; --layers that end in {} count from 1", self.dataset, outputs - 1));
            }
            return data;
        };
        let outputs = outputs as usize;
        let Some(matched) = data.match_classes(outputs, &[]) else { return data };
        // Labels without an output are refused when training begins.
        let Some(renumbered) = data.renumbered(&matched, outputs) else { return data };
        matched.assumed.iter().for_each(|sentence| print_note(&format!("{}: assumed: {sentence}", self.dataset)));
        renumbered
    }

    fn plan(&self, dataset: &Dataset) -> Result<NetworkPlan, CommandError> {
        let default = NetworkPlan::of_data(dataset);
        let mut widths: Vec<usize> = self.layers.iter().map(|&width| width as usize).collect();
        if widths.is_empty() {
            widths = std::iter::once(default.inputs).chain(default.layers.iter().map(|layer| layer.width)).collect();
        }
        if widths.len() < 2 {
            let problem = "give at least the inputs and the outputs, such as 2,8,8,2";
            return Err(CommandError::Usage(format!("--layers {}: {problem}", widths[0])));
        }
        let hidden = default.layers.first().map_or(Activation::Tanh, |layer| layer.activation);
        let activation = self.activation.unwrap_or(hidden);
        let name = self.name.clone().unwrap_or(default.name);
        let mut plan = NetworkPlan::plain(name, &widths, activation, self.output.unwrap_or(default.output));
        let last = plan.layers.len() - 1;
        for (index, layer) in plan.layers.iter_mut().enumerate() {
            layer.initialisation = self.init.unwrap_or(layer.initialisation);
            if let Some(hidden) = self.residual.filter(|_| index < last) {
                layer.kind = PlanKind::Residual { hidden: hidden as usize };
            }
        }
        Ok(plan)
    }

    fn options(&self, dataset: &Dataset, output: OutputFunction) -> TrainingOptions {
        let optimiser = match (self.optimiser, self.momentum) {
            (Optimiser::Sgd { .. }, Some(momentum)) => Optimiser::Sgd { momentum },
            (optimiser, _) => optimiser,
        };
        let defaults = TrainingOptions::of_data(dataset);
        let rate = if optimiser == defaults.optimiser { defaults.rate } else { optimiser.default_rate() };
        TrainingOptions {
            objective: Objective {
                loss: self.loss.unwrap_or(Loss::of_output(output)),
                decay: self.decay.unwrap_or(defaults.objective.decay),
                transport: self.transport,
                smoothness: self.smoothness,
            },
            optimiser,
            rate: self.rate.unwrap_or(rate),
            schedule: self.schedule,
            batch: self.batch,
            epochs: self.epochs.unwrap_or(defaults.epochs),
            test_share: self.test_share,
            seed: self.seed,
        }
    }
}

impl From<Evaluation> for Measured {
    fn from(Evaluation { loss, accuracy }: Evaluation) -> Measured {
        Measured { loss, accuracy }
    }
}

impl Report {
    fn label(&self) -> String {
        let widths: Vec<String> = self.layers.iter().map(usize::to_string).collect();
        let mut text = format!("{}: {} parameters, {} epochs\n", widths.join("-"), self.parameters, self.epochs);
        for (name, measured) in [("train", &self.train), ("test", &self.test)] {
            if let Some(Measured { loss, accuracy }) = measured {
                text += &format!("{name}: {}\n", measure_text(*loss, *accuracy));
            }
        }
        text += &format!("loss: {}\n", self.loss);
        text
    }
}

fn measure_text(loss: f64, accuracy: Option<f64>) -> String {
    let accuracy = accuracy.map_or_else(String::new, |share| format!(", accuracy {:.2} %", 100.0 * share));
    format!("loss {loss:.4}{accuracy}")
}

fn progress(report: &EpochReport, epochs: usize) -> String {
    let train = measure_text(report.train.loss, report.train.accuracy);
    let test = report.test.map(|test| format!("; test {}", measure_text(test.loss, test.accuracy)));
    format!("epoch {} of {epochs}: {train}{}", report.epoch, test.unwrap_or_default())
}

fn widths(network: &Network) -> Vec<usize> {
    std::iter::once(network.inputs()).chain(network.layers().iter().map(|layer| layer.outputs())).collect()
}
