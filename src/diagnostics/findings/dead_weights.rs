//! Weights that are all but zero.

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{DEFAULT_PAPER, Thresholds};
use super::values::parts;

/// Fewer weights than this may all be small by chance.
const MIN_WEIGHTS: usize = 4;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, layer) in subject.finite_layers() {
        for part in parts(layer) {
            // The zeros of a convolution's matrix, of a choice of coordinates or of a shortcut are no weights.
            let is_choice = part.weight.iter().all(|weight| *weight == 0.0 || weight.abs() == 1.0)
                && part.weight.iter().any(|weight| *weight != 0.0);
            let weights = part.weight.iter().filter(|weight| !(subject.is_structured(index) && **weight == 0.0));
            let (mut count, mut dead) = (0_usize, 0_usize);
            for weight in weights {
                count += 1;
                dead += usize::from(weight.abs() < thresholds.dead_weight);
            }
            let share = dead as f64 / count.max(1) as f64;
            if is_choice || count < MIN_WEIGHTS || share < thresholds.dead_weight_share {
                continue;
            }
            // A block that begins as the identity has an outer weight of zeros.
            let severity = if part.feeds_activation { Severity::Warning } else { Severity::Note };
            let message = format!(
                "{dead} of {count} entries of {} are below {:e}: the layer passes on next to nothing",
                part.name, thresholds.dead_weight
            );
            findings.push(
                Finding::new("dead_weights", severity, message)
                    .in_layer(index)
                    .at(subject.matrix_moment(index))
                    .measured(share, thresholds.dead_weight_share)
                    .try_this("initialise the layer anew; lower the weight decay")
                    .from_source(DEFAULT_PAPER),
            );
        }
    }
    findings
}
