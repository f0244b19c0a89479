//! One operator of a file with what it is given.

use super::names::operator_name;
use super::options::Options;
use super::schema::Operator;
use super::tensors::Tensor;
use crate::formats::graph::GraphProblem;
use crate::formats::tensorflow::{Operand, setting, unknown};

/// One operator with what it is given.
pub(super) struct Call<'c, 'a> {
    pub node: &'c str,
    pub operator: &'c Operator<'a>,
    pub operands: &'c [Option<Operand>],
    /// The tensors of the operands and results.
    pub given: Vec<Option<&'c Tensor>>,
    pub gives: Vec<&'c Tensor>,
    pub options: Options<'c, 'a>,
}

impl<'c, 'a> Call<'c, 'a> {
    pub fn name(&self) -> String {
        operator_name(self.operator)
    }

    pub fn unknown(&self) -> GraphProblem {
        unknown(self.node, &self.name())
    }

    /// An operand that must be there.
    pub fn operand(&self, position: usize) -> Result<&'c Operand, GraphProblem> {
        match self.operands.get(position) {
            Some(Some(Operand::Opaque)) => Err(setting(self.node, "it", "is given what is not understood")),
            Some(Some(operand)) => Ok(operand),
            _ => Err(setting(self.node, "an operand", "is absent")),
        }
    }

    pub fn optional(&self, position: usize) -> Option<&'c Operand> {
        self.operands.get(position).and_then(Option::as_ref)
    }

    /// Whole numbers of a constant operand.
    pub fn integers(&self, position: usize) -> Result<Vec<i64>, GraphProblem> {
        match self.operand(position)? {
            Operand::Array(array) => array.integers().ok_or_else(|| self.unknown()),
            _ => Err(setting(self.node, "an operand", "is not a constant, which is not understood")),
        }
    }

    /// Whole numbers without a scale stand for no real ones: among numbers of which some are real all must be.
    pub fn counts_alike(&self) -> Result<(), GraphProblem> {
        let indices = indices(&self.name());
        let numbers = self.given.iter().enumerate().filter(|(position, _)| !indices.contains(position));
        let numbers: Vec<&Tensor> = numbers.filter_map(|(_, tensor)| *tensor).collect();
        let is_any_real = self.gives.iter().take(1).chain(&numbers).any(|tensor| tensor.is_real());
        if let Some(whole) = numbers.iter().find(|tensor| is_any_real && !tensor.is_real()) {
            let value = format!("is of type {} without a scale, among real numbers", whole.element.name());
            return Err(setting(self.node, &format!("its operand {}", whole.name), &value));
        }
        Ok(())
    }

    /// The most operands that the operator is understood with.
    pub fn takes(&self, most: usize) -> Result<(), GraphProblem> {
        match self.operands.iter().skip(most).any(Option::is_some) {
            true => Err(setting(self.node, "it", "has more operands than are understood")),
            false => Ok(()),
        }
    }
}

/// The places of operands that are whole numbers or truths whatever the others are.
pub(super) fn indices(operator: &str) -> &'static [usize] {
    match operator {
        "SHAPE" | "CAST" | "SELECT" | "SELECT_V2" | "TRANSPOSE_CONV" => &[0],
        "RESHAPE"
        | "TRANSPOSE"
        | "MEAN"
        | "SUM"
        | "REDUCE_MAX"
        | "TILE"
        | "RESIZE_BILINEAR"
        | "RESIZE_NEAREST_NEIGHBOR"
        | "GATHER"
        | "PAD"
        | "EXPAND_DIMS"
        | "ARG_MAX"
        | "REDUCE_PROD"
        | "PADV2" => &[1],
        "SLICE" | "SPACE_TO_BATCH_ND" | "BATCH_TO_SPACE_ND" => &[1, 2],
        "STRIDED_SLICE" => &[1, 2, 3],
        _ => &[],
    }
}
