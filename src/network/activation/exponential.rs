//! Straight right of 0, exponential left of it: ELU, CELU, SELU.

use super::shape::{Shape, SlopeRange, from_to};

/// The α of ELU where a file does not name one.
pub const DEFAULT_ALPHA: f64 = 1.0;
/// α of SELU, to the digits that its authors and all libraries give.
pub const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
/// λ of SELU.
pub const SELU_LAMBDA: f64 = 1.050_700_987_355_480_5;

#[derive(Clone, Copy)]
pub(super) struct Elu {
    pub(super) alpha: f64,
}

#[derive(Clone, Copy)]
pub(super) struct Celu {
    pub(super) alpha: f64,
}

#[derive(Clone, Copy)]
pub(super) struct Selu;

impl Shape for Elu {
    fn value(self, x: f64) -> f64 {
        if x >= 0.0 { x } else { self.alpha * x.exp_m1() }
    }

    fn slope(self, x: f64) -> f64 {
        if x >= 0.0 { 1.0 } else { self.alpha * x.exp() }
    }

    fn slope_range(self) -> SlopeRange {
        from_to(self.alpha.min(0.0), self.alpha.abs().max(1.0))
    }

    fn kinks(self) -> Vec<f64> {
        vec![0.0]
    }
}

impl Shape for Celu {
    fn value(self, x: f64) -> f64 {
        x.max(0.0) + self.alpha * (x.min(0.0) / self.alpha).exp_m1()
    }

    fn slope(self, x: f64) -> f64 {
        if x >= 0.0 { 1.0 } else { (x / self.alpha).exp() }
    }

    fn slope_range(self) -> SlopeRange {
        from_to(0.0, 1.0)
    }
}

impl Shape for Selu {
    fn value(self, x: f64) -> f64 {
        SELU_LAMBDA * (x.max(0.0) + SELU_ALPHA * x.min(0.0).exp_m1())
    }

    fn slope(self, x: f64) -> f64 {
        if x >= 0.0 { SELU_LAMBDA } else { SELU_LAMBDA * SELU_ALPHA * x.exp() }
    }

    fn slope_range(self) -> SlopeRange {
        from_to(0.0, SELU_LAMBDA * SELU_ALPHA)
    }

    fn kinks(self) -> Vec<f64> {
        vec![0.0]
    }
}
