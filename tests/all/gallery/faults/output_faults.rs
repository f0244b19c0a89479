//! Last layers that do not go with what they should answer.

use layerflow::dataset::{Dataset, Labels};
use layerflow::network::{Activation, Network, OutputFunction};

use super::Planted;
use super::bases::Bases;
use super::plant::{bias, edit, set_activation, weight, with_classes};

/// The same network with another number of outputs, the first ones kept.
fn with_outputs(network: &Network, outputs: usize) -> Network {
    edit(network, network.layers().len() - 1, |layer| {
        let resized = weight(layer).clone().resize_vertically(outputs, 0.3);
        *weight(layer) = resized;
        *bias(layer) = bias(layer).clone().resize_vertically(outputs, 0.1);
    })
}

pub fn all(bases: &Bases) -> Vec<Planted> {
    let mut planted = Vec::new();
    for (network, data) in [&bases.tanh, &bases.gelu, &bases.digits, &bases.residual] {
        let last = network.layers().len();
        let mut add = |network: Network, data: &Dataset| {
            planted.push(Planted::new("output_mismatch", Some(last), network, Some(data)));
        };
        add(with_outputs(network, 1), data);
        add(set_activation(network, last - 1, Activation::Softmax), data);
        add(set_activation(network, last - 1, Activation::Sigmoid), data);
        add(set_activation(network, last - 1, Activation::Relu), data);
        add(set_activation(network, last - 1, Activation::Tanh).with_output(OutputFunction::Identity), data);
        add(with_outputs(network, 12), data);
        let classes = network.outputs() + 2;
        add(network.clone(), &with_classes(data, classes, |row, _| row % classes));
        let values = (0..data.samples()).map(|row| row as f64 / 7.0).collect();
        add(network.clone(), &Dataset { labels: Labels::Values(values), ..data.clone() });
    }
    for (network, data) in [&bases.tanh, &bases.relu, &bases.digits] {
        let squeezed = set_activation(network, 0, Activation::Softmax);
        planted.push(Planted::new("output_mismatch", Some(1), squeezed, Some(data)));
    }
    planted
}
