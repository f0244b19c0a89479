//! Activations and output functions in ONNX's operators.
//!
//! Where an operator exists, and onnxruntime runs it in the precision that is asked for, it is used; else the function
//! is spelled out. In 64 bits onnxruntime has no Elu, Erf, Gelu, LeakyRelu or Softplus.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI};

use super::graph::{GraphWriter, float, integer, string};
use super::quadrature::gauss_legendre;
use super::spelled::{softplus, spell};
use crate::formats::Precision;
use crate::network::{Activation, GELU_TANH_CUBIC, OutputFunction};

/// Beyond this |z| the error function is ±1 to the last bit.
const ERF_REACH: f64 = 6.0;
/// Nodes that integrate e^{−z²t²} over [0, 1] to rounding for |z| ≤ 6.
const ERF_NODES: usize = 40;

/// Adds σ(`value`); gives the name of the result.
pub(super) fn activate(graph: &mut GraphWriter, activation: Activation, value: &str) -> String {
    let has_kernels = graph.precision() == Precision::Single;
    match activation {
        Activation::Identity => value.to_owned(),
        Activation::Relu => graph.node("Relu", &[value], vec![]),
        Activation::Tanh => graph.node("Tanh", &[value], vec![]),
        Activation::Sigmoid => graph.node("Sigmoid", &[value], vec![]),
        Activation::Softmax => softmax(graph, value),
        Activation::LeakyRelu { negative_slope } if has_kernels => {
            graph.node("LeakyRelu", &[value], vec![float("alpha", negative_slope)])
        }
        Activation::Elu { alpha } if has_kernels => graph.node("Elu", &[value], vec![float("alpha", alpha)]),
        Activation::Softplus => softplus(graph, value),
        Activation::Gelu if has_kernels => graph.node("Gelu", &[value], vec![]),
        Activation::GeluTanh if has_kernels => graph.node("Gelu", &[value], vec![string("approximate", "tanh")]),
        Activation::Silu => {
            let gate = graph.node("Sigmoid", &[value], vec![]);
            graph.node("Mul", &[value, &gate], vec![])
        }
        // max(x, 0) − a·max(−x, 0).
        Activation::LeakyRelu { negative_slope } => {
            let (right, left) = halves(graph, value);
            let slope = graph.scalar(negative_slope);
            let scaled = graph.node("Mul", &[&left, &slope], vec![]);
            graph.node("Sub", &[&right, &scaled], vec![])
        }
        // max(x, 0) + α·(e^z − 1) with z = min(x, 0); e^z − 1 = tanh(z/2)·(e^z + 1) keeps the digits of a small z.
        Activation::Elu { alpha } => {
            let (right, left) = halves(graph, value);
            let below = graph.node("Neg", &[&left], vec![]);
            let power = graph.node("Exp", &[&below], vec![]);
            let one = graph.scalar(1.0);
            let sum = graph.node("Add", &[&power, &one], vec![]);
            let half = graph.scalar(0.5);
            let halved = graph.node("Mul", &[&below, &half], vec![]);
            let tanh = graph.node("Tanh", &[&halved], vec![]);
            let difference = graph.node("Mul", &[&tanh, &sum], vec![]);
            let alpha = graph.scalar(alpha);
            let scaled = graph.node("Mul", &[&difference, &alpha], vec![]);
            graph.node("Add", &[&right, &scaled], vec![])
        }
        // 1 + tanh z = 2·sigmoid(2z): x·sigmoid(2√(2/π)·(x + c·x³)).
        Activation::GeluTanh => {
            let square = graph.node("Mul", &[value, value], vec![]);
            let cubic = graph.scalar(GELU_TANH_CUBIC);
            let bent = graph.node("Mul", &[&square, &cubic], vec![]);
            let one = graph.scalar(1.0);
            let sum = graph.node("Add", &[&bent, &one], vec![]);
            let scale = graph.scalar(2.0 * (2.0 / PI).sqrt());
            let scaled = graph.node("Mul", &[value, &scale], vec![]);
            let inner = graph.node("Mul", &[&scaled, &sum], vec![]);
            let gate = graph.node("Sigmoid", &[&inner], vec![]);
            graph.node("Mul", &[value, &gate], vec![])
        }
        // x/2·(1 + erf(x/√2)).
        Activation::Gelu => {
            let scale = graph.scalar(FRAC_1_SQRT_2);
            let scaled = graph.node("Mul", &[value, &scale], vec![]);
            let erf = error_function(graph, &scaled);
            let one = graph.scalar(1.0);
            let sum = graph.node("Add", &[&erf, &one], vec![]);
            let half = graph.scalar(0.5);
            let halved = graph.node("Mul", &[value, &half], vec![]);
            graph.node("Mul", &[&halved, &sum], vec![])
        }
        other => spell(graph, other, value),
    }
}

