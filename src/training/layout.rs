//! Where each parameter of a network lies in one flat list, in the order of the layers.

use nalgebra::{DMatrix, DVector};

use crate::network::{Activation, Affine, Dense, Layer, Network, NetworkError, Residual};

use super::TrainingError;
use super::kernels::View;

/// The place of W and b. The columns of W lie one after the other, and b after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AffineAt {
    pub weight: usize,
    pub rows: usize,
    pub columns: usize,
    pub bias: Option<usize>,
}

/// The places of a layer's parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum LayerAt {
    Dense {
        affine: AffineAt,
        activation: Activation,
    },
    Residual {
        inner: AffineAt,
        activation: Activation,
        outer: AffineAt,
        /// The shortcut's matrix, which has no bias.
        shortcut: Option<AffineAt>,
    },
}

/// The places of all parameters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    pub layers: Vec<LayerAt>,
    /// The number of parameters.
    pub length: usize,
}

impl AffineAt {
    fn new(rows: usize, columns: usize, has_bias: bool, next: &mut usize) -> AffineAt {
        let weight = *next;
        *next += rows * columns;
        let bias = has_bias.then_some(*next);
        *next += if has_bias { rows } else { 0 };
        AffineAt { weight, rows, columns, bias }
    }

    /// The places of the weights.
    pub fn weights(&self) -> std::ops::Range<usize> {
        self.weight..self.weight + self.rows * self.columns
    }

    /// The places of the weights and biases.
    pub fn all(&self) -> std::ops::Range<usize> {
        self.weight..self.weights().end + self.bias.map_or(0, |_| self.rows)
    }

    pub fn matrix<'a>(&self, parameters: &'a [f64]) -> View<'a> {
        View::columns_of(&parameters[self.weights()], self.rows, self.columns)
    }

    pub fn bias<'a>(&self, parameters: &'a [f64]) -> Option<&'a [f64]> {
        self.bias.map(|at| &parameters[at..at + self.rows])
    }

    fn read(&self, parameters: &[f64]) -> Affine {
        Affine { weight: self.read_weight(parameters), bias: self.bias(parameters).map(DVector::from_column_slice) }
    }

    fn read_weight(&self, parameters: &[f64]) -> DMatrix<f64> {
        DMatrix::from_column_slice(self.rows, self.columns, &parameters[self.weights()])
    }
}

impl LayerAt {
    pub fn outputs(&self) -> usize {
        match self {
            LayerAt::Dense { affine, .. } => affine.rows,
            LayerAt::Residual { outer, .. } => outer.rows,
        }
    }

    /// The matrices of the layer.
    pub fn parts(&self) -> impl Iterator<Item = AffineAt> {
        let parts = match *self {
            LayerAt::Dense { affine, .. } => [Some(affine), None, None],
            LayerAt::Residual { inner, outer, shortcut, .. } => [Some(inner), Some(outer), shortcut],
        };
        parts.into_iter().flatten()
    }

    /// The places of all parameters of the layer; they lie one after the other.
    pub fn all(&self) -> std::ops::Range<usize> {
        let (mut start, mut end) = (usize::MAX, 0);
        for part in self.parts() {
            start = start.min(part.all().start);
            end = end.max(part.all().end);
        }
        start..end
    }
}

fn ratio(parts: impl Iterator<Item = AffineAt>, before: &[f64], after: &[f64]) -> f64 {
    let (mut change, mut size) = (0.0, 0.0);
    for part in parts {
        let weights = || before.get(part.weights()).unwrap_or_default();
        for (old, new) in weights().iter().zip(after.get(part.weights()).unwrap_or_default()) {
            change += (new - old) * (new - old);
            size += old * old;
        }
    }
    if size > 0.0 { (change / size).sqrt() } else { f64::NAN }
}

impl Layout {
    /// ‖ΔW‖/‖W‖ of each layer's weights, W those before.
    pub fn update_ratios(&self, before: &[f64], after: &[f64]) -> Vec<f64> {
        self.layers.iter().map(|layer| ratio(layer.parts(), before, after)).collect()
    }

    /// The same of all layers together.
    pub fn update_ratio(&self, before: &[f64], after: &[f64]) -> f64 {
        ratio(self.layers.iter().flat_map(LayerAt::parts), before, after)
    }

    /// # Errors
    /// If a layer is an operator of a graph, which is not trained.
    pub fn new(network: &Network) -> Result<Layout, TrainingError> {
        let mut next = 0;
        let affine = |of: &Affine, next: &mut usize| AffineAt::new(of.outputs(), of.inputs(), of.bias.is_some(), next);
        let mut layers = Vec::with_capacity(network.layers().len());
        for (index, layer) in network.layers().iter().enumerate() {
            layers.push(match layer {
                Layer::Node(node) => {
                    return Err(TrainingError::Operator { layer: index + 1, operator: node.operator.clone() });
                }
                Layer::Dense(dense) => {
                    LayerAt::Dense { affine: affine(&dense.affine, &mut next), activation: dense.activation }
                }
                Layer::Residual(block) => LayerAt::Residual {
                    inner: affine(&block.inner, &mut next),
                    activation: block.activation,
                    outer: affine(&block.outer, &mut next),
                    shortcut: block.shortcut.as_ref().map(|s| AffineAt::new(s.nrows(), s.ncols(), false, &mut next)),
                },
            });
        }
        Ok(Layout { layers, length: next })
    }

    /// The parameters of a network of this layout.
    pub fn gather(&self, network: &Network) -> Vec<f64> {
        let mut parameters = Vec::with_capacity(self.length);
        let add = |affine: &Affine, parameters: &mut Vec<f64>| {
            parameters.extend(affine.weight.iter());
            parameters.extend(affine.bias.iter().flat_map(|bias| bias.iter()));
        };
        for layer in network.layers() {
            match layer {
                // There is no layout with one.
                Layer::Node(_) => {}
                Layer::Dense(dense) => add(&dense.affine, &mut parameters),
                Layer::Residual(block) => {
                    add(&block.inner, &mut parameters);
                    add(&block.outer, &mut parameters);
                    parameters.extend(block.shortcut.iter().flat_map(|shortcut| shortcut.iter()));
                }
            }
        }
        parameters
    }

    /// `template` with other parameters.
    pub fn network(&self, template: &Network, parameters: &[f64]) -> Result<Network, NetworkError> {
        let layers = template.layers().iter().zip(&self.layers).map(|(layer, at)| {
            let name = layer.name().to_owned();
            match *at {
                LayerAt::Dense { affine, activation } => {
                    Layer::Dense(Dense { name, affine: affine.read(parameters), activation })
                }
                LayerAt::Residual { inner, activation, outer, shortcut } => Layer::Residual(Residual {
                    name,
                    inner: inner.read(parameters),
                    activation,
                    outer: outer.read(parameters),
                    shortcut: shortcut.map(|at| at.read_weight(parameters)),
                }),
            }
        });
        Network::new(template.name().to_owned(), layers.collect(), template.output())
    }
}
