//! One node with what it is given.

use super::nodes::Attributes;
use crate::formats::graph::GraphProblem;
use crate::formats::tensorflow::{Operand, setting, unknown};

/// One node with what it is given.
pub(super) struct Call<'c> {
    pub attributes: &'c Attributes<'c>,
    pub operands: &'c [Option<Operand>],
}

impl<'c> Call<'c> {
    pub fn node(&self) -> &'c str {
        &self.attributes.node.name
    }

    pub fn operator(&self) -> &'c str {
        &self.attributes.node.op
    }

    pub fn unknown(&self) -> GraphProblem {
        unknown(self.node(), self.operator())
    }

    pub fn operand(&self, position: usize) -> Result<&'c Operand, GraphProblem> {
        match self.operands.get(position) {
            Some(Some(Operand::Opaque)) => Err(setting(self.node(), "it", "is given what is not understood")),
            Some(Some(operand)) => Ok(operand),
            _ => Err(setting(self.node(), "an operand", "is absent")),
        }
    }

    /// Whole numbers of a constant operand.
    pub fn integers(&self, position: usize) -> Result<Vec<i64>, GraphProblem> {
        match self.operand(position)? {
            Operand::Array(array) => array.integers().ok_or_else(|| self.unknown()),
            _ => Err(setting(self.node(), "an operand", "is not a constant, which is not understood")),
        }
    }

    pub fn integer(&self, position: usize) -> Result<i64, GraphProblem> {
        match self.integers(position)?[..] {
            [number] => Ok(number),
            _ => Err(setting(self.node(), "an operand", "is not a single number")),
        }
    }

    /// The settings that must be off.
    pub fn refuses(&self, names: &[&str]) -> Result<(), GraphProblem> {
        for name in names {
            if self.attributes.flag(name)? {
                return Err(setting(self.node(), name, "is on, which is not understood"));
            }
        }
        Ok(())
    }
}
