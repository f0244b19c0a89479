//! Activations spelled out in ONNX's plainest operators, which every runtime has in both precisions.

use super::graph::GraphWriter;
use crate::formats::Precision;
use crate::network::{Activation, Elementary, SELU_ALPHA, SELU_LAMBDA};

/// Adds σ(`value`) for an activation without an operator of its own in 64 bits; gives the name of the result.
pub(super) fn spell(graph: &mut GraphWriter, activation: Activation, value: &str) -> String {
    let mut spelling = Spelling { graph };
    match activation {
        Activation::HardTanh { low, high } => spelling.between(value, low, high),
        Activation::HardSigmoid { slope, shift } => {
            let line = spelling.line(value, slope, shift);
            spelling.between(&line, 0.0, 1.0)
        }
        Activation::HardSwish => {
            let line = spelling.line(value, 1.0 / 6.0, 0.5);
            let gate = spelling.between(&line, 0.0, 1.0);
            spelling.two("Mul", value, &gate)
        }
        Activation::Celu { alpha } => spelling.exponential_below(value, alpha, alpha, 1.0),
        Activation::Selu => spelling.exponential_below(value, SELU_ALPHA, 1.0, SELU_LAMBDA),
        Activation::Mish => {
            let softplus = softplus(spelling.graph, value);
            let gate = spelling.one("Tanh", &softplus);
            spelling.two("Mul", value, &gate)
        }
        Activation::Softsign => {
            let size = spelling.one("Abs", value);
            let below = spelling.number("Add", &size, 1.0);
            spelling.two("Div", value, &below)
        }
        Activation::LogSigmoid => {
            let negative = spelling.one("Neg", value);
            let softplus = softplus(spelling.graph, &negative);
            spelling.one("Neg", &softplus)
        }
        Activation::TanhShrink => {
            let tanh = spelling.one("Tanh", value);
            spelling.two("Sub", value, &tanh)
        }
        // max(x − λ, 0) − max(−x − λ, 0).
        Activation::SoftShrink { lambda } => {
            let right = spelling.number("Sub", value, lambda);
            let right = spelling.one("Relu", &right);
            let left = spelling.line(value, -1.0, -lambda);
            let left = spelling.one("Relu", &left);
            spelling.two("Sub", &right, &left)
        }
        Activation::Swish { beta } => {
            let scaled = spelling.number("Mul", value, beta);
            let gate = spelling.one("Sigmoid", &scaled);
            spelling.two("Mul", value, &gate)
        }
        Activation::Squareplus { b } => {
            let square = spelling.two("Mul", value, value);
            let under = spelling.number("Add", &square, b);
            let root = spelling.one("Sqrt", &under);
            let sum = spelling.two("Add", value, &root);
            spelling.number("Mul", &sum, 0.5)
        }
        // (x + 1)²/4, x + 1 held between 0 and 2, and max(x − 1, 0).
        Activation::SparsePlus => {
            let moved = spelling.number("Add", value, 1.0);
            let held = spelling.between(&moved, 0.0, 2.0);
            let square = spelling.two("Mul", &held, &held);
            let quarter = spelling.number("Mul", &square, 0.25);
            let right = spelling.number("Sub", value, 1.0);
            let right = spelling.one("Relu", &right);
            spelling.two("Add", &quarter, &right)
        }
        Activation::HardShrink { lambda } => {
            let size = spelling.one("Abs", value);
            let gate = spelling.above(&size, lambda);
            spelling.two("Mul", value, &gate)
        }
        Activation::ThresholdedRelu { threshold } => {
            let gate = spelling.above(value, threshold);
            spelling.two("Mul", value, &gate)
        }
        Activation::Elementary(function) => spelling.elementary(function, value),
        // Those with an operator, which `activate` writes itself.
        Activation::Identity
        | Activation::Relu
        | Activation::LeakyRelu { .. }
        | Activation::Elu { .. }
        | Activation::Tanh
        | Activation::Sigmoid
        | Activation::Softplus
        | Activation::Gelu
        | Activation::GeluTanh
        | Activation::Silu
        | Activation::Softmax => value.to_owned(),
    }
}

