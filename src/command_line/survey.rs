//! What `inspect --measures --data` tells of the data's way: lengths, energy, volume, how far the classes are apart, and
//! whether residual blocks are steps of a flow.

use serde::Serialize;

use super::columns::{aligned, short};
use super::options::FlowArguments;
use crate::dataset::Dataset;
use crate::diagnostics::{ClassesApart, DataSurvey, LayerPath, TrajectoryMetrics};
use crate::flow::{Decomposition, Flow, FlowError};
use crate::network::Network;
use crate::resnet::{BlockMeasure, FinerAnswers, compare_smaller_steps, measure_blocks};

/// Everything of the data's way.
#[derive(Debug, Serialize)]
pub(super) struct SurveyReport {
    trajectory: TrajectoryReport,
    /// Null without classes.
    separability: Option<SeparabilityReport>,
    /// The same data under each decomposition, the one asked for first.
    paths: Vec<PathsReport>,
    /// Empty for a plain net.
    residual_blocks: Vec<BlockReport>,
    /// Empty for a network without a block that can be cut.
    smaller_steps: Vec<SmallerStepsReport>,
}

/// Means over the points that were followed. The logarithm of the volume is null where it cannot be told.
#[derive(Debug, Serialize)]
struct TrajectoryReport {
    t: Vec<f64>,
    kinetic_energy: Vec<f64>,
    path_length: Vec<f64>,
    log_volume: Vec<f64>,
    samples: usize,
}

#[derive(Debug, Serialize)]
struct SeparabilityReport {
    t: Vec<f64>,
    probe_accuracy: Vec<f64>,
    neighbour_purity: Vec<f64>,
    samples: usize,
}

/// How far the data goes, layer by layer.
#[derive(Debug, Serialize)]
struct PathsReport {
    decomposition: &'static str,
    layers: Vec<LayerPathReport>,
}

#[derive(Debug, Serialize)]
struct LayerPathReport {
    layer: usize,
    /// Null for a residual block.
    total_rotation: Option<f64>,
    length: f64,
    straight: f64,
    phases: Vec<PhasePathReport>,
}

#[derive(Debug, Serialize)]
struct PhasePathReport {
    kind: &'static str,
    length: f64,
}

/// A residual block against the conditions of the flow model.
#[derive(Debug, Serialize)]
struct BlockReport {
    layer: usize,
    mean_residual: f64,
    largest_residual: f64,
    change_to_next: Option<f64>,
    lipschitz_bound: f64,
    is_a_step: bool,
}

/// The answers of the network with each block in parts; `parts` is null for the continuous limit.
#[derive(Debug, Serialize)]
struct SmallerStepsReport {
    between: &'static str,
    parts: Option<usize>,
    samples: usize,
    agreement: f64,
    relative_error: f64,
}

impl SurveyReport {
    /// Measures the way of `data` through `network`, whose flow is `flow`, built by `arguments`.
    pub(super) fn new(
        network: &Network,
        data: &Dataset,
        flow: &Flow,
        arguments: FlowArguments,
    ) -> Result<SurveyReport, FlowError> {
        let survey = DataSurvey::measure(flow, data, &mut |_, _| true)?;
        let mut paths = vec![PathsReport::new(flow, &survey.trajectory)];
        for decomposition in Decomposition::ALL.into_iter().filter(|other| *other != flow.options().decomposition) {
            let other =
                Flow::for_data(network, arguments.with_decomposition(decomposition), &data.points, &mut |_, _| true)?;
            paths.push(PathsReport::new(&other, &DataSurvey::measure(&other, data, &mut |_, _| true)?.trajectory));
        }
        let blocks = measure_blocks(network, &data.points)?;
        // What cannot be cut finitely has no smaller steps to compare.
        let finer = compare_smaller_steps(network, &data.points).unwrap_or_default();
        Ok(SurveyReport {
            trajectory: TrajectoryReport::new(survey.trajectory),
            separability: survey.classes.map(SeparabilityReport::new),
            paths,
            residual_blocks: blocks.iter().map(BlockReport::new).collect(),
            smaller_steps: finer.iter().map(SmallerStepsReport::new).collect(),
        })
    }

