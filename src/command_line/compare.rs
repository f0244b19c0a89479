//! `layerflow compare`: two networks as flows on one clock.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::columns::{aligned, short};
use super::error::CommandError;
use super::options::{ChainOptions, FlowArguments, SampleOptions, load_data, load_network};
use super::output::{print, print_json};
use crate::dataset::Dataset;
use crate::diagnostics::compare::{Comparison, LayerComparison, MatrixComparison, PointComparison};

/// The version of what `compare --json` prints.
const SCHEMA: &str = "layerflow.compare/1";

/// Compare two networks: the spaces and spectra of their layers, what these make of the data, and where paths part
#[derive(Args, Clone, Debug)]
pub(super) struct CompareArguments {
    /// A network's file
    #[arg(value_name = "A")]
    a: PathBuf,
    /// Another network's file, of as many inputs
    #[arg(value_name = "B")]
    b: PathBuf,
    /// A data file or the name of a built-in dataset, to flow through both
    #[arg(long, value_name = "DATA")]
    data: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    chain: ChainOptions,
    #[command(flatten)]
    flow: FlowArguments,
    #[command(flatten)]
    samples: SampleOptions,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    layers: Vec<LayerReport>,
    unmatched: Unmatched,
    /// The layers of B whose hidden units are those of A in another order, where that is all that differs.
    permutation: Option<Vec<PermutedLayer>>,
    points: Option<PointReport>,
}

/// A pair of matrices: one of a dense layer, two or three of a residual block.
#[derive(Serialize)]
struct LayerReport {
    /// The layer of A, from 1.
    a: usize,
    /// The layer of B, from 1.
    b: usize,
    name: String,
    part: Option<&'static str>,
    shape_a: [usize; 2],
    shape_b: [usize; 2],
    left_angles: Vec<f64>,
    right_angles: Vec<f64>,
    singular_values_a: Vec<f64>,
    singular_values_b: Vec<f64>,
    relative_change: Option<f64>,
    rotation_change: Option<f64>,
    cka: Option<f64>,
    intruders: Vec<usize>,
}

/// Layers without a partner, from 1.
#[derive(Serialize)]
struct Unmatched {
    a: Vec<usize>,
    b: Vec<usize>,
}

#[derive(Serialize)]
struct PermutedLayer {
    /// From 1.
    layer: usize,
    /// For each unit of B that of A which it is, from 0.
    units: Vec<usize>,
}

/// Rows of the data count from 0.
#[derive(Serialize)]
struct PointReport {
    changed: Vec<usize>,
    agreement: Option<f64>,
    /// For each row; null where the paths do not part, and for rows that do not flow.
    parting: Vec<Option<f64>>,
}

pub(super) fn run(arguments: &CompareArguments) -> Result<(), CommandError> {
    let (a, b) = (&arguments.a, &arguments.b);
    let (one, other) =
        (load_network(a, &[], &arguments.chain)?.network, load_network(b, &[], &arguments.chain)?.network);
    let data = match &arguments.data {
        Some(data) => Some(load_data(data, &arguments.samples, &one)?),
        None => {
            arguments.flow.refuse_without_data()?;
            None
        }
    };
    let compared = Comparison::new(&one, &other, data.as_ref(), arguments.flow.options(), &mut |_, _| true)
        .map_err(|source| CommandError::Compare { a: a.clone(), b: b.clone(), source })?;
    if arguments.json { print_json(&report(&compared, data.as_ref())) } else { print(&text(&compared, data.as_ref())) }
}

fn report(compared: &Comparison, data: Option<&Dataset>) -> Report {
    let from_one = |layers: &[usize]| layers.iter().map(|layer| layer + 1).collect();
    let permuted = |(layer, units): &(usize, Vec<usize>)| PermutedLayer { layer: layer + 1, units: units.clone() };
    Report {
        schema: SCHEMA,
        layers: compared.layers.iter().flat_map(layer_reports).collect(),
        unmatched: Unmatched { a: from_one(&compared.matching.only_a), b: from_one(&compared.matching.only_b) },
        permutation: compared.permutation.as_ref().map(|found| found.layers.iter().map(permuted).collect()),
        points: compared.points.as_ref().zip(data).map(|(points, data)| point_report(points, data)),
    }
}

