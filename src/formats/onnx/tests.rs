//! What is written, run by the definitions of its operators.

mod hostile;
mod open_lengths;

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};
use prost::Message;

use super::message::{GraphProto, ModelProto, NodeProto};
use super::save_onnx;
use crate::formats::Precision;
use crate::linalg::testing::random_matrix;
use crate::network::{Activation, Affine, Dense, Elementary, Layer, Network, OutputFunction, Residual};

#[derive(Clone, Debug)]
struct Tensor {
    shape: Vec<usize>,
    values: Vec<f64>,
}

impl Tensor {
    fn map(&self, f: impl Fn(f64) -> f64) -> Tensor {
        Tensor { shape: self.shape.clone(), values: self.values.iter().map(|x| f(*x)).collect() }
    }

    /// Broadcast from the last axis on, as NumPy does.
    fn zip(&self, other: &Tensor, f: impl Fn(f64, f64) -> f64) -> Tensor {
        let rank = self.shape.len().max(other.shape.len());
        let long = |tensor: &Tensor| [vec![1; rank - tensor.shape.len()], tensor.shape.clone()].concat();
        let (left, right) = (long(self), long(other));
        let shape: Vec<usize> = left.iter().zip(&right).map(|(a, b)| *a.max(b)).collect();
        let count: usize = shape.iter().product();
        let at = |own: &[usize], mut position: usize| {
            let (mut index, mut stride) = (0, 1);
            for axis in (0..rank).rev() {
                let along = position % shape[axis];
                position /= shape[axis];
                index += if own[axis] == 1 { 0 } else { along * stride };
                stride *= own[axis];
            }
            index
        };
        let values = (0..count).map(|i| f(self.values[at(&left, i)], other.values[at(&right, i)])).collect();
        Tensor { shape, values }
    }

    fn rows(&self) -> std::slice::Chunks<'_, f64> {
        self.values.chunks(*self.shape.last().unwrap())
    }
}

/// x·B for every row x, B's shape columns × rows.
fn product(left: &Tensor, right: impl Fn(usize, usize) -> f64, columns: usize) -> Tensor {
    let row = |row: &[f64]| -> Vec<f64> {
        (0..columns).map(|j| row.iter().enumerate().map(|(i, x)| x * right(i, j)).sum()).collect()
    };
    let mut shape = left.shape.clone();
    *shape.last_mut().unwrap() = columns;
    Tensor { shape, values: left.rows().flat_map(row).collect() }
}

fn compute(node: &NodeProto, inputs: &[Tensor]) -> Tensor {
    let x = &inputs[0];
    let whole = |name: &str| node.attribute.iter().find(|attribute| attribute.name == name).map(|found| found.i);
    let number = |name: &str| f64::from(node.attribute.iter().find(|attribute| attribute.name == name).unwrap().f);
    match node.op_type.as_str() {
        "Gemm" => {
            assert_eq!(whole("transB"), Some(1));
            let (weight, inner) = (&inputs[1], inputs[1].shape[1]);
            let moved = product(x, |i, j| weight.values[j * inner + i], weight.shape[0]);
            inputs.get(2).map_or(moved.clone(), |bias| moved.zip(bias, |a, b| a + b))
        }
        "MatMul" => product(x, |i, j| inputs[1].values[i * inputs[1].shape[1] + j], inputs[1].shape[1]),
        "Add" => x.zip(&inputs[1], |a, b| a + b),
        "Sub" => x.zip(&inputs[1], |a, b| a - b),
        "Mul" => x.zip(&inputs[1], |a, b| a * b),
        "Max" => x.zip(&inputs[1], f64::max),
        "Min" => x.zip(&inputs[1], f64::min),
        "Equal" => x.zip(&inputs[1], |a, b| f64::from(u8::from(a == b))),
        "Cast" => x.clone(),
        "Div" => x.zip(&inputs[1], |a, b| a / b),
        "Sqrt" => x.map(f64::sqrt),
        "Sign" => x.map(|x| Elementary::Sign.value(x)),
        "Relu" => x.map(|x| x.max(0.0)),
        "Neg" => x.map(|x| -x),
        "Abs" => x.map(f64::abs),
        "Exp" => x.map(f64::exp),
        "Log" => x.map(f64::ln),
        "Tanh" => x.map(f64::tanh),
        "Sigmoid" => x.map(|x| 1.0 / (1.0 + (-x).exp())),
        "Softplus" => x.map(|x| x.max(0.0) + (-x.abs()).exp().ln_1p()),
        "LeakyRelu" => x.map(|x| if x < 0.0 { number("alpha") * x } else { x }),
        "Elu" => x.map(|x| if x < 0.0 { number("alpha") * x.exp_m1() } else { x }),
        "Gelu" if node.attribute.is_empty() => x.map(|x| 0.5 * x * (1.0 + libm::erf(x / 2.0_f64.sqrt()))),
        "Gelu" => {
            assert_eq!(node.attribute[0].s, b"tanh");
            x.map(|x| {
                let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3));
                0.5 * x * (1.0 + inner.tanh())
            })
        }
        name @ ("Softmax" | "LogSoftmax") => {
            assert_eq!(whole("axis"), Some(1));
            let row = |row: &[f64]| {
                let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = row.iter().map(|x| (x - largest).exp()).sum();
                let read = |x: &f64| match name {
                    "Softmax" => (x - largest).exp() / sum,
                    _ => x - largest - sum.ln(),
                };
                row.iter().map(read).collect::<Vec<_>>()
            };
            Tensor { shape: x.shape.clone(), values: x.rows().flat_map(row).collect() }
        }
        "ArgMax" => {
            let largest =
                |row: &[f64]| (1..row.len()).fold(0, |best: usize, i| if row[i] > row[best] { i } else { best }) as f64;
            Tensor { shape: vec![x.shape[0], 1], values: x.rows().map(largest).collect() }
        }
        "Unsqueeze" => Tensor { shape: [x.shape.clone(), vec![1]].concat(), values: x.values.clone() },
        "Squeeze" => Tensor { shape: x.shape[..x.shape.len() - 1].to_vec(), values: x.values.clone() },
        other => panic!("{other} is no operator of a written graph"),
    }
}

