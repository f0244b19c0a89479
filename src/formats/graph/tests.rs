//! Graphs by hand: what is folded, what is a block, and what is neither.

use nalgebra::{DMatrix, DVector};

use super::GraphProblem;
use super::scale::Scale;
use super::values::{Expression, Graph, ValueId};
use crate::network::{Activation, Affine, Elementary, Layer, Network, OutputFunction};

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
    let other = graph.input(Some(vec![3]));
    let foreign = graph.sum(other, two, "add_1").unwrap();
    let read = graph.network(String::new(), foreign, None).unwrap();
    assert_eq!(read.problem, Some(GraphProblem::Branch { node: "add_1".into() }));
    assert!(read.network.is_none());
    assert!(graph.reshape(x, "fold", vec![2, 2]).is_err());
    assert!(graph.sum(x, graph.values.len().checked_sub(1).map(ValueId).unwrap(), "same").is_ok());
}

/// What a value of the graph is at a point, by the rules of each expression.
fn evaluated(graph: &Graph, end: ValueId, x: &DVector<f64>) -> DVector<f64> {
    let mut values: Vec<DVector<f64>> = Vec::new();
    for (index, value) in graph.values.iter().enumerate().take(end.0 + 1) {
        let width = graph.width(ValueId(index)).unwrap();
        values.push(match &value.expression {
            Expression::Input => x.clone(),
            Expression::Affine { affine, of, .. } => {
                &affine.weight * &values[of.0] + affine.bias.clone().unwrap_or_else(|| DVector::zeros(width))
            }
            Expression::Scale { scale, of, .. } => DVector::from_fn(width, |at, _| {
                let of_vector = |vector: &Option<DVector<f64>>, absent: f64| {
                    vector.as_ref().map_or(absent, |vector| vector[at % vector.len()])
                };
                of_vector(&scale.factor, 1.0) * values[of.0][at] + of_vector(&scale.shift, 0.0)
            }),
            Expression::Activate { activation, of, .. } => {
                let mut value = values[of.0].clone();
                activation.apply(value.as_mut_slice());
                value
            }
            Expression::Leaky { slopes, of, .. } => {
                values[of.0].zip_map(slopes, |x, slope| if x >= 0.0 { x } else { slope * x })
            }
            Expression::Combine { terms, .. } => {
                terms.iter().fold(DVector::zeros(width), |sum, (factor, of)| sum + *factor * &values[of.0])
            }
            Expression::Concat { parts, .. } => {
                let mut joined = DVector::zeros(width);
                for (of, positions) in parts {
                    positions.iter().zip(values[of.0].iter()).for_each(|(&position, value)| joined[position] = *value);
                }
                joined
            }
            Expression::Node { map, of, .. } => {
                let given: Vec<f64> = of.iter().flat_map(|of| values[of.0].iter()).copied().collect();
                let mut made = vec![0.0; map.outputs()];
                map.apply(&given, &mut made);
                DVector::from_vec(made)
            }
            Expression::Gap { .. } => panic!("a gap"),
        });
    }
    values.swap_remove(end.0)
}

/// A number below `below` that follows from the ones before.
fn drawn(state: &mut u64, below: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap() % below
}

/// A graph of random operators, and its last value, in which the values before it meet again.
fn random_graph(seed: u64) -> (Graph, ValueId) {
    let mut state = seed;
    let mut graph = Graph::default();
    let mut values = vec![graph.input(Some(vec![3]))];
    let kinds = [Activation::Relu, Activation::Tanh, Activation::Softmax, Activation::Softsign, Activation::Relu];
    for step in 0..9 {
        let back = drawn(&mut state, 3).min(values.len() - 1);
        let of = values[values.len() - 1 - back];
        let other = values[drawn(&mut state, values.len())];
        let width = graph.width(of).unwrap();
        let alike = if graph.width(other) == Some(width) { other } else { of };
        let name = format!("node_{step}");
        let added = match drawn(&mut state, 11) {
            0..=2 => {
                let rows = 1 + drawn(&mut state, 4);
                graph.affine(of, &name, affine(rows, width, step))
            }
            3..=4 => graph.activate(of, &name, kinds[drawn(&mut state, kinds.len())]),
            5 => graph.scale(of, &name, scale(width, step), 0),
            6 => graph.combine(&[(0.5, of), (-2.0, alike), (1.0, of)], &name),
            7 => graph.concat(&[of, other, of], &name, 0),
            8 => graph.leaky(of, vector(width, step), &name, 0),
            9 => graph.larger(of, alike, &name),
            _ => graph.product(of, alike, &name),
        };
        values.push(added.unwrap());
    }
    let end = *values.last().unwrap();
    (graph, end)
}

#[test]
fn every_graph_of_known_operators_is_a_chain_of_layers() {
    let point = DVector::from_row_slice(&[0.3, -0.4, 0.2]);
    let mut residual = 0;
    for seed in 0..400 {
        let (graph, end) = random_graph(seed);
        let read = graph.network(String::new(), end, Some(OutputFunction::Identity)).unwrap();
        let Some(network) = read.network else {
            assert!(matches!(read.problem, Some(GraphProblem::Ends { .. })), "{seed}: {:?}", read.problem);
            continue;
        };
        residual += network.layers().iter().filter(|layer| layer.kind() == "residual").count();
        let expected = evaluated(&graph, end, &point);
        let found = network.forward(&DMatrix::from_columns(std::slice::from_ref(&point))).unwrap().output;
        let error = (found.column(0) - &expected).norm() / expected.norm().max(1.0);
        assert!(error < 1e-9, "{seed}: {error}\n{graph:?}");
    }
    assert!(residual > 100, "{residual}");
}

