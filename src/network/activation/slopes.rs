//! σ'(x), its bounds, and where it is not continuous.

use std::f64::consts::{PI, SQRT_2};

use super::value::{gelu_tanh_argument, normal_cdf, sigmoid};
use super::{Activation, Elementary, GELU_TANH_CUBIC, SELU_ALPHA, SELU_LAMBDA};

/// Mish'(x) is least here, by bisection of its second derivative.
const MISH_STEEPEST_DESCENT: f64 = -2.256_376_39;
/// Mish'(x) is largest here, by bisection of its second derivative.
const MISH_STEEPEST_ASCENT: f64 = 1.490_571_19;
/// SiLU'(x) is least here. With s = 1/(1 + e⁻ˣ), s' = s(1 − s) and s'' = s'(1 − 2s) = −s'·tanh(x/2), SiLU = x·s has
/// SiLU'' = 2s' + x·s'' = s'·(2 − x·tanh(x/2)): zero at ±x with x·tanh(x/2) = 2. SiLU' rises from here to the positive
/// one; here it is −0.0998.
pub(super) const SILU_STEEPEST_DESCENT: f64 = -2.399_357_280_515_467_5;
/// The tanh approximation of GELU is steepest downward here; found by bisection of its second derivative.
const GELU_TANH_STEEPEST_DESCENT: f64 = -1.418_943_213_374_9;

impl Activation {
    /// σ'(x) of one coordinate; at a kink the slope from the right. Softmax: 0, as for a single coordinate.
    pub fn slope(self, x: f64) -> f64 {
        match self {
            Activation::Identity => 1.0,
            Activation::Relu => f64::from(u8::from(x >= 0.0)),
            Activation::LeakyRelu { negative_slope } => {
                if x >= 0.0 {
                    1.0
                } else {
                    negative_slope
                }
            }
            Activation::Elu { alpha } => {
                if x >= 0.0 {
                    1.0
                } else {
                    alpha * x.exp()
                }
            }
            Activation::Tanh => {
                let value = x.tanh();
                1.0 - value * value
            }
            Activation::Sigmoid => sigmoid(x) * sigmoid(-x),
            Activation::Softplus => sigmoid(x),
            Activation::Gelu => normal_cdf(x) + x * normal_density(x),
            Activation::GeluTanh => {
                let gate = sigmoid(2.0 * gelu_tanh_argument(x));
                let argument_slope = (2.0 / PI).sqrt() * (1.0 + 3.0 * GELU_TANH_CUBIC * x * x);
                gate + x * 2.0 * gate * (1.0 - gate) * argument_slope
            }
            Activation::Silu => {
                let gate = sigmoid(x);
                gate * (1.0 + x * (1.0 - gate))
            }
            Activation::HardTanh { low, high } => step(x >= low && x < high),
            Activation::HardSigmoid { slope, shift } => slope * step((0.0..1.0).contains(&(slope * x + shift))),
            Activation::HardSwish if x < -3.0 => 0.0,
            Activation::HardSwish if x >= 3.0 => 1.0,
            Activation::HardSwish => x / 3.0 + 0.5,
            Activation::Celu { .. } | Activation::Selu if x >= 0.0 => {
                if self == Activation::Selu {
                    SELU_LAMBDA
                } else {
                    1.0
                }
            }
            Activation::Celu { alpha } => (x / alpha).exp(),
            Activation::Selu => SELU_LAMBDA * SELU_ALPHA * x.exp(),
            Activation::Mish => {
                let tanh = Activation::Softplus.value(x).tanh();
                tanh + x * (1.0 - tanh * tanh) * sigmoid(x)
            }
            Activation::Softsign => (1.0 + x.abs()).powi(-2),
            Activation::LogSigmoid => sigmoid(-x),
            Activation::TanhShrink => x.tanh().powi(2),
            Activation::SoftShrink { lambda } => step(x >= lambda || x < -lambda),
            Activation::Swish { beta } => {
                let gate = sigmoid(beta * x);
                gate * (1.0 + beta * x * (1.0 - gate))
            }
            Activation::Squareplus { b } => 0.5 + 0.5 * x / (x * x + b).sqrt(),
            Activation::SparsePlus => (0.5 * (x + 1.0)).clamp(0.0, 1.0),
            Activation::HardShrink { lambda } => step(x.abs() > lambda),
            Activation::ThresholdedRelu { threshold } => step(x > threshold),
            Activation::Elementary(function) => function.slope(x),
            Activation::Softmax => 0.0,
        }
    }

