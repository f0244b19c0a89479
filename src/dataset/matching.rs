//! Which output of a network stands for which class of the labels.

use std::collections::BTreeSet;

use super::class_order::{BETTER, GOOD, OrderCheck};
use super::labels::Labels;
use super::points::Dataset;

/// How many classes a sentence lists.
const LISTED: usize = 6;
/// An option longer than this is not written out.
const LONGEST_OPTION: usize = 200;

/// Labels as outputs of a network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matched {
    /// The output that stands for the class of each sample; beyond the last one where there is none.
    pub of_sample: Vec<usize>,
    /// What was assumed, a sentence each.
    pub assumed: Vec<String>,
    /// Whether the first of these is that text goes by the alphabet.
    pub is_alphabetical: bool,
    /// How many answers are right in this order of the classes and in the best one.
    pub check: Option<OrderCheck>,
}

/// How classes are numbered as outputs.
enum Numbering {
    /// A person has said which output stands for which class.
    Given,
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
/// samples; `is_given`: whether the classes stand in the order of the outputs. `None` where the labels are no classes.
fn match_labels(labels: &Labels, is_given: bool, outputs: usize, predictions: &[usize]) -> Option<Matched> {
    let Labels::Classes { of_sample, names } = labels else { return None };
    // A single output tells two classes apart.
    let positions = outputs.max(2);
    let (numbering, output_of) = match is_given {
        true => (Numbering::Given, (0..names.len()).collect()),
        false => numbering(of_sample, names, positions, predictions),
    };
    let outputs_of: Vec<usize> =
        of_sample.iter().map(|class| output_of.get(*class).copied().unwrap_or(usize::MAX)).collect();
    let check = OrderCheck::new(of_sample, names, &outputs_of, predictions, positions);
    let mut assumed = numbering.assumption(names, outputs, &output_of, check.as_ref());
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
    let is_alphabetical = matches!(numbering, Numbering::Alphabetical);
    assumed.extend(check.as_ref().filter(|_| !is_alphabetical).and_then(better_numbering));
    Some(Matched { of_sample: outputs_of, assumed, is_alphabetical, check })
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
    /// Matches the classes to the outputs of a network that has `outputs` of them and predicts the class `predictions` for
    /// the samples. `None` where the labels are no classes.
    pub fn match_classes(&self, outputs: usize, predictions: &[usize]) -> Option<Matched> {
        match_labels(&self.labels, self.is_class_order_given, outputs, predictions)
    }

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
    fn assumption(
        &self,
        names: &[String],
        outputs: usize,
        output_of: &[usize],
        check: Option<&OrderCheck>,
    ) -> Vec<String> {
        let numbered =
            || listed(names.iter().zip(output_of).map(|(name, output)| format!("{name} is output {output}")));
        match self {
            Numbering::Given | Numbering::Direct => Vec::new(),
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
                let checked = check.map_or_else(String::new, check_text);
                vec![format!("the labels are matched to the outputs in {order}: {}{checked}", numbered())]
            }
        }
    }
}

/// How right an order is that nobody gave, and how right the best one would be.
fn check_text(check: &OrderCheck) -> String {
    let [right, best] = check.shares().map(|share| 100.0 * share);
    if check.is_best() {
        return format!("; that is right for {right:.1} %, and no other order is for more");
    }
    let option = check.order.join(",");
    // A name with a comma in it would be two.
    let commas = check.order.len().saturating_sub(1);
    let is_plain = option.matches(',').count() == commas && option.len() <= LONGEST_OPTION;
    let remedy = if is_plain { format!(" (--classes {option})") } else { String::new() };
    format!(
        "; that is a guess and right for {right:.1} %, the best of all orders for {best:.1} %: {}{remedy}",
        listed(in_words(&check.order))
    )
}

/// Which output each class is, in an order of the outputs.
fn in_words(order: &[String]) -> impl Iterator<Item = String> {
    let named = order.iter().enumerate().filter(|(_, name)| !name.is_empty());
    named.map(|(output, name)| format!("{name} is output {output}"))
}

/// A word of another numbering that is right for far more samples.
fn better_numbering(check: &OrderCheck) -> Option<String> {
    let [right, best] = check.shares();
    check.is_far_better().then(|| {
        format!(
            "with another numbering of the classes {:.1} % would be right instead of {:.1} %: {}",
            100.0 * best,
            100.0 * right,
            listed(in_words(&check.order))
        )
    })
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
        let matched = match_labels(&labels, false, outputs, predictions).unwrap();
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
        assert!(accuracy == 0.0 && assumed.len() == 1, "{assumed:?}");
        assert!(assumed[0].contains("a guess and right for 0.0 %, the best of all orders for 100.0 %"), "{assumed:?}");
        assert!(assumed[0].ends_with("b is output 0, c is output 1, a is output 2 (--classes b,c,a)"), "{assumed:?}");
        let given = Labels::Classes { of_sample: vec![1, 0, 1], names: vec!["7".into(), "3".into()] };
        let matched = match_labels(&given, true, 2, &[1, 0, 1]).unwrap();
        assert_eq!((matched.of_sample, matched.assumed.len(), matched.is_alphabetical), (vec![1, 0, 1], 0, false));
        let many: Vec<i64> = (0..300).collect();
        let (_, assumed) = of(Labels::from_integers(&many), 2, &vec![0; 300]);
        assert!(assumed[0].contains("298 of 300 samples have labels beyond the 2 outputs"), "{assumed:?}");
        // Labels that count from 1 without a sample of the last class.
        let (accuracy, assumed) = of(Labels::from_integers(&[1, 2, 1, 2]), 3, &[0, 1, 0, 1]);
        assert!(accuracy == 1.0 && assumed[0].contains("count from 1"), "{assumed:?}");
        let (accuracy, assumed) = of(Labels::from_integers(&[1, 2, 1, 2]), 3, &[1, 2, 1, 0]);
        assert!(accuracy == 0.75 && assumed[0].contains("count from 0"), "{assumed:?}");
        assert!(match_labels(&Labels::None, false, 2, &[0]).is_none());
    }
}
