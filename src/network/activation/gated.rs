//! x times a gate between 0 and 1: GELU, SiLU, swish, mish.

use std::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

use super::shape::{Shape, SlopeRange, from_to};
use super::sigmoid::{Softplus, sigmoid};

/// β of the swish that stands for GELU where it must be quick.
pub const QUICK_GELU: f64 = 1.702;
/// The cubic coefficient in the tanh approximation of GELU (Hendrycks & Gimpel 2016).
pub const GELU_TANH_CUBIC: f64 = 0.044715;
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

#[derive(Clone, Copy)]
pub(super) struct Gelu;

#[derive(Clone, Copy)]
pub(super) struct GeluTanh;

#[derive(Clone, Copy)]
pub(super) struct Silu;

#[derive(Clone, Copy)]
pub(super) struct Swish {
    pub(super) beta: f64,
}

#[derive(Clone, Copy)]
pub(super) struct Mish;

/// σ(x) = x·g(x) with g(x) + g(−x) = 1 has σ'(x) + σ'(−x) = 1, so its least slope tells the largest.
fn from(least: f64) -> SlopeRange {
    from_to(least, 1.0 - least)
}

impl Shape for Gelu {
    fn value(self, x: f64) -> f64 {
        x * normal_cdf(x)
    }

    fn slope(self, x: f64) -> f64 {
        normal_cdf(x) + x * normal_density(x)
    }

    /// GELU'' = (2 − x²)·φ(x), so GELU' is least at x = −√2.
    fn slope_range(self) -> SlopeRange {
        from(self.slope(-SQRT_2))
    }
}

impl Shape for GeluTanh {
    /// 1 + tanh z = 2·sigmoid(2z), which keeps the relative accuracy of the left tail.
    fn value(self, x: f64) -> f64 {
        x * sigmoid(2.0 * gelu_tanh_argument(x))
    }

    fn slope(self, x: f64) -> f64 {
        let gate = sigmoid(2.0 * gelu_tanh_argument(x));
        let argument_slope = (2.0 / PI).sqrt() * (1.0 + 3.0 * GELU_TANH_CUBIC * x * x);
        gate + x * 2.0 * gate * (1.0 - gate) * argument_slope
    }

    fn slope_range(self) -> SlopeRange {
        from(self.slope(GELU_TANH_STEEPEST_DESCENT))
    }
}

impl Shape for Silu {
    fn value(self, x: f64) -> f64 {
        x * sigmoid(x)
    }

    fn slope(self, x: f64) -> f64 {
        let gate = sigmoid(x);
        gate * (1.0 + x * (1.0 - gate))
    }

    fn slope_range(self) -> SlopeRange {
        from(self.slope(SILU_STEEPEST_DESCENT))
    }
}

impl Shape for Swish {
    fn value(self, x: f64) -> f64 {
        x * sigmoid(self.beta * x)
    }

    fn slope(self, x: f64) -> f64 {
        let gate = sigmoid(self.beta * x);
        gate * (1.0 + self.beta * x * (1.0 - gate))
    }

    /// The slope of x·sigmoid(βx) at x is that of SiLU at βx.
    fn slope_range(self) -> SlopeRange {
        Silu.slope_range()
    }
}

impl Shape for Mish {
    fn value(self, x: f64) -> f64 {
        x * Softplus.value(x).tanh()
    }

    fn slope(self, x: f64) -> f64 {
        let tanh = Softplus.value(x).tanh();
        tanh + x * (1.0 - tanh * tanh) * sigmoid(x)
    }

    fn slope_range(self) -> SlopeRange {
        from_to(self.slope(MISH_STEEPEST_DESCENT), self.slope(MISH_STEEPEST_ASCENT))
    }
}

/// Φ(x); erfc keeps the relative accuracy of the left tail, which 1 + erf would lose.
fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

fn normal_density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

fn gelu_tanh_argument(x: f64) -> f64 {
    (2.0 / PI).sqrt() * (x + GELU_TANH_CUBIC * x * x * x)
}