/// Adds softplus, by its operator where the precision has it, else max(x, 0) + ln(1 + e^{−|x|}).
pub(super) fn softplus(graph: &mut GraphWriter, value: &str) -> String {
    if graph.precision() == Precision::Single {
        return graph.node("Softplus", &[value], vec![]);
    }
    let right = graph.node("Relu", &[value], vec![]);
    let size = graph.node("Abs", &[value], vec![]);
    let negative = graph.node("Neg", &[&size], vec![]);
    let power = graph.node("Exp", &[&negative], vec![]);
    let one = graph.scalar(1.0);
    let sum = graph.node("Add", &[&power, &one], vec![]);
    let logarithm = graph.node("Log", &[&sum], vec![]);
    graph.node("Add", &[&right, &logarithm], vec![])
}

struct Spelling<'a> {
    graph: &'a mut GraphWriter,
}

impl Spelling<'_> {
    fn one(&mut self, operator: &str, value: &str) -> String {
        self.graph.node(operator, &[value], vec![])
    }

    fn two(&mut self, operator: &str, left: &str, right: &str) -> String {
        self.graph.node(operator, &[left, right], vec![])
    }

    fn number(&mut self, operator: &str, value: &str, number: f64) -> String {
        let number = self.graph.scalar(number);
        self.two(operator, value, &number)
    }

    /// factor·x + shift.
    fn line(&mut self, value: &str, factor: f64, shift: f64) -> String {
        let scaled = self.number("Mul", value, factor);
        self.number("Add", &scaled, shift)
    }

    fn between(&mut self, value: &str, low: f64, high: f64) -> String {
        let raised = self.number("Max", value, low);
        self.number("Min", &raised, high)
    }

    /// 1 above `threshold`, else 0.
    fn above(&mut self, value: &str, threshold: f64) -> String {
        let moved = self.number("Sub", value, threshold);
        let sign = self.one("Sign", &moved);
        self.one("Relu", &sign)
    }

    /// outside·(max(x, 0) + height·(e^{z/width} − 1)), z = min(x, 0); e^y − 1 = tanh(y/2)·(e^y + 1) keeps the digits of a
    /// small y.
    fn exponential_below(&mut self, value: &str, height: f64, width: f64, outside: f64) -> String {
        let right = self.one("Relu", value);
        let below = self.number("Min", value, 0.0);
        let exponent = self.number("Div", &below, width);
        let power = self.one("Exp", &exponent);
        let sum = self.number("Add", &power, 1.0);
        let half = self.number("Mul", &exponent, 0.5);
        let tanh = self.one("Tanh", &half);
        let difference = self.two("Mul", &tanh, &sum);
        let left = self.number("Mul", &difference, height);
        let both = self.two("Add", &right, &left);
        if outside == 1.0 { both } else { self.number("Mul", &both, outside) }
    }

    fn elementary(&mut self, function: Elementary, value: &str) -> String {
        let operator = match function {
            Elementary::Abs => "Abs",
            Elementary::Acos => "Acos",
            Elementary::Acosh => "Acosh",
            Elementary::Asin => "Asin",
            Elementary::Asinh => "Asinh",
            Elementary::Atan => "Atan",
            Elementary::Atanh => "Atanh",
            Elementary::Ceil => "Ceil",
            Elementary::Cos => "Cos",
            Elementary::Cosh => "Cosh",
            Elementary::Erf => "Erf",
            Elementary::Exp => "Exp",
            Elementary::Floor => "Floor",
            Elementary::Log => "Log",
            Elementary::Reciprocal => "Reciprocal",
            Elementary::Round => "Round",
            Elementary::Sign => "Sign",
            Elementary::Sin => "Sin",
            Elementary::Sinh => "Sinh",
            Elementary::Sqrt => "Sqrt",
            Elementary::Tan => "Tan",
            Elementary::Square => return self.two("Mul", value, value),
            Elementary::Nonzero => {
                let sign = self.one("Sign", value);
                return self.one("Abs", &sign);
            }
            Elementary::Positive => return self.above(value, 0.0),
            Elementary::Truncate => {
                let sign = self.one("Sign", value);
                let size = self.one("Abs", value);
                let floor = self.one("Floor", &size);
                return self.two("Mul", &sign, &floor);
            }
        };
        self.one(operator, value)
    }
}
