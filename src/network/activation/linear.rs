//! Straight left and right of 0: the identity, ReLU and its leaky kin.

use super::shape::{Shape, SlopeRange, from_to, step};

/// The slope of leaky ReLU where a file does not name one (PyTorch's default).
pub const DEFAULT_NEGATIVE_SLOPE: f64 = 0.01;

#[derive(Clone, Copy)]
pub(super) struct Identity;

#[derive(Clone, Copy)]
pub(super) struct Relu;

#[derive(Clone, Copy)]
pub(super) struct LeakyRelu {
    pub(super) negative_slope: f64,
}

impl Shape for Identity {
    fn value(self, x: f64) -> f64 {
        x
    }

    fn slope(self, _: f64) -> f64 {
        1.0
    }

    fn slope_range(self) -> SlopeRange {
        from_to(1.0, 1.0)
    }

    fn is_piecewise_linear(self) -> bool {
        true
    }
}

impl Shape for Relu {
    fn value(self, x: f64) -> f64 {
        x.max(0.0)
    }

    fn slope(self, x: f64) -> f64 {
        step(x >= 0.0)
    }

    fn slope_range(self) -> SlopeRange {
        from_to(0.0, 1.0)
    }

    fn kinks(self) -> Vec<f64> {
        vec![0.0]
    }

    fn is_piecewise_linear(self) -> bool {
        true
    }
}

impl Shape for LeakyRelu {
    fn value(self, x: f64) -> f64 {
        if x >= 0.0 { x } else { self.negative_slope * x }
    }

    fn slope(self, x: f64) -> f64 {
        if x >= 0.0 { 1.0 } else { self.negative_slope }
    }

    fn slope_range(self) -> SlopeRange {
        from_to(self.negative_slope.min(1.0), self.negative_slope.abs().max(1.0))
    }

    fn kinks(self) -> Vec<f64> {
        vec![0.0]
    }

    fn is_piecewise_linear(self) -> bool {
        true
    }
}
