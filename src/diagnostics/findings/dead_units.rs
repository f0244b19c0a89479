//! Units that are off for all but a few samples.

use super::finding::{Finding, Severity, listed};
use super::subject::Subject;
use super::thresholds::{SAGEMAKER, Thresholds};
use super::values::{LayerValues, count_in_rows, live, parts, row_norms};
use crate::linalg::median;
use crate::network::{Activation, Layer};

/// A row shorter than this share of the median one has been shrunk to nothing.
const SHRUNK: f64 = 0.2;

/// Where a network is right this often its dead units do no harm.
const RIGHT: f64 = 0.9;
/// So many standard deviations below where it would be on a unit is not reached any more.
const FAR: f64 = 3.0;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, layer, values) in subject.layer_values() {
        let Some(dead) = dead_units(layer, values, thresholds.dead_active_share) else { continue };
        let units = values.before.nrows();
        if dead.is_empty() {
            continue;
        }
        let share = dead.len() as f64 / units as f64;
        // In every training of ReLU some units die, or are shrunk by weight decay, and are not missed where the network is
        // right. What counts is what is far from ever coming back, and what may be why the network is wrong.
        let needed = not_shrunk(layer);
        let is_right = subject.accuracy().is_none_or(|accuracy| accuracy >= RIGHT);
        let counts = |unit: &&usize| needed.get(**unit) == Some(&true) && (!is_right || is_far(layer, values, **unit));
        let died = dead.iter().filter(counts).count();
        let died_share = died as f64 / units as f64;
        let severity = match died_share {
            share if share > thresholds.dead_layer_error => Severity::Error,
            share if share >= thresholds.dead_layer_warning && died as f64 >= thresholds.dead_units_warning => {
                Severity::Warning
            }
            _ if dead.len() == units => Severity::Error,
            _ => Severity::Note,
        };
        let message = format!(
            "{} of {units} units ({}) {} active for less than {} % of the samples: nothing passes through, and no gradient comes back",
            dead.len(),
            listed(&dead),
            if dead.len() == 1 { "is" } else { "are" },
            100.0 * thresholds.dead_active_share
        );
        findings.push(
            Finding::new("dead_units", severity, message)
                .in_layer(index)
                .at(subject.activation_moment(index))
                .of_units(dead)
                .measured(share, thresholds.dead_layer_warning)
                .try_this(
                    "initialise the dead units anew with a bias above 0, train with a lower rate, or use leaky ReLU",
                )
                .from_source(SAGEMAKER),
        );
    }
    findings
}

/// Whether a unit would have to move by several times its own spread to be on, and its bias is what put it there: where the
/// data has a mean far from 0, units whose weights point away from it have never been on, and are not missed.
fn is_far(layer: &Layer, values: &LayerValues, unit: usize) -> bool {
    let row = values.before.row(unit);
    let bias = parts(layer).first().and_then(|part| part.bias).map_or(0.0, |bias| bias[unit]);
    row.max() < -FAR * row.variance().sqrt() && bias <= 0.5 * row.mean()
}

/// Which units have weights, or a bias, that weight decay has not shrunk to nothing.
fn not_shrunk(layer: &Layer) -> Vec<bool> {
    let parts = parts(layer);
    let Some(part) = parts.first() else { return Vec::new() };
    let norms = row_norms(part.weight);
    let mut sorted = norms.clone();
    sorted.sort_by(f64::total_cmp);
    let middle = median(&sorted);
    let has_bias = |unit: usize| part.bias.is_some_and(|bias| bias[unit].abs() > SHRUNK * middle);
    live(&norms, SHRUNK).into_iter().enumerate().map(|(unit, is_live)| is_live || has_bias(unit)).collect()
}

/// The units that are on for less than a share of the samples; `None` for an activation that is never off.
pub(super) fn dead_units(layer: &Layer, values: &LayerValues, least_share: f64) -> Option<Vec<usize>> {
    let is_on = on(layer.activation())?;
    let samples = values.before.ncols();
    let counts = count_in_rows(&values.before, is_on);
    let is_dead = |(unit, count): (usize, usize)| ((count as f64) < least_share * samples as f64).then_some(unit);
    Some(counts.into_iter().enumerate().filter_map(is_dead).collect())
}

/// Where an activation that is 0 on one side is on.
fn on(activation: Activation) -> Option<fn(f64) -> bool> {
    Some(match activation {
        Activation::Relu | Activation::RELU6 => |y| y > 0.0,
        Activation::ThresholdedRelu { .. } => |y| y > 1.0,
        Activation::SparsePlus => |y| y > -1.0,
        Activation::HardSwish => |y| y > -3.0,
        // Below these the value and the slope are under a thousandth.
        Activation::Gelu | Activation::GeluTanh => |y| y > -4.0,
        Activation::Silu | Activation::Mish | Activation::Softplus => |y| y > -10.0,
        _ => return None,
    })
}