/// The output of `graph` for `inputs` (inputs × samples), outputs × samples.
fn evaluate(graph: &GraphProto, inputs: &DMatrix<f64>, bytes: usize) -> DMatrix<f64> {
    let mut values: BTreeMap<&str, Tensor> = BTreeMap::new();
    for tensor in &graph.initializer {
        let shape: Vec<usize> = tensor.dims.iter().map(|&length| length as usize).collect();
        let decode = |chunk: &[u8]| match (tensor.data_type, bytes) {
            (7, _) => i64::from_le_bytes(chunk.try_into().unwrap()) as f64,
            (11, 8) => f64::from_le_bytes(chunk.try_into().unwrap()),
            (1, 4) => f64::from(f32::from_le_bytes(chunk.try_into().unwrap())),
            other => panic!("{other:?}"),
        };
        let size = if tensor.data_type == 7 { 8 } else { bytes };
        let numbers: Vec<f64> = tensor.raw_data.chunks(size).map(decode).collect();
        assert_eq!(numbers.len(), shape.iter().product::<usize>());
        assert!(values.insert(&tensor.name, Tensor { shape, values: numbers }).is_none(), "one name, two values");
    }
    let shape = vec![inputs.ncols(), inputs.nrows()];
    values.insert(&graph.input[0].name, Tensor { shape, values: inputs.as_slice().to_vec() });
    for node in &graph.node {
        let taken: Vec<Tensor> = node.input.iter().map(|name| values[name.as_str()].clone()).collect();
        assert!(values.insert(&node.output[0], compute(node, &taken)).is_none(), "one name, two values");
    }
    let output = &values[graph.output[0].name.as_str()];
    DMatrix::from_column_slice(output.shape[1], output.shape[0], &output.values)
}

fn written(network: &Network, precision: Precision) -> ModelProto {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.onnx");
    save_onnx(&path, network, precision).unwrap();
    ModelProto::decode(std::fs::read(&path).unwrap().as_slice()).unwrap()
}

fn affine(rows: usize, columns: usize, seed: u64, with_bias: bool) -> Affine {
    let bias = with_bias.then(|| DVector::from_column_slice(random_matrix(rows, 1, seed ^ 9).as_slice()));
    Affine { weight: random_matrix(rows, columns, seed) * 2.0, bias }
}

#[test]
fn graphs_compute_what_the_network_computes() {
    let inputs = random_matrix(3, 6, 1) * 3.0;
    for (seed, activation) in (0..).zip(Activation::ALL) {
        for output in OutputFunction::ALL {
            let layers = vec![
                Layer::Dense(Dense { name: "a".into(), affine: affine(4, 3, seed, true), activation }),
                Layer::Residual(Residual {
                    name: "a".into(),
                    inner: affine(2, 4, seed + 20, false),
                    activation,
                    outer: affine(4, 2, seed + 40, true),
                    shortcut: None,
                }),
                Layer::Residual(Residual {
                    name: String::new(),
                    inner: affine(3, 4, seed + 60, true),
                    activation,
                    outer: affine(2, 3, seed + 80, false),
                    shortcut: Some(random_matrix(2, 4, seed + 100)),
                }),
            ];
            let network = Network::new("graph".into(), layers, output).unwrap();
            let expected = network.forward(&inputs).unwrap().output;
            for (precision, bytes, limit) in [(Precision::Double, 8, 1e-13), (Precision::Single, 4, 1e-5)] {
                let model = written(&network, precision);
                assert_eq!((model.ir_version, model.opset_import[0].version), (9, 20));
                let graph = model.graph.unwrap();
                let found = evaluate(&graph, &inputs, bytes);
                let error = (&found - &expected).norm() / expected.norm();
                assert!(error < limit, "{activation:?} {output:?} {precision:?}: {error}");
                let names: Vec<&str> = graph.node.iter().map(|node| node.op_type.as_str()).collect();
                if precision == Precision::Double {
                    // Those that onnxruntime does not run in 64 bits.
                    let absent = ["Elu", "Erf", "Gelu", "LeakyRelu", "Softplus"];
                    assert!(names.iter().all(|name| !absent.contains(name)));
                }
            }
        }
    }
}

#[test]
fn what_an_onnx_file_cannot_hold_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.onnx");
    let layer = |value: f64| {
        let affine = Affine { weight: DMatrix::from_element(1, 1, value), bias: None };
        Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Identity })
    };
    let network = Network::new(String::new(), vec![layer(1.0), layer(1e39)], OutputFunction::Identity).unwrap();
    let refusal = save_onnx(&path, &network, Precision::Single).unwrap_err().to_string();
    assert!(refusal.contains("layer 2 holds 1e39") && !path.exists(), "{refusal}");
    save_onnx(&path, &network, Precision::Double).unwrap();
}
