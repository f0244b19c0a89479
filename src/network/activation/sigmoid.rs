//! The logistic function, its integral and its logarithm; tanh and what it leaves.

use super::shape::{Shape, SlopeRange, from_to};

#[derive(Clone, Copy)]
pub(super) struct Tanh;

#[derive(Clone, Copy)]
pub(super) struct Sigmoid;

#[derive(Clone, Copy)]
pub(super) struct Softplus;

#[derive(Clone, Copy)]
pub(super) struct LogSigmoid;

#[derive(Clone, Copy)]
pub(super) struct TanhShrink;

impl Shape for Tanh {
    fn value(self, x: f64) -> f64 {
        x.tanh()
    }

    fn slope(self, x: f64) -> f64 {
        let value = x.tanh();
        1.0 - value * value
    }

    fn slope_range(self) -> SlopeRange {
        from_to(0.0, 1.0)
    }
}

impl Shape for Sigmoid {
    fn value(self, x: f64) -> f64 {
        sigmoid(x)
    }

    fn slope(self, x: f64) -> f64 {
        sigmoid(x) * sigmoid(-x)
    }

    fn slope_range(self) -> SlopeRange {
        from_to(0.0, 0.25)
    }
}

impl Shape for Softplus {
    /// max(x, 0) + ln(1 + e^{−|x|}) neither overflows nor loses the tail.
    fn value(self, x: f64) -> f64 {
        x.max(0.0) + (-x.abs()).exp().ln_1p()
    }

    fn slope(self, x: f64) -> f64 {
        sigmoid(x)
    }

    fn slope_range(self) -> SlopeRange {
        from_to(0.0, 1.0)
    }
}

impl Shape for LogSigmoid {
    fn value(self, x: f64) -> f64 {
        -Softplus.value(-x)
    }

    fn slope(self, x: f64) -> f64 {
        sigmoid(-x)
    }

    fn slope_range(self) -> SlopeRange {
        from_to(0.0, 1.0)
    }
}

impl Shape for TanhShrink {
    fn value(self, x: f64) -> f64 {
        x - x.tanh()
    }

    fn slope(self, x: f64) -> f64 {
        x.tanh().powi(2)
    }

    fn slope_range(self) -> SlopeRange {
        from_to(0.0, 1.0)
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
