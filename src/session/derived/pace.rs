//! How often a result is computed anew while the network changes all the time: in training, or under the scrubber of the checkpoints.

use super::derivation::Situation;

/// While networks follow each other a result takes this share of a processor at most.
const SHARE: f64 = 0.05;
/// And so many seconds pass between two requests at least.
const INTERVAL: f64 = 1.0;

/// The least time between two requests that took so many seconds the last time: none but while networks follow each other.
pub(super) fn paced(situation: &Situation<'_>, seconds: Option<f64>) -> f64 {
    let seconds = seconds.filter(|_| situation.changes_all_the_time());
    seconds.map_or(0.0, |seconds| INTERVAL.max(seconds / SHARE))
}
