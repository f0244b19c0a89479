//! A network that the tests of probes and gradients share.

use nalgebra::DMatrix;

use crate::linalg::testing::random_matrix;
use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction, Residual};

fn affine(rows: usize, columns: usize, seed: u64) -> Affine {
    let bias = Some(random_matrix(rows, 1, seed + 50).column(0).into_owned());
    // Small enough that no activation is far in its flat part.
    Affine { weight: random_matrix(rows, columns, seed) * 0.5, bias: bias.map(|bias| bias * 0.5) }
}

/// 3 inputs, dense layers, a block with and one without a projection, 3 outputs.
pub fn mixed_network(activation: Activation, output: OutputFunction) -> Network {
    let dense = |rows, columns, seed, activation| {
        Layer::Dense(Dense { name: String::new(), affine: affine(rows, columns, seed), activation })
    };
    let block = |shortcut: Option<DMatrix<f64>>, rows, seed| {
        let (inner, outer) = (affine(5, 4, seed), affine(rows, 5, seed + 1));
        Layer::Residual(Residual { name: String::new(), inner, activation, outer, shortcut })
    };
    let layers = vec![
        dense(4, 3, 1, activation),
        block(None, 4, 2),
        block(Some(random_matrix(6, 4, 9)), 6, 4),
        dense(3, 6, 6, activation),
        dense(3, 3, 7, Activation::Identity),
    ];
    Network::new(String::new(), layers, output).unwrap()
}
