//! 0 around 0, straight beyond: two of them jump.

use super::shape::{Shape, SlopeRange, from_to, step};

#[derive(Clone, Copy)]
pub(super) struct SoftShrink {
    pub(super) lambda: f64,
}

#[derive(Clone, Copy)]
pub(super) struct HardShrink {
    pub(super) lambda: f64,
}

#[derive(Clone, Copy)]
pub(super) struct ThresholdedRelu {
    pub(super) threshold: f64,
}

impl Shape for SoftShrink {
    fn value(self, x: f64) -> f64 {
        (x - self.lambda).max(0.0) + (x + self.lambda).min(0.0)
    }

    fn slope(self, x: f64) -> f64 {
        step(x >= self.lambda || x < -self.lambda)
    }

    fn slope_range(self) -> SlopeRange {
        from_to(0.0, 1.0)
    }

    fn kinks(self) -> Vec<f64> {
        vec![-self.lambda, self.lambda]
    }

    fn is_piecewise_linear(self) -> bool {
        true
    }
}

impl Shape for HardShrink {
    fn value(self, x: f64) -> f64 {
        if x.abs() <= self.lambda { 0.0 } else { x }
    }

    fn slope(self, x: f64) -> f64 {
        step(x.abs() > self.lambda)
    }

    fn slope_range(self) -> SlopeRange {
        from_to(0.0, f64::INFINITY)
    }

    fn kinks(self) -> Vec<f64> {
        vec![-self.lambda, self.lambda]
    }
}

impl Shape for ThresholdedRelu {
    fn value(self, x: f64) -> f64 {
        if x <= self.threshold { 0.0 } else { x }
    }

    fn slope(self, x: f64) -> f64 {
        step(x > self.threshold)
    }

    /// At a negative threshold it jumps down.
    fn slope_range(self) -> SlopeRange {
        from_to(if self.threshold < 0.0 { f64::NEG_INFINITY } else { 0.0 }, f64::INFINITY)
    }

    fn kinks(self) -> Vec<f64> {
        vec![self.threshold]
    }
}
