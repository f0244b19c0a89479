//! What the colours of the points stand for, as groups or as numbers.

use crate::dataset::{Dataset, Labels};
use crate::network::OutputFunction;
use crate::session::{Scene, coordinate_name};

/// What the colours of the points stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colouring {
    /// The class, or the value, that the data names.
    #[default]
    Label,
    /// The class, or the value, that the network answers.
    Prediction,
    /// Whether the network's class is the data's.
    Mistakes,
    /// How wrong the answer is: −ln p of the data's class, or the squared error of a value.
    Loss,
    /// A column of the data, from 0.
    Column(usize),
}

/// What the points look like, by groups or by numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct ColorMap {
    /// What is shown, for the legend.
    pub title: String,
    /// For each point.
    pub shades: ColorValues,
}

/// A group or a number for each point.
#[derive(Clone, Debug, PartialEq)]
pub enum ColorValues {
    /// All points are alike.
    Same,
    /// Each point belongs to a group.
    Groups {
        /// The group of each sample.
        of_sample: Vec<usize>,
        /// The groups' names.
        names: Vec<String>,
    },
    /// Each point has a number.
    Numbers {
        /// The number of each sample; not finite where there is none.
        of_sample: Vec<f64>,
        /// The least and the largest finite one.
        range: [f64; 2],
    },
}

impl Colouring {
    /// The word used in the window for this data.
    pub fn label(self, dataset: &Dataset) -> String {
        let values = matches!(dataset.labels, Labels::Values(_));
        match self {
            Colouring::Label if values => "value".to_owned(),
            Colouring::Label => "class".to_owned(),
            Colouring::Prediction => "prediction".to_owned(),
            Colouring::Mistakes => "right or wrong".to_owned(),
            Colouring::Loss if values => "squared error".to_owned(),
            Colouring::Loss => "loss".to_owned(),
            Colouring::Column(index) => format!("column {}", column_text(dataset, index)),
        }
    }

    /// Why the points of `scene` cannot be coloured so, in a sentence; `None` where they can.
    pub fn refusal(self, scene: &Scene) -> Option<&'static str> {
        let outputs = scene.forward.output.nrows();
        match (self, &scene.dataset.labels) {
            (Colouring::Label | Colouring::Mistakes | Colouring::Loss, Labels::None) => {
                Some("The data has no labels to compare the answers with.")
            }
            (Colouring::Mistakes, Labels::Values(_)) => {
                Some("The data has a value for each point, not a class: an answer is more or less wrong.")
            }
            (Colouring::Loss, Labels::Classes { .. }) if !gives_probabilities(scene.output) => {
                Some("The loss needs probabilities: a network whose output function is softmax or sigmoid.")
            }
            (Colouring::Loss | Colouring::Prediction, _) if outputs == 0 => Some("The network gives no output."),
            (Colouring::Column(index), _) if index >= scene.dataset.dimension() => Some("The data has no such column."),
            _ => None,
        }
    }

    /// The groups or numbers of the points of `scene`; all alike where they cannot be coloured so.
    pub fn painting(self, scene: &Scene) -> ColorMap {
        let labels = &scene.dataset.labels;
        let title = self.label(&scene.dataset);
        if self.refusal(scene).is_some() {
            return ColorMap { title: String::new(), shades: ColorValues::Same };
        }
        let shades = match self {
            Colouring::Label => match labels {
                Labels::None => ColorValues::Same,
                Labels::Classes { of_sample, names } => {
                    ColorValues::Groups { of_sample: of_sample.clone(), names: names.clone() }
                }
                Labels::Values(values) => numbers(values.clone()),
            },
            Colouring::Prediction if answers_values(scene) => numbers(first_outputs(scene).collect()),
            Colouring::Prediction => predicted_classes(scene),
            Colouring::Mistakes => mistakes(scene),
            Colouring::Loss => {
                let losses = (0..scene.dataset.samples()).map(|sample| loss(scene, sample).unwrap_or(f64::NAN));
                numbers(losses.collect())
            }
            Colouring::Column(index) => numbers(scene.dataset.points.row(index).iter().copied().collect()),
        };
        ColorMap { title, shades }
    }
}

