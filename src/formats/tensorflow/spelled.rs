//! Functions that a graph spells out over several operators, and the activations that they are.

use std::rc::Rc;

use super::elementwise::by_number;
use super::trace::{Operand, Trace, Traced, unknown};
use crate::formats::graph::{GraphProblem, ValueId};
use crate::formats::onnx::recognise::recognise;
use crate::formats::onnx::scalar::{Binary, Scalar};

impl Trace {
    /// The operand as a function of this value.
    pub(super) fn function_of(
        &self,
        node: &str,
        value: ValueId,
        operand: &Operand,
        name: &str,
    ) -> Result<Rc<Scalar>, GraphProblem> {
        match operand {
            Operand::Array(array) if array.only().is_some() => {
                self.keeps_shape(node, &Traced::new(value), array)?;
                Ok(Rc::new(Scalar::Constant(array.values()[0])))
            }
            Operand::Value(of) if of.source == value => Ok(of.scalar.clone()),
            Operand::Value(of) if of.id == value => Ok(Rc::new(Scalar::Variable)),
            Operand::Spelled { source, scalar, .. } if *source == value => Ok(scalar.clone()),
            _ => Err(unknown(node, name)),
        }
    }

    /// A function of a value as an activation or a line; where it is none, what comes behind may make it one.
    pub(super) fn spelled(
        &mut self,
        node: &str,
        source: ValueId,
        scalar: Scalar,
        name: &str,
    ) -> Result<Operand, GraphProblem> {
        if !scalar.is_small() {
            return Err(unknown(node, name));
        }
        if let Some(known) = self.recognised(node, &Traced::new(source), scalar.clone())? {
            return Ok(known);
        }
        Ok(Operand::Spelled { source, scalar: Rc::new(scalar), node: node.into(), operator: name.into() })
    }

    /// What is true of each coordinate: no value by itself, but what a choice or a cast makes one.
    pub fn compare(
        &mut self,
        node: &str,
        operator: Binary,
        left: &Operand,
        right: &Operand,
        name: &str,
    ) -> Result<Operand, GraphProblem> {
        let source = [left, right].into_iter().find_map(|operand| match operand {
            Operand::Value(of) => Some(of.source),
            Operand::Spelled { source, .. } => Some(*source),
            _ => None,
        });
        let source = source.ok_or_else(|| unknown(node, name))?;
        let left = self.function_of(node, source, left, name)?;
        let right = self.function_of(node, source, right, name)?;
        let scalar = Rc::new(Scalar::Binary(operator, left, right));
        Ok(Operand::Spelled { source, scalar, node: node.into(), operator: name.into() })
    }

    /// What is true of each coordinate as 1 and 0.
    pub fn as_number(&mut self, node: &str, of: &Operand, name: &str) -> Result<Operand, GraphProblem> {
        match of {
            Operand::Spelled { source, scalar, .. } => self.spelled(node, *source, scalar.as_ref().clone(), name),
            _ => Err(unknown(node, name)),
        }
    }

    /// One of two operands, by what a third says of each coordinate.
    pub fn choose(
        &mut self,
        node: &str,
        [condition, yes, no]: [&Operand; 3],
        name: &str,
    ) -> Result<Operand, GraphProblem> {
        let Operand::Spelled { source, .. } = condition else { return Err(unknown(node, name)) };
        let mut parts = Vec::with_capacity(3);
        for operand in [condition, yes, no] {
            parts.push(self.function_of(node, *source, operand, name)?.as_ref().clone());
        }
        let parts: [Scalar; 3] = parts.try_into().map_err(|_| unknown(node, name))?;
        self.spelled(node, *source, Scalar::Choice(Rc::new(parts)), name)
    }

    /// The function of the value's source as one activation or one affine map, where it is one.
    pub(super) fn recognised(
        &mut self,
        node: &str,
        like: &Traced,
        scalar: Scalar,
    ) -> Result<Option<Operand>, GraphProblem> {
        if !scalar.is_small() {
            return Ok(None);
        }
        let line = |factor: f64, shift: f64| by_number(Some(factor), Some(shift));
        let id = if let Some((factor, shift)) = scalar.as_affine() {
            self.graph.scale(like.source, node, line(factor, shift), 0)?
        } else if let Some(found) = recognise(&scalar) {
            let of = match (found.factor, found.shift) {
                (1.0, 0.0) => like.source,
                (factor, shift) => self.graph.scale(like.source, node, line(factor, shift), 0)?,
            };
            self.graph.activate(of, node, found.activation)?
        } else {
            return Ok(None);
        };
        Ok(Some(Operand::Value(Traced { id, source: like.source, scalar: Rc::new(scalar) })))
    }
}