    /// The tables for people.
    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "\nThe way of {} points, means: the path through the phases, and straight from the layer's start to its end.\n",
            self.trajectory.samples
        );
        let mut rows =
            vec![["layer", "decomposition", "turn", "path", "straight", "phases"].map(String::from).to_vec()];
        for paths in &self.paths {
            rows.extend(paths.layers.iter().map(|layer| layer.row(paths.decomposition)));
        }
        text += &aligned(&rows);
        if let Some(apart) = &self.separability {
            let mut rows = vec![["t", "probe accuracy", "neighbour purity"].map(String::from).to_vec()];
            let values = apart.t.iter().zip(&apart.probe_accuracy).zip(&apart.neighbour_purity);
            rows.extend(values.map(|((t, probe), purity)| vec![short(*t), short(*probe), short(*purity)]));
            text += &format!("\nHow well the classes of {} points are apart.\n{}", apart.samples, aligned(&rows));
        }
        if !self.residual_blocks.is_empty() {
            let head = ["block", "‖f‖/‖x‖ mean", "largest", "change to next", "Lipschitz bound", "a step of a flow"];
            let mut rows = vec![head.map(String::from).to_vec()];
            rows.extend(self.residual_blocks.iter().map(BlockReport::row));
            text += &format!("\nResidual blocks as steps of a flow.\n{}", aligned(&rows));
        }
        if !self.smaller_steps.is_empty() {
            let head = ["between blocks", "parts", "same answer", "relative error", "points"];
            let mut rows = vec![head.map(String::from).to_vec()];
            rows.extend(self.smaller_steps.iter().map(SmallerStepsReport::row));
            text += &format!("\nEach block in smaller steps.\n{}", aligned(&rows));
        }
        text
    }
}

impl TrajectoryReport {
    fn new(found: TrajectoryMetrics) -> TrajectoryReport {
        let TrajectoryMetrics { times, kinetic_energy, path_length, log_volume, samples, .. } = found;
        TrajectoryReport { t: times, kinetic_energy, path_length, log_volume, samples }
    }
}

impl SeparabilityReport {
    fn new(found: ClassesApart) -> SeparabilityReport {
        let ClassesApart { times, probe_accuracy, neighbour_purity, samples } = found;
        SeparabilityReport { t: times, probe_accuracy, neighbour_purity, samples }
    }
}

impl PathsReport {
    fn new(flow: &Flow, trajectory: &TrajectoryMetrics) -> PathsReport {
        let of_layer = |path: &LayerPath| {
            let spectrum = flow.layers().get(path.layer - 1).and_then(|layer| layer.spectrum.as_ref());
            LayerPathReport {
                layer: path.layer,
                total_rotation: spectrum.map(|spectrum| spectrum.total_rotation),
                length: path.length(),
                straight: path.straight,
                phases: path
                    .phases
                    .iter()
                    .map(|phase| PhasePathReport { kind: phase.kind.name(), length: phase.length })
                    .collect(),
            }
        };
        PathsReport {
            decomposition: flow.options().decomposition.name(),
            layers: trajectory.layers.iter().map(of_layer).collect(),
        }
    }
}

impl LayerPathReport {
    fn row(&self, decomposition: &str) -> Vec<String> {
        let phases: Vec<String> =
            self.phases.iter().map(|phase| format!("{} {}", phase.kind, short(phase.length))).collect();
        vec![
            self.layer.to_string(),
            decomposition.to_owned(),
            self.total_rotation.map_or_else(|| "–".to_owned(), short),
            short(self.length),
            short(self.straight),
            phases.join(", "),
        ]
    }
}

impl BlockReport {
    fn new(block: &BlockMeasure) -> BlockReport {
        BlockReport {
            layer: block.layer,
            mean_residual: block.mean_residual,
            largest_residual: block.largest_residual,
            change_to_next: block.change_to_next,
            lipschitz_bound: block.lipschitz_bound,
            is_a_step: block.fails().is_empty(),
        }
    }

    fn row(&self) -> Vec<String> {
        vec![
            self.layer.to_string(),
            short(self.mean_residual),
            short(self.largest_residual),
            self.change_to_next.map_or_else(|| "–".to_owned(), short),
            short(self.lipschitz_bound),
            if self.is_a_step { "yes" } else { "no" }.to_owned(),
        ]
    }
}

impl SmallerStepsReport {
    fn new(found: &FinerAnswers) -> SmallerStepsReport {
        SmallerStepsReport {
            between: found.between.name(),
            parts: found.parts,
            samples: found.samples,
            agreement: found.agreement,
            relative_error: found.relative_error,
        }
    }

    fn row(&self) -> Vec<String> {
        vec![
            self.between.to_owned(),
            self.parts.map_or_else(|| "limit".to_owned(), |parts| parts.to_string()),
            format!("{:.2} %", 100.0 * self.agreement),
            short(self.relative_error),
            self.samples.to_string(),
        ]
    }
}
