//! Large weights, brought down by factors that the function does not see.
//!
//! A positively homogeneous activation lets a factor through: σ(c·y) = c·σ(y) for c > 0. Unit i of a layer may so be
//! divided by cᵢ where what it leads to is multiplied by it; cᵢ = √(rᵢ/kᵢ) makes its largest incoming weight rᵢ and its
//! largest outgoing weight kᵢ alike. Powers of two keep every bit.

use super::rebuilt::rebuilt;
use crate::network::{Activation, Dense, Layer, Network};

/// How often all pairs of layers are balanced: a factor moves on by one layer each time.
const SWEEPS: usize = 24;

/// The largest weight of a layer.
pub(super) fn largest_weight(layer: &Layer) -> f64 {
    match layer {
        Layer::Dense(dense) => dense.affine.weight.amax(),
        Layer::Node(node) => node.map.numbers().into_iter().fold(0.0, |largest, value| value.abs().max(largest)),
        Layer::Residual(block) => block.inner.weight.amax().max(block.outer.weight.amax()),
    }
}

fn is_homogeneous(activation: Activation) -> bool {
    matches!(activation, Activation::Identity | Activation::Relu | Activation::LeakyRelu { .. })
}

/// The network with the weights of neighbouring layers made alike; `None` where no factor can move.
pub(super) fn balanced(network: &Network) -> Option<Network> {
    let mut layers = network.layers().to_vec();
    let is_free = |index: usize| network.origin(index).is_none();
    let mut has_changed = false;
    for _ in 0..SWEEPS {
        let mut moves = false;
        for index in 0..layers.len().saturating_sub(1) {
            let [Layer::Dense(first), Layer::Dense(second)] = &mut layers[index..index + 2] else { continue };
            if is_homogeneous(first.activation) && is_free(index) && is_free(index + 1) {
                moves |= balance(first, second);
            }
        }
        has_changed |= moves;
        if !moves {
            break;
        }
    }
    has_changed.then(|| rebuilt(network, layers).ok()).flatten()
}

/// Balances each unit between two layers; whether any factor moved.
fn balance(first: &mut Dense, second: &mut Dense) -> bool {
    let mut moves = false;
    for unit in 0..first.affine.outputs() {
        let (incoming, outgoing) = (first.affine.weight.row(unit).amax(), second.affine.weight.column(unit).amax());
        let power = (0.5 * (incoming / outgoing).log2()).round();
        if !(power.is_finite() && power != 0.0 && power.abs() < 500.0) {
            continue;
        }
        let factor = power.exp2();
        first.affine.weight.row_mut(unit).iter_mut().for_each(|weight| *weight /= factor);
        if let Some(bias) = first.affine.bias.as_mut().and_then(|bias| bias.get_mut(unit)) {
            *bias /= factor;
        }
        second.affine.weight.column_mut(unit).iter_mut().for_each(|weight| *weight *= factor);
        moves = true;
    }
    moves
}
