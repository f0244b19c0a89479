//! Labels from text, integers and numbers.

use std::collections::{BTreeMap, BTreeSet};

/// Integer labels up to this one are indices of classes themselves, so that a class that happens to have no sample
/// keeps its place among a network's outputs.
const LARGEST_DIRECT_CLASS: i64 = 999;

/// Texts that are no class.
const NO_LABEL: [&str; 7] = ["", "nan", "nat", "<na>", "n/a", "#n/a", "#na"];

/// More classes than these are no classes where hardly two samples share one.
const MANY_CLASSES: usize = 20;
/// Labels that may mean that there is none.
const MISSING: [&str; 10] = ["nan", "na", "n/a", "<na>", "null", "none", "?", "-", "missing", "unknown"];

impl Labels {
    /// Whether a text among others stands for a label that is missing. What may as well be a class, such as `none`, is one.
    pub(super) fn is_missing(text: &str) -> bool {
        NO_LABEL.iter().any(|word| text.trim().eq_ignore_ascii_case(word))
    }

    /// The labels of these samples, in their order.
    pub(super) fn chosen(&self, samples: &[usize]) -> Labels {
        match self {
            Labels::None => Labels::None,
            Labels::Classes { of_sample, names } => Labels::Classes {
                of_sample: samples.iter().map(|sample| of_sample.get(*sample).copied().unwrap_or(0)).collect(),
                names: names.clone(),
            },
            Labels::Values(values) => {
                Labels::Values(samples.iter().map(|sample| values.get(*sample).copied().unwrap_or(0.0)).collect())
            }
        }
    }

    /// Samples of these labels (true) and of `others`, in the order that `from` gives.
    pub(super) fn merged(&self, others: &Labels, from: &[(bool, usize)]) -> Labels {
        match (self, others) {
            (Labels::Classes { of_sample, names }, Labels::Classes { of_sample: of_others, .. }) => {
                let class = |(own, at): &(bool, usize)| if *own { of_sample.get(*at) } else { of_others.get(*at) };
                let of_sample = from.iter().map(|from| class(from).copied().unwrap_or(0)).collect();
                Labels::Classes { of_sample, names: names.clone() }
            }
            (Labels::Values(values), Labels::Values(of_others)) => {
                let value = |(own, at): &(bool, usize)| if *own { values.get(*at) } else { of_others.get(*at) };
                Labels::Values(from.iter().map(|from| value(from).copied().unwrap_or(0.0)).collect())
            }
            _ => Labels::None,
        }
    }

    /// Integer labels as classes. Small natural numbers are the indices of their classes; others are numbered in
    /// increasing order.
    pub(super) fn from_integers(values: &[i64]) -> Labels {
        let largest = values.iter().copied().max().unwrap_or(-1);
        if values.iter().all(|value| (0..=LARGEST_DIRECT_CLASS).contains(value)) {
            let of_sample = values.iter().map(|&value| value as usize).collect();
            return Labels::Classes { of_sample, names: (0..=largest).map(|class| class.to_string()).collect() };
        }
        let distinct: Vec<i64> = values.iter().copied().collect::<BTreeSet<i64>>().into_iter().collect();
        let of_sample = values.iter().map(|value| distinct.partition_point(|other| other < value)).collect();
        Labels::Classes { of_sample, names: distinct.iter().map(i64::to_string).collect() }
    }

    #[cfg(test)]
    pub(super) fn of_texts<'a>(texts: impl Iterator<Item = &'a str>) -> Labels {
        let mut collector = Labels::collector();
        texts.for_each(|text| collector.add(text));
        collector.finish()
    }

    /// Takes labels in one by one, each distinct text once: classes, numbered in alphabetical order. Text that is all
    /// integers is taken as integers.
    pub(super) fn collector() -> LabelCollector {
        LabelCollector::default()
    }

    /// Labels of classes as the values of a quantity, where they are more different whole numbers than a single output tells
    /// apart as classes.
    pub(crate) fn as_values(&self) -> Option<Labels> {
        let Labels::Classes { of_sample, names } = self else { return None };
        let distinct: BTreeSet<usize> = of_sample.iter().copied().collect();
        if distinct.len() <= MANY_CLASSES {
            return None;
        }
        let numbers: Option<Vec<f64>> = names.iter().map(|name| name.parse::<i64>().ok().map(|n| n as f64)).collect();
        let numbers = numbers?;
        let values: Option<Vec<f64>> = of_sample.iter().map(|class| numbers.get(*class).copied()).collect();
        values.map(Labels::Values)
    }

    /// What speaks against these labels being the classes of `rows` samples, a sentence each.
    pub(super) fn doubts(&self, rows: usize) -> Vec<String> {
        let Labels::Classes { of_sample, names } = self else { return Vec::new() };
        let mut seen = vec![0_usize; names.len()];
        of_sample.iter().filter(|class| **class < names.len()).for_each(|&class| seen[class] += 1);
        let classes = seen.iter().filter(|count| **count > 0).count();
        let mut doubts = Vec::new();
        if classes > MANY_CLASSES && 2 * classes > rows {
            doubts.push(format!(
                "the labels have {classes} different values in {rows} rows and are taken as as many classes; numbers to \
                 be learned as values need a fraction"
            ));
        }
        for (name, count) in names.iter().zip(&seen) {
            if MISSING.iter().any(|word| name.eq_ignore_ascii_case(word)) {
                doubts.push(format!("the label `{name}` of {count} rows is taken as a class"));
            }
        }
        let lower: BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
        if lower.len() < names.len() {
            doubts.push("labels that differ only in capital letters are taken as different classes".to_owned());
        }
        doubts
    }

    /// Floating point labels: classes where all are small whole numbers, else values.
    pub(super) fn from_floats(values: Vec<f64>) -> Labels {
        let whole = |value: &f64| value.fract() == 0.0 && value.abs() <= LARGEST_DIRECT_CLASS as f64;
        if values.iter().all(whole) {
            let integers: Vec<i64> = values.iter().map(|&value| value as i64).collect();
            return Labels::from_integers(&integers);
        }
        Labels::Values(values)
    }
}

