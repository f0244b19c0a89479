//! Networks before their numbers: widths, activations and initialisations.

use nalgebra::{DMatrix, DVector};

use crate::dataset::{Dataset, Labels, Random};
use crate::network::{Activation, Affine, Dense, Layer, Network, NetworkError, OutputFunction, Residual};

use super::Initialisation;

/// Data of more coordinates than this gets wide hidden layers.
pub(super) const LARGEST_NARROW_INPUT: usize = 8;
/// The hidden layers for few inputs: with half of that width one seed in ten leaves the spiral half untangled.
const NARROW: [usize; 2] = [32, 32];
/// The hidden layers for many inputs.
const WIDE: [usize; 2] = [128, 64];

/// Whether a layer replaces its input or adds to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanKind {
    /// σ(W·x + b).
    Dense,
    /// S·x + W₂·σ(W₁x + b₁) + b₂; S is a projection where the widths differ.
    Residual {
        /// The width inside the block.
        hidden: usize,
    },
}

/// A layer before its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerPlan {
    /// Dense or residual.
    pub kind: PlanKind,
    /// The number of outputs.
    pub width: usize,
    /// σ.
    pub activation: Activation,
    /// How W is filled; biases begin at 0.
    pub initialisation: Initialisation,
}

/// The copies of the parameters while they are trained: the network, the values under way, their gradients, the optimiser's
/// two, and two more while a network is made of them.
const COPIES: u64 = 7;

/// A network before its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkPlan {
    /// The network's name.
    pub name: String,
    /// The width of the input.
    pub inputs: usize,
    /// The layers, first to last.
    pub layers: Vec<LayerPlan>,
    /// The output function.
    pub output: OutputFunction,
}

impl LayerPlan {
    /// Draws the layer's numbers.
    pub fn draw(&self, inputs: usize, name: String, random: &mut Random) -> Layer {
        let LayerPlan { width, activation, initialisation, .. } = *self;
        let affine = |weight: DMatrix<f64>| Affine { bias: Some(DVector::zeros(weight.nrows())), weight };
        let hidden = match self.kind {
            PlanKind::Dense => {
                let affine = affine(initialisation.matrix(width, inputs, random));
                return Layer::Dense(Dense { name, affine, activation });
            }
            PlanKind::Residual { hidden } => hidden,
        };
        let shortcut = (inputs != width).then(|| DMatrix::identity(width, inputs));
        let (inner, outer) = if initialisation.is_map() {
            // The block as a whole is the map where σ does nothing: S + W₂·W₁ with W₁ the identity.
            let map = initialisation.matrix(width, inputs, random);
            let added = map - DMatrix::<f64>::identity(width, inputs);
            (DMatrix::identity(hidden, inputs), added.resize(width, hidden, 0.0))
        } else {
            let inner = initialisation.matrix(hidden, inputs, random);
            let outer = match initialisation {
                Initialisation::ZeroOuter => DMatrix::zeros(width, hidden),
                _ => initialisation.matrix(width, hidden, random),
            };
            (inner, outer)
        };
        Layer::Residual(Residual { name, inner: affine(inner), activation, outer: affine(outer), shortcut })
    }
}

impl NetworkPlan {
    /// A plain net of these widths, the input first: one activation for the hidden layers, none for the last.
    pub fn plain(name: String, widths: &[usize], activation: Activation, output: OutputFunction) -> NetworkPlan {
        let initialisation = Initialisation::of_activation(activation);
        let mut layers: Vec<LayerPlan> = widths
            .iter()
            .skip(1)
            .map(|&width| LayerPlan { kind: PlanKind::Dense, width, activation, initialisation })
            .collect();
        if let Some(last) = layers.last_mut() {
            last.activation = Activation::Identity;
        }
        NetworkPlan { name, inputs: widths.first().copied().unwrap_or(0), layers, output }
    }

    /// A plain net that learns the labels of a dataset with [`TrainingOptions::of_data`]: two hidden layers, of tanh for
    /// few inputs and of ReLU for many, softmax over the classes or one value.
    ///
    /// [`TrainingOptions::of_data`]: super::TrainingOptions::of_data
    pub fn of_data(dataset: &Dataset) -> NetworkPlan {
        let (outputs, output) = match &dataset.labels {
            Labels::Classes { names, .. } => (names.len().max(2), OutputFunction::Softmax),
            Labels::Values(_) | Labels::None => (1, OutputFunction::Identity),
        };
        let inputs = dataset.dimension();
        let ([first, second], activation) = match inputs {
            0..=LARGEST_NARROW_INPUT => (NARROW, Activation::Tanh),
            _ => (WIDE, Activation::Relu),
        };
        NetworkPlan::plain(dataset.name.clone(), &[inputs, first, second, outputs], activation, output)
    }

    /// About the bytes that drawing and training the network take, without its batches.
    pub fn needed_bytes(&self) -> u64 {
        let numbers = |rows: usize, columns: usize| (rows as u64).saturating_mul(columns as u64 + 1);
        let mut inputs = self.inputs;
        let mut parameters = 0_u64;
        for layer in &self.layers {
            let own = match layer.kind {
                PlanKind::Dense => numbers(layer.width, inputs),
                PlanKind::Residual { hidden } => numbers(hidden, inputs)
                    .saturating_add(numbers(layer.width, hidden))
                    .saturating_add(numbers(layer.width, inputs)),
            };
            parameters = parameters.saturating_add(own);
            inputs = layer.width;
        }
        parameters.saturating_mul(COPIES * size_of::<f64>() as u64)
    }

    /// Draws the numbers; the same seed gives the same network.
    ///
    /// # Errors
    /// If there is no layer or a width is 0.
    pub fn draw(&self, seed: u64) -> Result<Network, NetworkError> {
        let mut random = Random::new(seed);
        let mut inputs = self.inputs;
        let mut layers = Vec::with_capacity(self.layers.len());
        for plan in &self.layers {
            layers.push(plan.draw(inputs, String::new(), &mut random));
            inputs = plan.width;
        }
        Network::new(self.name.clone(), layers, self.output)
    }
}
