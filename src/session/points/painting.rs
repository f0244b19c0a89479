//! The colours of the points of a scene, as groups or as numbers.

use crate::dataset::Labels;
use crate::network::OutputFunction;
use crate::session::{ColorMap, ColorValues, Colouring, Scene, sample_loss};
use crate::training::Loss;

impl Colouring {
    /// Why the points of `scene` cannot be coloured so, in a sentence; `None` where they can.
    pub fn refusal(self, scene: &Scene) -> Option<&'static str> {
        let outputs = scene.forward.output.nrows();
        match (self, &scene.dataset.labels) {
            (Colouring::Label | Colouring::Mistakes | Colouring::Loss(_), Labels::None) => {
                Some("The data has no labels to compare the answers with.")
            }
            (Colouring::Mistakes, Labels::Values(_)) => {
                Some("The data has a value for each point, not a class: an answer is more or less wrong.")
            }
            (Colouring::Loss(loss), _) if loss.check(scene.output).is_err() => {
                Some("This loss cannot be told from the answers of this output function.")
            }
            (Colouring::Loss(_) | Colouring::Prediction, _) if outputs == 0 => Some("The network gives no output."),
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
            Colouring::Loss(kind) => {
                let losses = (0..scene.dataset.samples()).map(|sample| loss(scene, kind, sample).unwrap_or(f64::NAN));
                numbers(losses.collect())
            }
            Colouring::Column(index) => numbers(scene.dataset.points.row(index).iter().copied().collect()),
        };
        ColorMap { title, shades }
    }
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

/// The loss of a sample, as training measures it. `None` without a label, or where the network has no output for the
/// label's class. A value is compared with the first output.
pub fn loss(scene: &Scene, loss: Loss, sample: usize) -> Option<f64> {
    sample_loss(loss, scene.output, &scene.forward.output, &scene.dataset.labels, sample)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use nalgebra::DMatrix;

    use super::*;
    use crate::dataset::Dataset;
    use crate::flow::FlowOptions;
    use crate::network::{Activation, Affine, Dense, Layer, Network};

    const CROSS_ENTROPY: Colouring = Colouring::Loss(Loss::CrossEntropy);
    const SQUARED_ERROR: Colouring = Colouring::Loss(Loss::SquaredError);

    /// Points (0, 0), (ln 3, 0) and (0, ln 3) as they are, read by `output`.
    fn scene(labels: Labels, output: OutputFunction) -> Scene {
        let affine = Affine { weight: DMatrix::identity(2, 2), bias: None };
        let layers = vec![Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Identity })];
        let network = Arc::new(Network::new(String::new(), layers, output).unwrap());
        let ln3 = 3f64.ln();
        let points = DMatrix::from_column_slice(2, 3, &[0.0, 0.0, ln3, 0.0, 0.0, ln3]);
        let dataset = Arc::new(Dataset { name: String::new(), points, labels, ..Dataset::default() });
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
        near(&CROSS_ENTROPY.painting(&softmax).shades, [2f64.ln(), (4f64 / 3.0).ln(), 4f64.ln()]);
        let sigmoid = scene(classes(), OutputFunction::Sigmoid);
        let (half, quarter) = (2f64.ln(), 4f64.ln());
        near(&CROSS_ENTROPY.painting(&sigmoid).shades, [2.0 * half, (4f64 / 3.0).ln() + half, half + quarter]);
        let identity = scene(classes(), OutputFunction::Identity);
        assert!(CROSS_ENTROPY.refusal(&identity).is_some());
        // ½‖f − y‖² with y = (1, 0).
        let ln3 = 3f64.ln();
        near(&SQUARED_ERROR.painting(&identity).shades, [0.5, 0.5 * (ln3 - 1.0).powi(2), 0.5 * (1.0 + ln3 * ln3)]);
        near(&SQUARED_ERROR.painting(&softmax).shades, [0.25, 0.0625, 0.5625]);
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
        let ColorValues::Numbers { of_sample, range } = SQUARED_ERROR.painting(&scene).shades else { panic!() };
        assert!(of_sample[2].is_nan());
        assert_eq!(range, [0.0, 0.5]);
        assert!(Colouring::Mistakes.refusal(&scene).is_some() && Colouring::Column(2).refusal(&scene).is_some());
        assert_eq!(Colouring::Mistakes.painting(&scene).shades, ColorValues::Same);
    }

    #[test]
    fn without_labels_there_is_no_error() {
        let scene = scene(Labels::None, OutputFunction::Softmax);
        for colouring in [Colouring::Label, Colouring::Mistakes, CROSS_ENTROPY] {
            assert!(colouring.refusal(&scene).is_some());
        }
        assert!(Colouring::Prediction.refusal(&scene).is_none());
    }
}
