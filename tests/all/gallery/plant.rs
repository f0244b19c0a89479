//! How faults get into networks.

use layerflow::dataset::{Dataset, Labels, Random};
use layerflow::network::{Activation, Affine, Dense, Layer, Network, OutputFunction, Residual};
use nalgebra::{DMatrix, DVector};

/// The same network with one layer (from 0) changed.
pub fn edit(network: &Network, index: usize, change: impl FnOnce(&mut Layer)) -> Network {
    let mut layers = network.layers().to_vec();
    change(&mut layers[index]);
    rebuilt(network, layers)
}

/// The same network with one more layer, which becomes the one of this index.
pub fn insert(network: &Network, index: usize, layer: Layer) -> Network {
    let mut layers = network.layers().to_vec();
    layers.insert(index, layer);
    rebuilt(network, layers)
}

fn rebuilt(network: &Network, layers: Vec<Layer>) -> Network {
    let origins = (0..layers.len()).map(|index| network.origin(index).map(str::to_owned)).collect();
    Network::with_non_finite(network.name().to_owned(), layers, network.output()).unwrap().with_origins(origins)
}

/// The affine map before a layer's activation.
pub fn inner(layer: &mut Layer) -> &mut Affine {
    match layer {
        Layer::Dense(dense) => &mut dense.affine,
        Layer::Residual(block) => &mut block.inner,
        Layer::Node(node) => panic!("{node:?} has no affine map"),
    }
}

pub fn weight(layer: &mut Layer) -> &mut DMatrix<f64> {
    &mut inner(layer).weight
}

pub fn bias(layer: &mut Layer) -> &mut DVector<f64> {
    let affine = inner(layer);
    let rows = affine.weight.nrows();
    affine.bias.get_or_insert_with(|| DVector::zeros(rows))
}

/// Adds to the biases of some units.
pub fn shift(network: &Network, index: usize, units: &[usize], by: f64) -> Network {
    edit(network, index, |layer| units.iter().for_each(|unit| bias(layer)[*unit] += by))
}

/// Multiplies a layer's weights.
pub fn scale(network: &Network, index: usize, by: f64) -> Network {
    edit(network, index, |layer| *weight(layer) *= by)
}

pub fn set_activation(network: &Network, index: usize, to: Activation) -> Network {
    edit(network, index, |layer| match layer {
        Layer::Dense(dense) => dense.activation = to,
        Layer::Residual(block) => block.activation = to,
        Layer::Node(node) => panic!("{node:?} has no activation"),
    })
}

/// A layer's matrix of this rank, made of its first singular directions.
pub fn flatten(network: &Network, index: usize, rank: usize) -> Network {
    edit(network, index, |layer| {
        let svd = weight(layer).clone().svd(true, true);
        let mut values = svd.singular_values.clone();
        values.iter_mut().skip(rank).for_each(|value| *value = 0.0);
        *weight(layer) = svd.u.unwrap() * DMatrix::from_diagonal(&values) * svd.v_t.unwrap();
    })
}

/// A layer's matrix whose smallest singular value is this share of the largest.
pub fn squeeze(network: &Network, index: usize, share: f64) -> Network {
    edit(network, index, |layer| {
        let svd = weight(layer).clone().svd(true, true);
        let mut values = svd.singular_values.clone();
        let last = values.len() - 1;
        values[last] = values[0] * share;
        *weight(layer) = svd.u.unwrap() * DMatrix::from_diagonal(&values) * svd.v_t.unwrap();
    })
}

pub fn dense(weight: DMatrix<f64>, activation: Activation) -> Layer {
    let bias = Some(DVector::zeros(weight.nrows()));
    Layer::Dense(Dense { name: "planted".into(), affine: Affine { weight, bias }, activation })
}

/// A block that adds nothing.
pub fn idle_block(width: usize, random: &mut Random) -> Layer {
    let inner = Affine { weight: DMatrix::from_fn(width, width, |_, _| random.normal()), bias: None };
    let outer = Affine { weight: DMatrix::zeros(width, width), bias: None };
    Layer::Residual(Residual { name: "idle".into(), inner, activation: Activation::Tanh, outer, shortcut: None })
}

/// A plain net with normal weights of deviation `gain`/√inputs, and biases of deviation `bias`.
pub fn drawn(name: &str, widths: &[usize], activation: Activation, gain: f64, bias: f64, seed: u64) -> Network {
    let mut random = Random::new(seed);
    let last = widths.len() - 2;
    let layer = |(index, pair): (usize, &[usize])| {
        let deviation = gain / (pair[0] as f64).sqrt();
        let weight = DMatrix::from_fn(pair[1], pair[0], |_, _| deviation * random.normal());
        let bias = Some(DVector::from_fn(pair[1], |_, _| bias * random.normal()));
        let activation = if index == last { Activation::Identity } else { activation };
        Layer::Dense(Dense { name: String::new(), affine: Affine { weight, bias }, activation })
    };
    let layers = widths.windows(2).enumerate().map(layer).collect();
    Network::new(name.to_owned(), layers, OutputFunction::Softmax).unwrap()
}

/// The same data with another column.
pub fn with_column(data: &Dataset, column: usize, value: impl Fn(usize, f64) -> f64) -> Dataset {
    let mut changed = data.clone();
    for row in 0..data.samples() {
        changed.points[(column, row)] = value(row, data.points[(column, row)]);
    }
    changed
}

/// The same data with other classes.
pub fn with_classes(data: &Dataset, names: usize, class: impl Fn(usize, usize) -> usize) -> Dataset {
    let Labels::Classes { of_sample, .. } = &data.labels else { panic!("no classes") };
    let of_sample = of_sample.iter().enumerate().map(|(row, label)| class(row, *label)).collect();
    let names = (0..names).map(|name| name.to_string()).collect();
    Dataset { labels: Labels::Classes { of_sample, names }, ..data.clone() }
}
