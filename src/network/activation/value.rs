//! σ(x), and the functions that it is made of.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use super::{Activation, GELU_TANH_CUBIC, SELU_ALPHA, SELU_LAMBDA};

impl Activation {
    /// σ(x) of one coordinate; NaN of NaN. Softmax has no such value; of a single coordinate it is 1.
    pub fn value(self, x: f64) -> f64 {
        // The larger of NaN and a number is the number: the maxima below would make health of what is broken.
        if x.is_nan() {
            return x;
        }
        match self {
            Activation::Identity => x,
            Activation::Relu => x.max(0.0),
            Activation::LeakyRelu { negative_slope } => {
                if x >= 0.0 {
                    x
                } else {
                    negative_slope * x
                }
            }
            Activation::Elu { alpha } => {
                if x >= 0.0 {
                    x
                } else {
                    alpha * x.exp_m1()
                }
            }
            Activation::Tanh => x.tanh(),
            Activation::Sigmoid => sigmoid(x),
            // max(x, 0) + ln(1 + e^{−|x|}) neither overflows nor loses the tail.
            Activation::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
            Activation::Gelu => x * normal_cdf(x),
            // 1 + tanh z = 2·sigmoid(2z), which keeps the relative accuracy of the left tail.
            Activation::GeluTanh => x * sigmoid(2.0 * gelu_tanh_argument(x)),
            Activation::Silu => x * sigmoid(x),
            Activation::HardTanh { low, high } => x.max(low).min(high),
            Activation::HardSigmoid { slope, shift } => (slope * x + shift).clamp(0.0, 1.0),
            Activation::HardSwish => x * (x / 6.0 + 0.5).clamp(0.0, 1.0),
            Activation::Celu { alpha } => x.max(0.0) + alpha * (x.min(0.0) / alpha).exp_m1(),
            Activation::Selu => SELU_LAMBDA * (x.max(0.0) + SELU_ALPHA * x.min(0.0).exp_m1()),
            Activation::Mish => x * Activation::Softplus.value(x).tanh(),
            Activation::Softsign => x / (1.0 + x.abs()),
            Activation::LogSigmoid => -Activation::Softplus.value(-x),
            Activation::TanhShrink => x - x.tanh(),
            Activation::SoftShrink { lambda } => (x - lambda).max(0.0) + (x + lambda).min(0.0),
            Activation::Swish { beta } => x * sigmoid(beta * x),
            Activation::Squareplus { b } => squareplus(x, b),
            Activation::SparsePlus if x <= -1.0 => 0.0,
            Activation::SparsePlus if x >= 1.0 => x,
            Activation::SparsePlus => 0.25 * (x + 1.0) * (x + 1.0),
            Activation::HardShrink { lambda } if x.abs() <= lambda => 0.0,
            Activation::HardShrink { .. } => x,
            Activation::ThresholdedRelu { threshold } if x <= threshold => 0.0,
            Activation::ThresholdedRelu { .. } => x,
            Activation::Elementary(function) => function.value(x),
            Activation::Softmax => 1.0,
        }
    }

    /// Applies σ in place to one layer's vector.
    pub fn apply(self, vector: &mut [f64]) {
        match self {
            Activation::Identity => {}
            Activation::Softmax => softmax(vector),
            _ => vector.iter_mut().for_each(|x| *x = self.value(*x)),
        }
    }
}

/// 1/(1 + e⁻ˣ), without overflow and with relative accuracy in both tails.
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// Replaces a vector by its softmax; the largest entry is subtracted first so that nothing overflows.
pub fn softmax(vector: &mut [f64]) {
    let largest = vector.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for x in vector.iter_mut() {
        *x = (*x - largest).exp();
        sum += *x;
    }
    vector.iter_mut().for_each(|x| *x /= sum);
}

/// (x + √(x² + b))/2; left of 0, where the two all but cancel, as b/(2(√(x² + b) − x)).
fn squareplus(x: f64, b: f64) -> f64 {
    let root = (x * x + b).sqrt();
    if x >= 0.0 || b == 0.0 { 0.5 * (x + root) } else { 0.5 * b / (root - x) }
}

/// Φ(x); erfc keeps the relative accuracy of the left tail, which 1 + erf would lose.
pub(super) fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

pub(super) fn gelu_tanh_argument(x: f64) -> f64 {
    (2.0 / PI).sqrt() * (x + GELU_TANH_CUBIC * x * x * x)
}
