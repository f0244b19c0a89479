//! Which output of a network stands for which class: as a person says, and as the network's answers speak for.

use std::collections::BTreeSet;
use std::path::Path;

use nalgebra::DMatrix;

use super::error::DatasetError;
use super::labels::Labels;
use super::points::Dataset;
use crate::linalg::greatest_assignment;

/// The most classes for which the best order is sought; the time grows with their cube.
const MAX_MATCHED: usize = 256;

/// Another order is worth a word where it is right for this share of the samples at least…
pub(super) const GOOD: f64 = 0.75;
/// …and for so much more of them than the one that is taken.
pub(super) const BETTER: f64 = 0.25;

/// How many answers are right in the order of the classes that is taken, and in the order that is right for most.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderCheck {
    /// The number of samples.
    pub samples: usize,
    /// How many of them are answered right.
    pub right: usize,
    /// How many are in the best of all orders.
    pub best: usize,
    /// The class of each output in that order; empty for an output without one.
    pub order: Vec<String>,
}

impl OrderCheck {
    /// Seeks the assignment of the classes to so many outputs by which most predictions are right. It is the assignment
    /// that makes Σ counts[class, output(class)] greatest. `None` without samples, or with more classes than outputs.
    pub(super) fn new(
        of_sample: &[usize],
        names: &[String],
        outputs_of: &[usize],
        predictions: &[usize],
        outputs: usize,
    ) -> Option<OrderCheck> {
        let samples = predictions.len().min(of_sample.len());
        let classes: Vec<usize> = of_sample.iter().copied().collect::<BTreeSet<usize>>().into_iter().collect();
        if samples == 0 || classes.len() > outputs.min(MAX_MATCHED) || outputs > MAX_MATCHED {
            return None;
        }
        let right = predictions.iter().zip(outputs_of).filter(|(predicted, class)| predicted == class).count();
        let mut counts = DMatrix::<f64>::zeros(classes.len(), outputs);
        for (class, predicted) in of_sample.iter().zip(predictions) {
            if let (Ok(row), true) = (classes.binary_search(class), *predicted < outputs) {
                counts[(row, *predicted)] += 1.0;
            }
        }
        let assignment = greatest_assignment(&counts);
        let mut order = vec![String::new(); outputs];
        let mut best = 0.0;
        for (row, output) in assignment.into_iter().enumerate() {
            best += counts[(row, output)];
            order[output] = names.get(classes[row]).cloned().unwrap_or_else(|| classes[row].to_string());
        }
        // The numbers are whole and far below 2⁵³.
        Some(OrderCheck { samples, right, best: best as usize, order })
    }

    /// Whether no order of the classes is right for more samples.
    pub fn is_best(&self) -> bool {
        self.best <= self.right
    }

    /// Whether another order is right for most samples and for far more of them.
    pub fn is_far_better(&self) -> bool {
        let [right, best] = self.shares();
        best >= GOOD && best >= right + BETTER
    }

    /// The share of the samples that is answered right, and the share in the best order.
    pub fn shares(&self) -> [f64; 2] {
        [self.right, self.best].map(|count| count as f64 / self.samples.max(1) as f64)
    }
}

impl Labels {
    /// The same classes, numbered by their place in `order`, which has every class that a sample is of. An empty name stands
    /// for an output without a class. Also answers the names that no sample is of.
    pub(super) fn in_order(&self, path: &Path, order: &[String]) -> Result<(Labels, Vec<String>), DatasetError> {
        let refusal = |problem: String| DatasetError::ClassOrder { path: path.into(), problem };
        let Labels::Classes { of_sample, names } = self else {
            let problem = "the data has no classes that could be put in order; leave the order away";
            return Err(refusal(problem.to_owned()));
        };
        let order: Vec<&str> = order.iter().map(|name| name.trim()).collect();
        let mut seen = BTreeSet::new();
        if let Some(twice) = order.iter().find(|name| !name.is_empty() && !seen.insert(**name)) {
            return Err(refusal(format!("`{twice}` is named twice; name each class once")));
        }
        let present: BTreeSet<usize> = of_sample.iter().copied().collect();
        let position = |class: usize| {
            let name = names.get(class).map_or("", |name| name.trim());
            order.iter().position(|other| *other == name && !name.is_empty())
        };
        let positions: Vec<Option<usize>> = (0..names.len()).map(position).collect();
        let is_lacking = |class: &&usize| positions.get(**class).is_none_or(Option::is_none);
        if let Some(class) = present.iter().find(is_lacking) {
            let name = names.get(*class).map_or("", String::as_str);
            return Err(refusal(format!(
                "the class `{name}` is not named; name every class, in the order of the outputs"
            )));
        }
        let index = |class: &usize| positions.get(*class).copied().flatten().unwrap_or(0);
        let of_sample: Vec<usize> = of_sample.iter().map(index).collect();
        let used: BTreeSet<usize> = of_sample.iter().copied().collect();
        let unused = order.iter().enumerate().filter(|(at, name)| !name.is_empty() && !used.contains(at));
        let unused = unused.map(|(_, name)| (*name).to_owned()).collect();
        let names = order.into_iter().map(str::to_owned).collect();
        Ok((Labels::Classes { of_sample, names }, unused))
    }
}

