//! What is known of a function σ of one number.

/// A function σ of one number with its parameters, if it has any: an activation is a type with this trait and a row of the
/// table in `table.rs`.
pub(super) trait Shape: Copy {
    /// σ(x); x is a number.
    fn value(self, x: f64) -> f64;

    /// σ'(x); at a kink the slope from the right.
    fn slope(self, x: f64) -> f64;

    /// The bounds of σ' over the real line.
    fn slope_range(self) -> SlopeRange;

    /// Where σ bends sharply or jumps: places where its slope is not continuous.
    fn kinks(self) -> Vec<f64> {
        Vec::new()
    }

    /// Whether σ is straight between its kinks.
    fn is_piecewise_linear(self) -> bool {
        false
    }
}

/// The bounds of σ' over the real line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlopeRange {
    /// inf σ'. Where it is negative σ is not monotone and its flow folds; −∞ also for a function that jumps downwards.
    pub least: f64,
    /// The least bound of |σ'|; ∞ where there is none or σ jumps.
    pub steepest: f64,
}

/// Bounds of σ'.
pub(super) const fn from_to(least: f64, steepest: f64) -> SlopeRange {
    SlopeRange { least, steepest }
}

/// 1 or 0.
pub(super) fn step(is_on: bool) -> f64 {
    f64::from(u8::from(is_on))
}