fn layer_reports(layer: &LayerComparison) -> impl Iterator<Item = LayerReport> + '_ {
    let shape = |(rows, columns): (usize, usize)| [rows, columns];
    layer.matrices.iter().map(move |matrix| LayerReport {
        a: layer.a + 1,
        b: layer.b + 1,
        name: layer.name.clone(),
        part: matrix.part,
        shape_a: shape(matrix.shapes[0]),
        shape_b: shape(matrix.shapes[1]),
        left_angles: matrix.left_angles.clone(),
        right_angles: matrix.right_angles.clone(),
        singular_values_a: matrix.singular_values_a.clone(),
        singular_values_b: matrix.singular_values_b.clone(),
        relative_change: matrix.relative_change,
        rotation_change: layer.rotation_change,
        cka: layer.alignment,
        intruders: matrix.intruders.clone(),
    })
}

fn point_report(points: &PointComparison, data: &Dataset) -> PointReport {
    let mut parting = vec![None; data.rows()];
    for (sample, time) in points.parting.iter().enumerate() {
        if let Some(row) = parting.get_mut(data.row_of(sample)) {
            *row = *time;
        }
    }
    let changed = points.changed.iter().map(|sample| data.row_of(*sample)).collect();
    PointReport { changed, agreement: points.agreement, parting }
}

fn text(compared: &Comparison, data: Option<&Dataset>) -> String {
    let head = ["A", "B", "name", "‖ΔW‖/‖W‖", "left angle", "right angle", "σ change", "CKA", "intruders"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for layer in &compared.layers {
        rows.extend(layer.matrices.iter().map(|matrix| row(layer, matrix)));
    }
    let mut text = aligned(&rows);
    for (which, layers) in [("A", &compared.matching.only_a), ("B", &compared.matching.only_b)] {
        if !layers.is_empty() {
            let layers: Vec<String> = layers.iter().map(|layer| (layer + 1).to_string()).collect();
            text += &format!("without a partner in {which}: layer {}\n", layers.join(", "));
        }
    }
    if let Some(permutation) = &compared.permutation {
        let layers: Vec<String> = permutation.layers.iter().map(|(layer, _)| (layer + 1).to_string()).collect();
        text += &format!(
            "B is A with the hidden units of layer {} in another order: a permutation, not a change\n",
            layers.join(", ")
        );
    }
    if let (Some(points), Some(data)) = (&compared.points, data) {
        let parted = points.parting.iter().flatten().count();
        let first = points.parting.iter().flatten().copied().fold(f64::INFINITY, f64::min);
        let since = if parted > 0 { format!(", the first at t = {}", short(first)) } else { String::new() };
        text += &format!(
            "{}: {} of {} points are answered differently; the paths of {parted} part by more than the spread of their class{since}\n",
            data.name,
            points.changed.len(),
            data.samples(),
        );
    }
    text
}

fn row(layer: &LayerComparison, matrix: &MatrixComparison) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), short);
    let largest = |angles: &[f64]| number(angles.last().copied());
    let [one, other] = matrix.shapes;
    let part = matrix.part.map(|part| format!(" ({part})")).unwrap_or_default();
    let shape =
        if one == other { String::new() } else { format!(" [{}×{} ≠ {}×{}]", one.0, one.1, other.0, other.1) };
    let values = matrix.singular_values_a.iter().zip(&matrix.singular_values_b);
    let scale = matrix.singular_values_a.first().copied().unwrap_or(0.0);
    let spectrum = values.map(|(one, other)| (one - other).abs() / scale).fold(0.0, f64::max);
    vec![
        (layer.a + 1).to_string(),
        (layer.b + 1).to_string(),
        format!("{}{part}{shape}", layer.name),
        number(matrix.relative_change),
        largest(&matrix.left_angles),
        largest(&matrix.right_angles),
        number(Some(spectrum).filter(|change| change.is_finite())),
        number(layer.alignment),
        matrix.intruders.len().to_string(),
    ]
}