impl Dataset {
    /// The same data with its classes numbered by their place in `order`; classes that are not named in it take the places
    /// that are left, and others behind. Answers the whole order too. `None` where the labels are no classes.
    pub fn in_class_order(&self, order: &[String]) -> Option<(Dataset, Vec<String>)> {
        let Labels::Classes { names, .. } = &self.labels else { return None };
        let mut order: Vec<String> = order.to_vec();
        for name in names.iter().filter(|name| !name.is_empty()) {
            if order.contains(name) {
                continue;
            }
            match order.iter_mut().find(|other| other.is_empty()) {
                Some(free) => free.clone_from(name),
                None => order.push(name.clone()),
            }
        }
        let positions: Vec<usize> =
            names.iter().map(|name| order.iter().position(|other| other == name).unwrap_or(0)).collect();
        let position = |class: usize| positions.get(class).copied().unwrap_or(0);
        let ordered = Dataset { is_class_order_given: true, ..self.with_classes(position, order.clone()) };
        Some((ordered, order))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_take_the_places_that_are_given() {
        let labels = Labels::of_texts(["cat", "ant", "dog", "ant"].into_iter());
        let order = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            labels.in_order(Path::new("a.csv"), &names)
        };
        let (ordered, unused) = order(&["dog", "", "cat", "ant", "eel"]).unwrap();
        let Labels::Classes { of_sample, names } = ordered else { panic!() };
        assert_eq!((of_sample, names[2].as_str(), names.len()), (vec![2, 3, 0, 3], "cat", 5));
        assert_eq!(unused, ["eel"]);
        assert!(order(&["dog", "cat"]).unwrap_err().to_string().contains("`ant` is not named"));
        assert!(order(&["dog", "cat", "ant", "cat"]).unwrap_err().to_string().contains("`cat` is named twice"));
        let values = Labels::Values(vec![0.5]).in_order(Path::new("a.csv"), &["a".to_owned()]);
        assert!(values.unwrap_err().to_string().contains("no classes"));
    }

    #[test]
    fn classes_that_an_order_does_not_name_take_what_is_left() {
        let labels = Labels::of_texts(["b", "c", "a", "d"].into_iter());
        let data = Dataset { labels, ..Dataset::default() };
        let order = ["c", "", "a"].map(str::to_owned);
        let (ordered, order) = data.in_class_order(&order).unwrap();
        assert_eq!(order, ["c", "b", "a", "d"]);
        assert!(matches!(&ordered.labels, Labels::Classes { of_sample, .. } if of_sample[..] == [1, 0, 2, 3]));
        assert!(ordered.is_class_order_given && Dataset::default().in_class_order(&order).is_none());
    }

    #[test]
    fn the_best_order_is_the_one_of_all_orders_that_is_right_for_most() {
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        let of_sample = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2];
        let predictions = [1, 1, 2, 0, 0, 1, 2, 2, 1, 2];
        let check = OrderCheck::new(&of_sample, &names, &of_sample, &predictions, 3).unwrap();
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let right = |order: &[usize; 3]| of_sample.iter().zip(predictions).filter(|(c, p)| order[**c] == *p).count();
        assert_eq!(check.best, orders.iter().map(right).max().unwrap());
        assert_eq!((check.right, check.best, check.is_best()), (4, 7, false));
        assert_eq!(check.order, ["b", "a", "c"]);
        assert!(OrderCheck::new(&of_sample, &names, &of_sample, &predictions, 2).is_none());
        assert!(OrderCheck::new(&[], &names, &[], &[], 3).is_none());
    }
}
