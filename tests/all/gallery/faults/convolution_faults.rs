//! Faults of a convolutional network: a convolution, a pooling and two dense layers that Keras has trained on digits.

use layerflow::dataset::{Dataset, Random};
use layerflow::network::{Activation, Network, OutputFunction};

use super::Planted;
use super::bases::Bases;
use super::plant::{bias, edit, flatten, scale, set_activation, shift, squeeze, weight, with_column};

/// The layers, from 0.
const CONVOLUTION: usize = 0;
const HIDDEN: usize = 2;
const LAST: usize = 3;
/// A pixel that digits differ in.
const PIXEL: usize = 20;

pub fn all(bases: &Bases) -> Vec<Planted> {
    let (network, data) = &bases.convolution;
    let mut planted = Vec::new();
    let mut add = |code, layer: usize, network: Network, indices: &[usize]| {
        planted.push(Planted::new(code, Some(layer + 1), network, Some(data)).naming(indices));
    };
    add("not_finite", CONVOLUTION, edit(network, CONVOLUTION, |layer| weight(layer)[(5, 3)] = f64::NAN), &[5]);
    let units: Vec<usize> = (0..48).collect();
    add("dead_units", CONVOLUTION, shift(network, CONVOLUTION, &units, -100.0), &units);
    add("dead_units", HIDDEN, shift(network, HIDDEN, &[1, 4, 9, 10], -300.0), &[1, 4, 9, 10]);
    let all: Vec<usize> = (0..network.layers()[CONVOLUTION].outputs()).collect();
    add("linear_layer", CONVOLUTION, shift(network, CONVOLUTION, &all, 100.0), &[]);
    add("large_weights", CONVOLUTION, scale(network, CONVOLUTION, 100.0), &[]);
    add("large_weights", HIDDEN, scale(network, HIDDEN, 100.0), &[]);
    add("rank_deficient", HIDDEN, flatten(network, HIDDEN, 1), &[]);
    add("collapsed_directions", HIDDEN, flatten(network, HIDDEN, 1), &[]);
    add("ill_conditioned", HIDDEN, squeeze(network, HIDDEN, 1e-13), &[]);
    let mut random = Random::new(1);
    let small = edit(network, HIDDEN, |layer| weight(layer).iter_mut().for_each(|w| *w = 1e-7 * random.normal()));
    add("dead_weights", HIDDEN, small, &[]);
    let twins = edit(network, HIDDEN, |layer| {
        let row = weight(layer).row(0).into_owned();
        weight(layer).set_row(1, &row);
        bias(layer)[1] = bias(layer)[0];
    });
    add("twin_units", HIDDEN, twins, &[0, 1]);
    let alike = edit(network, HIDDEN, |layer| {
        weight(layer).fill(0.1);
        bias(layer).fill(0.0);
    });
    add("unbroken_symmetry", HIDDEN, alike, &[]);
    add("redundant_linear", HIDDEN, set_activation(network, HIDDEN, Activation::Identity), &[]);
    add("vanishing_signal", HIDDEN, scale(network, HIDDEN, 1e-5), &[]);
    add("exploding_signal", HIDDEN, scale(network, HIDDEN, 1e7), &[]);
    for activation in [Activation::Relu, Activation::Softmax, Activation::Sigmoid] {
        add("output_mismatch", LAST, set_activation(network, LAST, activation), &[]);
    }
    let sigmoid = network.clone().with_output(OutputFunction::Sigmoid);
    add("output_mismatch", LAST, sigmoid, &[]);
    let mut of_data = |code, data: Dataset, columns: &[usize]| {
        planted.push(Planted::new(code, None, network.clone(), Some(&data)).naming(columns));
    };
    of_data("data_scale", with_column(data, PIXEL, |_, value| 1e6 * value), &[PIXEL]);
    of_data("constant_column", with_column(data, PIXEL, |_, _| 0.25), &[PIXEL]);
    of_data("leak_column", with_column(data, PIXEL, |row, _| row as f64 + 1.0), &[PIXEL]);
    let hole = |row: usize, value: f64| if row % 9 == 2 { f64::NAN } else { value };
    of_data("not_finite", with_column(data, PIXEL, hole), &[PIXEL]);
    planted
}