/// Labels that come one by one.
#[derive(Debug, Default)]
pub(super) struct LabelCollector {
    /// The number of each text, in the order in which they came.
    numbers: BTreeMap<String, usize>,
    of_sample: Vec<usize>,
}

impl LabelCollector {
    /// Takes the label of the next sample in.
    pub fn add(&mut self, text: &str) {
        let number = match self.numbers.get(text) {
            Some(number) => *number,
            None => {
                let number = self.numbers.len();
                self.numbers.insert(text.to_owned(), number);
                number
            }
        };
        self.of_sample.push(number);
    }

    /// All of them as classes.
    pub fn finish(self) -> Labels {
        let mut integers = vec![0; self.numbers.len()];
        let all_integers = self.numbers.iter().all(|(text, number)| {
            text.trim().parse().is_ok_and(|integer| {
                integers[*number] = integer;
                true
            })
        });
        if all_integers {
            let values: Vec<i64> = self.of_sample.iter().map(|number| integers[*number]).collect();
            return Labels::from_integers(&values);
        }
        let mut positions = vec![0; self.numbers.len()];
        for (position, number) in self.numbers.values().enumerate() {
            positions[*number] = position;
        }
        let of_sample = self.of_sample.into_iter().map(|number| positions[number]).collect();
        Labels::Classes { of_sample, names: self.numbers.into_keys().collect() }
    }
}

/// What is known of each point.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Labels {
    /// Nothing.
    #[default]
    None,
    /// A class: an index into `names` for each sample.
    Classes {
        /// The class of each sample.
        of_sample: Vec<usize>,
        /// The classes' names, in the order of their indices.
        names: Vec<String>,
    },
    /// A number, as for regression.
    Values(Vec<f64>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(labels: Labels) -> (Vec<usize>, Vec<String>) {
        match labels {
            Labels::Classes { of_sample, names } => (of_sample, names),
            other => panic!("{other:?} are not classes"),
        }
    }

    #[test]
    fn small_integers_keep_their_value_as_index() {
        let (of_sample, names) = classes(Labels::from_integers(&[3, 1, 3]));
        assert_eq!(of_sample, [3, 1, 3]);
        assert_eq!(names, ["0", "1", "2", "3"]);
    }

    #[test]
    fn other_integers_are_numbered_in_order() {
        let (of_sample, names) = classes(Labels::from_integers(&[1, -1, 70_000]));
        assert_eq!(of_sample, [1, 0, 2]);
        assert_eq!(names, ["-1", "1", "70000"]);
    }

    #[test]
    fn text_and_whole_numbers() {
        assert_eq!(classes(Labels::of_texts(["10", " 2"].into_iter())).0, [10, 2]);
        assert_eq!(
            classes(Labels::of_texts(["dog", "cat", "dog"].into_iter())),
            (vec![1, 0, 1], vec!["cat".to_owned(), "dog".to_owned()])
        );
        assert_eq!(classes(Labels::from_floats(vec![1.0, 0.0])).0, [1, 0]);
        assert_eq!(Labels::from_floats(vec![0.5]), Labels::Values(vec![0.5]));
    }

    #[test]
    fn many_whole_numbers_may_be_values() {
        let labels = Labels::from_integers(&(0..50).map(|row| 2 * (row % 25) - 3).collect::<Vec<i64>>());
        let expected: Vec<f64> = (0..50).map(|row| f64::from(2 * (row % 25) - 3)).collect();
        assert_eq!(labels.as_values(), Some(Labels::Values(expected)));
        assert_eq!(Labels::from_integers(&[3, 1, 2, 1]).as_values(), None);
        let texts: Vec<String> = (0..30).map(|row| format!("kind {row}")).collect();
        assert_eq!(Labels::of_texts(texts.iter().map(String::as_str)).as_values(), None);
    }
}
