//! Functions of one number, as graphs spell them out operator by operator, and which activation they are.
//!
//! Exporters write the same activation in many ways: x·sigmoid(x), x/2·(1 + erf(x/√2)), log(1 + eˣ). A spelled-out
//! function is therefore not compared with patterns but with the activations themselves, at many points.

use std::rc::Rc;

use crate::network::{Activation, sigmoid};

/// How far a spelled-out function may be from an activation: constants are often rounded to 32 bits. The exact GELU and
/// its approximation by tanh are 5e−4 apart.
const TOLERANCE: f64 = 2e-6;
/// Points are compared on a grid up to this…
const GRID_REACH: f64 = 12.0;
/// …in steps of this.
const GRID_STEP: f64 = 0.375;
/// …and at these, where a function may overflow as it is spelled out, which is no difference.
const FAR_POINTS: [f64; 6] = [30.0, -30.0, 200.0, -200.0, 1e6, -1e6];
/// A function spelled out in more operators than this is not looked at.
const MOST_OPERATORS: usize = 96;

/// A function of one number x.
#[derive(Clone, Debug)]
pub(in crate::formats) enum Scalar {
    /// x.
    Variable,
    Constant(f64),
    Unary(Unary, Rc<Scalar>),
    Binary(Binary, Rc<Scalar>, Rc<Scalar>),
    /// Σ weight·f(x) over functions that differ in their constants: an integral by its nodes.
    WeightedSum(Rc<Vec<(f64, Scalar)>>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::formats) enum Unary {
    Abs,
    Activation(Activation),
    Erf,
    Exp,
    Log,
    Neg,
    Reciprocal,
    Sign,
    Sqrt,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::formats) enum Binary {
    Add,
    Div,
    Max,
    Min,
    Mul,
    Pow,
    Sub,
}

impl Scalar {
    /// f(x).
    pub fn value(&self, x: f64) -> f64 {
        match self {
            Scalar::Variable => x,
            Scalar::Constant(value) => *value,
            Scalar::Unary(operator, of) => operator.value(of.value(x)),
            Scalar::Binary(operator, left, right) => operator.value(left.value(x), right.value(x)),
            Scalar::WeightedSum(terms) => terms.iter().map(|(weight, term)| weight * term.value(x)).sum(),
        }
    }

    /// The number of operators, or more than the most that are looked at.
    fn size(&self) -> usize {
        fn add(scalar: &Scalar, size: &mut usize) {
            *size += 1;
            if *size > MOST_OPERATORS {
                return;
            }
            match scalar {
                Scalar::Variable | Scalar::Constant(_) => {}
                Scalar::Unary(_, of) => add(of, size),
                Scalar::Binary(_, left, right) => {
                    add(left, size);
                    add(right, size);
                }
                Scalar::WeightedSum(terms) => {
                    if let Some((_, first)) = terms.first() {
                        add(first, size);
                    }
                }
            }
        }
        let mut size = 0;
        add(self, &mut size);
        size
    }

    /// Whether the function is small enough to be told apart.
    pub fn is_small(&self) -> bool {
        self.size() <= MOST_OPERATORS
    }

    /// Factor and shift where the function is affine: a·x + b.
    pub fn as_affine(&self) -> Option<(f64, f64)> {
        let shift = self.value(0.0);
        let factor = self.value(1.0) - shift;
        (factor.is_finite() && shift.is_finite()).then_some(())?;
        // Far points have larger rounding errors, of which the shift's is left out at no loss.
        let is_close =
            |x: f64, y: f64| (y - (factor * x + shift)).abs() <= 1e-9 * (1.0 + (factor * x).abs() + shift.abs());
        self.agrees(is_close).then_some((factor, shift))
    }

    /// The activation that the function is, and k where it is σ(kx)/k.
    pub fn as_activation(&self) -> Option<(Activation, f64)> {
        let known = Activation::ALL.into_iter().filter(|activation| activation.is_coordinatewise());
        let far = [-200.0, -30.0].map(|x| self.value(x)).into_iter().find(|value| value.is_finite());
        let with_parameters = [
            Activation::LeakyRelu { negative_slope: -self.value(-1.0) },
            Activation::Elu { alpha: -far.unwrap_or_default() },
        ];
        let mut candidates = known.chain(with_parameters);
        let plain = candidates.find(|activation| self.agrees(|x, y| close(y, activation.value(x))));
        plain.map(|activation| (activation, 1.0)).or_else(|| {
            // x·sigmoid(kx) = SiLU(kx)/k.
            let gate = |k: &f64| *k != 0.0 && self.agrees(|x, y| close(y, x * sigmoid(k * x)));
            self.constants().into_iter().find(gate).map(|k| (Activation::Silu, k))
        })
    }

