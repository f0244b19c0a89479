//! Layers that can do without one of them.

use crate::network::{Activation, Affine, Dense, Layer, Network};

/// Whether a layer and the next are one: the first is linear, both are dense and were matrices from the beginning.
pub(super) fn can_merge(network: &Network, layer: usize) -> bool {
    let is_matrix = |index: usize| network.origin(index).is_none();
    let pair = (network.layers().get(layer), network.layers().get(layer + 1));
    let (Some(Layer::Dense(first)), Some(Layer::Dense(_))) = pair else { return false };
    first.activation == Activation::Identity && is_matrix(layer) && is_matrix(layer + 1)
}

/// The layers with one in place of the two: W₂(W₁x + b₁) + b₂ = (W₂W₁)x + (W₂b₁ + b₂).
pub(super) fn merged(network: &Network, layer: usize) -> Option<Vec<Layer>> {
    if !can_merge(network, layer) {
        return None;
    }
    let mut layers = network.layers().to_vec();
    let Layer::Dense(second) = layers.remove(layer + 1) else { return None };
    let Some(Layer::Dense(first)) = layers.get(layer) else { return None };
    let weight = &second.affine.weight * &first.affine.weight;
    let moved = first.affine.bias.as_ref().map(|bias| &second.affine.weight * bias);
    let bias = match (moved, second.affine.bias) {
        (Some(moved), Some(bias)) => Some(moved + bias),
        (moved, bias) => moved.or(bias),
    };
    let merged = Dense { name: second.name, affine: Affine { weight, bias }, activation: second.activation };
    layers[layer] = Layer::Dense(merged);
    Some(layers)
}

/// Whether a layer can be taken out: what comes before it fits what follows.
pub(super) fn can_remove(network: &Network, layer: usize) -> bool {
    let is_square = |layer: &Layer| layer.inputs() == layer.outputs();
    network.layers().len() > 1 && network.layers().get(layer).is_some_and(is_square)
}

/// The layers without one of them.
pub(super) fn removed(network: &Network, layer: usize) -> Option<Vec<Layer>> {
    if !can_remove(network, layer) {
        return None;
    }
    let mut layers = network.layers().to_vec();
    layers.remove(layer);
    Some(layers)
}
