//! Smooth functions made of roots and quotients.

use super::shape::{Shape, SlopeRange, from_to};

#[derive(Clone, Copy)]
pub(super) struct Softsign;

#[derive(Clone, Copy)]
pub(super) struct Squareplus {
    pub(super) b: f64,
}

impl Shape for Softsign {
    fn value(self, x: f64) -> f64 {
        x / (1.0 + x.abs())
    }

    fn slope(self, x: f64) -> f64 {
        (1.0 + x.abs()).powi(-2)
    }

    fn slope_range(self) -> SlopeRange {
        from_to(0.0, 1.0)
    }
}

impl Shape for Squareplus {
    /// (x + √(x² + b))/2; left of 0, where the two all but cancel, as b/(2(√(x² + b) − x)).
    fn value(self, x: f64) -> f64 {
        let root = (x * x + self.b).sqrt();
        if x >= 0.0 || self.b == 0.0 { 0.5 * (x + root) } else { 0.5 * self.b / (root - x) }
    }

    fn slope(self, x: f64) -> f64 {
        0.5 + 0.5 * x / (x * x + self.b).sqrt()
    }

    fn slope_range(self) -> SlopeRange {
        from_to(0.0, 1.0)
    }
}
