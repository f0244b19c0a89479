//! What u says at a place: a class and how surely, or a value between the least and the largest of the data.

use crate::dataset::Labels;
use crate::network::OutputFunction;
use crate::session::Scene;

/// What u says at a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A class.
    Class {
        /// The class that wins.
        class: usize,
        /// How far it is ahead, from 0 (undecided) to 1.
        strength: f32,
        /// A score of each class, the largest of which wins: what the decision boundary is drawn by.
        scores: Vec<f64>,
    },
    /// A number, as the share of the way from the least to the largest of the data's own.
    Value(f32),
}

/// How u is read.
pub(super) enum Reading {
    Class(OutputFunction),
    Value { least: f64, largest: f64 },
}

/// Probabilities below this are taken for it, so that their logarithm is a number.
const SMALLEST: f64 = 1e-300;

impl Reading {
    pub(super) fn new(scene: &Scene) -> Reading {
        match &scene.dataset.labels {
            Labels::Values(values) => {
                let finite = values.iter().copied().filter(|value| value.is_finite());
                let (least, largest) =
                    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
                Reading::Value { least, largest }
            }
            Labels::None | Labels::Classes { .. } => Reading::Class(scene.output),
        }
    }

    /// What `read` (the output function's own values) says; `None` if they are no numbers.
    pub(super) fn answer(&self, read: &[f64]) -> Option<Answer> {
        if read.is_empty() || read.iter().any(|value| value.is_nan()) {
            return None;
        }
        match *self {
            Reading::Value { least, largest } => {
                let share = if largest > least { (read[0] - least) / (largest - least) } else { 0.5 };
                Some(Answer::Value(share.clamp(0.0, 1.0) as f32))
            }
            Reading::Class(output) => Some(class(output, read)),
        }
    }
}

fn class(output: OutputFunction, read: &[f64]) -> Answer {
    let scores: Vec<f64> = match read {
        [one] if output == OutputFunction::Identity => vec![0.5, *one],
        [one] => vec![(1.0 - one).max(SMALLEST).ln(), one.max(SMALLEST).ln()],
        // Logarithms of probabilities differ as the logits do, which change evenly across a cell of the grid.
        _ if output == OutputFunction::Softmax => read.iter().map(|share| share.max(SMALLEST).ln()).collect(),
        _ => read.to_vec(),
    };
    let (mut winner, mut second) = (0, f64::NEG_INFINITY);
    for (index, score) in scores.iter().enumerate().skip(1) {
        if *score > scores[winner] {
            second = second.max(scores[winner]);
            winner = index;
        } else {
            second = second.max(*score);
        }
    }
    let strength = match output {
        OutputFunction::Softmax | OutputFunction::LogSoftmax | OutputFunction::Sigmoid => {
            1.0 - (second - scores[winner]).exp()
        }
        OutputFunction::Identity | OutputFunction::Argmax => 1.0,
    };
    Answer::Class { class: winner, strength: strength.clamp(0.0, 1.0) as f32, scores }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_winner_is_the_predicted_class() {
        for (output, read, expected) in [
            (OutputFunction::Softmax, &[0.2, 0.7, 0.1][..], 1),
            (OutputFunction::Identity, &[3.0, -1.0], 0),
            (OutputFunction::Sigmoid, &[0.8], 1),
            (OutputFunction::Sigmoid, &[0.3], 0),
            (OutputFunction::Identity, &[0.4], 0),
            (OutputFunction::Argmax, &[0.0, 0.0, 1.0], 2),
        ] {
            let Some(Answer::Class { class, strength, .. }) = Reading::Class(output).answer(read) else { panic!() };
            assert_eq!(class, expected, "{read:?}");
            assert!((0.0..=1.0).contains(&strength));
        }
        assert_eq!(Reading::Class(OutputFunction::Identity).answer(&[f64::NAN, 1.0]), None);
        assert_eq!(Reading::Value { least: 1.0, largest: 3.0 }.answer(&[2.0]), Some(Answer::Value(0.5)));
    }
}