/// What a column of the data is called, by the file or by its number.
pub fn column_text(dataset: &Dataset, index: usize) -> String {
    dataset.column_name(index).map_or_else(|| coordinate_name(index), str::to_owned)
}

/// Whether the network's first output is read as a number rather than as a class.
pub fn answers_values(scene: &Scene) -> bool {
    let alone = scene.forward.output.nrows() == 1 && scene.output == OutputFunction::Identity;
    match scene.dataset.labels {
        Labels::Values(_) => true,
        Labels::None => alone,
        Labels::Classes { .. } => false,
    }
}

fn gives_probabilities(output: OutputFunction) -> bool {
    matches!(output, OutputFunction::Softmax | OutputFunction::Sigmoid)
}

fn first_outputs(scene: &Scene) -> impl Iterator<Item = f64> + '_ {
    scene.forward.output.column_iter().map(|column| column.iter().copied().next().unwrap_or(f64::NAN))
}

fn numbers(of_sample: Vec<f64>) -> ColorValues {
    let finite = of_sample.iter().copied().filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if low <= high { ColorValues::Numbers { of_sample, range: [low, high] } } else { ColorValues::Same }
}

/// Groups named as the data's classes are; a class that the data does not know is named by its number.
fn predicted_classes(scene: &Scene) -> ColorValues {
    let of_sample = scene.forward.predictions.clone();
    let known = if let Labels::Classes { names, .. } = &scene.dataset.labels { names.as_slice() } else { &[] };
    let count = of_sample.iter().map(|class| class + 1).max().unwrap_or(0).max(known.len());
    let name = |class: usize| known.get(class).cloned().unwrap_or_else(|| class.to_string());
    ColorValues::Groups { of_sample, names: (0..count).map(name).collect() }
}

/// Group 0 is right, group 1 is wrong.
fn mistakes(scene: &Scene) -> ColorValues {
    let Labels::Classes { of_sample, .. } = &scene.dataset.labels else { return ColorValues::Same };
    let wrong = of_sample.iter().zip(&scene.forward.predictions).map(|(label, answer)| usize::from(label != answer));
    ColorValues::Groups { of_sample: wrong.collect(), names: vec!["right".to_owned(), "wrong".to_owned()] }
}

/// The loss of a sample: the squared error of a value; −ln p of the data's class under softmax; under sigmoid the sum
/// over the outputs of −ln of what each gives to the data's answer (one output is the probability of class 1). `None`
/// without a label, or where the network has no output for the label's class.
pub fn loss(scene: &Scene, sample: usize) -> Option<f64> {
    let output = &scene.forward.output;
    if sample >= output.ncols() {
        return None;
    }
    let answer = output.column(sample);
    match &scene.dataset.labels {
        Labels::None => None,
        Labels::Values(values) => Some((answer.get(0)? - values.get(sample)?).powi(2)),
        Labels::Classes { of_sample, .. } => {
            let class = *of_sample.get(sample)?;
            match (scene.output, answer.as_slice()) {
                (OutputFunction::Sigmoid, [p]) => Some(negative_log_likelihood(if class == 1 { *p } else { 1.0 - p })),
                (OutputFunction::Sigmoid, outputs) => {
                    let given =
                        |(index, p): (usize, &f64)| negative_log_likelihood(if index == class { *p } else { 1.0 - p });
                    Some(outputs.iter().enumerate().map(given).sum())
                }
                (_, outputs) => outputs.get(class).map(|p| negative_log_likelihood(*p)),
            }
        }
    }
}

