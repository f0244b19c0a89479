//! Lengths of axes that are computed from the shapes of values.

use std::rc::Rc;

use super::array::Array;
use super::trace::{Length, Operand, Trace, traced, unknown};
use crate::formats::graph::GraphProblem;

impl Trace {
    /// The lengths of the operand's axes.
    pub fn lengths(&mut self, node: &str, of: &Operand, operator: &str) -> Result<Operand, GraphProblem> {
        match of {
            Operand::Array(array) => {
                let lengths: Vec<f64> = array.shape().iter().map(|&length| length as f64).collect();
                Array::new(vec![lengths.len()], lengths).map(Operand::from).ok_or_else(|| unknown(node, operator))
            }
            _ => {
                let of = traced(node, operator, of)?;
                let shape = self.shape(node, &of)?;
                let lengths = shape.into_iter().map(Length::Known);
                Ok(Operand::Lengths(Rc::new(std::iter::once(Length::Samples(1)).chain(lengths).collect())))
            }
        }
    }

    /// Single numbers beside each other.
    pub fn pack(&mut self, node: &str, operands: &[Operand], operator: &str) -> Result<Operand, GraphProblem> {
        let one = |operand: &Operand| targets(operand).and_then(|found| (found.len() == 1).then(|| found[0]));
        let found: Option<Vec<Target>> = operands.iter().map(one).collect();
        found.and_then(|found| of_targets(&found)).ok_or_else(|| unknown(node, operator))
    }

    /// The product of lengths.
    pub fn multiply_lengths(&mut self, node: &str, of: &Operand, operator: &str) -> Result<Operand, GraphProblem> {
        let unknown = || unknown(node, operator);
        let (mut product, mut is_of_samples) = (1_usize, false);
        for target in targets(of).ok_or_else(unknown)? {
            let factor = match target {
                Target::Known(length) => length,
                Target::Samples(times) if !is_of_samples => {
                    is_of_samples = true;
                    times
                }
                Target::Open | Target::Samples(_) => return Err(unknown()),
            };
            product = product.checked_mul(factor).ok_or_else(unknown)?;
        }
        Ok(match is_of_samples {
            true => Operand::Lengths(Rc::new(vec![Length::Samples(product)])),
            false => Array::scalar(product as f64).into(),
        })
    }
}

/// Whole numbers of a constant.
pub(super) fn integers(operand: &Operand) -> Option<Vec<i64>> {
    match operand {
        Operand::Array(array) => array.integers(),
        _ => None,
    }
}

/// A length that a value is to have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Target {
    /// What is left.
    Open,
    Known(usize),
    Samples(usize),
}

impl Target {
    /// The length, −1 for what is left; none where it depends on the number of the samples.
    pub fn number(self) -> Option<i64> {
        match self {
            Target::Open => Some(-1),
            Target::Known(length) => i64::try_from(length).ok(),
            Target::Samples(_) => None,
        }
    }
}

/// Lengths of axes, of a constant or computed.
pub(super) fn targets(operand: &Operand) -> Option<Vec<Target>> {
    let of_number = |number: i64| match number {
        -1 => Some(Target::Open),
        length => usize::try_from(length).ok().map(Target::Known),
    };
    match operand {
        Operand::Array(array) => array.integers()?.into_iter().map(of_number).collect(),
        Operand::Lengths(lengths) => {
            let target = |length: &Length| match *length {
                Length::Known(length) => Target::Known(length),
                Length::Samples(times) => Target::Samples(times),
            };
            Some(lengths.iter().map(target).collect())
        }
        _ => None,
    }
}

/// Lengths as an operand: a constant where none is that of the samples.
pub(super) fn of_targets(targets: &[Target]) -> Option<Operand> {
    if let Some(known) = targets.iter().map(|target| target.number()).collect::<Option<Vec<i64>>>() {
        let values: Vec<f64> = known.into_iter().map(|length| length as f64).collect();
        return Array::new(vec![values.len()], values).map(Operand::from);
    }
    let length = |target: &Target| match *target {
        Target::Open => None,
        Target::Known(length) => Some(Length::Known(length)),
        Target::Samples(times) => Some(Length::Samples(times)),
    };
    Some(Operand::Lengths(Rc::new(targets.iter().map(length).collect::<Option<_>>()?)))
}
