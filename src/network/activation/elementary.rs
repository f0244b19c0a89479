//! Elementary functions of one number that graphs apply between their layers: sine, floor, square root, …
//!
//! They are followed and drawn as any activation is. Most are neither monotone nor defined everywhere; where a value is
//! not defined it is NaN, as IEEE 754 has it.

use std::f64::consts::PI;

use super::shape::{SlopeRange, from_to};

/// An elementary function of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elementary {
    /// |x|.
    Abs,
    /// arccos x.
    Acos,
    /// arcosh x.
    Acosh,
    /// arcsin x.
    Asin,
    /// arsinh x.
    Asinh,
    /// arctan x.
    Atan,
    /// artanh x.
    Atanh,
    /// The least whole number that is not below x.
    Ceil,
    /// cos x.
    Cos,
    /// cosh x.
    Cosh,
    /// The error function.
    Erf,
    /// eˣ.
    Exp,
    /// The largest whole number that is not above x.
    Floor,
    /// The natural logarithm.
    Log,
    /// 1/x.
    Reciprocal,
    /// To the nearest whole number, halves to the even one.
    Round,
    /// −1, 0 or 1.
    Sign,
    /// sin x.
    Sin,
    /// sinh x.
    Sinh,
    /// √x.
    Sqrt,
    /// x².
    Square,
    /// 0 at 0, else 1: a number as a truth value.
    Nonzero,
    /// 1 above 0, else 0.
    Positive,
    /// tan x.
    Tan,
    /// Towards 0: a number as a whole number.
    Truncate,
}

