//! Graphs that claim what cannot be: each is answered by a sentence.

use prost::Message;

use super::super::message::{
    AttributeProto, DimensionProto, GraphProto, ModelProto, NodeProto, TensorProto, TensorShapeProto, TensorTypeProto,
    TypeProto, ValueInfoProto, element,
};
use super::super::read::open;
use crate::formats::opened::Opened;

fn value(name: &str, shape: &[i64]) -> ValueInfoProto {
    let dim = shape.iter().map(|&length| DimensionProto { dim_value: Some(length), dim_param: None }).collect();
    let tensor_type = TensorTypeProto { elem_type: element::DOUBLE, shape: Some(TensorShapeProto { dim }) };
    ValueInfoProto { name: name.into(), kind: Some(TypeProto { tensor_type: Some(tensor_type) }) }
}

pub(super) fn tensor(name: &str, dims: &[i64], values: &[f64]) -> TensorProto {
    let (dims, double_data) = (dims.to_vec(), values.to_vec());
    TensorProto { name: name.into(), dims, data_type: element::DOUBLE, double_data, ..TensorProto::default() }
}

fn integers(name: &str, values: &[i64]) -> TensorProto {
    let (dims, int64_data) = (vec![values.len() as i64], values.to_vec());
    TensorProto { name: name.into(), dims, data_type: element::INT64, int64_data, ..TensorProto::default() }
}

pub(super) fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), ints: values.to_vec(), ..AttributeProto::default() }
}

pub(super) fn node(operator: &str, inputs: &[&str], output: &str, attribute: Vec<AttributeProto>) -> NodeProto {
    let input = inputs.iter().map(|input| (*input).to_owned()).collect();
    let (output, op_type) = (vec![output.to_owned()], operator.to_owned());
    NodeProto { input, output, op_type, attribute, ..NodeProto::default() }
}

/// The sentence that answers a graph on inputs of this shape.
fn answer(shape: &[i64], node: Vec<NodeProto>, initializer: Vec<TensorProto>) -> String {
    let (input, output) = (vec![value("x", shape)], vec![value("y", &[])]);
    let graph = GraphProto { node, initializer, input, output, ..GraphProto::default() };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile.onnx");
    std::fs::write(&path, ModelProto { graph: Some(graph), ..ModelProto::default() }.encode_to_vec()).unwrap();
    match open(&path, None) {
        Ok(Opened::Graph(graph)) => graph.problem.to_string(),
        Ok(other) => panic!("{other:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn claims_of_tensors_are_checked() {
    let product = || vec![node("MatMul", &["x", "w"], "y", vec![])];
    let of = |weight| answer(&[1, 2], product(), vec![weight]);
    assert!(of(tensor("w", &[-3, 2], &[1.0])).contains("claims an axis of length -3"));
    assert!(of(tensor("w", &[i64::MAX, 4], &[1.0])).contains("absurdly large shape"));
    assert!(of(tensor("w", &[1 << 30, 4], &[1.0])).contains("claims 4294967296 values of type F64, but 1 are stored"));
    assert!(of(tensor("w", &[3, 1], &[1.0; 3])).contains("takes 3 values along its axis, but is given 2"));
    assert!(of(tensor("w", &[2, 1], &[1.0, f64::NAN])).contains("holds NaN at place 2"));
    assert!(of(tensor("w", &[2, 0], &[])).contains("its constant is empty"));
}

#[test]
fn circles_and_names_that_are_given_twice_are_told() {
    let circle = vec![node("Relu", &["b"], "a", vec![]), node("Relu", &["a"], "b", vec![])];
    assert!(answer(&[1, 2], circle, vec![]).contains("is given `b`, which no node before it gives"));
    let twice = vec![node("Relu", &["x"], "y", vec![]), node("Tanh", &["x"], "y", vec![])];
    assert!(answer(&[1, 2], twice, vec![]).contains("`y` is given twice"));
    assert!(answer(&[1, 2], vec![node("", &["x"], "y", vec![])], vec![]).contains("node without an operator"));
    assert!(answer(&[1, 2], vec![node("Gemm", &[], "y", vec![])], vec![]).contains("an operand is absent"));
    assert!(answer(&[1, 2], vec![], vec![]).contains("output `y` is not understood"));
}

#[test]
fn a_function_without_end_does_not_end_the_stack() {
    let name = |position: usize| if position == 0 { "x".to_owned() } else { format!("v{position}") };
    let mut nodes: Vec<NodeProto> =
        (0..20_000).map(|position| node("Exp", &[&name(position)], &name(position + 1), vec![])).collect();
    nodes.push(node("Relu", &[&name(20_000)], "y", vec![]));
    assert!(answer(&[1, 2], nodes, vec![]).contains("(Exp) is not understood"));
    let doubled =
        (0..64).map(|position| node("Mul", &[&name(position), &name(position)], &name(position + 1), vec![])).collect();
    assert!(answer(&[1, 2], doubled, vec![]).contains("(Mul) is not understood"));
}

#[test]
fn shapes_that_cannot_be_are_refused() {
    let reshape =
        |target: &[i64]| answer(&[1, 4], vec![node("Reshape", &["x", "s"], "y", vec![])], vec![integers("s", target)]);
    assert!(reshape(&[0, 3, i64::MAX]).contains("needs the shape of its input"));
    assert!(reshape(&[0, 3, -1]).contains("takes 3 values along its axis, but is given 4"));
    assert!(reshape(&[]).contains("(Reshape) is not understood"));
    let turn =
        |order: &[i64]| answer(&[1, 2, 2], vec![node("Transpose", &["x"], "y", vec![ints("perm", order)])], vec![]);
    assert!(turn(&[0, 1, 1]).contains("its order of axes is not understood"));
    assert!(turn(&[0, 9, 1]).contains("its order of axes is not understood"));
    let conv = |attributes| {
        let kernel = tensor("k", &[1, 1, 2, 2], &[1.0; 4]);
        answer(&[1, 1, 4, 4], vec![node("Conv", &["x", "k"], "y", attributes)], vec![kernel])
    };
    assert!(conv(vec![ints("strides", &[0, 1])]).contains("stride is 0"));
    assert!(conv(vec![ints("pads", &[i64::MAX; 4])]).contains("does not fit"));
    assert!(conv(vec![ints("pads", &[-1; 4])]).contains("pads are not those"));
    let groups = AttributeProto { name: "group".into(), i: -1, ..AttributeProto::default() };
    assert!(conv(vec![groups]).contains("0 groups do not divide"));
    assert!(conv(vec![ints("dilations", &[1 << 40, 1])]).contains("does not fit"));
}
