//! Which output of a network stands for which class of the labels.

use std::collections::BTreeSet;

use nalgebra::DMatrix;

use super::labels::Labels;
use super::points::Dataset;
use crate::linalg::greatest_assignment;

/// The most classes for which the best numbering is sought; the time grows with their cube.
const MAX_MATCHED: usize = 256;
/// Another numbering is worth a word where it is right for this share of the samples at least…
const GOOD: f64 = 0.75;
/// …and for so much more of them than the one that is taken.
const BETTER: f64 = 0.25;
/// How many classes a sentence lists.
const LISTED: usize = 6;

/// Labels as outputs of a network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matched {
    /// The output that stands for the class of each sample; beyond the last one where there is none.
    pub of_sample: Vec<usize>,
    /// What was assumed, a sentence each.
    pub assumed: Vec<String>,
    /// Whether the first of these is only that text goes by the alphabet.
    pub by_alphabet: bool,
}

/// How classes are numbered as outputs.
enum Numbering {
    /// A label is the index of its output.
    Direct,
    /// Labels count from 0, and no sample has the first.
    WithoutFirst,
    /// Labels count from 1.
    FromOne,
    /// Labels count from 1, as so large a share of the predictions says.
    FromOneByPredictions(f64),
    /// The labels in increasing order.
    Sorted(Vec<i64>),
    /// Text in alphabetical order.
    Alphabetical,
}

/// Matches labels to the outputs of a network that has `outputs` of them and predicts the class `predictions` for the
/// samples. `None` where the labels are no classes.
pub fn match_classes(labels: &Labels, outputs: usize, predictions: &[usize]) -> Option<Matched> {
    let Labels::Classes { of_sample, names } = labels else { return None };
    // A single output tells two classes apart.
    let positions = outputs.max(2);
    let (numbering, output_of) = numbering(of_sample, names, positions, predictions);
    let outputs_of: Vec<usize> =
        of_sample.iter().map(|class| output_of.get(*class).copied().unwrap_or(usize::MAX)).collect();
    let mut assumed = numbering.assumption(names, outputs, &output_of);
    let beyond = outputs_of.iter().filter(|output| **output >= positions).count();
    if beyond > 0 {
        let classes =
            of_sample.iter().zip(&outputs_of).filter(|(_, output)| **output >= positions).map(|(class, _)| class);
        let classes: BTreeSet<&usize> = classes.collect();
        assumed.push(format!(
            "{beyond} of {} samples have labels beyond the {outputs} outputs ({}); they count as wrong",
            of_sample.len(),
            listed(classes.into_iter().map(|class| names.get(*class).cloned().unwrap_or_default()))
        ));
    }
    assumed.extend(better_numbering(of_sample, names, &outputs_of, predictions, positions));
    Some(Matched { of_sample: outputs_of, assumed, by_alphabet: matches!(numbering, Numbering::Alphabetical) })
}

impl Matched {
    /// The share of the samples whose prediction is the output of their class; `None` without samples.
    pub fn accuracy(&self, predictions: &[usize]) -> Option<f64> {
        let samples = predictions.len().min(self.of_sample.len());
        let right = predictions.iter().zip(&self.of_sample).filter(|(predicted, class)| predicted == class).count();
        (samples > 0).then(|| right as f64 / samples as f64)
    }
}

impl Dataset {
    /// The same data with its classes numbered as the outputs that stand for them; `None` where they are so already, or
    /// where some class has no output.
    pub fn renumbered(&self, matched: &Matched, outputs: usize) -> Option<Dataset> {
        let Labels::Classes { of_sample, names } = &self.labels else { return None };
        let positions = outputs.max(2);
        if *of_sample == matched.of_sample || matched.of_sample.iter().any(|output| *output >= positions) {
            return None;
        }
        let count = matched.of_sample.iter().max().map_or(0, |largest| largest + 1);
        let mut renamed = vec![String::new(); count];
        for (class, output) in of_sample.iter().zip(&matched.of_sample) {
            if let (Some(name), Some(renamed)) = (names.get(*class), renamed.get_mut(*output)) {
                renamed.clone_from(name);
            }
        }
        let labels = Labels::Classes { of_sample: matched.of_sample.clone(), names: renamed };
        Some(Dataset { labels, ..self.clone() })
    }
}

