//! Writing a network as an ONNX graph.

use std::io::Write;
use std::path::Path;

use nalgebra::DMatrix;
use prost::Message;

use super::graph::{GraphWriter, integer};
use super::message::{ModelProto, OperatorSetIdProto};
use super::operators::{activate, read_out};
use super::write_node::push_node;
use crate::formats::{FormatError, Precision};
use crate::io::write_beside;
use crate::network::{Affine, Layer, Network};

/// The first version of the operators that has Gelu.
const OPERATOR_SET: i64 = 20;
/// The version of the format that goes with it.
const IR_VERSION: i64 = 9;
/// A protobuf message is shorter than 2 GiB; what is not weights needs far less than the difference.
const MAX_BYTES: usize = 2_000_000_000;

/// Writes `network` to the file at `path`, which is never left half-written. The graph takes `input`
/// (samples × inputs) and gives `output` (samples × outputs, after the output function). The tensors of layer k are
/// named by its place from 0, `0.weight`, `0.bias`, `1.inner.weight`, …; weights are outputs × inputs.
///
/// # Errors
/// If the weights are more than an ONNX file holds, a number is too large for the precision, or the file cannot be
/// written.
pub fn save_onnx(path: &Path, network: &Network, precision: Precision) -> Result<(), FormatError> {
    let bytes = network.parameters().saturating_mul(precision.bytes());
    if bytes > MAX_BYTES {
        return Err(FormatError::TooLarge { path: path.into(), bytes, most: MAX_BYTES });
    }
    precision.check(path, network)?;
    let encoded = model(network, precision).encode_to_vec();
    Ok(write_beside(path, |writer| writer.write_all(&encoded))?)
}

fn model(network: &Network, precision: Precision) -> ModelProto {
    let name = if network.name().is_empty() { "network" } else { network.name() };
    let mut graph = GraphWriter::new(name, precision);
    let mut value = graph.input("input", network.inputs());
    for (index, layer) in network.layers().iter().enumerate() {
        let name = if layer.name().is_empty() { format!("layer {}", index + 1) } else { layer.name().to_owned() };
        graph.begin_layer(name);
        value = push_layer(&mut graph, layer, index, &value);
    }
    graph.begin_layer("output function".to_owned());
    value = read_out(&mut graph, network.output(), &value, network.outputs());
    ModelProto {
        ir_version: IR_VERSION,
        producer_name: env!("CARGO_PKG_NAME").to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph.finish(&value, "output", network.outputs())),
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPERATOR_SET }],
        metadata_props: vec![],
        functions: vec![],
    }
}

fn push_layer(graph: &mut GraphWriter, layer: &Layer, index: usize, value: &str) -> String {
    match layer {
        Layer::Node(node) => push_node(graph, node, index, value),
        Layer::Dense(dense) => {
            let moved = push_affine(graph, &dense.affine, &index.to_string(), value);
            activate(graph, dense.activation, &moved)
        }
        Layer::Residual(residual) => {
            let hidden = push_affine(graph, &residual.inner, &format!("{index}.inner"), value);
            let active = activate(graph, residual.activation, &hidden);
            let branch = push_affine(graph, &residual.outer, &format!("{index}.outer"), &active);
            let carried = match &residual.shortcut {
                None => value.to_owned(),
                Some(weight) => {
                    let weight = push_matrix(graph, weight, format!("{index}.shortcut.weight"));
                    graph.node("Gemm", &[value, &weight], vec![integer("transB", 1)])
                }
            };
            graph.node("Add", &[&carried, &branch], vec![])
        }
    }
}

/// W·x + b: with samples as rows, x·Wᵀ + b.
fn push_affine(graph: &mut GraphWriter, affine: &Affine, name: &str, value: &str) -> String {
    let weight = push_matrix(graph, &affine.weight, format!("{name}.weight"));
    let bias =
        affine.bias.as_ref().map(|bias| graph.initializer(format!("{name}.bias"), &[bias.len()], bias.iter().copied()));
    let inputs: Vec<&str> = [value, &weight].into_iter().chain(bias.as_deref()).collect();
    graph.node("Gemm", &inputs, vec![integer("transB", 1)])
}

fn push_matrix(graph: &mut GraphWriter, matrix: &DMatrix<f64>, name: String) -> String {
    // The transpose's columns, one after the other, are the rows.
    graph.initializer(name, &[matrix.nrows(), matrix.ncols()], matrix.transpose().iter().copied())
}