    /// Whether `self + other` is 1 everywhere: the probabilities of two classes.
    pub fn complements(&self, other: &Scalar) -> bool {
        self.agrees(|x, y| close(y + other.value(x), 1.0))
    }

    fn agrees(&self, holds: impl Fn(f64, f64) -> bool) -> bool {
        let steps = (GRID_REACH / GRID_STEP) as i32;
        let near = (-steps..=steps).map(|step| f64::from(step) * GRID_STEP);
        let far = FAR_POINTS.into_iter().filter(|x| self.value(*x).is_finite());
        near.chain(far).all(|x| holds(x, self.value(x)))
    }

    fn constants(&self) -> Vec<f64> {
        match self {
            Scalar::Constant(value) => vec![*value],
            Scalar::Unary(_, of) => of.constants(),
            Scalar::Binary(_, left, right) => [left.constants(), right.constants()].concat(),
            Scalar::Variable | Scalar::WeightedSum(_) => Vec::new(),
        }
    }
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= TOLERANCE * expected.abs().max(1.0)
}

impl Unary {
    fn value(self, x: f64) -> f64 {
        match self {
            Unary::Abs => x.abs(),
            Unary::Activation(activation) => activation.value(x),
            Unary::Erf => libm::erf(x),
            Unary::Exp => x.exp(),
            Unary::Log => x.ln(),
            Unary::Neg => -x,
            Unary::Reciprocal => 1.0 / x,
            Unary::Sign => {
                if x == 0.0 {
                    0.0
                } else {
                    x.signum()
                }
            }
            Unary::Sqrt => x.sqrt(),
        }
    }
}

impl Binary {
    pub fn value(self, left: f64, right: f64) -> f64 {
        match self {
            Binary::Add => left + right,
            Binary::Div => left / right,
            Binary::Max => left.max(right),
            Binary::Min => left.min(right),
            Binary::Mul => left * right,
            Binary::Pow => left.powf(right),
            Binary::Sub => left - right,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unary(operator: Unary, of: Scalar) -> Scalar {
        Scalar::Unary(operator, Rc::new(of))
    }

    fn binary(operator: Binary, left: Scalar, right: Scalar) -> Scalar {
        Scalar::Binary(operator, Rc::new(left), Rc::new(right))
    }

    const X: Scalar = Scalar::Variable;

    fn number(value: f64) -> Scalar {
        Scalar::Constant(value)
    }

    #[test]
    fn spelled_out_activations_are_recognised() {
        let sigmoid = || unary(Unary::Activation(Activation::Sigmoid), X);
        let silu = binary(Binary::Mul, X, sigmoid());
        assert_eq!(silu.as_activation(), Some((Activation::Silu, 1.0)));
        // x/2·(1 + erf(x/√2)) with constants of 32 bits.
        let root = f64::from(std::f32::consts::SQRT_2);
        let erf = unary(Unary::Erf, binary(Binary::Div, X, number(root)));
        let gelu = binary(Binary::Mul, binary(Binary::Mul, X, binary(Binary::Add, erf, number(1.0))), number(0.5));
        assert_eq!(gelu.as_activation(), Some((Activation::Gelu, 1.0)));
        let softplus = unary(Unary::Log, binary(Binary::Add, unary(Unary::Exp, X), number(1.0)));
        assert_eq!(softplus.as_activation(), Some((Activation::Softplus, 1.0)));
        let clipped = binary(Binary::Max, X, binary(Binary::Mul, X, number(0.25)));
        assert_eq!(clipped.as_activation(), Some((Activation::LeakyRelu { negative_slope: 0.25 }, 1.0)));
        let quick = binary(
            Binary::Mul,
            X,
            unary(Unary::Activation(Activation::Sigmoid), binary(Binary::Mul, X, number(1.702))),
        );
        assert_eq!(quick.as_activation(), Some((Activation::Silu, 1.702)));
    }

    #[test]
    fn what_is_no_activation_is_not_taken_for_one() {
        let relu6 = binary(Binary::Min, unary(Unary::Activation(Activation::Relu), X), number(6.0));
        assert_eq!(relu6.as_activation(), None);
        let far_clip = binary(Binary::Min, X, number(100.0));
        assert_eq!((far_clip.as_activation(), far_clip.as_affine()), (None, None));
        let line = binary(Binary::Div, binary(Binary::Sub, X, number(3.0)), number(4.0));
        assert_eq!(line.as_affine(), Some((0.25, -0.75)));
        assert_eq!(unary(Unary::Activation(Activation::Tanh), X).as_affine(), None);
    }
}
