//! Where the network is wrong: class against class, the surest mistakes, the least sure answers.

use super::pace::paced;
use super::{Derivation, Situation, Source};
use crate::dataset::Labels;
use crate::network::OutputFunction;
use crate::session::PanelPart;
use crate::session::scene::{Progress, Scene, SceneError, go_on};

/// More classes than this are not set against each other.
const MAX_CLASSES: usize = 64;
/// How many of the surest mistakes and of the least sure answers are listed.
const MAX_LISTED: usize = 200;

/// Where the network is right and wrong.
#[derive(Debug, Default)]
pub struct ErrorSlices {
    /// The classes' names, in the order of the outputs.
    pub names: Vec<String>,
    /// How many points of each class are answered by each class, classes × classes, a row for each label.
    counts: Vec<usize>,
    /// The mistakes, the surest first: the sample and how sure the answer is.
    pub surest_mistakes: Vec<(usize, f64)>,
    /// The answers, the least sure first.
    pub least_sure: Vec<(usize, f64)>,
}

impl ErrorSlices {
    /// Sorts the answers of `scene`; `None` where the data has no classes, or too many.
    pub fn new(scene: &Scene) -> Option<ErrorSlices> {
        let Labels::Classes { of_sample, names } = &scene.dataset.labels else { return None };
        let answers = &scene.forward.predictions;
        let largest = of_sample.iter().chain(answers).max().map_or(0, |largest| largest + 1);
        let classes = names.len().max(largest);
        if classes > MAX_CLASSES || of_sample.len() != answers.len() {
            return None;
        }
        let name = |class: usize| names.get(class).cloned().unwrap_or_else(|| class.to_string());
        let mut counts = vec![0; classes * classes];
        let mut mistakes = Vec::new();
        let mut all = Vec::with_capacity(answers.len());
        for (sample, (label, answer)) in of_sample.iter().zip(answers).enumerate() {
            counts[label * classes + answer] += 1;
            let Some(sure) = sureness(scene, sample) else { continue };
            all.push((sample, sure));
            if label != answer {
                mistakes.push((sample, sure));
            }
        }
        mistakes.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        all.sort_by(|one, other| one.1.total_cmp(&other.1).then(one.0.cmp(&other.0)));
        mistakes.truncate(MAX_LISTED);
        all.truncate(MAX_LISTED);
        Some(ErrorSlices {
            names: (0..classes).map(name).collect(),
            counts,
            surest_mistakes: mistakes,
            least_sure: all,
        })
    }

    /// How many points of class `label` are answered by class `answer`.
    pub fn count(&self, label: usize, answer: usize) -> usize {
        self.counts.get(label * self.names.len() + answer).copied().unwrap_or(0)
    }

    /// How many points of class `label` there are, and how many of them are answered right.
    pub fn of_class(&self, label: usize) -> (usize, usize) {
        let all = (0..self.names.len()).map(|answer| self.count(label, answer)).sum();
        (all, self.count(label, label))
    }

    /// How many points there are, and how many of them are answered right.
    pub fn whole(&self) -> (usize, usize) {
        let right = (0..self.names.len()).map(|class| self.count(class, class)).sum();
        (self.counts.iter().sum(), right)
    }
}

/// The points of class `label` that are answered by class `answer`; all answers but the right one without it.
pub fn slice(scene: &Scene, label: usize, answer: Option<usize>) -> Vec<usize> {
    let Labels::Classes { of_sample, .. } = &scene.dataset.labels else { return Vec::new() };
    let pairs = of_sample.iter().zip(&scene.forward.predictions).enumerate();
    let is_in =
        |(own, given): (&usize, &usize)| *own == label && answer.map_or(given != own, |answer| *given == answer);
    pairs.filter(|(_, pair)| is_in(*pair)).map(|(sample, _)| sample).collect()
}

/// How far the largest output is above the next, of one output how far it is from the middle.
fn sureness(scene: &Scene, sample: usize) -> Option<f64> {
    let output = &scene.forward.output;
    if sample >= output.ncols() || output.nrows() == 0 {
        return None;
    }
    let column = output.column(sample);
    if let [only] = column.as_slice() {
        let middle = if scene.output == OutputFunction::Sigmoid { 0.5 } else { 0.0 };
        return Some((only - middle).abs() / if middle > 0.0 { middle } else { 1.0 }).filter(|sure| sure.is_finite());
    }
    let (first, second) = column.iter().fold((f64::NEG_INFINITY, f64::NEG_INFINITY), |(first, second), value| {
        if *value > first { (*value, first) } else { (first, second.max(*value)) }
    });
    Some(first - second).filter(|sure| sure.is_finite())
}

impl Derivation for ErrorSlices {
    type Request = ();

    const LABEL: &'static str = "Sorting the answers";
    const WAITS_FOR_REST: bool = true;
    const RETRIED: bool = true;

    fn interval(situation: &Situation<'_>, latest: Option<&Self>) -> f64 {
        paced(situation, latest.map(|_| 0.0))
    }

    fn wanted(situation: &Situation<'_>) -> Option<()> {
        let has_classes = matches!(situation.scene.dataset.labels, Labels::Classes { .. });
        (situation.view.panel.shows(PanelPart::Errors) && has_classes).then_some(())
    }

    fn build(source: &Source, (): (), progress: &mut Progress<'_>) -> Result<Option<ErrorSlices>, SceneError> {
        go_on(progress, 0.0, "")?;
        Ok(ErrorSlices::new(&source.scene))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::flow::FlowOptions;
    use crate::formats::examples;

    #[test]
    fn the_matrix_holds_every_point_and_slices_are_its_cells() {
        let (network, data) = examples::spiral().unwrap();
        let scene =
            Scene::build(&Arc::new(network), &Arc::new(data), FlowOptions::default(), None, &mut |_, _| true).unwrap();
        let slices = ErrorSlices::new(&scene).unwrap();
        let (all, right) = slices.whole();
        assert_eq!(all, scene.dataset.samples());
        assert!(right as f64 > 0.9 * all as f64);
        for label in 0..slices.names.len() {
            for answer in 0..slices.names.len() {
                assert_eq!(slice(&scene, label, Some(answer)).len(), slices.count(label, answer));
            }
            let (of_class, right) = slices.of_class(label);
            assert_eq!(slice(&scene, label, None).len(), of_class - right);
        }
        assert!(slices.least_sure.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        assert!(slices.surest_mistakes.windows(2).all(|pair| pair[0].1 >= pair[1].1));
    }
}