/// How the classes are numbered, and the output of each.
fn numbering(
    of_sample: &[usize],
    names: &[String],
    positions: usize,
    predictions: &[usize],
) -> (Numbering, Vec<usize>) {
    let integers: Option<Vec<i64>> = names.iter().map(|name| name.trim().parse().ok()).collect();
    let Some(integers) = integers else { return (Numbering::Alphabetical, (0..names.len()).collect()) };
    let present: BTreeSet<i64> = of_sample.iter().filter_map(|class| integers.get(*class).copied()).collect();
    let (least, largest) = (present.first().copied().unwrap_or(0), present.last().copied().unwrap_or(0));
    let as_index = |value: &i64| usize::try_from(*value).unwrap_or(usize::MAX);
    let from_one = || integers.iter().map(|value| as_index(&value.saturating_sub(1))).collect::<Vec<usize>>();
    if least >= 0 && as_index(&largest) < positions {
        let direct: Vec<usize> = integers.iter().map(as_index).collect();
        if least == 0 || predictions.is_empty() {
            return (Numbering::Direct, direct);
        }
        let share = |output_of: &[usize]| {
            let class = |class: &usize| output_of.get(*class).copied().unwrap_or(usize::MAX);
            Matched { of_sample: of_sample.iter().map(class).collect(), ..Matched::default() }.accuracy(predictions)
        };
        return match (share(&from_one()), share(&direct)) {
            (Some(shifted), Some(right)) if shifted >= GOOD && shifted >= right + BETTER => {
                (Numbering::FromOneByPredictions(shifted), from_one())
            }
            _ => (Numbering::WithoutFirst, direct),
        };
    }
    if least >= 1 && as_index(&largest) == positions {
        return (Numbering::FromOne, from_one());
    }
    if present.len() <= positions {
        let sorted: Vec<i64> = present.into_iter().collect();
        let position = |value: &i64| sorted.binary_search(value).unwrap_or(usize::MAX);
        let output_of = integers.iter().map(position).collect();
        return (Numbering::Sorted(sorted), output_of);
    }
    (Numbering::Direct, integers.iter().map(as_index).collect())
}

impl Numbering {
    fn assumption(&self, names: &[String], outputs: usize, output_of: &[usize]) -> Vec<String> {
        let numbered =
            || listed(names.iter().zip(output_of).map(|(name, output)| format!("{name} is output {output}")));
        match self {
            Numbering::Direct => Vec::new(),
            Numbering::WithoutFirst => {
                vec!["no sample has the label 0; the labels are taken to count from 0".to_owned()]
            }
            Numbering::FromOneByPredictions(share) => {
                let share = 100.0 * share;
                vec![format!(
                    "no sample has the label 0; the labels are taken to count from 1, which is right for {share:.1} %"
                )]
            }
            Numbering::FromOne => {
                let last = outputs.max(2);
                vec![format!("the labels count from 1: label 1 is output 0, label {last} is output {}", last - 1)]
            }
            Numbering::Sorted(values) => {
                let order =
                    listed(values.iter().enumerate().map(|(output, value)| format!("{value} is output {output}")));
                vec![format!("the labels are matched to the outputs in increasing order: {order}")]
            }
            Numbering::Alphabetical => {
                let order = if names.is_sorted() { "alphabetical order" } else { "the order of their columns" };
                vec![format!("the labels are matched to the outputs in {order}: {}", numbered())]
            }
        }
    }
}

