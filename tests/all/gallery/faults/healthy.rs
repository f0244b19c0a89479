//! Healthy networks: the program's own, and trained ones of many seeds.

use layerflow::dataset::Generator;
use layerflow::formats::examples::{ExampleNetwork, spiral_points};
use layerflow::network::Activation;

use super::bases::{Base, example, trained};

/// So many kinds of networks are trained with each of ten seeds, of five kinds.
pub fn all(kinds_a_seed: usize) -> Vec<Base> {
    let spiral = spiral_points().unwrap();
    let mut bases = vec![
        (ExampleNetwork::SpiralInSpace.load().unwrap(), spiral.clone()),
        (ExampleNetwork::SpiralInThePlane.load().unwrap(), spiral.clone()),
        (ExampleNetwork::ResidualSpiral.load().unwrap(), spiral),
        example(ExampleNetwork::Circles, Generator::Circles),
        example(ExampleNetwork::Moons, Generator::Moons),
        example(ExampleNetwork::Xor, Generator::Xor),
        example(ExampleNetwork::Digits, Generator::Digits),
    ];
    let kinds: [(Generator, &[usize], Activation, Option<usize>); 5] = [
        (Generator::Moons, &[2, 16, 16, 2], Activation::Relu, None),
        (Generator::Circles, &[2, 8, 8, 2], Activation::Tanh, None),
        (Generator::Xor, &[2, 8, 8, 2], Activation::Gelu, None),
        (Generator::Blobs, &[2, 8, 8, 3], Activation::Sigmoid, None),
        (Generator::Circles, &[2, 3, 3, 2], Activation::Tanh, Some(8)),
    ];
    for (position, (data, widths, activation, residual)) in kinds.into_iter().enumerate() {
        for seed in 0..10 {
            // With two kinds a seed every kind meets four seeds.
            if (seed as usize + position) % 5 < kinds_a_seed {
                bases.push(trained(data, widths, activation, residual, seed));
            }
        }
    }
    bases
}
