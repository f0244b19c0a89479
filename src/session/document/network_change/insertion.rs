//! Layers that come without changing what the network answers: it can be made deeper in mid-training.
//!
//! A new layer has to pass on what comes to it. With an activation σ that is
//! - the identity, W = 1 does;
//! - ReLU behind numbers that are not negative, W = 1 does: max(x, 0) = x;
//! - ReLU or leaky ReLU otherwise, x goes through in pairs: x = (σ(x) − σ(−x))/(1 + a), a the slope for x < 0. The new layer
//!   is twice as wide, and the next one takes the differences;
//! - any other, no W does exactly: the new layer is linear.
//!
//! A residual block passes on what comes to it where its branch ends in zeros. And a dense layer W = UΣVᵀ can be two:
//! √Σ·Vᵀ without an activation, and then U·√Σ with its own.

use nalgebra::{DMatrix, DVector};

use super::error::ChangeError;
use crate::dataset::Random;
use crate::linalg::Svd;
use crate::network::{Activation, Affine, Dense, Layer, Residual};
use crate::training::Initialisation;

/// The units inside of a block that is added.
const HIDDEN: usize = 8;

/// How a layer comes without changing what the network answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insertion {
    /// A dense layer that passes on what comes to it, before the layer there.
    Identity,
    /// A residual block that adds nothing yet, before the layer there.
    Block,
    /// The dense layer there becomes two, by its singular value decomposition.
    Split,
}

/// What a dense layer passes everything on with.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Passing {
    /// By W = 1 and this activation.
    Straight(Activation),
    /// In pairs, by an activation with this slope for x < 0.
    Pairs(Activation, f64),
}

impl Insertion {
    /// Why it cannot be done at the layer `at` of `layers`, in a sentence; `None` where it can.
    pub fn refusal(self, layers: &[Layer], at: usize) -> Option<&'static str> {
        match (self, layers.get(at)) {
            (Insertion::Split, Some(Layer::Dense(_))) | (Insertion::Identity | Insertion::Block, _) => None,
            (Insertion::Split, _) => Some("Only a dense layer can be split."),
        }
    }

    /// What it does at the layer `at` of `layers`, in a sentence or two.
    pub fn text(self, layers: &[Layer], at: usize) -> String {
        match self {
            Insertion::Block => "A residual block that adds nothing yet: the network answers as before.".to_owned(),
            Insertion::Split => "Two layers in its stead, √Σ·Vᵀ without an activation and U·√Σ with its own: the \
                                 network answers as before."
                .to_owned(),
            Insertion::Identity => match (passing(layers, at), style(layers, at)) {
                (Passing::Straight(Activation::Identity), Activation::Identity) => {
                    "A linear layer, W = 1: the network answers as before.".to_owned()
                }
                (Passing::Straight(Activation::Identity), style) => format!(
                    "A linear layer, W = 1: the network answers as before. No weights do so exactly with {}; choose it in \
                     the layer's row to go on training with it.",
                    style.name()
                ),
                (Passing::Straight(activation), _) => format!(
                    "W = 1 with {}: what comes to it is not negative and passes, the network answers as before.",
                    activation.name()
                ),
                (Passing::Pairs(activation, _), _) => format!(
                    "Twice as wide, with {}: x passes as the difference of two units, one for x and one for −x, and the \
                     network answers as before.",
                    activation.name()
                ),
            },
        }
    }
}