/// A word of another numbering that is right for far more samples.
fn better_numbering(
    of_sample: &[usize],
    names: &[String],
    outputs_of: &[usize],
    predictions: &[usize],
    positions: usize,
) -> Option<String> {
    let samples = predictions.len().min(of_sample.len());
    let classes: Vec<usize> = of_sample.iter().copied().collect::<BTreeSet<usize>>().into_iter().collect();
    let outputs: Vec<usize> = (0..positions).collect();
    if samples == 0 || classes.len() > positions.min(MAX_MATCHED) || positions > MAX_MATCHED {
        return None;
    }
    let right = predictions.iter().zip(outputs_of).filter(|(predicted, class)| predicted == class).count();
    let mut counts = DMatrix::<f64>::zeros(classes.len(), outputs.len());
    for (class, predicted) in of_sample.iter().zip(predictions) {
        if let (Ok(row), true) = (classes.binary_search(class), *predicted < positions) {
            counts[(row, *predicted)] += 1.0;
        }
    }
    let assignment = greatest_assignment(&counts);
    let best: f64 = assignment.iter().enumerate().map(|(row, output)| counts[(row, *output)]).sum();
    let (best, right) = (best / samples as f64, right as f64 / samples as f64);
    if best < GOOD || best < right + BETTER {
        return None;
    }
    let name = |class: usize| names.get(class).cloned().unwrap_or_else(|| class.to_string());
    let order = classes.iter().zip(assignment).map(|(class, output)| format!("{} is output {output}", name(*class)));
    Some(format!(
        "with another numbering of the classes {:.1} % would be right instead of {:.1} %: {}",
        100.0 * best,
        100.0 * right,
        listed(order)
    ))
}

/// The first of some words.
fn listed(text: impl Iterator<Item = String>) -> String {
    let text: Vec<String> = text.collect();
    let more = if text.len() > LISTED { ", …" } else { "" };
    text[..text.len().min(LISTED)].join(", ") + more
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(labels: Labels, outputs: usize, predictions: &[usize]) -> (f64, Vec<String>) {
        let matched = match_classes(&labels, outputs, predictions).unwrap();
        (matched.accuracy(predictions).unwrap(), matched.assumed)
    }

    #[test]
    fn a_perfect_classifier_is_always_right() {
        let predictions = [0, 1, 2, 1];
        let (accuracy, assumed) = of(Labels::from_integers(&[0, 1, 2, 1]), 3, &predictions);
        assert_eq!((accuracy, assumed.len()), (1.0, 0));
        let (accuracy, assumed) = of(Labels::from_integers(&[1, 2, 3, 2]), 3, &predictions);
        assert!(accuracy == 1.0 && assumed[0].contains("count from 1"), "{assumed:?}");
        let (accuracy, assumed) = of(Labels::from_integers(&[10, 20, 30, 20]), 3, &predictions);
        assert!(accuracy == 1.0 && assumed[0].contains("increasing order"), "{assumed:?}");
        let (accuracy, assumed) = of(Labels::from_integers(&[-1, 1, 1]), 1, &[0, 1, 1]);
        assert!(accuracy == 1.0 && assumed[0].contains("-1 is output 0"), "{assumed:?}");
        let (accuracy, assumed) = of(Labels::of_texts(["a", "b", "c", "b"].into_iter()), 3, &predictions);
        assert!(accuracy == 1.0 && assumed[0].contains("alphabetical"), "{assumed:?}");
    }

    #[test]
    fn what_does_not_match_is_told() {
        let (accuracy, assumed) = of(Labels::of_texts(["b", "c", "a", "c"].into_iter()), 3, &[0, 1, 2, 1]);
        assert!(accuracy == 0.0 && assumed[1].contains("100.0 % would be right"), "{assumed:?}");
        let many: Vec<i64> = (0..300).collect();
        let (_, assumed) = of(Labels::from_integers(&many), 2, &vec![0; 300]);
        assert!(assumed[0].contains("298 of 300 samples have labels beyond the 2 outputs"), "{assumed:?}");
        // Labels that count from 1 without a sample of the last class.
        let (accuracy, assumed) = of(Labels::from_integers(&[1, 2, 1, 2]), 3, &[0, 1, 0, 1]);
        assert!(accuracy == 1.0 && assumed[0].contains("count from 1"), "{assumed:?}");
        let (accuracy, assumed) = of(Labels::from_integers(&[1, 2, 1, 2]), 3, &[1, 2, 1, 0]);
        assert!(accuracy == 0.75 && assumed[0].contains("count from 0"), "{assumed:?}");
        assert!(match_classes(&Labels::None, 2, &[0]).is_none());
    }
}
