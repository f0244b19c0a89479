//! A network that knows its training data better than any other.

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{AUTOTRAINER, Thresholds};

/// Above this accuracy a smaller gap counts.
const ACCURATE: f64 = 0.9;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let (Some(train), Some(test)) = (subject.accuracy(), subject.test()) else { return Vec::new() };
    let held_back = Subject::new(subject.network()).with_data(Some(test));
    let Some(accuracy) = held_back.accuracy() else { return Vec::new() };
    let limit = if train > ACCURATE { thresholds.overfit_gap_accurate } else { thresholds.overfit_gap };
    let gap = train - accuracy;
    // What a gap of that size is known to, with so few samples held back.
    let by_chance = (accuracy * (1.0 - accuracy) / test.samples() as f64).sqrt();
    if gap <= limit || gap <= 2.0 * by_chance {
        return Vec::new();
    }
    let message = format!(
        "accuracy {:.1} % on {} and {:.1} % on {}: the network knows its data by heart",
        100.0 * train,
        subject.data().map_or("the data", |data| &data.name),
        100.0 * accuracy,
        test.name
    );
    let finding = Finding::new("overfit", Severity::Warning, message)
        .measured(gap, limit)
        .at((subject.network().layers().len() as f64, None))
        .try_this("use more data, fewer units, weight decay, or stop earlier")
        .from_source(AUTOTRAINER);
    vec![finding]
}
