//! `layerflow refine`: the refined ResNet as a file, and how far it strays.

use std::path::{Path, PathBuf};

use clap::Args;
use nalgebra::DMatrix;
use serde::Serialize;

use crate::dataset::{Generator, GeneratorOptions, Labels};
use crate::flow::{FlowError, ResidualLaw};
use crate::network::{Network, OutputFunction};
use crate::resnet::{Integrator, Refinement, RefinementKind, ResNet};

use super::error::CommandError;
use super::named_values::by_name;
use super::network_file::NetworkFileOptions;
use super::options::{ChainOptions, FlowArguments, SampleOptions, build_flow, load_data, load_network};
use super::output::{print, print_json, print_note};
use super::row_places::RowPlaces;
use super::run::refuse_non_finite;
use super::warnings::{self, Warning};

/// The most Euler steps in each phase: the depth of a file that can still be used.
const MAX_STEPS: u64 = 100_000;
/// The points over whose values the knots lie where no data is given.
const STAND_IN: GeneratorOptions = GeneratorOptions { samples: 500, noise: 1.0, seed: 0, dimension: 0 };

/// Write the refined ResNet; with data also its error
#[derive(Args, Clone, Debug)]
pub(super) struct RefineArguments {
    /// The network's file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Euler steps in each phase; each is one block
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MAX_STEPS))]
    steps: u64,
    /// What is refined: every phase, or only the activation while W stays whole
    #[arg(long, value_name = "KIND", default_value = "full", value_parser = by_name(RefinementKind::ALL, RefinementKind::name))]
    kind: RefinementKind,
    /// How a step is taken where the error is measured; the blocks that are written are always Euler's
    #[arg(long, value_name = "NAME", default_value = "euler", value_parser = by_name(Integrator::ALL, Integrator::option))]
    integrator: Integrator,
    /// A data file or the name of a built-in dataset: the knots of smooth activations lie over its range, and the
    /// error is measured on it. Without it the knots lie over points spread around the origin with a deviation of
    /// about 1
    #[arg(long, value_name = "DATA")]
    data: Option<String>,
    #[command(flatten)]
    to: NetworkFileOptions,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
    /// The chain chosen by hand: names of weights, first layer to last
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    tensors: Vec<String>,
    #[command(flatten)]
    chain: ChainOptions,
    #[command(flatten)]
    flow: FlowArguments,
    #[command(flatten)]
    samples: SampleOptions,
}

/// What `refine --json` prints. Errors are null without data.
#[derive(Serialize)]
struct Report {
    /// Euler steps and whole maps.
    blocks: usize,
    /// Layers of the written network: the blocks, the embedding before and the projection behind them.
    depth: usize,
    kind: &'static str,
    /// How the steps of the measured errors are taken.
    integrator: &'static str,
    /// What residual blocks are taken for: `euler`, their own steps, or `limit`, whose flow the errors are measured against.
    residual: &'static str,
    steps: usize,
    /// The largest distance between the outputs before the output function.
    max_error: Option<f64>,
    relative_error: Option<f64>,
    prediction_agreement: Option<f64>,
    layers: Vec<LayerError>,
    warnings: Vec<Warning>,
}

/// The largest distance at the end of a layer of the plain net.
#[derive(Serialize)]
struct LayerError {
    index: usize,
    max_error: Option<f64>,
}