#[test]
fn sums_spread_their_shapes_and_refuse_what_does_not_fit() {
    let mut graph = Graph::default();
    let x = graph.input(Some(vec![2, 3]));
    let row = graph.select(x, &[3, 4, 5], vec![3], "row").unwrap();
    let column = graph.select(x, &[0, 3], vec![2, 1], "column").unwrap();
    let sum = graph.combine(&[(1.0, row), (1.0, column)], "add").unwrap();
    assert_eq!(graph.shape(sum), Some(&[2, 3][..]));
    let point = DVector::from_row_slice(&[1.0, 2.0, 3.0, 10.0, 20.0, 30.0]);
    let found = network(&graph, sum).forward(&DMatrix::from_columns(&[point])).unwrap().output;
    assert_eq!(found.as_slice(), [11.0, 21.0, 31.0, 20.0, 30.0, 40.0]);
    let turned = graph.reshape(x, "turn", vec![3, 2]).unwrap();
    assert!(graph.sum(x, turned, "wrong").is_err());
    assert!(graph.concat(&[x, row], "wrong", 0).is_err());
    assert!(graph.select(x, &[6], vec![1], "beyond").is_err());
    let beside = graph.concat(&[x, x], "beside", 1).unwrap();
    let point = DVector::from_fn(6, |at, _| at as f64);
    let found = network(&graph, beside).forward(&DMatrix::from_columns(&[point])).unwrap().output;
    assert_eq!(found.as_slice(), [0.0, 1.0, 2.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 3.0, 4.0, 5.0]);
}

#[test]
fn slopes_for_each_coordinate_are_one_layer_and_log_softmax_ends_a_network() {
    let mut graph = Graph::default();
    let x = graph.input(Some(vec![3]));
    let value = graph.affine(x, "dense", affine(3, 3, 0)).unwrap();
    let value = graph.leaky(value, vector(3, 1), "slopes", 0).unwrap();
    let value = graph.activate(value, "softmax", Activation::Softmax).unwrap();
    let value = graph.activate(value, "log", Activation::Elementary(Elementary::Log)).unwrap();
    let network = network(&graph, value);
    assert_eq!((network.layers().len(), network.output()), (1, OutputFunction::LogSoftmax));
    assert_eq!(network.layers()[0].name(), "dense");
}

#[test]
fn a_block_whose_matrices_would_be_too_large_is_made_operator_by_operator() {
    let mut graph = Graph::default();
    let x = graph.input(Some(vec![4000]));
    let value = graph.activate(x, "act", Activation::Tanh).unwrap();
    let sum = graph.sum(x, value, "add").unwrap();
    let network = network(&graph, sum);
    assert!(network.layers().iter().all(|layer| matches!(layer, Layer::Node(_))));
    let points = DMatrix::from_fn(4000, 2, |row, column| (row as f64 + 0.5) / 2000.0 - column as f64);
    let found = network.forward(&points).unwrap().output;
    assert!((found - points.map(|x| x + x.tanh())).amax() < 1e-12);
}

#[test]
fn activations_of_many_coordinates_are_no_matrices_that_fill_the_memory() {
    let mut graph = Graph::of_bytes(1000);
    let x = graph.input(Some(vec![3000]));
    let mut value = x;
    for number in 0..40 {
        let before = value;
        value = graph.activate(value, &format!("a{number}"), Activation::Tanh).unwrap();
        if number % 2 == 0 {
            value = graph.softmax_along(value, &format!("s{number}"), vec![0]).unwrap();
        } else {
            value = graph.combine(&[(1.0, value), (1.0, before)], &format!("c{number}")).unwrap();
        }
    }
    let network = network(&graph, value);
    let matrices = network.layers().iter().filter_map(|layer| match layer {
        Layer::Dense(dense) => Some(dense.affine.weight.len()),
        Layer::Residual(block) => Some(block.inner.weight.len() + block.outer.weight.len()),
        Layer::Node(_) => None,
    });
    assert!(matrices.sum::<usize>() <= 2 << 24, "{} layers", network.layers().len());
    let point = nalgebra::DMatrix::from_element(3000, 1, 0.1);
    let output = network.forward(&point).unwrap().output;
    assert!(output.iter().all(|value| value.is_finite()));
}

#[test]
fn a_wide_value_is_no_output_many_times() {
    let mut graph = Graph::of_bytes(100);
    let input = graph.input(Some(vec![1 << 18]));
    let once = graph.outputs_behind_each_other(&[("a", input), ("b", input)]).unwrap();
    assert_eq!(graph.width(once.0), Some(1 << 19));
    let outputs = vec![("a", input); 1 << 16];
    assert!(matches!(graph.outputs_behind_each_other(&outputs), Err(GraphProblem::TooLarge { .. })));
}
