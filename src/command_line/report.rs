//! The objects that `inspect --json` prints; their keys are part of the program's interface.

use serde::Serialize;

use crate::dataset::{ColumnGaps, Dataset, Labels, LeftOut};
use crate::flow::{Flow, LayerFlow, Phase, Spectrum, StoredRank};
use crate::formats::{Account, TensorInfo};
use crate::network::{Layer, Network, NetworkError, StoredPrecision};

use super::findings::FindingReport;
use super::measures::{GradientsReport, MeasuresReport};
use super::options::LoadedNetwork;
use super::warnings::{self, Warning};

/// The version of what `inspect --json` prints.
const SCHEMA: &str = "layerflow.inspect/2";

/// Everything that `inspect` tells of a network.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub schema: &'static str,
    pub network: NetworkReport,
    pub layers: Vec<LayerReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<DataReport>,
    pub warnings: Vec<Warning>,
    pub findings: Vec<FindingReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gradients: Option<GradientsReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measures: Option<MeasuresReport>,
}

#[derive(Debug, Serialize)]
pub(super) struct NetworkReport {
    pub name: String,
    pub inputs: usize,
    pub outputs: usize,
    pub ambient_dimension: usize,
    pub parameters: usize,
    pub output: &'static str,
    /// What of the file is not in the network; null where nothing is missing.
    pub partial: Option<PartialReport>,
    /// What was guessed, a sentence each.
    pub assumed: Vec<String>,
}

/// What of a file is not in its network.
#[derive(Debug, Serialize)]
pub(super) struct PartialReport {
    pub message: String,
    pub missing: Vec<String>,
    pub ends_after: Option<String>,
}

impl PartialReport {
    pub(super) fn new(account: &Account) -> Option<PartialReport> {
        Some(PartialReport {
            message: account.missing_text()?,
            missing: account.missing().map(|(part, _)| part.name()).collect(),
            ends_after: account.end().map(str::to_owned),
        })
    }
}

#[derive(Debug, Serialize)]
pub(super) struct LayerReport {
    pub index: usize,
    pub name: String,
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    pub inputs: usize,
    pub outputs: usize,
    pub activation: &'static str,
    pub singular_values: Vec<f64>,
    pub rank: Option<usize>,
    /// The rank at the precision in which the weights are stored; not there where that is 64 bits, or not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored_rank: Option<StoredRankReport>,
    pub condition_number: Option<f64>,
    pub spectral_norm: Option<f64>,
    pub stable_rank: Option<f64>,
    pub effective_rank: Option<f64>,
    pub determinant_sign: Option<i8>,
    pub reflection: bool,
    pub rotation_in: Vec<f64>,
    pub rotation_out: Vec<f64>,
    pub total_rotation: Option<f64>,
    pub phases: Vec<PhaseReport>,
    pub warnings: Vec<Warning>,
}

/// How many singular values the stored numbers can tell from 0.
#[derive(Debug, Serialize)]
pub(super) struct StoredRankReport {
    /// `float32`, `float16`, `bfloat16`, `float8` or `quantised`.
    pub precision: &'static str,
    pub rank: usize,
    /// Singular values up to this one may be what rounding left of 0.
    pub tolerance: f64,
    /// The largest step of a quantised weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<f64>,
    /// Whether the flow shows the layer at this rank, and takes what rounding left of the other directions as nothing.
    pub shown: bool,
}