/// Puts a layer in.
///
/// # Errors
/// If a matrix cannot be decomposed.
pub(super) fn insert(
    layers: &mut Vec<Layer>,
    at: usize,
    insertion: Insertion,
    random: &mut Random,
) -> Result<(), ChangeError> {
    let at = at.min(layers.len());
    let Some(width) = layers.get(at).map(Layer::inputs).or(layers.last().map(Layer::outputs)) else { return Ok(()) };
    match insertion {
        Insertion::Block => layers.insert(at, block(width, style(layers, at), random)),
        Insertion::Split => {
            if let Some(Layer::Dense(dense)) = layers.get(at) {
                let (first, second) = split(dense)?;
                layers.splice(at..=at, [Layer::Dense(first), Layer::Dense(second)]);
            }
        }
        Insertion::Identity => match passing(layers, at) {
            Passing::Straight(activation) => {
                layers.insert(at, dense(DMatrix::identity(width, width), activation));
            }
            Passing::Pairs(activation, slope) => {
                let mut pairs = DMatrix::zeros(2 * width, width);
                pairs.rows_mut(0, width).fill_diagonal(1.0);
                pairs.rows_mut(width, width).fill_diagonal(-1.0);
                let differences = pairs.transpose() / (1.0 + slope);
                if let Some(next) = layers.get_mut(at) {
                    read(next, &differences);
                }
                layers.insert(at, dense(pairs, activation));
            }
        },
    }
    Ok(())
}

/// The activation that suits the layers around `at`: that of the hidden layer before, or of the first one.
fn style(layers: &[Layer], at: usize) -> Activation {
    let hidden = layers.get(..layers.len().saturating_sub(1)).unwrap_or_default();
    let before = at.checked_sub(1).and_then(|before| layers.get(before));
    before.or(hidden.first()).map_or(Activation::Identity, Layer::activation)
}

fn passing(layers: &[Layer], at: usize) -> Passing {
    let before = at.checked_sub(1).and_then(|before| layers.get(before));
    // Nobody behind the last layer takes differences, and an operator of a graph has no weights to take them with.
    let takes_differences = matches!(layers.get(at), Some(Layer::Dense(_) | Layer::Residual(_)));
    let is_never_negative = matches!(
        before,
        Some(Layer::Dense(Dense {
            activation: Activation::Relu | Activation::RELU6 | Activation::Sigmoid | Activation::Softplus,
            ..
        }))
    );
    match style(layers, at) {
        Activation::Relu | Activation::RELU6 | Activation::Sigmoid | Activation::Softplus if is_never_negative => {
            Passing::Straight(Activation::Relu)
        }
        Activation::Relu if takes_differences => Passing::Pairs(Activation::Relu, 0.0),
        style @ Activation::LeakyRelu { negative_slope } if takes_differences && negative_slope > -0.5 => {
            Passing::Pairs(style, negative_slope)
        }
        _ => Passing::Straight(Activation::Identity),
    }
}

fn dense(weight: DMatrix<f64>, activation: Activation) -> Layer {
    let bias = Some(DVector::zeros(weight.nrows()));
    Layer::Dense(Dense { name: String::new(), affine: Affine { weight, bias }, activation })
}

/// A block whose branch ends in zeros.
fn block(width: usize, activation: Activation, random: &mut Random) -> Layer {
    let hidden = HIDDEN.max(width);
    let weight = Initialisation::of_activation(activation).matrix(hidden, width, random);
    Layer::Residual(Residual {
        name: String::new(),
        inner: Affine { weight, bias: Some(DVector::zeros(hidden)) },
        activation,
        outer: Affine { weight: DMatrix::zeros(width, hidden), bias: Some(DVector::zeros(width)) },
        shortcut: None,
    })
}

/// Lets a layer read `from`·x in place of x.
fn read(layer: &mut Layer, from: &DMatrix<f64>) {
    match layer {
        Layer::Dense(dense) => dense.affine.weight *= from,
        Layer::Residual(block) => {
            block.inner.weight *= from;
            block.shortcut = Some(match &block.shortcut {
                Some(shortcut) => shortcut * from,
                None => from.clone(),
            });
        }
        Layer::Node(_) => {}
    }
}

