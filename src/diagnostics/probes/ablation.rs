//! A network without one of its parts, and what that does to its answers.

use nalgebra::DMatrix;
use thiserror::Error;

use super::labels::labels_of;
use crate::dataset::{Dataset, Labels};
use crate::diagnostics::loss_gradient::mean_loss;
use crate::linalg::{LinalgError, with_singular_value};
use crate::network::{Activation, Affine, Dense, Layer, Network, NetworkError};

/// A part of a network that is taken out. Layers, units and directions count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the indices that the variant names")]
pub enum Ablation {
    /// A unit gives 0: an output of a dense layer, a hidden unit of a residual block.
    Unit { layer: usize, unit: usize },
    /// A singular value of a dense layer becomes 0: its direction is lost.
    Direction { layer: usize, index: usize },
    /// A layer is skipped: its input passes, or what its shortcut makes of it.
    Layer { layer: usize },
}

/// Why a part cannot be taken out.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum AblationError {
    /// There is no such part.
    #[error("the network has no {part}")]
    Missing { part: String },
    /// What a unit gives cannot be made 0.
    #[error(
        "unit {unit} of layer {layer} cannot be taken out: {activation} never gives 0, and no dense layer follows whose \
         weights could ignore the unit"
    )]
    NeverZero { layer: usize, unit: usize, activation: &'static str },
    /// A block has no singular values of its own.
    #[error(
        "layer {layer} is a residual block, which has no singular directions of its own; take out a unit or the layer"
    )]
    Block { layer: usize },
    /// An operator of a graph is nothing that can be left out by itself.
    #[error(
        "layer {layer} is the operator {operator}, of which nothing can be taken out; take out a part of another layer"
    )]
    Node { layer: usize, operator: String },
    /// The widths differ.
    #[error("layer {layer} cannot be skipped: it takes {inputs} values and gives {outputs}")]
    NotSquare { layer: usize, inputs: usize, outputs: usize },
    /// The matrix cannot be decomposed.
    #[error("layer {layer} cannot be decomposed ({source})")]
    Decomposition { layer: usize, source: LinalgError },
    /// The layers do not fit any more.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

impl Ablation {
    /// Its layer.
    pub fn layer(self) -> usize {
        match self {
            Ablation::Unit { layer, .. } | Ablation::Direction { layer, .. } | Ablation::Layer { layer } => layer,
        }
    }

    /// What is taken out, for a person: counted from 1.
    pub fn label(self) -> String {
        match self {
            Ablation::Unit { layer, unit } => format!("unit {} of layer {}", unit + 1, layer + 1),
            Ablation::Direction { layer, index } => format!("direction {} of layer {}", index + 1, layer + 1),
            Ablation::Layer { layer } => format!("layer {}", layer + 1),
        }
    }

    /// Whether the network has this part and it can be taken out.
    ///
    /// # Errors
    /// If there is no such part, or it cannot be taken out.
    pub fn check(self, network: &Network) -> Result<(), AblationError> {
        let missing = || AblationError::Missing { part: self.label() };
        let own = network.layers().get(self.layer()).ok_or_else(missing)?;
        match (self, own) {
            (Ablation::Unit { unit, .. }, Layer::Residual(block)) if unit < block.inner.outputs() => Ok(()),
            (Ablation::Unit { layer, unit }, Layer::Dense(dense)) if unit < dense.affine.outputs() => {
                let is_ignored = matches!(network.layers().get(layer + 1), Some(Layer::Dense(_)));
                let activation = dense.activation.name();
                let refusal = AblationError::NeverZero { layer: layer + 1, unit: unit + 1, activation };
                if is_ignored || passes_zero(dense.activation) { Ok(()) } else { Err(refusal) }
            }
            (Ablation::Unit { layer, .. }, Layer::Node(node)) => {
                Err(AblationError::Node { layer: layer + 1, operator: node.operator.clone() })
            }
            (Ablation::Unit { .. }, _) => Err(missing()),
            (Ablation::Direction { layer, .. } | Ablation::Layer { layer }, Layer::Node(node)) => {
                Err(AblationError::Node { layer: layer + 1, operator: node.operator.clone() })
            }
            (Ablation::Direction { layer, .. }, Layer::Residual(_)) => Err(AblationError::Block { layer: layer + 1 }),
            (Ablation::Direction { index, .. }, Layer::Dense(dense)) => {
                let count = dense.affine.inputs().min(dense.affine.outputs());
                if index < count { Ok(()) } else { Err(missing()) }
            }
            (Ablation::Layer { layer }, Layer::Dense(dense)) => {
                let (inputs, outputs) = (dense.affine.inputs(), dense.affine.outputs());
                let refusal = AblationError::NotSquare { layer: layer + 1, inputs, outputs };
                if inputs == outputs { Ok(()) } else { Err(refusal) }
            }
            (Ablation::Layer { .. }, Layer::Residual(_)) => Ok(()),
        }
    }

