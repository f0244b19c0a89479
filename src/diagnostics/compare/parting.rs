//! Where the two paths of a point part.

use nalgebra::DMatrix;

use crate::dataset::Labels;
use crate::flow::{Flow, FlowError};

/// The most numbers of positions that are held at a time, 128 MB.
const MAX_NUMBERS: usize = 1 << 24;

/// For each of the `points` (inputs × samples) the end of the first phase of A at which its two paths are farther apart than the
/// points of its class are from their middle then (the root of the mean square, under A); `None` where they never are.
///
/// Both flows run on one clock as far as both go; coordinates that one of them lacks are 0.
///
/// # Errors
/// If a flow cannot be followed.
pub fn parting_times(
    flows: [&Flow; 2],
    points: &DMatrix<f64>,
    labels: &Labels,
    go_on: &mut dyn FnMut(f32) -> bool,
) -> Result<Vec<Option<f64>>, FlowError> {
    let [one, other] = flows;
    let end = one.duration().min(other.duration());
    let phases = one.layers().iter().flat_map(|layer| layer.phases.iter().map(|phase| phase.end));
    let times: Vec<f64> = phases.filter(|t| *t <= end).collect();
    let (class_of, classes) = groups(labels, points.ncols());
    let mut spreads: Vec<Vec<f64>> = Vec::new();
    let mut carries_on = true;
    one.visit(points, &times, &mut |_, positions: &DMatrix<f64>| {
        spreads.push(spread(positions, &class_of, classes));
        carries_on = go_on(0.5 * spreads.len() as f32 / times.len().max(1) as f32);
        carries_on
    })?;
    let dimension = one.ambient_dimension().max(other.ambient_dimension());
    let per_sample = dimension.saturating_mul(times.len()).max(1);
    let block = (MAX_NUMBERS / per_sample).clamp(1, points.ncols().max(1));
    let mut parting = vec![None; points.ncols()];
    for first in (0..points.ncols()).step_by(block) {
        let count = block.min(points.ncols() - first);
        let some = points.columns(first, count).into_owned();
        let mut own: Vec<DMatrix<f64>> = Vec::new();
        one.visit(&some, &times, &mut |_, positions: &DMatrix<f64>| {
            own.push(positions.clone());
            true
        })?;
        other.visit(&some, &times, &mut |at, positions: &DMatrix<f64>| {
            for sample in 0..count {
                let class = class_of.get(first + sample).copied().unwrap_or(0);
                let limit = spreads.get(at).and_then(|spreads| spreads.get(class)).copied().unwrap_or(f64::INFINITY);
                if let (Some(own), Some(time)) = (own.get(at), times.get(at))
                    && parting[first + sample].is_none()
                    && distance(own, positions, sample) > limit
                {
                    parting[first + sample] = Some(*time);
                }
            }
            true
        })?;
        if !go_on(0.5 + 0.5 * (first + count) as f32 / points.ncols().max(1) as f32) {
            return Err(FlowError::Cancelled);
        }
    }
    Ok(parting)
}

/// How far apart the two paths of one point (inputs × 1) are, as (t, distance) at the start and at the end of every phase of A, as
/// far as both flows go; coordinates that one of them lacks are 0.
///
/// # Errors
/// If a flow cannot be followed.
pub fn path_distances(flows: [&Flow; 2], point: &DMatrix<f64>) -> Result<Vec<[f64; 2]>, FlowError> {
    let [one, other] = flows;
    let end = one.duration().min(other.duration());
    let phases = one.layers().iter().flat_map(|layer| layer.phases.iter().map(|phase| phase.end));
    let times: Vec<f64> = std::iter::once(0.0).chain(phases.filter(|t| *t <= end)).collect();
    let mut own: Vec<DMatrix<f64>> = Vec::with_capacity(times.len());
    one.visit(point, &times, &mut |_, positions: &DMatrix<f64>| {
        own.push(positions.clone());
        true
    })?;
    let mut found = Vec::with_capacity(times.len());
    other.visit(point, &times, &mut |at, positions: &DMatrix<f64>| {
        found.extend(own.get(at).zip(times.get(at)).map(|(own, t)| [*t, distance(own, positions, 0)]));
        true
    })?;
    Ok(found)
}

/// The group of each sample, and how many there are: its class, or one for all.
fn groups(labels: &Labels, samples: usize) -> (Vec<usize>, usize) {
    match labels {
        Labels::Classes { of_sample, names } if of_sample.len() == samples => (of_sample.clone(), names.len().max(1)),
        _ => (vec![0; samples], 1),
    }
}

/// The root of the mean square of the distances of each group's points from their mean.
fn spread(positions: &DMatrix<f64>, group_of: &[usize], groups: usize) -> Vec<f64> {
    let mut counts = vec![0_usize; groups];
    let mut means = DMatrix::<f64>::zeros(positions.nrows(), groups);
    for (position, group) in positions.column_iter().zip(group_of) {
        counts[*group] += 1;
        let mut mean = means.column_mut(*group);
        mean += position;
    }
    for (mut mean, count) in means.column_iter_mut().zip(&counts) {
        mean /= (*count).max(1) as f64;
    }
    let mut squares = vec![0.0; groups];
    for (position, group) in positions.column_iter().zip(group_of) {
        squares[*group] += (position - means.column(*group)).norm_squared();
    }
    squares.iter().zip(&counts).map(|(square, count)| (square / (*count).max(1) as f64).sqrt()).collect()
}

/// The distance of a sample in two spaces, of which the smaller lies in the larger.
fn distance(one: &DMatrix<f64>, other: &DMatrix<f64>, sample: usize) -> f64 {
    let value = |points: &DMatrix<f64>, row: usize| points.get((row, sample)).copied().unwrap_or(0.0);
    let rows = one.nrows().max(other.nrows());
    (0..rows).map(|row| (value(one, row) - value(other, row)).powi(2)).sum::<f64>().sqrt()
}
