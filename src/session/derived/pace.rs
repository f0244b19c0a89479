//! How often a result is computed anew while the network is in training.

use super::derivation::Situation;

/// While a network is in training a result takes this share of a processor at most.
const TRAINING_SHARE: f64 = 0.05;
/// And so many seconds pass between two requests at least.
const TRAINING_INTERVAL: f64 = 1.0;

/// The least time between two requests that took so many seconds the last time: none but in training.
pub(super) fn paced(situation: &Situation<'_>, seconds: Option<f64>) -> f64 {
    let seconds = seconds.filter(|_| situation.is_training());
    seconds.map_or(0.0, |seconds| TRAINING_INTERVAL.max(seconds / TRAINING_SHARE))
}