/// max(x, 0) and max(−x, 0).
fn halves(graph: &mut GraphWriter, value: &str) -> (String, String) {
    let right = graph.node("Relu", &[value], vec![]);
    let negative = graph.node("Neg", &[value], vec![]);
    (right, graph.node("Relu", &[&negative], vec![]))
}

/// erf z = 2z/√π·∫₀¹ e^{−z²t²} dt, the integral by Gauss's rule: a product with the nodes' squares on an axis of their
/// own, then one with the weights that takes the axis away.
fn error_function(graph: &mut GraphWriter, value: &str) -> String {
    let (nodes, weights) = gauss_legendre(ERF_NODES);
    let (low, high) = (graph.scalar(-ERF_REACH), graph.scalar(ERF_REACH));
    let raised = graph.node("Max", &[value, &low], vec![]);
    let near = graph.node("Min", &[&raised, &high], vec![]);
    let square = graph.node("Mul", &[&near, &near], vec![]);
    let axis = graph.integers("axis", &[1], &[-1]);
    let wide = graph.node("Unsqueeze", &[&square, &axis], vec![]);
    let squares = graph.constant("nodes", &[1, ERF_NODES], nodes.iter().map(|t| -t * t));
    let exponents = graph.node("Mul", &[&wide, &squares], vec![]);
    let powers = graph.node("Exp", &[&exponents], vec![]);
    let weights = graph.constant("weights", &[ERF_NODES, 1], weights.iter().map(|w| w * FRAC_2_SQRT_PI));
    let sums = graph.node("MatMul", &[&powers, &weights], vec![]);
    let integral = graph.node("Squeeze", &[&sums, &axis], vec![]);
    graph.node("Mul", &[&near, &integral], vec![])
}

/// Adds f(`value`) for `outputs` coordinates; gives the name of the result.
pub(super) fn read_out(graph: &mut GraphWriter, output: OutputFunction, value: &str, outputs: usize) -> String {
    match output {
        OutputFunction::Identity => value.to_owned(),
        OutputFunction::Softmax => softmax(graph, value),
        OutputFunction::LogSoftmax => graph.node("LogSoftmax", &[value], vec![integer("axis", 1)]),
        OutputFunction::Sigmoid => graph.node("Sigmoid", &[value], vec![]),
        // 1 where the place is that of the largest, the first of equals.
        OutputFunction::Argmax => {
            let winner = graph.node("ArgMax", &[value], vec![integer("axis", 1)]);
            let positions: Vec<i64> = (0..outputs as i64).collect();
            let positions = graph.integers("places", &[1, outputs], &positions);
            let is_winner = graph.node("Equal", &[&winner, &positions], vec![]);
            let element = graph.element();
            graph.node("Cast", &[&is_winner], vec![integer("to", i64::from(element))])
        }
    }
}

fn softmax(graph: &mut GraphWriter, value: &str) -> String {
    graph.node("Softmax", &[value], vec![integer("axis", 1)])
}