    /// The network without this part. Layers that stay keep the words for what they were.
    ///
    /// # Errors
    /// If there is no such part, or it cannot be taken out.
    pub fn apply(self, network: &Network) -> Result<Network, AblationError> {
        self.check(network)?;
        let mut layers = network.layers().to_vec();
        match self {
            Ablation::Unit { layer, unit } => silence(&mut layers, layer, unit),
            Ablation::Direction { layer, index } => {
                if let Some(Layer::Dense(dense)) = layers.get_mut(layer) {
                    let failed = |source| AblationError::Decomposition { layer: layer + 1, source };
                    dense.affine.weight = with_singular_value(&dense.affine.weight, index, 0.0).map_err(failed)?;
                }
            }
            Ablation::Layer { layer } => {
                if let Some(own) = layers.get_mut(layer) {
                    *own = skipped(own);
                }
            }
        }
        let same = |index: &usize| layers.get(*index) == network.layers().get(*index);
        let origins = (0..layers.len())
            .map(|index| Some(index).filter(same).and_then(|index| network.origin(index)).map(str::to_owned))
            .collect();
        Ok(Network::new(network.name().to_owned(), layers, network.output())?.with_origins(origins))
    }
}

/// Whether a unit of weights 0 gives 0 and leaves the others alone.
fn passes_zero(activation: Activation) -> bool {
    activation.is_coordinatewise() && activation.value(0.0) == 0.0
}

/// Lets a unit that exists give 0. Where σ(0) = 0 its weights and its bias become 0; else, and where the units of a layer
/// are not independent, the weights behind it become 0, which is the same to all that follows.
fn silence(layers: &mut [Layer], layer: usize, unit: usize) {
    let (own, behind) = layers.split_at_mut(layer + 1);
    match (own.last_mut(), behind.first_mut()) {
        (Some(Layer::Residual(block)), _) => {
            block.outer.weight.column_mut(unit).fill(0.0);
            if block.activation.is_coordinatewise() {
                clear_row(&mut block.inner, unit);
            }
        }
        (Some(Layer::Dense(dense)), _) if passes_zero(dense.activation) => clear_row(&mut dense.affine, unit),
        (Some(Layer::Dense(_)), Some(Layer::Dense(next))) => next.affine.weight.column_mut(unit).fill(0.0),
        _ => {}
    }
}

fn clear_row(affine: &mut Affine, row: usize) {
    affine.weight.row_mut(row).fill(0.0);
    if let Some(bias) = &mut affine.bias {
        bias[row] = 0.0;
    }
}

/// The map that is left of a layer that does nothing of its own.
fn skipped(layer: &Layer) -> Layer {
    let shortcut = match layer {
        Layer::Residual(block) => block.shortcut.clone(),
        Layer::Dense(_) | Layer::Node(_) => None,
    };
    let weight = shortcut.unwrap_or_else(|| DMatrix::identity(layer.outputs(), layer.inputs()));
    let affine = Affine { weight, bias: None };
    Layer::Dense(Dense { name: layer.name().to_owned(), affine, activation: Activation::Identity })
}

/// What taking parts out does to the answers for some data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AblationEffect {
    /// How many points were answered.
    pub samples: usize,
    /// The share that is answered right before and after; `None` where the data names no classes.
    pub accuracy: Option<[f64; 2]>,
    /// The mean loss before and after; `None` where the labels do not fit the outputs.
    pub loss: Option<[f64; 2]>,
    /// The points whose answered class is another than before; without classes those whose output changes by more than
    /// rounding.
    pub changed: Vec<usize>,
    /// The largest distance of an output from what it was.
    pub output_change: f64,
}

