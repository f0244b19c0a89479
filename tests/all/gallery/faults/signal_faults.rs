//! Faults that show in what the data does on its way.

use layerflow::dataset::Generator;
use layerflow::network::{Activation, Network, OutputFunction};
use nalgebra::DMatrix;

use super::Planted;
use super::bases::Bases;
use super::plant::{dense, drawn, edit, flatten, inner, scale, set_activation, shift, weight};

pub fn all(bases: &Bases) -> Vec<Planted> {
    let mut planted = units(bases);
    planted.extend(sizes(bases));
    planted.extend(directions(bases));
    planted
}

fn units(bases: &Bases) -> Vec<Planted> {
    let mut planted = Vec::new();
    let mut add = |code, layer, (network, data): (Network, &_), units: &[usize]| {
        planted.push(Planted::new(code, Some(layer), network, Some(data)).naming(units));
    };
    let (relu, gelu, digits) = (&bases.relu, &bases.gelu, &bases.digits);
    add("dead_units", 1, (shift(&relu.0, 0, &[1, 4, 9], -100.0), &relu.1), &[1, 4, 9]);
    add("dead_units", 2, (shift(&relu.0, 1, &[0, 2, 3, 4, 5, 6, 7, 8, 10, 11], -100.0), &relu.1), &[0, 11]);
    add("dead_units", 2, (shift(&gelu.0, 1, &[3, 5], -300.0), &gelu.1), &[3, 5]);
    add("dead_units", 1, (shift(&digits.0, 0, &[3, 5, 8, 30], -100.0), &digits.1), &[3, 5, 8, 30]);
    let (tanh, sigmoid, residual) = (&bases.tanh, &bases.sigmoid, &bases.residual);
    add("saturated_units", 1, (shift(&tanh.0, 0, &[2], 60.0), &tanh.1), &[2]);
    add("saturated_units", 2, (shift(&sigmoid.0, 1, &[1, 6], 60.0), &sigmoid.1), &[1, 6]);
    add("saturated_units", 3, (shift(&residual.0, 2, &[0, 1], -60.0), &residual.1), &[0, 1]);
    let all: Vec<usize> = (0..16).collect();
    add("linear_layer", 1, (shift(&relu.0, 0, &all, 100.0), &relu.1), &[]);
    let leaky = set_activation(&relu.0, 1, Activation::LeakyRelu { negative_slope: 0.1 });
    add("linear_layer", 2, (shift(&leaky, 1, &all, -1000.0), &relu.1), &[]);
    add("linear_layer", 1, (shift(&digits.0, 0, &(0..32).collect::<Vec<_>>(), 100.0), &digits.1), &[]);
    planted
}

fn sizes(bases: &Bases) -> Vec<Planted> {
    let mut planted = Vec::new();
    for (position, data) in [Generator::Moons, Generator::Circles, Generator::Xor].into_iter().enumerate() {
        let data = data.generate(data.training_options());
        let seed = position as u64;
        let widths: Vec<usize> = std::iter::once(2).chain([12; 10]).chain([2]).collect();
        let deep = drawn("deep sigmoid", &widths, Activation::Sigmoid, 1.0, 0.1, seed);
        planted.push(Planted::new("vanishing_gradient", Some(1), deep, Some(&data)));
        let widths: Vec<usize> = std::iter::once(2).chain([32; 30]).chain([2]).collect();
        let wild = drawn("wild tanh", &widths, Activation::Tanh, 4.0, 0.1, seed);
        planted.push(Planted::new("exploding_gradient", Some(1), wild, Some(&data)));
    }
    for (network, data) in [&bases.tanh, &bases.relu, &bases.gelu, &bases.digits] {
        planted.push(Planted::new("vanishing_signal", Some(2), scale(network, 1, 1e-5), Some(data)));
        planted.push(Planted::new("exploding_signal", Some(2), scale(network, 1, 1e7), Some(data)));
    }
    let (network, data) = &bases.relu;
    let huge = scale(&scale(network, 0, 1e200), 1, 1e200);
    planted.push(Planted::new("not_finite", Some(2), huge, Some(data)));
    planted
}

fn directions(bases: &Bases) -> Vec<Planted> {
    let mut planted = Vec::new();
    let mut add = |code, layer, network, data: &_| planted.push(Planted::new(code, Some(layer), network, Some(data)));
    let (relu, digits, sigmoid) = (&bases.relu, &bases.digits, &bases.sigmoid);
    let dead = shift(&relu.0, 0, &(0..16).collect::<Vec<_>>(), -1000.0);
    add("collapsed_directions", 1, dead, &relu.1);
    add("collapsed_directions", 1, flatten(&digits.0, 0, 1), &digits.1);
    add("collapsed_directions", 2, flatten(&digits.0, 1, 1), &digits.1);
    let constant = edit(&sigmoid.0, 1, |layer| weight(layer).fill(0.0));
    add("collapsed_directions", 2, constant, &sigmoid.1);
    // Classes that lie beside each other are laid over each other.
    add("classes_merge", 1, flatten(&digits.0, 0, 1), &digits.1);
    add("classes_merge", 2, flatten(&digits.0, 1, 1), &digits.1);
    add(
        "classes_merge",
        1,
        edit(&relu.0, 0, |layer| {
            // Of a ring around a disc one coordinate alone does not tell which is which.
            weight(layer).column_mut(0).fill(0.0);
        }),
        &relu.1,
    );
    let line = dense(DMatrix::from_row_slice(1, 2, &[1.0, 0.0]), Activation::Identity);
    let mut layers = bases.gelu.0.layers().to_vec();
    layers.insert(0, line);
    inner(&mut layers[1]).weight = DMatrix::from_fn(8, 1, |row, _| if row % 2 == 0 { 1.0 } else { -0.7 });
    let squashed = Network::new("squashed".into(), layers, OutputFunction::Softmax).unwrap();
    add("classes_merge", 1, squashed, &bases.gelu.1);
    planted
}
