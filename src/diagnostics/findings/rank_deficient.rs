//! Fewer directions than a layer's shape allows, at the precision in which its weights are stored.

use nalgebra::DMatrix;

use super::finding::{Finding, Severity, counted};
use super::subject::Subject;
use super::thresholds::{OWN, Thresholds};
use super::values::live_rank;
use crate::network::{Layer, StoredPrecision};

pub(super) fn check(subject: &Subject<'_>, _: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, layer) in subject.finite_layers() {
        let Layer::Dense(dense) = layer else { continue };
        let Some(values) = subject.singular_values(index) else { continue };
        let weight = &dense.affine.weight;
        let full = values.len();
        let stored = subject.network().stored(index);
        let least = lost_below(weight, values, stored);
        let rank = values.iter().filter(|sigma| **sigma > least).count();
        if rank >= full {
            continue;
        }
        // Directions that weight decay has taken with the units or coordinates that they belong to are not missed.
        let is_lost = rank < full.min(live_rank(weight)) || rank == 0;
        let severity = if is_lost && !subject.is_structured(index) { Severity::Warning } else { Severity::Note };
        let message = format!(
            "rank {rank} of {full}{}: {} compressed to nothing, and no later layer brings it back",
            stored.map(|precision| format!(" at {} precision", precision.name())).unwrap_or_default(),
            counted(full - rank, "direction") + if full - rank == 1 { " is" } else { " are" }
        );
        findings.push(
            Finding::new("rank_deficient", severity, message)
                .in_layer(index)
                .at(subject.matrix_moment(index))
                .measured(rank as f64, full as f64)
                .try_this("initialise the layer anew, or make it as narrow as its rank")
                .from_source(OWN),
        );
    }
    findings
}

/// Singular values up to this one are what rounding leaves of nothing: rounding to the type in which the weight is stored, or,
/// where that is not known, to the narrowest type that holds every entry.
pub(super) fn lost_below(weight: &DMatrix<f64>, values: &[f64], stored: Option<StoredPrecision>) -> f64 {
    if let Some(precision) = stored {
        return precision.tolerance(values, weight.nrows(), weight.ncols());
    }
    let largest = values.first().copied().unwrap_or(0.0);
    let sides = weight.nrows().max(weight.ncols()) as f64;
    rounding_noise(weight).max(largest * f64::EPSILON * sides)
}

/// The spectral norm of the rounding errors of a matrix whose entries are stored in as few bits as they have: errors of
/// size u·|w| that are independent have norm u·rms(w)·(√m + √n) (Bai and Yin).
fn rounding_noise(weight: &DMatrix<f64>) -> f64 {
    let (rows, columns) = weight.shape();
    let rms = weight.norm() / ((rows * columns).max(1) as f64).sqrt();
    unit_roundoff(weight) * rms * ((rows as f64).sqrt() + (columns as f64).sqrt())
}

/// The unit roundoff of the narrowest type that holds every entry.
pub(super) fn unit_roundoff(weight: &DMatrix<f64>) -> f64 {
    let fits = |holds: fn(f64) -> bool| weight.iter().all(|value| holds(*value));
    if fits(|value| half::f16::from_f64(value).to_f64() == value) {
        return 2.0_f64.powi(-11);
    }
    if fits(|value| half::bf16::from_f64(value).to_f64() == value) {
        return 2.0_f64.powi(-8);
    }
    if fits(|value| f64::from(value as f32) == value) { 2.0_f64.powi(-24) } else { 2.0_f64.powi(-53) }
}