impl AblationEffect {
    /// Compares the answers of two networks for `data`.
    ///
    /// # Errors
    /// If the data does not fit a network.
    pub fn measure(before: &Network, after: &Network, data: &Dataset) -> Result<AblationEffect, NetworkError> {
        let samples = data.points.ncols();
        let is_classified = !matches!(data.labels, Labels::Values(_));
        let classes = if let Labels::Classes { of_sample, .. } = &data.labels { Some(of_sample) } else { None };
        let mut effect = AblationEffect { samples, ..AblationEffect::default() };
        let (mut right, mut losses) = ([0_usize; 2], Some([0.0; 2]));
        // Batch by batch, so that the values between the layers are not kept for all of the data.
        for first in (0..samples).step_by(BATCH) {
            let batch: Vec<usize> = (first..samples.min(first + BATCH)).collect();
            let (points, labels) = (data.points.select_columns(&batch), labels_of(&data.labels, &batch));
            let networks = [before, after];
            let [one, other] = [before.forward(&points)?, after.forward(&points)?];
            let scale = one.output.amax().max(f64::MIN_POSITIVE);
            for (column, sample) in batch.iter().copied().enumerate() {
                let distance = (one.output.column(column) - other.output.column(column)).norm();
                effect.output_change = effect.output_change.max(distance);
                let answers = [one.predictions[column], other.predictions[column]];
                let has_changed = if is_classified { answers[0] != answers[1] } else { distance > ROUNDING * scale };
                effect.changed.extend(has_changed.then_some(sample));
                if let Some(class) = classes.and_then(|classes| classes.get(sample)) {
                    right.iter_mut().zip(answers).for_each(|(right, answer)| *right += usize::from(answer == *class));
                }
            }
            let share = batch.len() as f64 / samples as f64;
            losses = losses.and_then(|mut losses| {
                for (sum, network) in losses.iter_mut().zip(networks) {
                    *sum += share * mean_loss(network, &points, &labels)?;
                }
                Some(losses)
            });
        }
        let has_classes = classes.is_some() && samples > 0;
        effect.accuracy = has_classes.then(|| right.map(|right| right as f64 / samples as f64));
        effect.loss = losses.filter(|_| samples > 0);
        Ok(effect)
    }
}

