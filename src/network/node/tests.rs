use nalgebra::DMatrix;

use super::*;
use crate::linalg::testing::random_matrix;
use crate::network::{Activation, Affine, Convolution, Flattening, ImageShape, Kernel, Padding};

fn convolution() -> WideConvolution {
    let kernel = Kernel::new(2, 3, [2, 3], random_matrix(36, 1, 4).as_slice().to_vec()).unwrap();
    let convolution = Convolution::new(kernel, 1).unwrap().with_stride([2, 1]).with_padding(Padding::even(1, 0));
    let convolution = convolution.with_bias(random_matrix(2, 1, 5).column(0).into_owned()).unwrap();
    WideConvolution::new(convolution, ImageShape::new(3, 4, 5).unwrap(), Flattening::ChannelsLast).unwrap()
}

pub(crate) fn maps() -> Vec<NodeMap> {
    let affine = Affine { weight: random_matrix(3, 4, 1), bias: Some(random_matrix(3, 1, 2).column(0).into_owned()) };
    let binary = |operator| NodeMap::Binary { width: 3, operator };
    vec![
        NodeMap::Largest { inputs: 6, windows: vec![vec![0, 1, 3], vec![3], vec![5, 4, 1, 0]] },
        NodeMap::Centre { inputs: 6, length: 3 },
        NodeMap::Normalise { inputs: 6, length: 3, epsilon: 0.1 },
        NodeMap::Softmax { inputs: 6, length: 2 },
        NodeMap::Activation { inputs: 4, activation: Activation::Tanh },
        NodeMap::Activation { inputs: 4, activation: Activation::Softmax },
        NodeMap::Slopes(vec![0.1, 0.2, -0.5]),
        NodeMap::Affine(Box::new(affine)),
        NodeMap::Convolution(Box::new(convolution())),
        NodeMap::Sparse { inputs: 3, rows: vec![vec![(0, 0.5), (2, 0.5)], vec![(1, -1.0)]] },
        NodeMap::Sum { width: 2, factors: vec![1.0, -0.5, 2.0] },
        NodeMap::Copy(4),
        NodeMap::Scale { factor: vec![2.0, -1.0], shift: vec![0.5, 0.0] },
        binary(Binary::Product),
        binary(Binary::Quotient),
        binary(Binary::Larger),
        binary(Binary::Smaller),
        NodeMap::MatrixProduct(MatrixProduct { batch: 2, rows: 2, shared: 3, columns: 1 }),
    ]
}

#[test]
fn derivatives_are_those_of_small_differences() {
    for map in maps() {
        let node = Node::whole("", "", map);
        let point = random_matrix(node.cut.inputs(), 1, 11);
        let jacobian = node.jacobian(point.as_slice());
        let step = 1e-6;
        for index in 0..node.cut.inputs() {
            let mut direction = DMatrix::zeros(node.cut.inputs(), 1);
            direction[index] = 1.0;
            let change =
                (node.apply(&(&point + &direction * step)) - node.apply(&(&point - &direction * step))) / (2.0 * step);
            assert!((change - jacobian.column(index)).norm() < 1e-7, "{:?} by {index}", node.map);
            let pushed = node.push_columns(&point, &direction);
            assert!((pushed - jacobian.column(index)).norm() < 1e-12, "{:?} by {index}", node.map);
        }
        let covector = random_matrix(node.cut.outputs(), 1, 12);
        let pulled = node.pull_columns(&point, &covector);
        assert!((pulled - jacobian.transpose() * covector).norm() < 1e-12, "{:?}", node.map);
    }
}

#[test]
fn a_convolution_by_its_kernel_is_its_matrix() {
    let map = convolution();
    let lowered = map.convolution().lower(map.input(), map.order()).unwrap();
    let points = random_matrix(map.input().values(), 3, 6);
    let node = Node::whole("", "", NodeMap::Convolution(Box::new(map)));
    assert!((node.apply(&points) - lowered.apply(&points)).norm() < 1e-12);
}

#[test]
fn the_stages_together_are_the_node() {
    let mut nodes: Vec<Node> = maps().into_iter().map(|map| Node::whole("", "", map)).collect();
    // In a wider state, of which some rests and some is dropped.
    let windows = vec![vec![0, 1], vec![2, 3, 4]];
    let cut = Cut::new((9, 5), vec![8, 3, 7, 2, 6], vec![4, 1], vec![0, 2]).unwrap();
    nodes.push(Node { map: NodeMap::Largest { inputs: 5, windows }, cut, ..nodes[0].clone() });
    let cut = Cut::new((6, 6), vec![5, 3, 1], vec![5, 3, 1], vec![0, 2]).unwrap();
    nodes.push(Node { map: NodeMap::Normalise { inputs: 3, length: 3, epsilon: 0.1 }, cut, ..nodes[0].clone() });
    for node in nodes {
        let points = random_matrix(node.cut.inputs(), 20, 3);
        let stages = node.stages();
        let end = stages.iter().fold(points.clone(), |points, (_, stage)| stage.apply(&points));
        assert!((end - node.apply(&points)).norm() < 1e-12, "{:?}", node.map);
        let widest = stages.iter().flat_map(|(_, stage)| [stage.cut.inputs(), stage.cut.outputs()]).max();
        assert_eq!(widest, Some(node.widest()), "{:?}", node.map);
    }
}

#[test]
fn windows_of_negative_values_give_the_largest_of_them() {
    let node = Node::whole("", "", NodeMap::Largest { inputs: 3, windows: vec![vec![0, 1, 2], vec![2]] });
    assert_eq!(node.apply(&DMatrix::from_column_slice(3, 1, &[-5.0, -1.0, -3.0])).as_slice(), [-1.0, -3.0]);
}