impl StoredRankReport {
    fn new(found: &StoredRank) -> StoredRankReport {
        let StoredRank { precision, rank, tolerance, is_shown: shown } = *found;
        let step = if let StoredPrecision::Quantised { step } = precision { Some(step) } else { None };
        StoredRankReport { precision: precision.name(), rank, tolerance, step, shown }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct PhaseReport {
    pub kind: &'static str,
    pub start: f64,
    pub end: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct DataReport {
    pub name: String,
    pub samples: usize,
    /// The number of rows of the file, whether they flow or not.
    pub rows: usize,
    /// The rows that are no samples, as they hold no finite number where one is needed; null where all are.
    pub left_out: Option<LeftOutReport>,
    pub accuracy: Option<f64>,
    /// What was assumed to read the data and to match its labels to outputs, a sentence each.
    pub assumed: Vec<String>,
    /// Whether the data has classes, which an accuracy needs.
    #[serde(skip)]
    pub is_labelled: bool,
    /// Whether the network is the first part of another.
    #[serde(skip)]
    pub is_part: bool,
}

/// Rows of a file that are no samples. Rows and columns are counted from 0.
#[derive(Debug, Serialize)]
pub(super) struct LeftOutReport {
    pub rows: Vec<usize>,
    pub columns: Vec<ColumnGapsReport>,
}

/// What a column lacks.
#[derive(Debug, Serialize)]
pub(super) struct ColumnGapsReport {
    /// The coordinate; null for the label.
    pub column: Option<usize>,
    /// Its number, from 1, and its name in the file.
    pub name: String,
    pub missing: usize,
    pub positive_infinity: usize,
    pub negative_infinity: usize,
    pub first_row: usize,
}

impl LeftOutReport {
    fn new(left_out: &LeftOut) -> LeftOutReport {
        let column = |gaps: &ColumnGaps| ColumnGapsReport {
            column: gaps.coordinate,
            name: gaps.name.clone(),
            missing: gaps.missing,
            positive_infinity: gaps.positive,
            negative_infinity: gaps.negative,
            first_row: gaps.first,
        };
        LeftOutReport { rows: left_out.left_out.clone(), columns: left_out.columns.iter().map(column).collect() }
    }
}

/// One tensor of a file.
#[derive(Debug, Serialize)]
pub(super) struct TensorReport {
    pub name: String,
    pub shape: Vec<usize>,
    pub dtype: String,
    pub bytes: u64,
}

impl Report {
    /// `flow` is that of the layers up to the first that is not finite; `None` where that is the first.
    pub(super) fn new(loaded: &LoadedNetwork, flow: Option<&Flow>) -> Report {
        let LoadedNetwork { network, account, left_out, .. } = loaded;
        let motions = flow.map_or(&[][..], Flow::layers);
        let layers = network.layers().iter().enumerate().map(|(index, layer)| match motions.get(index) {
            Some(motion) => LayerReport::new(layer, motion),
            None => LayerReport::behind(index, network),
        });
        let mut warnings: Vec<Warning> = account.missing_text().map(warnings::of_partial).into_iter().collect();
        warnings.extend(left_out.iter().filter(|problem| !problem.is_of_account()).map(warnings::of_problem));
        warnings.extend(account.assumed().iter().map(|sentence| warnings::of_assumption(sentence)));
        Report {
            schema: SCHEMA,
            network: NetworkReport {
                name: network.name().into(),
                inputs: network.inputs(),
                outputs: network.outputs(),
                ambient_dimension: flow.map_or(network.largest_width(), Flow::ambient_dimension),
                parameters: network.parameters(),
                output: network.output().name(),
                partial: PartialReport::new(account),
                assumed: account.assumed().to_vec(),
            },
            layers: layers.collect(),
            data: None,
            warnings,
            findings: Vec::new(),
            gradients: None,
            measures: None,
        }
    }
}

impl LayerReport {
    fn new(layer: &Layer, motion: &LayerFlow) -> LayerReport {
        let spectrum = motion.spectrum.as_ref();
        let values = |of: fn(&Spectrum) -> &Vec<f64>| spectrum.map(|spectrum| of(spectrum).clone()).unwrap_or_default();
        let singular_values = values(|spectrum| &spectrum.singular_values);
        LayerReport {
            index: motion.index,
            name: layer.name().into(),
            kind: layer.kind(),
            origin: motion.origin.clone().or_else(|| motion.operator.clone()),
            inputs: layer.inputs(),
            outputs: layer.outputs(),
            activation: layer.activation().name(),
            rank: spectrum.map(|spectrum| spectrum.rank),
            stored_rank: spectrum.and_then(|spectrum| spectrum.stored_rank.as_ref()).map(StoredRankReport::new),
            condition_number: spectrum.and_then(|spectrum| spectrum.condition_number),
            spectral_norm: singular_values.first().copied(),
            stable_rank: spectrum.map(|spectrum| spectrum.stable_rank),
            effective_rank: spectrum.map(|spectrum| spectrum.effective_rank),
            determinant_sign: spectrum.and_then(|spectrum| spectrum.determinant_sign),
            reflection: spectrum.is_some_and(|spectrum| spectrum.reflection),
            rotation_in: values(|spectrum| &spectrum.rotation_in),
            rotation_out: values(|spectrum| &spectrum.rotation_out),
            total_rotation: spectrum.map(|spectrum| spectrum.total_rotation),
            phases: motion.phases.iter().map(PhaseReport::new).collect(),
            warnings: warnings::of_layer(layer, motion),
            singular_values,
        }
    }
}

impl LayerReport {
    /// A layer that holds, or lies behind, numbers that are not finite: it has no flow and nothing that comes of one.
    fn behind(index: usize, network: &Network) -> LayerReport {
        let layer = &network.layers()[index];
        LayerReport {
            index: index + 1,
            name: layer.name().into(),
            kind: layer.kind(),
            origin: network.origin(index).map(str::to_owned),
            inputs: layer.inputs(),
            outputs: layer.outputs(),
            activation: layer.activation().name(),
            singular_values: Vec::new(),
            rank: None,
            stored_rank: None,
            condition_number: None,
            spectral_norm: None,
            stable_rank: None,
            effective_rank: None,
            determinant_sign: None,
            reflection: false,
            rotation_in: Vec::new(),
            rotation_out: Vec::new(),
            total_rotation: None,
            phases: Vec::new(),
            warnings: vec![warnings::of_not_finite(network.first_not_finite() == Some(index))],
        }
    }
}

impl PhaseReport {
    fn new(phase: &Phase) -> PhaseReport {
        PhaseReport { kind: phase.kind.name(), start: phase.start, end: phase.end }
    }
}

impl DataReport {
    /// Runs the data through the network; the end of a part is no answer.
    pub(super) fn new(network: &Network, data: &Dataset, is_part: bool) -> Result<DataReport, NetworkError> {
        let mut assumed = data.notes.clone();
        let mut accuracy = None;
        if let (Labels::Classes { .. }, false) = (&data.labels, is_part) {
            let forward = network.forward(&data.points)?;
            // Numbers that are none choose no class.
            let is_finite = forward.output.iter().all(|value| value.is_finite());
            let predictions = forward.predictions;
            if is_finite && let Some(matched) = data.match_classes(network.outputs(), &predictions) {
                accuracy = matched.accuracy(&predictions);
                assumed.extend(matched.assumed);
            }
        }
        let is_labelled = matches!(data.labels, Labels::Classes { .. });
        Ok(DataReport {
            name: data.name.clone(),
            samples: data.samples(),
            rows: data.rows(),
            left_out: data.left_out.as_deref().map(LeftOutReport::new),
            accuracy,
            assumed,
            is_labelled,
            is_part,
        })
    }
}

impl TensorReport {
    pub(super) fn of_info(info: &TensorInfo) -> TensorReport {
        TensorReport {
            name: info.name.clone(),
            shape: info.shape.clone(),
            dtype: info.dtype.clone(),
            bytes: info.bytes,
        }
    }

    /// The matrices and vectors of a network whose file is no list of tensors.
    pub(super) fn of_network(network: &Network) -> Vec<TensorReport> {
        let mut tensors = Vec::new();
        for (index, layer) in network.layers().iter().enumerate() {
            let name = if layer.name().is_empty() { format!("layers.{}", index + 1) } else { layer.name().to_owned() };
            let mut add = |part: &str, shape: &[usize]| {
                let bytes = 8 * shape.iter().product::<usize>() as u64;
                tensors.push(TensorReport {
                    name: format!("{name}.{part}"),
                    shape: shape.into(),
                    dtype: "F64".into(),
                    bytes,
                });
            };
            let affines = match layer {
                Layer::Dense(dense) => vec![("weight", "bias", &dense.affine)],
                Layer::Residual(block) => {
                    vec![("inner.weight", "inner.bias", &block.inner), ("outer.weight", "outer.bias", &block.outer)]
                }
                Layer::Node(node) => {
                    let parameters = node.map.parameters();
                    if parameters > 0 {
                        add("numbers", &[parameters]);
                    }
                    continue;
                }
            };
            for (weight, bias, affine) in affines {
                add(weight, &[affine.outputs(), affine.inputs()]);
                if let Some(values) = &affine.bias {
                    add(bias, &[values.len()]);
                }
            }
            if let Layer::Residual(block) = layer
                && let Some(shortcut) = &block.shortcut
            {
                add("shortcut.weight", &[shortcut.nrows(), shortcut.ncols()]);
            }
        }
        tensors
    }
}