/// W = UΣVᵀ as √Σ·Vᵀ and U·√Σ.
fn split(layer: &Dense) -> Result<(Dense, Dense), ChangeError> {
    let weight = &layer.affine.weight;
    let svd = Svd::new(weight)?;
    let width = weight.nrows().min(weight.ncols());
    let root = |index: usize| svd.singular_values().get(index).copied().unwrap_or(0.0).max(0.0).sqrt();
    let mut inner = svd.v().columns(0, width).transpose();
    inner.row_iter_mut().enumerate().for_each(|(index, mut row)| row *= root(index));
    let mut outer = svd.u().columns(0, width).into_owned();
    outer.column_iter_mut().enumerate().for_each(|(index, mut column)| column *= root(index));
    let name = |part: &str| if layer.name.is_empty() { String::new() } else { format!("{} {part}", layer.name) };
    let first = Dense {
        name: name("VΣ"),
        affine: Affine { weight: inner, bias: Some(DVector::zeros(width)) },
        activation: Activation::Identity,
    };
    let affine = Affine { weight: outer, bias: layer.affine.bias.clone() };
    Ok((first, Dense { name: name("U"), affine, activation: layer.activation }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Network, OutputFunction};
    use crate::session::document::network_change::{NetworkChange, changed};
    use crate::training::{NetworkPlan, PlanKind};

    /// Points on both sides of zero.
    fn points(inputs: usize) -> DMatrix<f64> {
        DMatrix::from_fn(inputs, 40, |row, column| ((row * 17 + column * 29) % 23) as f64 / 6.0 - 1.8)
    }

    fn values(network: &Network, points: &DMatrix<f64>) -> DMatrix<f64> {
        network.layers().iter().fold(points.clone(), |points, layer| layer.apply(&points))
    }

    fn plain(activation: Activation) -> Network {
        NetworkPlan::plain("n".into(), &[3, 5, 4, 2], activation, OutputFunction::Softmax).draw(4).unwrap()
    }

    #[test]
    fn the_network_answers_as_before_wherever_a_layer_comes() {
        for activation in [
            Activation::Relu,
            Activation::LeakyRelu { negative_slope: 0.01 },
            Activation::Tanh,
            Activation::Sigmoid,
            Activation::Gelu,
            Activation::Identity,
        ] {
            let network = plain(activation);
            let before = values(&network, &points(3));
            for way in [Insertion::Identity, Insertion::Block, Insertion::Split] {
                for at in 0..=network.layers().len() {
                    let change = NetworkChange::Insert { at, way };
                    let Ok(after) = changed(&network, &change, &mut Random::new(3)) else { panic!("{way:?}") };
                    let grown = way != Insertion::Split || at < network.layers().len();
                    assert_eq!(after.layers().len(), network.layers().len() + usize::from(grown), "{way:?} at {at}");
                    let apart = (values(&after, &points(3)) - &before).amax();
                    assert!(apart <= 1e-12 * before.amax().max(1.0), "{activation:?}, {way:?} at {at}: {apart}");
                }
            }
        }
    }

    #[test]
    fn relu_passes_exactly_and_in_pairs_only_where_it_must() {
        let network = plain(Activation::Relu);
        let inserted =
            |at| changed(&network, &NetworkChange::Insert { at, way: Insertion::Identity }, &mut Random::new(3));
        let hidden = inserted(1).unwrap();
        assert_eq!((hidden.layers()[1].outputs(), hidden.layers()[1].activation()), (5, Activation::Relu));
        assert_eq!(values(&hidden, &points(3)), values(&network, &points(3)), "bit by bit");
        let first = inserted(0).unwrap();
        assert_eq!((first.layers()[0].outputs(), first.layers()[0].activation()), (6, Activation::Relu));
        let text = |activation, at| Insertion::Identity.text(plain(activation).layers(), at);
        assert!(text(Activation::Tanh, 1).contains("No weights do so exactly with tanh"));
        assert!(!text(Activation::Relu, 1).contains("No weights"));
    }

    #[test]
    fn a_block_behind_pairs_takes_the_differences() {
        let mut network = plain(Activation::Relu);
        let kind = PlanKind::Residual { hidden: 6 };
        network = changed(&network, &NetworkChange::Kind { layer: 0, kind }, &mut Random::new(1)).unwrap();
        let after = changed(&network, &NetworkChange::Insert { at: 0, way: Insertion::Identity }, &mut Random::new(1));
        let apart = (values(&after.unwrap(), &points(3)) - values(&network, &points(3))).amax();
        assert!(apart < 1e-12, "{apart}");
    }
}
