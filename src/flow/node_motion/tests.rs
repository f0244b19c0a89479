//! Operators of a graph as layers of a flow.

use nalgebra::{DMatrix, DVector};

use crate::flow::{Flow, FlowOptions, NoVelocity, PhaseKind};
use crate::linalg::testing::random_matrix;
use crate::network::{
    Activation, Affine, Binary, Cut, Dense, Layer, MatrixProduct, Network, Node, NodeMap, OutputFunction,
};

fn dense(rows: usize, columns: usize, seed: u64) -> Layer {
    let bias = Some(random_matrix(rows, 1, seed + 20).column(0).into_owned());
    let affine = Affine { weight: random_matrix(rows, columns, seed), bias };
    Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Tanh })
}

fn flow(network: &Network) -> Flow {
    Flow::new(network, FlowOptions::default(), &mut |_, _| true).unwrap()
}

/// A matrix, the node, a matrix.
fn around(node: Node) -> Network {
    let layers =
        vec![dense(node.cut.inputs(), 3, 1), Layer::Node(Box::new(node.clone())), dense(2, node.cut.outputs(), 2)];
    Network::new(String::new(), layers, OutputFunction::Identity).unwrap()
}

fn nodes() -> Vec<Node> {
    let part = |widths, reads: &[usize], writes: &[usize], kept: &[usize], map| Node {
        name: "n".into(),
        operator: "an operator".into(),
        map,
        cut: Cut::new(widths, reads.to_vec(), writes.to_vec(), kept.to_vec()).unwrap(),
    };
    let whole = |map| Node::whole("n", "an operator", map);
    let pooling = |windows| NodeMap::Largest { inputs: 6, windows };
    vec![
        // Disjoint, as a pooling of 2 by 2 is; overlapping, as one of 3 by 3 with a stride of 2 is.
        whole(pooling(vec![vec![0, 1, 3], vec![2, 4, 5]])),
        whole(pooling(vec![vec![0, 1, 3], vec![1, 3, 4, 5], vec![5]])),
        whole(NodeMap::Centre { inputs: 6, length: 3 }),
        whole(NodeMap::Normalise { inputs: 6, length: 3, epsilon: 1e-3 }),
        whole(NodeMap::Softmax { inputs: 6, length: 3 }),
        whole(NodeMap::Slopes(vec![0.1, 0.2, 0.3, 0.0, 1.0, 2.0])),
        whole(NodeMap::Activation { inputs: 6, activation: Activation::Softplus }),
        whole(NodeMap::Binary { width: 3, operator: Binary::Product }),
        whole(NodeMap::MatrixProduct(MatrixProduct { batch: 1, rows: 2, shared: 1, columns: 4 })),
        part((6, 4), &[1, 3, 5, 2], &[1, 3], &[0, 2], NodeMap::Sum { width: 2, factors: vec![1.0, 2.0] }),
        part((6, 7), &[5, 4], &[6, 4], &[0, 1], NodeMap::Copy(2)),
        part((6, 6), &[5, 1, 3], &[5, 1, 3], &[0, 2], NodeMap::Normalise { inputs: 3, length: 3, epsilon: 0.1 }),
    ]
}

#[test]
fn the_end_of_each_layer_is_what_the_forward_pass_gives() {
    for node in nodes() {
        let network = around(node);
        let (flow, points) = (flow(&network), random_matrix(3, 30, 5));
        let expected = network.forward(&points).unwrap();
        let path = flow.sample_path(&points).unwrap();
        for (index, values) in expected.layer_outputs.iter().enumerate() {
            let found = flow.positions(&points, (index + 1) as f64).unwrap();
            let padded = values.clone().resize_vertically(flow.ambient_dimension(), 0.0);
            assert!((found - padded).amax() < 1e-10, "{:?} layer {index}", network.layers()[1]);
        }
        // What frames draw is where the flow is.
        let all: Vec<usize> = (0..30).collect();
        for step in 0..=60 {
            let t = f64::from(step) * 0.05;
            let (drawn, exact) = (path.positions(&flow, t, &all), flow.positions(&points, t).unwrap());
            assert!((drawn - &exact).amax() < 2e-3 * (1.0 + exact.amax()), "{:?} at {t}", network.layers()[1]);
        }
    }
}

#[test]
fn where_there_is_a_velocity_it_is_that_of_the_paths_and_u_is_constant_along_them() {
    let mut with_velocity = 0;
    for node in nodes() {
        let network = around(node);
        let (flow, point) = (flow(&network), random_matrix(3, 1, 8));
        let answer = network.answers(&point).unwrap();
        let mut is_told = true;
        for phase in &flow.layers()[1].phases {
            for share in [0.2, 0.5, 0.8] {
                let t = phase.start + share * (phase.end - phase.start);
                let at = |t: f64| flow.positions(&point, t).unwrap().column(0).into_owned();
                let now: DVector<f64> = at(t);
                match flow.velocity(&now, t) {
                    Ok(velocity) => {
                        let step = 1e-6;
                        let change = (at(t + step) - at(t - step)) / (2.0 * step);
                        let miss = (&velocity - change).norm();
                        assert!(miss < 1e-4 * (1.0 + velocity.norm()), "{:?}: {miss}", network.layers()[1]);
                        let read = flow.pull_back(&network, &now, t).unwrap();
                        let miss = (DMatrix::from_column_slice(2, 1, read.as_slice()) - &answer).amax();
                        assert!(miss < 1e-8, "{:?}: {miss}", network.layers()[1]);
                    }
                    Err(NoVelocity::Direct { operator }) => {
                        assert!(operator.starts_with("an operator"));
                        is_told = false;
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
        with_velocity += usize::from(is_told);
    }
    assert_eq!(with_velocity, 9);
}

#[test]
fn a_max_pooling_is_a_tournament_and_other_operators_are_told_as_direct() {
    let kinds = |node: Node| -> Vec<PhaseKind> {
        let network = around(node);
        flow(&network).layers()[1].phases.iter().map(|phase| phase.kind).collect()
    };
    let windows = |windows| Node::whole("", "", NodeMap::Largest { inputs: 4, windows });
    assert_eq!(kinds(windows(vec![vec![0, 1, 2, 3]])), [PhaseKind::Compare, PhaseKind::Compare, PhaseKind::Gather]);
    let overlapping = kinds(windows(vec![vec![0, 1], vec![1, 2, 3]]));
    assert_eq!(overlapping, [PhaseKind::Gather, PhaseKind::Compare, PhaseKind::Compare, PhaseKind::Gather]);
    assert_eq!(kinds(Node::whole("", "", NodeMap::Softmax { inputs: 4, length: 2 })), [PhaseKind::Direct]);
}
