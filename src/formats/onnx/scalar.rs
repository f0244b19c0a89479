//! Functions of one number, as graphs spell them out operator by operator.

use std::rc::Rc;

use crate::network::{Activation, Elementary};

/// A function spelled out in more operators than this is not looked at.
const MAX_OPERATORS: usize = 96;

/// A function of one number x.
#[derive(Clone, Debug)]
pub(in crate::formats) enum Scalar {
    /// x.
    Variable,
    Constant(f64),
    Unary(Unary, Rc<Scalar>),
    Binary(Binary, Rc<Scalar>, Rc<Scalar>),
    /// The second where the first is not 0, else the third.
    Choice(Rc<[Scalar; 3]>),
    /// Σ weight·f(x) over functions that differ in their constants: an integral by its nodes.
    WeightedSum(Rc<Vec<(f64, Scalar)>>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::formats) enum Unary {
    Activation(Activation),
    Neg,
}

/// Comparisons and connectives give 1 for true and 0 for false.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::formats) enum Binary {
    Add,
    And,
    Div,
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Max,
    Min,
    Mul,
    Or,
    Pow,
    /// The remainder with the sign of the divided number, as C has it.
    Remainder,
    Sub,
    Xor,
}

impl Scalar {
    /// An elementary function of `of`.
    pub fn elementary(function: Elementary, of: Rc<Scalar>) -> Scalar {
        Scalar::Unary(Unary::Activation(Activation::Elementary(function)), of)
    }

    /// f(x).
    pub fn value(&self, x: f64) -> f64 {
        match self {
            Scalar::Variable => x,
            Scalar::Constant(value) => *value,
            Scalar::Unary(operator, of) => operator.value(of.value(x)),
            Scalar::Binary(operator, left, right) => operator.value(left.value(x), right.value(x)),
            Scalar::Choice(parts) => {
                let [condition, yes, no] = parts.as_ref();
                if condition.value(x) == 0.0 { no.value(x) } else { yes.value(x) }
            }
            Scalar::WeightedSum(terms) => terms.iter().map(|(weight, term)| weight * term.value(x)).sum(),
        }
    }

    /// The functions that this one is put together from; of a weighted sum only the first, as all are alike.
    fn parts(&self) -> Vec<&Scalar> {
        match self {
            Scalar::Variable | Scalar::Constant(_) => Vec::new(),
            Scalar::Unary(_, of) => vec![of],
            Scalar::Binary(_, left, right) => vec![left, right],
            Scalar::Choice(parts) => parts.iter().collect(),
            Scalar::WeightedSum(terms) => terms.first().map(|(_, first)| first).into_iter().collect(),
        }
    }

    /// Whether the function is small enough to be told apart.
    pub fn is_small(&self) -> bool {
        let (mut waiting, mut size) = (vec![self], 0);
        while let Some(next) = waiting.pop() {
            size += 1;
            if size > MAX_OPERATORS {
                return false;
            }
            waiting.extend(next.parts());
        }
        true
    }

    /// Factor and shift where the function is spelled as an affine one: a·x + b.
    pub fn as_affine(&self) -> Option<(f64, f64)> {
        let (factor, shift) = match self {
            Scalar::Variable => (1.0, 0.0),
            Scalar::Constant(value) => (0.0, *value),
            Scalar::Unary(operator, of) => match (operator, of.as_affine()?) {
                (Unary::Neg, (factor, shift)) => (-factor, -shift),
                (Unary::Activation(Activation::Identity), affine) => affine,
                (operator, (0.0, value)) => (0.0, operator.value(value)),
                _ => return None,
            },
            Scalar::Binary(operator, left, right) => {
                let ((a, b), (c, d)) = (left.as_affine()?, right.as_affine()?);
                match operator {
                    _ if a == 0.0 && c == 0.0 => (0.0, operator.value(b, d)),
                    Binary::Add => (a + c, b + d),
                    Binary::Sub => (a - c, b - d),
                    Binary::Mul if a == 0.0 => (b * c, b * d),
                    Binary::Mul if c == 0.0 => (a * d, b * d),
                    Binary::Div if c == 0.0 => (a / d, b / d),
                    Binary::Pow if (c, d) == (0.0, 1.0) => (a, b),
                    _ => return None,
                }
            }
            Scalar::Choice(_) | Scalar::WeightedSum(_) => return None,
        };
        (factor.is_finite() && shift.is_finite()).then_some((factor, shift))
    }

    /// The value where the function does not depend on x.
    pub fn as_constant(&self) -> Option<f64> {
        self.as_affine().filter(|(factor, _)| *factor == 0.0).map(|(_, value)| value)
    }

    /// This function and all that it is put together from.
    pub fn all_parts(&self) -> Vec<&Scalar> {
        let mut found = vec![self];
        let mut position = 0;
        while let Some(next) = found.get(position).copied() {
            found.extend(next.parts());
            position += 1;
        }
        found
    }
}

impl Unary {
    pub(super) fn value(self, x: f64) -> f64 {
        match self {
            Unary::Activation(activation) => activation.value(x),
            Unary::Neg => -x,
        }
    }
}

impl Binary {
    pub fn value(self, left: f64, right: f64) -> f64 {
        let truth = |is_true: bool| f64::from(u8::from(is_true));
        match self {
            Binary::Add => left + right,
            Binary::And => truth(left != 0.0 && right != 0.0),
            Binary::Div => left / right,
            Binary::Equal => truth(left == right),
            Binary::Greater => truth(left > right),
            Binary::GreaterOrEqual => truth(left >= right),
            Binary::Less => truth(left < right),
            Binary::LessOrEqual => truth(left <= right),
            Binary::Max => left.max(right),
            Binary::Min => left.min(right),
            Binary::Mul => left * right,
            Binary::Or => truth(left != 0.0 || right != 0.0),
            Binary::Pow => left.powf(right),
            Binary::Remainder => left % right,
            Binary::Sub => left - right,
            Binary::Xor => truth((left != 0.0) != (right != 0.0)),
        }
    }

    /// Whether the operator decides between its operands by which is larger.
    pub(super) fn compares(self) -> bool {
        matches!(
            self,
            Binary::Equal
                | Binary::Greater
                | Binary::GreaterOrEqual
                | Binary::Less
                | Binary::LessOrEqual
                | Binary::Max
                | Binary::Min
        )
    }
}
