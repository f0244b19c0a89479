//! Two units of a layer that compute the same.

use nalgebra::DMatrix;

use super::finding::{Finding, Severity, counted, listed};
use super::subject::Subject;
use super::thresholds::{OWN, Thresholds};
use super::values::{Part, parts};
use crate::dataset::Random;

/// Multiplications for the cosines of all pairs, at most; beyond, twins are looked for among neighbours on a line alone.
const MAX_WORK: usize = 200_000_000;
/// 1 − cosine up to which one unit is the other's copy, some noise on it included.
const COPIED: f64 = 1e-8;
/// Where a network is right this often its twins do no harm.
const RIGHT: f64 = 0.9;
/// Rows shorter than this have no direction.
const MIN_NORM: f64 = 1e-9;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, layer) in subject.finite_layers().filter(|(index, _)| !subject.is_structured(*index)) {
        // Rows of the same numbers in every unit are told as an unbroken symmetry.
        for part in parts(layer)
            .into_iter()
            .filter(|part| part.feeds_activation && !super::unbroken_symmetry::is_same_rows(part))
        {
            let Some(rows) = directions(&part) else { continue };
            let pairs = close_pairs(&rows, thresholds.parallel_units.max(thresholds.twin_units));
            let is_twin = |pair: &&(usize, usize, f64)| pair.2 <= thresholds.twin_units;
            let twins: Vec<_> = pairs.iter().filter(is_twin).collect();
            let parallel: Vec<_> = pairs.iter().filter(|pair| !is_twin(pair)).collect();
            // On a line many directions are close to each other by chance.
            let closest = twins.first().map_or(f64::INFINITY, |(_, _, distance)| *distance);
            // Training itself brings units of few inputs together, and never all the way; where the network is right, no harm
            // is done.
            let is_copy = closest <= COPIED || subject.accuracy().is_some_and(|accuracy| accuracy < RIGHT);
            let severe = if part.weight.ncols() > 1 && is_copy { Severity::Warning } else { Severity::Note };
            let kinds = [
                (twins, severe, thresholds.twin_units, "the same weights and bias up to a factor"),
                (
                    parallel,
                    Severity::Note,
                    thresholds.parallel_units,
                    "nearly the same weights and bias up to a factor",
                ),
            ];
            for (pairs, severity, limit, text) in kinds {
                let Some((first, second, distance)) = pairs.first() else { continue };
                let mut units: Vec<usize> = pairs.iter().flat_map(|(one, other, _)| [*one, *other]).collect();
                units.sort_unstable();
                units.dedup();
                let message = format!(
                    "{} ({}) have {text}, first {} and {}: together they are one unit",
                    counted(units.len(), "unit"),
                    listed(&units),
                    first + 1,
                    second + 1
                );
                findings.push(
                    Finding::new("twin_units", severity, message)
                        .in_layer(index)
                        .at(subject.activation_moment(index))
                        .of_units(units)
                        .measured(1.0 - distance, 1.0 - limit)
                        .try_this("initialise one of each pair anew, or merge the two")
                        .from_source(OWN),
                );
            }
        }
    }
    findings
}

/// The rows (w, b) scaled to length 1, one a column; `None` with fewer than two.
fn directions(part: &Part<'_>) -> Option<DMatrix<f64>> {
    let (rows, columns) = part.weight.shape();
    if rows < 2 {
        return None;
    }
    let mut directions = DMatrix::zeros(columns + 1, rows);
    for row in 0..rows {
        let mut direction = directions.column_mut(row);
        direction.rows_mut(0, columns).copy_from(&part.weight.row(row).transpose());
        direction[columns] = part.bias.map_or(0.0, |bias| bias[row]);
        let norm = direction.norm();
        // A row without direction is like no other, itself included.
        direction /= if norm > MIN_NORM { norm } else { f64::NAN };
    }
    Some(directions)
}

/// All pairs of columns whose 1 − cosine is at most `limit`, with it.
fn close_pairs(directions: &DMatrix<f64>, limit: f64) -> Vec<(usize, usize, f64)> {
    let (length, count) = directions.shape();
    // 1 − cos = ½‖u − v‖², which keeps the digits that 1 − u·v loses.
    let distance = |one: usize, other: usize| {
        let pairs = directions
            .column(one)
            .iter()
            .zip(directions.column(other).iter())
            .fold(0.0, |sum, (u, v)| sum + (u - v) * (u - v));
        0.5 * pairs
    };
    let mut pairs = Vec::new();
    if count * count / 2 * length <= MAX_WORK {
        for one in 0..count {
            for other in one + 1..count {
                let distance = distance(one, other);
                if distance <= limit {
                    pairs.push((one, other, distance));
                }
            }
        }
    } else {
        // Close directions are close on every line: those along a random one are sorted, and neighbours compared.
        let mut random = Random::new(0);
        let line: Vec<f64> = (0..length).map(|_| random.normal()).collect();
        let along = |column: usize| directions.column(column).iter().zip(&line).map(|(u, v)| u * v).sum::<f64>();
        let mut order: Vec<(f64, usize)> =
            (0..count).map(|column| (along(column), column)).filter(|(at, _)| at.is_finite()).collect();
        order.sort_by(|one, other| one.0.total_cmp(&other.0));
        let reach = 6.0 * (2.0 * Thresholds::default().twin_units).sqrt();
        for (position, (at, one)) in order.iter().enumerate() {
            for (_, other) in order[position + 1..].iter().take_while(|(other, _)| other - at <= reach) {
                let distance = distance(*one, *other);
                if distance <= limit {
                    pairs.push((*one.min(other), *one.max(other), distance));
                }
            }
        }
    }
    pairs.sort_by(|one, other| one.2.total_cmp(&other.2).then((one.0, one.1).cmp(&(other.0, other.1))));
    pairs
}
