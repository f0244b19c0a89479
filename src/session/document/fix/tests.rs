//! What fixes keep, and what they change.

use nalgebra::{DMatrix, DVector};

use super::*;
use crate::dataset::Labels;
use crate::network::{Activation, Affine, Dense, OutputFunction};

fn dense(rows: usize, columns: usize, activation: Activation, random: &mut Random) -> Layer {
    let weight = DMatrix::from_fn(rows, columns, |_, _| random.normal());
    let bias = Some(DVector::from_fn(rows, |_, _| random.normal()));
    Layer::Dense(Dense { name: String::new(), affine: Affine { weight, bias }, activation })
}

fn network(activations: &[Activation]) -> Network {
    let mut random = Random::new(3);
    let mut layers: Vec<Layer> = activations
        .iter()
        .enumerate()
        .map(|(at, kind)| dense(4, if at == 0 { 3 } else { 4 }, *kind, &mut random))
        .collect();
    layers.push(dense(2, 4, Activation::Identity, &mut random));
    Network::new("n".into(), layers, OutputFunction::Softmax).unwrap()
}

fn data() -> Dataset {
    let mut random = Random::new(5);
    let points = DMatrix::from_fn(3, 20, |row, _| if row == 1 { 7.0 } else { random.normal() });
    let labels = Labels::Classes {
        of_sample: (0..20).map(|sample| 1 + sample % 2).collect(),
        names: ["0", "1", "2"].map(str::to_owned).to_vec(),
    };
    let columns = ["a", "b", "c"].map(str::to_owned).to_vec();
    Dataset { name: "d".into(), points, labels, columns, ..Dataset::default() }
}

fn fixed(fix: &Fix, network: &Network) -> Fixed {
    fix.apply(network, Some(&data()), &mut Random::new(1)).unwrap().unwrap()
}

fn weight(network: &Network, layer: usize) -> &DMatrix<f64> {
    let Layer::Dense(dense) = &network.layers()[layer] else { panic!("no dense layer") };
    &dense.affine.weight
}

#[test]
fn merged_layers_are_the_same_function() {
    let network = network(&[Activation::Tanh, Activation::Identity]);
    let merged = fixed(&Fix::Merge { layer: 1 }, &network).network.unwrap();
    assert_eq!(merged.layers().len(), 2);
    let inputs = data().points;
    let difference = network.answers(&inputs).unwrap() - merged.answers(&inputs).unwrap();
    assert!(difference.amax() < 1e-12);
    assert!(linear::merged(&network, 0).is_none() && linear::merged(&network, 2).is_none());
}

#[test]
fn balanced_layers_answer_bit_by_bit_as_before() {
    let before = network(&[Activation::Relu, Activation::LeakyRelu { negative_slope: 0.1 }]);
    let mut layers = before.layers().to_vec();
    let Layer::Dense(first) = &mut layers[0] else { panic!() };
    first.affine.weight *= 1024.0;
    let large = Network::new("n".into(), layers, OutputFunction::Identity).unwrap();
    let balanced = fixed(&Fix::Balance, &large).network.unwrap();
    assert_eq!(large.answers(&data().points).unwrap(), balanced.answers(&data().points).unwrap());
    assert!(weight(&large, 0).amax() > 500.0 && weight(&balanced, 0).amax() < 60.0);
    // tanh lets no factor through.
    assert!(scale::balanced(&network(&[Activation::Tanh, Activation::Tanh])).is_none());
}

#[test]
fn drawn_units_change_their_own_rows_alone() {
    let before = network(&[Activation::Relu, Activation::Relu]);
    let after = fixed(&Fix::DrawUnits { layer: 1, units: vec![2, 9] }, &before).network.unwrap();
    for row in 0..4 {
        assert_eq!(weight(&before, 1).row(row) == weight(&after, 1).row(row), row != 2);
    }
    assert_eq!(before.layers()[2], after.layers()[2]);
    let nothing = Fix::DrawUnits { layer: 1, units: vec![9] };
    assert!(nothing.apply(&before, None, &mut Random::new(1)).unwrap().is_none());
}

#[test]
fn of_like_units_the_first_stays() {
    let mut layers = network(&[Activation::Relu]).layers().to_vec();
    let Layer::Dense(first) = &mut layers[0] else { panic!() };
    let row = first.affine.weight.row(1).into_owned();
    first.affine.weight.set_row(3, &(2.0 * row));
    let bias = first.affine.bias.as_mut().unwrap();
    bias[3] = 2.0 * bias[1];
    assert_eq!(units::repeated(&layers[0], &[0, 1, 3]), [3]);
}

#[test]
fn a_constant_column_is_left_out_without_a_change_of_the_answers() {
    let before = network(&[Activation::Tanh]);
    let Fixed { network, data: Some((left, _)) } = fixed(&Fix::LeaveOut { columns: vec![1] }, &before) else {
        panic!()
    };
    let network = network.unwrap();
    assert_eq!((network.inputs(), left.dimension(), left.columns.as_slice()), (2, 2, &["a".into(), "c".into()][..]));
    let difference = before.answers(&data().points).unwrap() - network.answers(&left.points).unwrap();
    assert!(difference.amax() < 1e-12);
}

#[test]
fn columns_are_standardised_and_classes_numbered_from_0() {
    let network = network(&[Activation::Tanh]);
    let (scaled, _) = fixed(&Fix::Standardise, &network).data.unwrap();
    assert!(scaled.points.column_mean().amax() < 1e-12 && (scaled.points.row(0).norm_squared() - 20.0).abs() < 1e-9);
    let (renumbered, _) = fixed(&Fix::Renumber, &network).data.unwrap();
    let Labels::Classes { of_sample, names } = &renumbered.labels else { panic!() };
    assert!(of_sample[..3] == [0, 1, 0] && names == &["0", "1"]);
    assert!(columns::renumbered(&renumbered).is_none());
}

#[test]
fn a_layer_that_is_square_can_be_dropped() {
    let before = network(&[Activation::Tanh, Activation::Tanh]);
    assert_eq!(fixed(&Fix::Remove { layer: 1 }, &before).network.unwrap().layers().len(), 2);
    assert!(linear::removed(&before, 0).is_none() && linear::removed(&before, 9).is_none());
}