    /// inf σ' over the real line. Where it is negative σ is not monotone and its flow folds.
    pub fn least_slope(self) -> f64 {
        match self {
            Activation::Identity => 1.0,
            Activation::LeakyRelu { negative_slope } => negative_slope.min(1.0),
            Activation::Elu { alpha } => alpha.min(0.0),
            // GELU'' = (2 − x²)·φ(x), so GELU' is least at x = −√2.
            Activation::Gelu => self.slope(-SQRT_2),
            Activation::GeluTanh => self.slope(GELU_TANH_STEEPEST_DESCENT),
            Activation::Silu => self.slope(SILU_STEEPEST_DESCENT),
            // The slope of x·sigmoid(βx) at x is that of SiLU at βx.
            Activation::Swish { .. } => Activation::Silu.least_slope(),
            Activation::HardSigmoid { slope, .. } => slope.min(0.0),
            Activation::HardSwish => -0.5,
            Activation::Mish => self.slope(MISH_STEEPEST_DESCENT),
            // A jump down at a negative threshold.
            Activation::ThresholdedRelu { threshold } if threshold < 0.0 => f64::NEG_INFINITY,
            Activation::Elementary(function) => function.least_slope(),
            Activation::HardTanh { .. }
            | Activation::Celu { .. }
            | Activation::Selu
            | Activation::Softsign
            | Activation::LogSigmoid
            | Activation::TanhShrink
            | Activation::SoftShrink { .. }
            | Activation::Squareplus { .. }
            | Activation::SparsePlus
            | Activation::HardShrink { .. }
            | Activation::ThresholdedRelu { .. }
            | Activation::Relu
            | Activation::Tanh
            | Activation::Sigmoid
            | Activation::Softplus
            | Activation::Softmax => 0.0,
        }
    }

    /// A bound of |σ'| over the real line, the least one; of softmax, of the norm of its Jacobian matrix.
    pub fn steepest_slope(self) -> f64 {
        match self {
            Activation::LeakyRelu { negative_slope } => negative_slope.abs().max(1.0),
            Activation::Elu { alpha } => alpha.abs().max(1.0),
            Activation::Sigmoid => 0.25,
            // σ(x) = x·g(x) with g(x) + g(−x) = 1 has σ'(x) + σ'(−x) = 1.
            Activation::Gelu | Activation::GeluTanh | Activation::Silu | Activation::Swish { .. } => {
                1.0 - self.least_slope()
            }
            Activation::HardSigmoid { slope, .. } => slope.abs(),
            Activation::HardSwish => 1.5,
            Activation::Selu => SELU_LAMBDA * SELU_ALPHA,
            Activation::Mish => self.slope(MISH_STEEPEST_ASCENT),
            Activation::HardShrink { .. } | Activation::ThresholdedRelu { .. } => f64::INFINITY,
            Activation::Elementary(function) => function.steepest_slope(),
            Activation::HardTanh { .. }
            | Activation::Celu { .. }
            | Activation::Softsign
            | Activation::LogSigmoid
            | Activation::TanhShrink
            | Activation::SoftShrink { .. }
            | Activation::Squareplus { .. }
            | Activation::SparsePlus => 1.0,
            // diag p − p pᵀ has norm at most ½, reached for two equal probabilities.
            Activation::Softmax => 0.5,
            Activation::Identity | Activation::Relu | Activation::Tanh | Activation::Softplus => 1.0,
        }
    }

    /// Where σ bends sharply or jumps: places where its slope is not continuous.
    pub fn kinks(self) -> Vec<f64> {
        match self {
            Activation::Relu
            | Activation::LeakyRelu { .. }
            | Activation::Elu { .. }
            | Activation::Selu
            | Activation::Elementary(Elementary::Abs | Elementary::Sign | Elementary::Nonzero | Elementary::Positive) =>
            {
                vec![0.0]
            }
            Activation::HardTanh { low, high } => vec![low, high],
            Activation::HardSigmoid { slope, shift } if slope != 0.0 => vec![-shift / slope, (1.0 - shift) / slope],
            Activation::HardSwish => vec![-3.0, 3.0],
            Activation::SoftShrink { lambda } | Activation::HardShrink { lambda } => vec![-lambda, lambda],
            Activation::ThresholdedRelu { threshold } => vec![threshold],
            _ => Vec::new(),
        }
    }

    /// Whether σ is straight between its kinks.
    pub fn is_piecewise_linear(self) -> bool {
        matches!(
            self,
            Activation::Identity
                | Activation::Relu
                | Activation::LeakyRelu { .. }
                | Activation::HardTanh { .. }
                | Activation::HardSigmoid { .. }
                | Activation::SoftShrink { .. }
                | Activation::Elementary(Elementary::Abs)
        )
    }
}

fn step(is_on: bool) -> f64 {
    f64::from(u8::from(is_on))
}

fn normal_density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}
