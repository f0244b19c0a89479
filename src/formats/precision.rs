//! How many bits a written number has.

use std::path::Path;

use super::FormatError;
use crate::network::{Affine, Layer, Network};

/// The type of the numbers in a file of tensors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// 32 bits: half the size, and what most programs compute in.
    Single,
    /// 64 bits: every number keeps its bits.
    #[default]
    Double,
}

impl Precision {
    /// Every precision, in the order in which menus show them.
    pub const ALL: [Precision; 2] = [Precision::Double, Precision::Single];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Precision::Single => "f32",
            Precision::Double => "f64",
        }
    }

    /// The bytes of one number.
    pub(super) fn bytes(self) -> usize {
        match self {
            Precision::Single => 4,
            Precision::Double => 8,
        }
    }

    /// The numbers one after the other, little-endian.
    pub(super) fn encode(self, values: impl Iterator<Item = f64>) -> Vec<u8> {
        match self {
            Precision::Single => values.flat_map(|value| (value as f32).to_le_bytes()).collect(),
            Precision::Double => values.flat_map(f64::to_le_bytes).collect(),
        }
    }

    /// Whether every number of `network` stays finite in this precision.
    pub(super) fn check(self, path: &Path, network: &Network) -> Result<(), FormatError> {
        if self == Precision::Double {
            return Ok(());
        }
        for (index, layer) in network.layers().iter().enumerate() {
            if let Some(value) = numbers(layer).find(|value| !(*value as f32).is_finite()) {
                return Err(FormatError::TooLargeNumber { path: path.into(), layer: index + 1, value });
            }
        }
        Ok(())
    }
}

/// All weights and biases of a layer.
fn numbers(layer: &Layer) -> Box<dyn Iterator<Item = f64> + '_> {
    match layer {
        Layer::Node(node) => Box::new(node.map.numbers().into_iter()),
        Layer::Dense(dense) => Box::new(of_affine(&dense.affine)),
        Layer::Residual(residual) => {
            let shortcut = residual.shortcut.iter().flat_map(|weight| weight.iter().copied());
            Box::new(of_affine(&residual.inner).chain(of_affine(&residual.outer)).chain(shortcut))
        }
    }
}

fn of_affine(affine: &Affine) -> impl Iterator<Item = f64> + '_ {
    affine.weight.iter().chain(affine.bias.iter().flat_map(|bias| bias.iter())).copied()
}
