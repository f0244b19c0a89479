//! How well the network answers the labels of the data.

use nalgebra::DMatrix;

use crate::dataset::Labels;
use crate::network::{Forward, OutputFunction};
use crate::training::Loss;

/// How well the network answers the labels of the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The number of points.
    pub samples: usize,
    /// How many are answered by their class; `None` for labels that are values.
    pub right: Option<usize>,
    /// The loss, as the output function is trained by.
    pub measure: Loss,
    /// Its mean over the points that have one.
    pub loss: Option<f64>,
    /// How many points have none: the network has no output for their class.
    pub without: usize,
    /// The share of the values' variance that the first output explains, R² = 1 − Σ(y − f)²/Σ(y − ȳ)²; `None` for classes.
    pub explained: Option<f64>,
}

impl Score {
    /// Measures the answers of a forward pass by the loss that belongs to the output function; `None` without labels.
    pub fn new(output: OutputFunction, forward: &Forward, labels: &Labels) -> Option<Score> {
        Score::measured_by(Loss::of_output(output), output, forward, labels)
    }

    /// The same by another loss.
    pub fn measured_by(measure: Loss, output: OutputFunction, forward: &Forward, labels: &Labels) -> Option<Score> {
        let samples = forward.output.ncols();
        let right = match labels {
            Labels::None => return None,
            Labels::Values(_) => None,
            Labels::Classes { of_sample, .. } => {
                Some(of_sample.iter().zip(&forward.predictions).filter(|(class, answer)| class == answer).count())
            }
        };
        let losses = (0..samples).filter_map(|sample| sample_loss(measure, output, &forward.output, labels, sample));
        let (count, sum) = losses.fold((0_usize, 0.0), |(count, sum), loss| (count + 1, sum + loss));
        let loss = (count > 0).then(|| sum / count as f64).filter(|mean| mean.is_finite());
        let explained = match labels {
            Labels::Values(values) => explained(values, &forward.output),
            Labels::None | Labels::Classes { .. } => None,
        };
        (samples > 0).then_some(Score { samples, right, measure, loss, without: samples - count, explained })
    }

    /// The share that is answered by its class; `None` for labels that are values.
    pub fn accuracy(&self) -> Option<f64> {
        self.right.map(|right| right as f64 / self.samples.max(1) as f64)
    }
}

/// R² of the first output; `None` where the values do not vary or numbers are not finite.
fn explained(values: &[f64], output: &DMatrix<f64>) -> Option<f64> {
    if output.nrows() == 0 || values.len() != output.ncols() {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let all: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let rest: f64 = values.iter().zip(output.row(0).iter()).map(|(value, answer)| (value - answer).powi(2)).sum();
    (all > 0.0).then(|| 1.0 - rest / all).filter(|share| share.is_finite())
}

/// The loss of a sample, as training measures it. `None` without a label, or where the network has no output for the
/// label's class. A value is compared with the first output.
pub fn sample_loss(
    loss: Loss,
    output: OutputFunction,
    answers: &DMatrix<f64>,
    labels: &Labels,
    sample: usize,
) -> Option<f64> {
    if sample >= answers.ncols() {
        return None;
    }
    let answer: Vec<f64> = answers.column(sample).iter().copied().collect();
    match labels {
        Labels::None => None,
        Labels::Values(values) => {
            let value = *values.get(sample)?;
            Some(loss.of_answer(output, answer.get(..1)?, |_| value))
        }
        Labels::Classes { of_sample, .. } => {
            let class = *of_sample.get(sample)?;
            // A single output is the probability of class 1.
            let is_alone = answer.len() == 1;
            let has_output = class < if is_alone { 2 } else { answer.len() };
            let target = |position| if is_alone { class as f64 } else { f64::from(u8::from(position == class)) };
            has_output.then(|| loss.of_answer(output, &answer, target))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forward(output: DMatrix<f64>, predictions: Vec<usize>) -> Forward {
        Forward { layer_outputs: Vec::new(), output, predictions }
    }

    #[test]
    fn accuracy_and_loss_are_those_of_the_answers() {
        let output = DMatrix::from_column_slice(2, 4, &[0.5, 0.5, 0.25, 0.75, 1.0, 0.0, 0.75, 0.25]);
        let answers = forward(output, vec![0, 1, 0, 0]);
        let labels = Labels::Classes { of_sample: vec![0, 1, 0, 2], names: ["a", "b", "c"].map(str::to_owned).into() };
        let score = Score::new(OutputFunction::Softmax, &answers, &labels).unwrap();
        assert_eq!((score.samples, score.right, score.without), (4, Some(3), 1));
        let expected = (0.5_f64.ln() + 0.75_f64.ln()) / -3.0;
        assert!((score.loss.unwrap() - expected).abs() < 1e-15);
        assert_eq!(Score::new(OutputFunction::Softmax, &answers, &Labels::None), None);
    }

    #[test]
    fn values_are_explained_in_part() {
        let answers = forward(DMatrix::from_row_slice(1, 4, &[1.0, 2.0, 3.0, 5.0]), vec![0; 4]);
        let labels = Labels::Values(vec![1.0, 2.0, 3.0, 4.0]);
        let score = Score::new(OutputFunction::Identity, &answers, &labels).unwrap();
        assert_eq!((score.right, score.explained, score.loss), (None, Some(1.0 - 1.0 / 5.0), Some(0.125)));
        let same = Score::new(OutputFunction::Identity, &answers, &Labels::Values(vec![2.0; 4])).unwrap();
        assert_eq!(same.explained, None);
    }
}
