//! Operators of two values, coordinate by coordinate.

/// What is made of x and y.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// x·y: a gate.
    Product,
    /// x/y.
    Quotient,
    /// The larger.
    Larger,
    /// The smaller.
    Smaller,
    /// x to the power y.
    Power,
}

impl Binary {
    /// The value.
    pub fn value(self, x: f64, y: f64) -> f64 {
        match self {
            Binary::Product => x * y,
            Binary::Quotient => x / y,
            Binary::Larger if x.is_nan() || y.is_nan() => f64::NAN,
            Binary::Larger => x.max(y),
            Binary::Smaller if x.is_nan() || y.is_nan() => f64::NAN,
            Binary::Smaller => x.min(y),
            Binary::Power => x.powf(y),
        }
    }

    /// The derivatives by x and by y; of equal values the first counts.
    pub(super) fn slopes(self, x: f64, y: f64) -> (f64, f64) {
        let choice = |first: bool| if first { (1.0, 0.0) } else { (0.0, 1.0) };
        match self {
            Binary::Product => (y, x),
            Binary::Quotient => (1.0 / y, -x / (y * y)),
            Binary::Larger => choice(x >= y),
            Binary::Smaller => choice(x <= y),
            Binary::Power => (y * x.powf(y - 1.0), if x > 0.0 { x.powf(y) * x.ln() } else { 0.0 }),
        }
    }
}
