//! A network that does no better than guessing.

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::thresholds::{AUTOTRAINER, Thresholds};
use crate::dataset::Labels;
use crate::diagnostics::Backward;

/// Fewer samples may be right or wrong by chance.
const MIN_SAMPLES: usize = 20;
/// A network that is right this often has learned, however rare the others are.
const RIGHT: f64 = 0.9;
/// An accuracy less than this above chance may be luck…
const LITTLE: f64 = 0.2;
/// …and is where the mean loss is more than this share of that of a guess.
const GUESSED: f64 = 0.97;

pub(super) fn check(subject: &Subject<'_>, thresholds: &Thresholds) -> Vec<Finding> {
    let (value, limit, text) = match (subject.accuracy(), above_chance(subject), explained(subject)) {
        (Some(accuracy), Some(above), _) if above < thresholds.underfit_margin || is_guessing(subject, above) => {
            let text = format!(
                "accuracy {:.1} %, and always answering the most frequent class gives {:.1} %",
                100.0 * accuracy,
                100.0 * (accuracy - above)
            );
            (accuracy, accuracy - above + thresholds.underfit_margin.max(above), text)
        }
        (None, _, Some(explained)) if explained < thresholds.underfit_margin => {
            let text = format!("explains {:.1} % of the variance of the values", 100.0 * explained);
            (explained, thresholds.underfit_margin, text)
        }
        _ => return Vec::new(),
    };
    let finding = Finding::new("underfit", Severity::Warning, format!("{text}: the network has not learned this data"))
        .measured(value, limit)
        .at((subject.network().layers().len() as f64, None))
        .try_this("train longer or with another rate; check the columns, their scale and the labels")
        .from_source(AUTOTRAINER);
    vec![finding]
}

/// Whether answers that are a little more often right than chance cost as much as guesses do.
fn is_guessing(subject: &Subject<'_>, above: f64) -> bool {
    let is_dear = |backward: &Backward| backward.loss > GUESSED * backward.guess_loss;
    let is_wrong = subject.accuracy().is_some_and(|accuracy| accuracy < RIGHT);
    is_wrong && above < LITTLE && subject.backward().is_some_and(is_dear)
}

/// Accuracy minus the share of the most frequent class; `None` with few samples or one class.
pub(super) fn above_chance(subject: &Subject<'_>) -> Option<f64> {
    let (labels, classes) = subject.classes()?;
    let mut counts = vec![0_usize; classes];
    for class in labels {
        if let Some(count) = counts.get_mut(*class) {
            *count += 1;
        }
    }
    let largest = counts.iter().max().copied().unwrap_or(0);
    let is_enough = labels.len() >= MIN_SAMPLES && largest < labels.len();
    is_enough.then_some(())?;
    Some(subject.accuracy()? - largest as f64 / labels.len() as f64)
}

/// 1 − the mean squared error over the variance of the values, of a network of one output.
fn explained(subject: &Subject<'_>) -> Option<f64> {
    let sample = subject.sample().filter(|sample| sample.overflow.is_none() && !subject.is_part())?;
    let Labels::Values(values) = &sample.labels else { return None };
    let mut answers = sample.layers.last()?.output().clone();
    subject.network().output().apply_columns(&mut answers);
    if answers.nrows() != 1 || values.len() < MIN_SAMPLES {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let error: f64 = values.iter().zip(answers.iter()).map(|(value, answer)| (value - answer).powi(2)).sum();
    (variance > 0.0).then(|| 1.0 - error / variance)
}