impl Elementary {
    /// Every function.
    pub const ALL: [Elementary; 25] = [
        Elementary::Abs,
        Elementary::Acos,
        Elementary::Acosh,
        Elementary::Asin,
        Elementary::Asinh,
        Elementary::Atan,
        Elementary::Atanh,
        Elementary::Ceil,
        Elementary::Cos,
        Elementary::Cosh,
        Elementary::Erf,
        Elementary::Exp,
        Elementary::Floor,
        Elementary::Log,
        Elementary::Reciprocal,
        Elementary::Round,
        Elementary::Sign,
        Elementary::Sin,
        Elementary::Sinh,
        Elementary::Sqrt,
        Elementary::Square,
        Elementary::Nonzero,
        Elementary::Positive,
        Elementary::Tan,
        Elementary::Truncate,
    ];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Elementary::Abs => "abs",
            Elementary::Acos => "acos",
            Elementary::Acosh => "acosh",
            Elementary::Asin => "asin",
            Elementary::Asinh => "asinh",
            Elementary::Atan => "atan",
            Elementary::Atanh => "atanh",
            Elementary::Ceil => "ceil",
            Elementary::Cos => "cos",
            Elementary::Cosh => "cosh",
            Elementary::Erf => "erf",
            Elementary::Exp => "exp",
            Elementary::Floor => "floor",
            Elementary::Log => "log",
            Elementary::Reciprocal => "reciprocal",
            Elementary::Round => "round",
            Elementary::Sign => "sign",
            Elementary::Sin => "sin",
            Elementary::Sinh => "sinh",
            Elementary::Sqrt => "sqrt",
            Elementary::Square => "square",
            Elementary::Nonzero => "nonzero",
            Elementary::Positive => "positive",
            Elementary::Tan => "tan",
            Elementary::Truncate => "truncate",
        }
    }

    /// f(x).
    pub fn value(self, x: f64) -> f64 {
        match self {
            Elementary::Abs => x.abs(),
            Elementary::Acos => x.acos(),
            Elementary::Acosh => x.acosh(),
            Elementary::Asin => x.asin(),
            Elementary::Asinh => x.asinh(),
            Elementary::Atan => x.atan(),
            Elementary::Atanh => x.atanh(),
            Elementary::Ceil => x.ceil(),
            Elementary::Cos => x.cos(),
            Elementary::Cosh => x.cosh(),
            Elementary::Erf => libm::erf(x),
            Elementary::Exp => x.exp(),
            Elementary::Floor => x.floor(),
            Elementary::Log => x.ln(),
            Elementary::Reciprocal => 1.0 / x,
            Elementary::Round => x.round_ties_even(),
            // IEEE 754 gives the sign of a zero as well, where mathematics has 0.
            Elementary::Sign if x == 0.0 => 0.0,
            Elementary::Sign => x.signum(),
            Elementary::Sin => x.sin(),
            Elementary::Sinh => x.sinh(),
            Elementary::Sqrt => x.sqrt(),
            Elementary::Square => x * x,
            Elementary::Nonzero => f64::from(u8::from(x != 0.0)),
            Elementary::Positive => f64::from(u8::from(x > 0.0)),
            Elementary::Tan => x.tan(),
            Elementary::Truncate => x.trunc(),
        }
    }

    /// f'(x); 0 between the jumps of a step function.
    pub fn slope(self, x: f64) -> f64 {
        match self {
            Elementary::Abs => {
                if x >= 0.0 {
                    1.0
                } else {
                    -1.0
                }
            }
            Elementary::Acos => -1.0 / (1.0 - x * x).sqrt(),
            Elementary::Acosh => 1.0 / (x * x - 1.0).sqrt(),
            Elementary::Asin => 1.0 / (1.0 - x * x).sqrt(),
            Elementary::Asinh => 1.0 / (x * x + 1.0).sqrt(),
            Elementary::Atan => 1.0 / (1.0 + x * x),
            Elementary::Atanh => 1.0 / (1.0 - x * x),
            Elementary::Cos => -x.sin(),
            Elementary::Cosh => x.sinh(),
            Elementary::Erf => 2.0 / PI.sqrt() * (-x * x).exp(),
            Elementary::Exp => x.exp(),
            Elementary::Log => 1.0 / x,
            Elementary::Reciprocal => -1.0 / (x * x),
            Elementary::Sin => x.cos(),
            Elementary::Sinh => x.cosh(),
            Elementary::Sqrt => 0.5 / x.sqrt(),
            Elementary::Square => 2.0 * x,
            Elementary::Tan => 1.0 + x.tan().powi(2),
            Elementary::Ceil
            | Elementary::Floor
            | Elementary::Round
            | Elementary::Sign
            | Elementary::Nonzero
            | Elementary::Positive
            | Elementary::Truncate => 0.0,
        }
    }

    /// The bounds of f' over where f is defined.
    pub fn slope_range(self) -> SlopeRange {
        match self {
            Elementary::Abs | Elementary::Cos | Elementary::Sin => from_to(-1.0, 1.0),
            Elementary::Acos
            | Elementary::Cosh
            | Elementary::Reciprocal
            | Elementary::Square
            | Elementary::Nonzero
            | Elementary::Tan => from_to(f64::NEG_INFINITY, f64::INFINITY),
            Elementary::Asin | Elementary::Atanh | Elementary::Sinh => from_to(1.0, f64::INFINITY),
            Elementary::Asinh | Elementary::Atan => from_to(0.0, 1.0),
            Elementary::Erf => from_to(0.0, 2.0 / PI.sqrt()),
            Elementary::Acosh
            | Elementary::Ceil
            | Elementary::Exp
            | Elementary::Floor
            | Elementary::Log
            | Elementary::Positive
            | Elementary::Round
            | Elementary::Sign
            | Elementary::Sqrt
            | Elementary::Truncate => from_to(0.0, f64::INFINITY),
        }
    }

    /// Where f bends sharply or jumps, for those that do so at 0 only.
    pub(super) fn kinks(self) -> Vec<f64> {
        match self {
            Elementary::Abs | Elementary::Sign | Elementary::Nonzero | Elementary::Positive => vec![0.0],
            _ => Vec::new(),
        }
    }

    /// Whether f is straight between its kinks.
    pub(super) fn is_piecewise_linear(self) -> bool {
        self == Elementary::Abs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_agree_with_central_differences() {
        let h = 1e-6;
        for function in Elementary::ALL {
            for x in [-7.3, -2.71, -0.83, -0.41, 0.37, 0.77, 1.63, 4.91] {
                let (below, above) = (function.value(x - h), function.value(x + h));
                if !(below.is_finite() && above.is_finite()) {
                    continue;
                }
                let (difference, slope) = ((above - below) / (2.0 * h), function.slope(x));
                assert!((slope - difference).abs() < 1e-6 * (1.0 + slope.abs()), "{function:?} at {x}");
                let range = function.slope_range();
                assert!(slope >= range.least && slope.abs() <= range.steepest, "{function:?}");
            }
        }
    }

    #[test]
    fn whole_numbers_and_signs() {
        assert_eq!([-1.5, -0.5, 0.5, 1.5, 2.5].map(|x| Elementary::Round.value(x)), [-2.0, 0.0, 0.0, 2.0, 2.0]);
        assert_eq!([-1.7, 1.7].map(|x| Elementary::Truncate.value(x)), [-1.0, 1.0]);
        assert_eq!([-2.0, -0.0, 3.0].map(|x| Elementary::Sign.value(x)), [-1.0, 0.0, 1.0]);
        assert_eq!([-2.0, 0.0, 3.0].map(|x| Elementary::Nonzero.value(x)), [1.0, 0.0, 1.0]);
    }
}