/// Points that are answered at a time.
const BATCH: usize = 512;
/// Outputs that differ by less than this share of the largest are the same to rounding.
const ROUNDING: f64 = 1e-12;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::findings::follow;
    use crate::diagnostics::probes::testing::mixed_network;
    use crate::linalg::Svd;
    use crate::linalg::testing::random_matrix;
    use crate::network::OutputFunction;

    /// The output with a unit's values replaced by 0 on the way: what taking it out must come to.
    fn by_hand(network: &Network, points: &DMatrix<f64>, layer: usize, unit: usize) -> DMatrix<f64> {
        let (values, _) = follow(network, points);
        let mut now = match &network.layers()[layer] {
            Layer::Dense(_) | Layer::Node(_) => {
                let mut now = values[layer].after.clone();
                now.row_mut(unit).fill(0.0);
                now
            }
            Layer::Residual(block) => {
                let mut hidden = values[layer].after.clone();
                hidden.row_mut(unit).fill(0.0);
                let input = values[layer - 1].output();
                let shortcut = block.shortcut.as_ref().map_or_else(|| input.clone(), |shortcut| shortcut * input);
                shortcut + block.outer.apply(&hidden)
            }
        };
        for layer in &network.layers()[layer + 1..] {
            now = layer.apply(&now);
        }
        network.output().apply_columns(&mut now);
        now
    }

    #[test]
    fn a_unit_that_is_taken_out_gives_zero_to_all_that_follows() {
        let points = random_matrix(3, 9, 2);
        for activation in [Activation::Relu, Activation::Tanh, Activation::Sigmoid, Activation::Softmax] {
            let network = mixed_network(activation, OutputFunction::Softmax);
            for (layer, unit) in [(0, 1), (1, 4), (2, 0), (3, 2), (4, 0)] {
                let found = Ablation::Unit { layer, unit }.apply(&network);
                if layer == 0 && !passes_zero(activation) {
                    // A block follows, whose shortcut passes what the unit gives.
                    assert!(matches!(found, Err(AblationError::NeverZero { layer: 1, .. })), "{activation:?}");
                    continue;
                }
                let difference = found.unwrap().answers(&points).unwrap() - by_hand(&network, &points, layer, unit);
                assert!(difference.amax() < 1e-13, "{activation:?} layer {layer}: {difference}");
            }
            let nowhere = Ablation::Unit { layer: 0, unit: 99 }.apply(&network).unwrap_err();
            assert_eq!(nowhere.to_string(), "the network has no unit 100 of layer 1");
        }
    }

    #[test]
    fn a_direction_that_is_taken_out_is_lost_and_the_others_stay() {
        let network = mixed_network(Activation::Tanh, OutputFunction::Softmax);
        let weight = |network: &Network| {
            let Layer::Dense(dense) = &network.layers()[3] else { panic!() };
            dense.affine.weight.clone()
        };
        let svd = Svd::new(&weight(&network)).unwrap();
        let found = Ablation::Direction { layer: 3, index: 1 }.apply(&network).unwrap();
        assert!((weight(&found) * svd.v().column(1)).norm() < 1e-13);
        for kept in [0, 2] {
            let (one, other) = (weight(&found) * svd.v().column(kept), weight(&network) * svd.v().column(kept));
            assert!((one - other).norm() < 1e-13);
        }
        let error = |ablation: Ablation| ablation.apply(&network).unwrap_err();
        assert!(matches!(error(Ablation::Direction { layer: 1, index: 0 }), AblationError::Block { layer: 2 }));
        assert!(matches!(error(Ablation::Direction { layer: 3, index: 3 }), AblationError::Missing { .. }));
        assert!(matches!(error(Ablation::Direction { layer: 9, index: 0 }), AblationError::Missing { .. }));
    }

    #[test]
    fn a_layer_that_is_skipped_passes_its_input() {
        let network = mixed_network(Activation::Tanh, OutputFunction::Softmax);
        let points = random_matrix(4, 5, 3);
        let apply =
            |layer: usize| Ablation::Layer { layer }.apply(&network).map(|found| found.layers()[layer].apply(&points));
        assert_eq!(apply(1).unwrap(), points);
        let Layer::Residual(block) = &network.layers()[2] else { panic!() };
        assert_eq!(apply(2).unwrap(), block.shortcut.as_ref().unwrap() * &points);
        let last = Ablation::Layer { layer: 4 }.apply(&network).unwrap();
        assert_eq!((last.layers().len(), last.layers()[4].activation()), (5, Activation::Identity));
        let refused = Ablation::Layer { layer: 0 }.apply(&network).unwrap_err();
        assert_eq!(refused.to_string(), "layer 1 cannot be skipped: it takes 3 values and gives 4");
    }

    #[test]
    fn only_changed_layers_lose_the_words_for_what_they_were() {
        let origins = (0..5).map(|layer| Some(format!("conv {layer}"))).collect();
        let network = mixed_network(Activation::Relu, OutputFunction::Softmax).with_origins(origins);
        let found = Ablation::Unit { layer: 3, unit: 0 }.apply(&network).unwrap();
        assert_eq!((found.origin(3), found.origin(2), found.origin(4)), (None, Some("conv 2"), Some("conv 4")));
    }

    #[test]
    fn the_effect_counts_what_changed() {
        let network = mixed_network(Activation::Tanh, OutputFunction::Softmax);
        let points = random_matrix(3, 600, 6);
        let own = network.forward(&points).unwrap().predictions;
        let names = ["a", "b", "c"].map(String::from).to_vec();
        let labels = Labels::Classes { of_sample: own.clone(), names };
        let data = Dataset {
            name: String::new(),
            points: points.clone(),
            labels,
            columns: Vec::new(),
            notes: Vec::new(),
            left_out: None,
            is_class_order_given: false,
        };
        let same = AblationEffect::measure(&network, &network, &data).unwrap();
        assert_eq!((same.accuracy, same.changed.len(), same.output_change), (Some([1.0, 1.0]), 0, 0.0));
        let without = Ablation::Layer { layer: 4 }.apply(&network).unwrap();
        let effect = AblationEffect::measure(&network, &without, &data).unwrap();
        let others = without.forward(&points).unwrap().predictions;
        let expected: Vec<usize> = (0..600).filter(|sample| own[*sample] != others[*sample]).collect();
        assert!(!expected.is_empty() && effect.changed == expected);
        let [before, after] = effect.accuracy.unwrap();
        assert!((before - after - expected.len() as f64 / 600.0).abs() < 1e-12);
        let [before, after] = effect.loss.unwrap();
        let expected = |network: &Network| -> f64 {
            let answers = network.answers(&points).unwrap();
            own.iter().enumerate().map(|(sample, class)| -answers[(*class, sample)].ln()).sum::<f64>() / 600.0
        };
        assert!((before - expected(&network)).abs() < 1e-12 && (after - expected(&without)).abs() < 1e-12);
    }
}
