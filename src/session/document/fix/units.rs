//! Units that are drawn anew.

use nalgebra::{DMatrix, DVector};

use crate::dataset::{Dataset, Random};
use crate::network::{Affine, Layer, Network, OutputFunction};
use crate::training::Initialisation;

/// 1 − cosine up to which two units are the same; that of units that are told as parallel.
const PARALLEL: f64 = 1e-3;

/// Biases of units drawn anew are at most so many times the length of their weights.
const FARTHEST: f64 = 2.0;
/// At most so many samples tell where the data is, and so many multiplications are spent on it.
const MAX_SAMPLES: usize = 500;
const MAX_WORK: usize = 50_000_000;

/// The matrix whose rows are the units that the activation bends; none of an operator of a graph.
fn affine(layer: &Layer) -> Option<&Affine> {
    match layer {
        Layer::Dense(dense) => Some(&dense.affine),
        Layer::Residual(block) => Some(&block.inner),
        Layer::Node(_) => None,
    }
}

fn affine_mut(layer: &mut Layer) -> Option<&mut Affine> {
    match layer {
        Layer::Dense(dense) => Some(&mut dense.affine),
        Layer::Residual(block) => Some(&mut block.inner),
        Layer::Node(_) => None,
    }
}

/// The number of units of a layer.
pub(super) fn count(layer: &Layer) -> usize {
    affine(layer).map_or(0, Affine::outputs)
}

/// Those of the units that are like an earlier one, up to a factor.
pub(super) fn repeated(layer: &Layer, units: &[usize]) -> Vec<usize> {
    let Some(affine) = affine(layer) else { return Vec::new() };
    let direction = |unit: usize| -> Option<Vec<f64>> {
        let mut row: Vec<f64> = affine.weight.row_iter().nth(unit)?.iter().copied().collect();
        row.push(affine.bias.as_ref().and_then(|bias| bias.get(unit)).copied().unwrap_or(0.0));
        let norm = row.iter().map(|value| value * value).sum::<f64>().sqrt();
        row.iter_mut().for_each(|value| *value /= norm);
        Some(row)
    };
    let mut kept: Vec<Vec<f64>> = Vec::new();
    let mut repeated = Vec::new();
    for unit in units {
        let Some(row) = direction(*unit) else { continue };
        let is_like =
            |other: &Vec<f64>| other.iter().zip(&row).map(|(one, other)| one * other).sum::<f64>() >= 1.0 - PARALLEL;
        if kept.iter().any(is_like) {
            repeated.push(*unit);
        } else {
            kept.push(row);
        }
    }
    repeated
}

/// The layers with these units drawn as the layer's activation suits; `None` where there is no such unit. Their biases put
/// the bend amid the data, or their signs put the data on the side where they are on: a unit that is off for all samples
/// would be dead again.
pub(super) fn drawn(
    network: &Network,
    data: Option<&Dataset>,
    (layer, units): (usize, &[usize]),
    random: &mut Random,
) -> Option<Vec<Layer>> {
    let mut layers = network.layers().to_vec();
    let changed = layers.get_mut(layer)?;
    let initialisation = Initialisation::of_activation(changed.activation());
    let affine = affine_mut(changed)?;
    let (outputs, inputs) = affine.weight.shape();
    let units: Vec<usize> = units.iter().copied().filter(|unit| *unit < outputs).collect();
    if units.is_empty() {
        return None;
    }
    // A few rows of a whole matrix: what depends on the number of its rows has to be that of the whole.
    let rows: DMatrix<f64> = initialisation.matrix(units.len(), inputs, random);
    let shrink = match initialisation {
        Initialisation::Xavier => ((units.len() + inputs) as f64 / (outputs + inputs) as f64).sqrt(),
        _ => 1.0,
    };
    let middle = data.and_then(|data| middle(network, layer, data));
    for (row, unit) in rows.row_iter().zip(&units) {
        let row = row * shrink;
        let along = middle.as_ref().map_or(0.0, |middle| row.transpose().dot(middle));
        let bias = affine.bias.as_mut().and_then(|bias| bias.get_mut(*unit));
        // A bias far beyond the weights would make all such units alike: then the side of the data is what is chosen.
        let is_near = bias.is_some() && along.abs() <= FARTHEST * row.norm();
        let sign = if !is_near && along < 0.0 { -1.0 } else { 1.0 };
        if let Some(bias) = bias {
            *bias = if is_near { -along } else { 0.0 };
        }
        affine.weight.set_row(*unit, &(row * sign));
    }
    Some(layers)
}

/// The mean of what comes to a layer, over some of the data; `None` where it is not finite.
fn middle(network: &Network, layer: usize, data: &Dataset) -> Option<DVector<f64>> {
    if data.dimension() != network.inputs() || data.samples() == 0 {
        return None;
    }
    let most = (MAX_WORK / network.parameters().max(1)).clamp(8, MAX_SAMPLES);
    let some = data.every(data.samples().div_ceil(most));
    let values = match network.up_to(layer) {
        Some(before) => before.with_output(OutputFunction::Identity).answers(&some.points).ok()?,
        None => some.points,
    };
    let mean = values.column_mean();
    mean.iter().all(|value| value.is_finite()).then_some(mean)
}
