//! Faults of a layer's own numbers.

use layerflow::dataset::Random;
use layerflow::network::{Activation, Layer, Network};
use layerflow::training::NetworkPlan;
use nalgebra::DMatrix;

use super::Planted;
use super::bases::Bases;
use super::plant::{bias, dense, drawn, edit, flatten, idle_block, insert, scale, set_activation, squeeze, weight};

pub fn all(bases: &Bases) -> Vec<Planted> {
    let mut planted = not_finite(bases);
    planted.extend(weights(bases));
    planted.extend(structure(bases));
    planted.extend(untrained());
    planted
}

fn not_finite(bases: &Bases) -> Vec<Planted> {
    let at = |layer, network, unit: usize| Planted::new("not_finite", Some(layer), network, None).naming(&[unit]);
    let outer = edit(&bases.residual.0, 2, |layer| {
        let Layer::Residual(block) = layer else { panic!("no block") };
        block.outer.weight[(1, 0)] = f64::NEG_INFINITY;
    });
    vec![
        at(1, edit(&bases.tanh.0, 0, |layer| weight(layer)[(2, 1)] = f64::NAN), 2),
        at(2, edit(&bases.digits.0, 1, |layer| bias(layer)[7] = f64::INFINITY), 7),
        at(3, outer, 1),
        at(2, edit(&bases.gelu.0, 1, |layer| weight(layer).row_mut(0).fill(f64::NAN)), 0),
    ]
}

fn weights(bases: &Bases) -> Vec<Planted> {
    let mut planted = Vec::new();
    for (network, data) in bases.plain() {
        let last = network.layers().len();
        let middle = last - 1;
        let mut add = |code, layer: usize, network, indices: &[usize]| {
            planted.push(Planted::new(code, Some(layer), network, Some(data)).naming(indices));
        };
        add("rank_deficient", middle, flatten(network, middle - 1, 1), &[]);
        add("ill_conditioned", middle, squeeze(network, middle - 1, 1e-13), &[]);
        add(
            "dead_weights",
            middle,
            edit(network, middle - 1, |layer| {
                let mut random = Random::new(1);
                weight(layer).iter_mut().for_each(|weight| *weight = 1e-7 * random.normal());
            }),
            &[],
        );
        add("large_weights", middle, scale(network, middle - 1, 50.0), &[1]);
        add(
            "twin_units",
            middle,
            edit(network, middle - 1, |layer| {
                let row = weight(layer).row(0).into_owned();
                weight(layer).set_row(1, &row);
                bias(layer)[1] = bias(layer)[0];
            }),
            &[0, 1],
        );
        add(
            "unbroken_symmetry",
            middle,
            edit(network, middle - 1, |layer| {
                weight(layer).fill(0.1);
                bias(layer).fill(0.0);
            }),
            &[],
        );
    }
    let (network, data) = &bases.digits;
    let flat = edit(network, 0, |layer| {
        let mut random = Random::new(3);
        weight(layer).row_iter_mut().for_each(|mut row| row.fill(random.normal()));
    });
    planted.push(Planted::new("unbroken_symmetry", Some(1), flat, Some(data)));
    planted
}

fn structure(bases: &Bases) -> Vec<Planted> {
    let mut planted = Vec::new();
    let mut random = Random::new(5);
    for (network, data) in bases.plain() {
        let last = network.layers().len();
        let mut add = |code, layer: usize, network: Network| {
            planted.push(Planted::new(code, Some(layer), network, Some(data)));
        };
        add("redundant_linear", 1, set_activation(network, 0, Activation::Identity));
        let outputs = network.outputs();
        let square = DMatrix::from_fn(outputs, outputs, |_, _| random.normal());
        add("redundant_linear", last, insert(network, last, dense(square, Activation::Identity)));
        add("idle_layer", 2, insert(network, 1, idle_block(network.layers()[0].outputs(), &mut random)));
        add("unstable_steps", last - 1, squeeze(network, last - 2, 1e-9));
    }
    for (network, data) in [&bases.tanh, &bases.gelu, &bases.sigmoid] {
        let folded = set_activation(network, 0, Activation::Silu);
        planted.push(Planted::new("fold", Some(1), folded, Some(data)));
        let last = network.layers().len();
        let mirrored = edit(network, last - 1, |layer| {
            let width = weight(layer).ncols();
            *weight(layer) = DMatrix::identity(width, width);
            weight(layer)[(0, 0)] = -1.0;
            *bias(layer) = nalgebra::DVector::zeros(width);
        });
        planted.push(Planted::new("reflection", Some(last), mirrored, None));
    }
    for (network, data) in [&bases.relu, &bases.gelu, &bases.residual] {
        let last = network.layers().len();
        let mut deep = network.clone();
        (0..3).for_each(|_| deep = insert(&deep, last, idle_block(network.outputs(), &mut random)));
        planted.push(Planted::new("idle_depth", Some(last + 1), deep, Some(data)));
    }
    let (network, data) = &bases.relu;
    let identity = DMatrix::identity(16, 16);
    planted.push(Planted::new(
        "idle_layer",
        Some(2),
        insert(network, 1, dense(identity, Activation::Relu)),
        Some(data),
    ));
    let (network, data) = &bases.residual;
    for layer in 0..3 {
        let wild = edit(network, layer, |layer| {
            let Layer::Residual(block) = layer else { panic!("no block") };
            block.outer.weight *= 20.0;
        });
        planted.push(Planted::new("not_a_flow", Some(layer + 1), wild, Some(data)));
    }
    planted
}

fn untrained() -> Vec<Planted> {
    let plain = |widths: &[usize], activation, seed| {
        NetworkPlan::plain("untrained".into(), widths, activation, Default::default()).draw(seed).unwrap()
    };
    let mut pytorch = drawn("untrained", &[6, 40, 40, 3], Activation::Relu, 1.0, 0.0, 4);
    let mut random = Random::new(9);
    for index in 0..3 {
        pytorch = edit(&pytorch, index, |layer| {
            let bound = 1.0 / (weight(layer).ncols() as f64).sqrt();
            weight(layer).iter_mut().for_each(|weight| *weight = random.between(-bound, bound));
            bias(layer).iter_mut().for_each(|bias| *bias = random.between(-bound, bound));
        });
    }
    let networks = [plain(&[4, 32, 32, 3], Activation::Relu, 1), plain(&[8, 64, 10], Activation::Tanh, 2), pytorch];
    networks.into_iter().map(|network| Planted::new("untrained_layer", Some(1), network, None)).collect()
}
