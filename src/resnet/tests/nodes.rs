//! Refinements of operators of a graph.

use crate::flow::{Flow, FlowOptions};
use crate::linalg::testing::random_matrix;
use crate::network::{Activation, Affine, Dense, Layer, Network, Node, NodeMap, OutputFunction};
use crate::resnet::{Integrator, Refinement, RefinementKind, ResNet};

fn network(map: NodeMap) -> Network {
    let dense = |rows, columns, seed| {
        let affine = Affine { weight: random_matrix(rows, columns, seed), bias: None };
        Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Relu })
    };
    let node = Node::whole("n", "an operator", map);
    let layers = vec![dense(6, 3, 1), Layer::Node(Box::new(node.clone())), dense(2, node.cut.outputs(), 2)];
    Network::new(String::new(), layers, OutputFunction::Identity).unwrap()
}

#[test]
fn blocks_of_a_max_pooling_are_exact_for_every_number_of_steps() {
    for windows in [vec![vec![0, 1, 3], vec![2, 4, 5]], vec![vec![0, 1, 3], vec![1, 3, 4, 5], vec![5]]] {
        let network = network(NodeMap::Largest { inputs: 6, windows });
        let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
        let points = random_matrix(3, 40, 3);
        let expected = network.answers(&points).unwrap();
        for steps in [1, 3, 16] {
            let refinement = Refinement { kind: RefinementKind::Whole, steps, integrator: Integrator::Euler };
            let resnet = ResNet::new(&flow, refinement, &points).unwrap();
            let blocks = resnet.network("blocks".into(), OutputFunction::Identity).unwrap();
            assert!((blocks.answers(&points).unwrap() - &expected).amax() < 1e-12, "N = {steps}");
            assert_eq!(blocks.layers().len(), resnet.blocks() + 2);
        }
    }
}

#[test]
fn an_operator_without_blocks_of_its_own_is_kept_as_one() {
    for map in [NodeMap::Softmax { inputs: 6, length: 2 }, NodeMap::Normalise { inputs: 6, length: 3, epsilon: 0.1 }] {
        let network = network(map);
        let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
        let points = random_matrix(3, 40, 3);
        let refinement = Refinement { kind: RefinementKind::Whole, steps: 5, integrator: Integrator::Euler };
        let resnet = ResNet::new(&flow, refinement, &points).unwrap();
        let blocks = resnet.network("blocks".into(), OutputFunction::Identity).unwrap();
        assert!((blocks.answers(&points).unwrap() - network.answers(&points).unwrap()).amax() < 1e-12);
    }
}
