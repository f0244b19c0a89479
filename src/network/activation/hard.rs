//! Pieces of lines and parabolas in the place of smooth functions.

use super::shape::{Shape, SlopeRange, from_to, step};

#[derive(Clone, Copy)]
pub(super) struct HardTanh {
    pub(super) low: f64,
    pub(super) high: f64,
}

#[derive(Clone, Copy)]
pub(super) struct HardSigmoid {
    pub(super) slope: f64,
    pub(super) shift: f64,
}

#[derive(Clone, Copy)]
pub(super) struct HardSwish;

#[derive(Clone, Copy)]
pub(super) struct SparsePlus;

impl Shape for HardTanh {
    fn value(self, x: f64) -> f64 {
        x.max(self.low).min(self.high)
    }

    fn slope(self, x: f64) -> f64 {
        step(x >= self.low && x < self.high)
    }

    fn slope_range(self) -> SlopeRange {
        from_to(0.0, 1.0)
    }

    fn kinks(self) -> Vec<f64> {
        vec![self.low, self.high]
    }

    fn is_piecewise_linear(self) -> bool {
        true
    }
}

impl Shape for HardSigmoid {
    fn value(self, x: f64) -> f64 {
        (self.slope * x + self.shift).clamp(0.0, 1.0)
    }

    fn slope(self, x: f64) -> f64 {
        self.slope * step((0.0..1.0).contains(&(self.slope * x + self.shift)))
    }

    fn slope_range(self) -> SlopeRange {
        from_to(self.slope.min(0.0), self.slope.abs())
    }

    fn kinks(self) -> Vec<f64> {
        let Self { slope, shift } = self;
        if slope == 0.0 { Vec::new() } else { vec![-shift / slope, (1.0 - shift) / slope] }
    }

    fn is_piecewise_linear(self) -> bool {
        true
    }
}

impl Shape for HardSwish {
    fn value(self, x: f64) -> f64 {
        x * (x / 6.0 + 0.5).clamp(0.0, 1.0)
    }

    fn slope(self, x: f64) -> f64 {
        match x {
            _ if x < -3.0 => 0.0,
            _ if x >= 3.0 => 1.0,
            _ => x / 3.0 + 0.5,
        }
    }

    fn slope_range(self) -> SlopeRange {
        from_to(-0.5, 1.5)
    }

    fn kinks(self) -> Vec<f64> {
        vec![-3.0, 3.0]
    }
}

impl Shape for SparsePlus {
    fn value(self, x: f64) -> f64 {
        match x {
            _ if x <= -1.0 => 0.0,
            _ if x >= 1.0 => x,
            _ => 0.25 * (x + 1.0) * (x + 1.0),
        }
    }

    fn slope(self, x: f64) -> f64 {
        (0.5 * (x + 1.0)).clamp(0.0, 1.0)
    }

    fn slope_range(self) -> SlopeRange {
        from_to(0.0, 1.0)
    }
}
