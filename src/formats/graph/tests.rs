//! Graphs by hand: what is folded, what is a block, and what is neither.

use nalgebra::{DMatrix, DVector};

use super::{Graph, GraphProblem, Scale, ValueId};
use crate::network::{Activation, Affine, Layer, Network, OutputFunction};

fn matrix(rows: usize, columns: usize, seed: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |row, column| ((3 * row + 7 * column + seed) % 11) as f64 / 5.0 - 1.0)
}

fn vector(length: usize, seed: usize) -> DVector<f64> {
    DVector::from_fn(length, |at, _| ((5 * at + seed) % 7) as f64 / 4.0 + 0.25)
}

fn affine(rows: usize, columns: usize, seed: usize) -> Affine {
    Affine { weight: matrix(rows, columns, seed), bias: Some(vector(rows, seed)) }
}

fn scale(length: usize, seed: usize) -> Scale {
    Scale { factor: Some(vector(length, seed)), shift: Some(vector(length, seed + 1)) }
}

fn network(graph: &Graph, end: ValueId) -> Network {
    graph.network(String::new(), end, None).unwrap().network.unwrap()
}

fn apply(scale: &Scale, x: &DVector<f64>) -> DVector<f64> {
    x.component_mul(scale.factor.as_ref().unwrap()) + scale.shift.as_ref().unwrap()
}

#[test]
fn what_kernels_are_made_into_grows_with_the_weights_of_the_file() {
    let mut small = Graph::of_bytes(100);
    assert!(small.spend("a", 1024, 3 << 10).is_ok());
    assert!(matches!(small.spend("b", 1024, 1024), Err(GraphProblem::TooLarge { .. })));
    let mut large = Graph::of_bytes(1 << 15);
    assert!(large.spend("a", 1024, 3 << 10).is_ok());
    assert!(large.spend("b", 1024, 1024).is_ok());
    assert!(Graph::of_bytes(u64::MAX).spend("c", 4096, 4097).is_err());
}

#[test]
fn diagonal_maps_are_folded_into_the_matrices_beside_them() {
    let mut graph = Graph::default();
    let (before, between, after) = (scale(3, 1), scale(4, 2), scale(2, 3));
    let x = graph.input(None);
    let value = graph.scale(x, "normalise", before.clone(), 0).unwrap();
    let value = graph.affine(value, "first", affine(4, 3, 0)).unwrap();
    let value = graph.scale(value, "bn", between.clone(), 0).unwrap();
    let value = graph.activate(value, "act", Activation::Tanh).unwrap();
    let value = graph.affine(value, "second", affine(2, 4, 5)).unwrap();
    let value = graph.scale(value, "back", after.clone(), 0).unwrap();
    let value = graph.activate(value, "softmax", Activation::Softmax).unwrap();
    let network = network(&graph, value);
    assert_eq!((network.layers().len(), network.output()), (2, OutputFunction::Softmax));
    assert_eq!(network.layers()[0].name(), "first");
    let point = DVector::from_row_slice(&[0.3, -1.0, 2.0]);
    let first = affine(4, 3, 0);
    let hidden = apply(&between, &(&first.weight * apply(&before, &point) + first.bias.unwrap())).map(f64::tanh);
    let second = affine(2, 4, 5);
    let expected = apply(&after, &(&second.weight * hidden + second.bias.unwrap()));
    let found = network.forward(&DMatrix::from_columns(&[point])).unwrap().layer_outputs.pop().unwrap();
    assert!((found.column(0) - expected).norm() < 1e-14);
}

#[test]
fn two_matrices_stay_two_layers_and_flat_images_are_scaled_by_channel() {
    let mut graph = Graph::default();
    let x = graph.input(Some(vec![2, 1, 3]));
    let value = graph.scale(x, "bn", Scale { factor: Some(vector(2, 0)), shift: None }, 0).unwrap();
    let value = graph.flatten(value);
    let value = graph.affine(value, "a", affine(4, 6, 0)).unwrap();
    let value = graph.affine(value, "b", affine(2, 4, 1)).unwrap();
    let network = network(&graph, value);
    assert_eq!(network.layers().len(), 2);
    let Layer::Dense(first) = &network.layers()[0] else { panic!("no dense layer") };
    let factors = vector(2, 0);
    for column in 0..6 {
        let expected = affine(4, 6, 0).weight.column(column) * factors[column / 3];
        assert_eq!(first.affine.weight.column(column), expected);
    }
}

#[test]
fn sums_become_blocks_with_and_without_projection() {
    for (width, outputs) in [(3, 3), (3, 5)] {
        let mut graph = Graph::default();
        let x = graph.input(Some(vec![width]));
        let inner = graph.affine(x, "inner", affine(4, width, 1)).unwrap();
        let hidden = graph.activate(inner, "act", Activation::Relu).unwrap();
        let branch = graph.affine(hidden, "outer", affine(outputs, 4, 2)).unwrap();
        let shortcut =
            if width == outputs { x } else { graph.affine(x, "project", affine(outputs, width, 3)).unwrap() };
        let value = graph.sum(branch, shortcut, "add").unwrap();
        let value = graph.activate(value, "after", Activation::Relu).unwrap();
        let network = network(&graph, value);
        let kinds: Vec<&str> = network.layers().iter().map(Layer::kind).collect();
        assert_eq!(kinds, ["residual", "dense"]);
        let point = vector(width, 4);
        let hidden = (affine(4, width, 1).weight * &point + vector(4, 1)).map(|x| x.max(0.0));
        let added = affine(outputs, 4, 2).weight * hidden + vector(outputs, 2);
        let straight =
            if width == outputs { point.clone() } else { matrix(outputs, width, 3) * &point + vector(outputs, 3) };
        let expected = (added + straight).map(|x| x.max(0.0));
        let found = network.forward(&DMatrix::from_columns(&[point])).unwrap().output;
        assert!((found.column(0) - expected).norm() < 1e-13);
    }
}

#[test]
fn what_does_not_fit_names_its_node() {
    let mut graph = Graph::default();
    let x = graph.input(Some(vec![3]));
    let wrong = graph.affine(x, "dense_7", affine(2, 4, 0)).unwrap_err();
    assert_eq!(wrong, GraphProblem::Widths { node: "dense_7".into(), takes: 4, given: 3 });
    let one = graph.affine(x, "a", affine(3, 3, 0)).unwrap();
    let one = graph.activate(one, "a", Activation::Tanh).unwrap();
    let two = graph.affine(one, "b", affine(3, 3, 0)).unwrap();
    let two = graph.activate(two, "b", Activation::Tanh).unwrap();
    let deep = graph.sum(x, two, "add_1").unwrap();
    let read = graph.network(String::new(), deep, None).unwrap();
    assert_eq!(read.problem, Some(GraphProblem::Branch { node: "add_1".into() }));
    assert!(read.network.is_none());
    assert!(graph.reshape(x, "fold", vec![2, 2]).is_err());
    assert!(graph.sum(x, graph.values.len().checked_sub(1).map(ValueId).unwrap(), "same").is_ok());
}