/// −ln p; a probability that underflowed counts as the least positive number, so that the loss stays finite.
fn negative_log_likelihood(p: f64) -> f64 {
    -p.max(f64::MIN_POSITIVE).ln()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use nalgebra::DMatrix;

    use super::*;
    use crate::flow::FlowOptions;
    use crate::network::{Activation, Affine, Dense, Layer, Network};

    /// Points (0, 0), (ln 3, 0) and (0, ln 3) as they are, read by `output`.
    fn scene(labels: Labels, output: OutputFunction) -> Scene {
        let affine = Affine { weight: DMatrix::identity(2, 2), bias: None };
        let layers = vec![Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Identity })];
        let network = Arc::new(Network::new(String::new(), layers, output).unwrap());
        let ln3 = 3f64.ln();
        let points = DMatrix::from_column_slice(2, 3, &[0.0, 0.0, ln3, 0.0, 0.0, ln3]);
        let dataset = Arc::new(Dataset { name: String::new(), points, labels, columns: Vec::new(), notes: Vec::new() });
        Scene::build(&network, &dataset, FlowOptions::default(), None, &mut |_, _| true).unwrap()
    }

    fn classes() -> Labels {
        Labels::Classes { of_sample: vec![0, 0, 0], names: vec!["a".into(), "b".into()] }
    }

    fn near(found: &ColorValues, expected: [f64; 3]) {
        let ColorValues::Numbers { of_sample, range } = found else { panic!("{found:?} are no numbers") };
        let close = |(a, b): (&f64, f64)| (a - b).abs() < 1e-12;
        assert!(of_sample.iter().zip(expected).all(close), "{of_sample:?}");
        let (low, high) = expected.iter().fold((f64::MAX, f64::MIN), |(l, h), x| (l.min(*x), h.max(*x)));
        assert!(close((&range[0], low)) && close((&range[1], high)));
    }

    #[test]
    fn the_loss_of_classes_is_the_surprise_at_the_right_one() {
        let softmax = scene(classes(), OutputFunction::Softmax);
        // softmax of (0, 0), (ln 3, 0) and (0, ln 3) gives class 0 the probabilities ½, ¾ and ¼.
        near(&Colouring::Loss.painting(&softmax).shades, [2f64.ln(), (4f64 / 3.0).ln(), 4f64.ln()]);
        let sigmoid = scene(classes(), OutputFunction::Sigmoid);
        let (half, quarter) = (2f64.ln(), 4f64.ln());
        near(&Colouring::Loss.painting(&sigmoid).shades, [2.0 * half, (4f64 / 3.0).ln() + half, half + quarter]);
        assert!(Colouring::Loss.refusal(&scene(classes(), OutputFunction::Identity)).is_some());
    }

    #[test]
    fn mistakes_and_predictions_are_groups() {
        let scene = scene(classes(), OutputFunction::Softmax);
        let groups = |colouring: Colouring| match colouring.painting(&scene).shades {
            ColorValues::Groups { of_sample, names } => (of_sample, names),
            other => panic!("{other:?} are no groups"),
        };
        assert_eq!(groups(Colouring::Prediction), (vec![0, 0, 1], vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(groups(Colouring::Mistakes).0, [0, 0, 1]);
        assert_eq!(groups(Colouring::Label).0, [0, 0, 0]);
    }

    #[test]
    fn values_are_compared_with_the_first_output() {
        let scene = scene(Labels::Values(vec![1.0, 3f64.ln(), f64::NAN]), OutputFunction::Identity);
        near(&Colouring::Prediction.painting(&scene).shades, [0.0, 3f64.ln(), 0.0]);
        near(&Colouring::Column(1).painting(&scene).shades, [0.0, 0.0, 3f64.ln()]);
        let ColorValues::Numbers { of_sample, range } = Colouring::Loss.painting(&scene).shades else { panic!() };
        assert!(of_sample[2].is_nan());
        assert_eq!(range, [0.0, 1.0]);
        assert!(Colouring::Mistakes.refusal(&scene).is_some() && Colouring::Column(2).refusal(&scene).is_some());
        assert_eq!(Colouring::Mistakes.painting(&scene).shades, ColorValues::Same);
    }

    #[test]
    fn without_labels_there_is_no_error() {
        let scene = scene(Labels::None, OutputFunction::Softmax);
        for colouring in [Colouring::Label, Colouring::Mistakes, Colouring::Loss] {
            assert!(colouring.refusal(&scene).is_some());
        }
        assert!(Colouring::Prediction.refusal(&scene).is_none());
    }
}