pub(super) fn run(arguments: &RefineArguments) -> Result<(), CommandError> {
    let path = &arguments.file;
    let data = arguments.data.as_deref().unwrap_or_default();
    arguments.to.check(&[path, Path::new(data)])?;
    let network = load_network(path, &arguments.tensors, &arguments.chain)?.network;
    let data = match &arguments.data {
        Some(data) => Some(load_data(data, &arguments.samples, &network)?),
        None => None,
    };
    // Of numbers there is nothing to agree on.
    let is_number = network.outputs() == 1 && network.output() == OutputFunction::Identity;
    let predicts_classes = !is_number && !data.as_ref().is_some_and(|data| matches!(data.labels, Labels::Values(_)));
    let row_places = data.as_ref().map_or_else(|| RowPlaces::all(0), RowPlaces::of_points);
    let data = data.map(|data| data.points);
    let range = data.clone().unwrap_or_else(|| stand_in(&network));
    let flow = build_flow(path, &network, arguments.flow, &range)?;
    let failed = |source: FlowError| CommandError::Flow { path: path.clone(), source };
    // MOST_STEPS fits a usize on every machine.
    let refinement =
        Refinement { kind: arguments.kind, steps: arguments.steps as usize, integrator: Integrator::Euler };
    let resnet = ResNet::new(&flow, refinement, &range).map_err(failed)?;
    let measured = match arguments.integrator {
        Integrator::Euler => resnet.clone(),
        integrator => ResNet::new(&flow, Refinement { integrator, ..refinement }, &range).map_err(failed)?,
    };
    let explicit = resnet
        .network(network.name().to_owned(), network.output())
        .map_err(|source| CommandError::Blocks { path: path.clone(), source })?;
    let mut report = Report {
        blocks: resnet.blocks(),
        depth: explicit.layers().len(),
        kind: refinement.kind.name(),
        integrator: arguments.integrator.option(),
        residual: flow.options().residual.name(),
        steps: refinement.steps,
        max_error: None,
        relative_error: None,
        prediction_agreement: None,
        layers: flow.layers().iter().map(|layer| LayerError { index: layer.index, max_error: None }).collect(),
        warnings: resnet.unstable().iter().map(warnings::of_unstable).collect(),
    };
    if let Some(data) = &data {
        let (error, layers) = match flow.options().residual {
            // A block's own step: the network itself tells where the data goes.
            ResidualLaw::Euler => {
                let forward = network.forward(data);
                let forward = forward.map_err(|source| CommandError::Network { path: path.clone(), source })?;
                if !arguments.chain.allow_non_finite {
                    refuse_non_finite(path, &forward, &row_places)?;
                }
                let plain = forward.layer_outputs.last().unwrap_or(data);
                let refined = match arguments.integrator {
                    // The blocks that are written, as whoever opens them runs them.
                    Integrator::Euler => {
                        let forward = explicit.forward(data);
                        let forward = forward.map_err(|source| CommandError::Network { path: path.clone(), source })?;
                        forward.layer_outputs.last().unwrap_or(data).clone()
                    }
                    Integrator::Midpoint | Integrator::Rk4 => {
                        let ends = measured.positions(data, flow.duration()).map_err(failed)?;
                        ends.rows(0, plain.nrows()).into_owned()
                    }
                };
                let error =
                    measured.compare(plain, refined, data, network.output(), &mut |_, _| true).map_err(failed)?;
                let mut layers = measured.layer_errors_against(&forward.layer_outputs, data).map_err(failed)?;
                if let Some(last) = layers.last_mut() {
                    *last = error.max_error;
                }
                (error, layers)
            }
            ResidualLaw::Limit => (
                measured.measure(data, network.output(), &mut |_, _| true).map_err(failed)?,
                measured.layer_errors(data).map_err(failed)?,
            ),
        };
        if !error.max_error.is_finite() {
            let name = path.display();
            print_note(&format!(
                "{name}: the refined network leads the data to values that are not finite; take more steps"
            ));
        }
        report.max_error = Some(error.max_error);
        report.relative_error = Some(error.relative_error);
        report.prediction_agreement = predicts_classes.then_some(error.prediction_agreement);
        for (layer, error) in report.layers.iter_mut().zip(layers) {
            layer.max_error = Some(error);
        }
    }
    arguments.to.write(&explicit)?;
    if arguments.json {
        return print_json(&report);
    }
    report.warnings.iter().for_each(|warning| print_note(&warning.message));
    print(&report.label())
}

impl Report {
    fn label(&self) -> String {
        let mut text = format!("{} blocks in {} layers ({}, N = {})\n", self.blocks, self.depth, self.kind, self.steps);
        if self.max_error.is_some() && self.integrator != Integrator::Euler.option() {
            text += &format!("the errors are those of {}; the blocks are Euler's\n", self.integrator);
        }
        if self.max_error.is_some() && self.residual == ResidualLaw::Limit.name() {
            text += "the errors are measured against the continuous limit of residual blocks\n";
        }
        if let (Some(max), Some(relative), Some(agreement)) =
            (self.max_error, self.relative_error, self.prediction_agreement)
        {
            text += &format!(
                "largest error {max:.3e}, relative {relative:.3e}; same prediction for {:.2} %\n",
                100.0 * agreement
            );
        }
        for layer in &self.layers {
            if let Some(error) = layer.max_error {
                text += &format!("layer {}: largest error {error:.3e}\n", layer.index);
            }
        }
        text
    }
}

/// Points for the knots where there is no data.
fn stand_in(network: &Network) -> DMatrix<f64> {
    Generator::Grid.generate(GeneratorOptions { dimension: network.inputs(), ..STAND_IN }).points
}
