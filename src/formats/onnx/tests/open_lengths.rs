//! Signals whose length the file leaves open.

use prost::Message;

use super::super::message::{
    DimensionProto, GraphProto, ModelProto, NodeProto, TensorProto, TensorShapeProto, TensorTypeProto, TypeProto,
    ValueInfoProto, element,
};
use super::hostile::{ints, node, tensor};
use crate::formats::open_guessing;
use crate::formats::opened::Opened;
use crate::linalg::testing::random_matrix;

/// A graph from a signal of one channel and open length.
fn opened(node: Vec<NodeProto>, initializer: Vec<TensorProto>) -> Opened {
    let dim = [None, Some(1), None].map(|dim_value| DimensionProto { dim_value, dim_param: None }).to_vec();
    let value = |name: &str, shape: Option<TensorShapeProto>| {
        let tensor_type = TensorTypeProto { elem_type: element::DOUBLE, shape };
        ValueInfoProto { name: name.into(), kind: Some(TypeProto { tensor_type: Some(tensor_type) }) }
    };
    let (input, output) = (vec![value("x", Some(TensorShapeProto { dim }))], vec![value("y", None)]);
    let graph = GraphProto { node, initializer, input, output, ..GraphProto::default() };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signal.onnx");
    std::fs::write(&path, ModelProto { graph: Some(graph), ..ModelProto::default() }.encode_to_vec()).unwrap();
    open_guessing(&path).unwrap()
}

/// A window of 800 values, of which it takes the first and the last.
fn wide_window() -> Vec<NodeProto> {
    vec![
        node("Conv", &["x", "k"], "c", vec![ints("dilations", &[799])]),
        node("GlobalAveragePool", &["c"], "m", vec![]),
    ]
}

#[test]
fn a_signal_that_must_be_longer_than_pictures_are_is_guessed_longer() {
    let mut nodes = wide_window();
    nodes.push(node("Flatten", &["m"], "y", vec![]));
    let Opened::Network(opened) = opened(nodes, vec![tensor("k", &[1, 1, 2], &[2.0, -3.0])]) else { panic!("in part") };
    assert!(opened.account.assumed().iter().any(|sentence| sentence.contains("1024 is taken for each")));
    let inputs = random_matrix(1024, 3, 5);
    let found = opened.network.forward(&inputs).unwrap().output;
    for (sample, found) in inputs.column_iter().zip(found.iter()) {
        let expected = (0..225).map(|i| 2.0 * sample[i] - 3.0 * sample[i + 799]).sum::<f64>() / 225.0;
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }
}

#[test]
fn where_no_length_will_do_the_operator_that_failed_last_is_named() {
    let mut nodes = wide_window();
    nodes.push(node("Unheard", &["m"], "y", vec![]));
    let Opened::Graph(graph) = opened(nodes, vec![tensor("k", &[1, 1, 2], &[2.0, -3.0])]) else { panic!("whole") };
    let sentence = graph.problem.to_string();
    assert!(sentence.contains("needs the shape of its input") && sentence.contains("--input-shape"), "{sentence}");
    assert!(sentence.contains("with 1024 for each open length, `") && sentence.contains("(Unheard)"), "{sentence}");
}
